"""The view "groups": every value once, flows between groups, scopes and levels."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from pictures import exercise, mlp, scoped, texts

import autograd
from autograd import Value, scope, tanh
from viz import draw
from viz.model.graph import Graph
from viz.model.group_stats import flows_of, groups_of
from viz.model.scopes import MAX_GROUPS, by_level, by_scope


def test_groups_hold_every_value_once() -> None:
    """And count what they hold."""
    for root in (scoped(), mlp(samples=3), exercise()):
        graph = Graph([root])
        nodes = graph.nodes
        paths = by_scope(graph, None, ())
        found = groups_of(graph, paths)
        assert sum(group.values for group in found) == len(nodes)
        assert sum(group.constants for group in found) == sum(node.is_constant for node in nodes)
        for group in found:
            inside = [node for node, path in zip(nodes, paths, strict=True) if path == group.path and not node.is_constant]
            grads = sorted(abs(node.grad) for node in inside)
            assert group.grads and math.isclose(group.median(), float(np.median(grads)), rel_tol=1e-12)
            assert sum(group.histogram(-30, 30, 1) + group.histogram(-30, 30, -1)) == sum(grad > 0 for grad in grads)
            assert math.isclose(sum(group.share(sign) for sign in (-1, 0, 1)), 1.0)


def test_values_outside_scopes() -> None:
    graph = Graph([scoped()])
    where = {node.label: path for node, path in zip(graph.nodes, by_scope(graph, None, ()), strict=True) if node.label}
    assert where == {
        "shared": ("shared leaves",), "own": ("outer", "left"), "before": ("outside of the scopes",), "y": ("y",),
    }  # fmt: skip
    assert {path for path in by_scope(graph, 1, ()) if path[0] == "outer"} == {("outer",)}
    shown = texts(draw(scoped(), "groups"))
    assert {"outer", "left", "right", "beside its inner scopes", "shared leaves", "y"} <= set(shown)
    assert {"outer"} <= set(texts(draw(scoped(), "groups", depth=1))) and "left" not in texts(draw(scoped(), "groups", depth=1))


def test_gradient_norm_of_groups() -> None:
    graph = Graph([exercise()])
    nodes = graph.nodes
    flows = {(flow.tail[0], flow.head[0]): flow for flow in flows_of(graph, by_scope(graph, 1, ()))}
    assert set(flows) == {("inputs", "hidden layer"), ("hidden layer", "output layer"), ("output layer", "E")}
    into = flows["hidden layer", "output layer"]
    hidden = [node for node in nodes if node.label in ("a1", "a2")]
    assert into.edges == 2 and math.isclose(into.norm, math.hypot(*(node.grad for node in hidden)), rel_tol=1e-12)
    inputs = [node for node in nodes if node.label in ("x1", "x2", "x3")]
    back = flows["inputs", "hidden layer"]
    assert back.edges == 6 and math.isclose(back.norm, math.hypot(*(node.grad for node in inputs)), rel_tol=1e-12)


def test_expand_a_scope() -> None:
    closed, opened = draw(scoped(), "groups", depth=1), draw(scoped(), "groups", depth=1, expand=["outer"])
    assert "right" not in texts(closed) and {"left", "right"} <= set(texts(opened))
    inner = texts(draw(scoped(), "groups", depth=1, expand=["outer / right"]))
    assert {"σ", "data", "grad"} <= set(inner) and "tanh" not in inner
    assert "1e" not in texts(draw(scoped(), "groups", expand=("left", "right")))
    with pytest.raises(ValueError, match=r"'lift'; there are 'outer', 'outer / left'"):
        draw(scoped(), "groups", expand=["lift"])


def test_many_scopes() -> None:
    x = Value(1.0, "x")
    for i in range(200):
        with scope(f"step {i}"):
            x = tanh(x + 0.1)
    assert {path for path in by_scope(Graph([x]), None, ()) if "step" in path[0]} == {("step # × 200",)}
    names = [f"{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    for name in names:
        with scope(name):
            x = tanh(x + 0.1)
    paths = set(by_scope(Graph([x]), None, ()))
    assert len(paths) <= MAX_GROUPS and ("other scopes",) in paths


def test_levels_without_scopes() -> None:
    root = mlp(scopes=False, sizes=(2, 6, 6, 1))
    graph = Graph([root])
    nodes = graph.nodes
    place = {id(node): path for node, path in zip(nodes, by_level(graph), strict=True)}
    order = list(dict.fromkeys(place[id(node)] for node in nodes if node.op))
    first = {path: min(int(n) for n in re.findall(r"\d+", path[0])) for path in order}
    for node in nodes:
        for parent in node.parents:
            assert first[place[id(parent)]] <= first[place[id(node)]]
    assert "folded by levels: there are no scopes" in texts(draw(root, "groups"))


def test_depth_and_expand_draw_groups() -> None:
    for arguments in ({"depth": 1}, {"expand": ["left"]}):
        assert draw(scoped(), **arguments).source == draw(scoped(), "groups", **arguments).source  # type: ignore[arg-type]


def test_zero_nan_and_missing_gradients() -> None:
    x, y = Value(-1.0, "x"), Value(2.0, "y")
    with scope("bad"):
        z = autograd.log(x) * 0.0 + autograd.sqrt(x)
    with scope("unused"):
        u = autograd.where(False, y, z)
    assert any("call backward()" in text for text in texts(draw(u, "groups")))
    u.backward()
    assert any(text.endswith("nan or inf") for text in texts(draw(u, "groups")))


def test_nan_is_the_largest_and_the_norm() -> None:
    """Beside numbers and infinities, on cards, arrows and in the text."""
    with scope("g"):
        x, y, z = Value(1.0, "x"), Value(2.0, "y"), Value(3.0, "z")
    loss = autograd.sum([x * math.inf, y * math.nan, z])
    loss.backward()
    graph = Graph([loss])
    group = next(group for group in groups_of(graph, by_scope(graph, 1, ())) if group.path == ("g",))
    assert sorted(map(str, group.grads)) == ["1.0", "inf", "nan"] and math.isnan(group.largest())
    assert all(math.isnan(flow.norm) for flow in flows_of(graph, by_scope(graph, 1, ())) if flow.tail == ("g",))
    shown = texts(draw(loss, "groups"))
    assert "nan" in shown and "2 nan or inf" in shown and "g: 3 values, max |grad| nan" in draw(loss, "groups")._tree
    with scope("only nan"):
        w = Value(1.0) * 1.0
    (w * math.nan).backward()
    assert "all gradients 0" not in texts(draw(w, "groups"))
