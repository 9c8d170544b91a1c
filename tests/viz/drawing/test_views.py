"""The views "neurons" and "groups", folding by itself, and windows: what they show, and that it is right."""

from __future__ import annotations

import importlib.util
import math
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers import HOME, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, scope, sigmoid, tanh
from viz import Drawing, draw
from viz.drawing.layered import is_layered
from viz.drawing.views import VIEWS, Options
from viz.model.fold import fewest_items
from viz.model.graph import Graph, sweep_order
from viz.model.group_stats import flows_of, groups_of
from viz.model.loss_formula import formula, targets
from viz.model.network import Network, read_network
from viz.model.paths import largest_paths_to_leaves
from viz.model.picture import read_graph
from viz.model.scopes import MAX_GROUPS, by_level, by_scope
from viz.model.subgraph import read_top, read_window
from viz.model.units import find_units
from viz.stepper.timeline import make_timeline
from viz.style.measure import measure
from viz.style.theme import THEMES

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]


def example() -> ModuleType:
    path = ROOT / "examples" / "lesson.py"
    spec = importlib.util.spec_from_file_location("lesson_example", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def lesson(name: str = "THREE_INPUTS") -> Value:
    """The error of one of the two exercises, swept."""
    module = example()
    error: Value = module.Network(getattr(module, name)).error
    error.backward()
    return error


def by_hand(w: Sequence[Value], x: Sequence[Value], b: Value) -> Value:
    return tanh(w[0] * x[0] + sum(wi * xi for wi, xi in zip(w[1:], x[1:], strict=True)) + b)


WAYS: dict[str, Callable[[Any, Any, Value], Value]] = {
    "operators": by_hand,
    "sum": lambda w, x, b: tanh(sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)),
    "autograd.sum": lambda w, x, b: tanh(autograd.sum([wi * xi for wi, xi in zip(w, x, strict=True)]) + b),
    "sumprod": lambda w, x, b: tanh(autograd.sumprod(w, x) + b),
    "numpy": lambda w, x, b: tanh(np.array(w) @ np.array(x) + b),
}


def mlp(way: str = "sumprod", samples: int = 1, sizes: Sequence[int] = (2, 3, 3, 1), scopes: bool = True) -> Value:
    """The squared error of a network of tanh units with biases, over samples that share its weights, swept."""
    dice = random.Random(1)
    layers = [
        [([Value(dice.uniform(-1, 1)) for _ in range(a)], Value(dice.uniform(-1, 1))) for _ in range(b)]
        for a, b in zip(sizes, sizes[1:])  # noqa: B905, RUF007 - as a reader would write it
    ]
    errors = []
    for _ in range(samples):
        x = [Value(dice.uniform(-1, 1), f"x{i + 1}") for i in range(sizes[0])]
        for k, layer in enumerate(layers, 1):
            if scopes:
                with scope(f"layer {k}"):
                    x = [WAYS[way](w, x, b) for w, b in layer]
            else:
                x = [WAYS[way](w, x, b) for w, b in layer]
        errors.append((0.5 - x[0]) ** 2)
    error = sum(errors[1:], errors[0])
    error.label = "E"
    error.backward()
    return error


def network(root: Value) -> Network:
    graph = Graph([root])
    return read_network(graph, find_units(graph))


def texts(drawing: Drawing) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(drawing.pipe("svg")).iter(f"{SVG}text")]


def boxes(drawing: Drawing) -> dict[str, Box]:
    """Left, top, right and bottom of what is drawn for each node that can be seen."""
    found = {}
    for group in ElementTree.fromstring(drawing.pipe("svg")).iter(f"{SVG}g"):
        shapes = [shape for kind in ("polygon", "path", "text") for shape in group.iterfind(f".//{SVG}{kind}")]
        if group.get("class") == "node" and shapes:
            points = [tuple(map(float, pair)) for s in shapes for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", str(s.attrib))]
            points += [(float(t.get("x", "0")), float(t.get("y", "0"))) for t in group.iterfind(f".//{SVG}text")]
            title = group.find(f"{SVG}title")
            assert title is not None and title.text
            xs, ys = zip(*points, strict=True)
            found[title.text] = (min(xs), min(ys), max(xs), max(ys))
    return found


# ---- neurons


def test_the_lesson_shows_all_that_the_exercise_asks_for() -> None:
    shown = texts(draw(lesson(), "neurons"))
    for text in ["x1", "a1", "a2", "ŷ", "σ", "inputs", "hidden layer", "output layer", "net input h1", "output", "slope"]:
        assert text in shown, text
    for number in [
        "0.24",
        "0.5597",
        "0.2464",
        "-0.000708",
        "0.000708",
        "0.002045",
        "-0.002045",
        "0.02873",
        "-0.02873",
        "0.485",
    ]:
        assert number in shown, number  # net input, output, slope, dE/dnet and error term
    assert {"w11", "w32", "W2", "∂ -0.01608", "∂ 0.001022", "error term δ", "∂E/∂h1"} <= set(shown)
    assert {"loss E", "target y", "0.6", "error y − ŷ", "0.115", "½ (y − ŷ)²", "0.006616", "∂E/∂ŷ"} <= set(shown)


def test_the_small_exercise() -> None:
    shown = texts(draw(lesson("TWO_INPUTS"), "neurons"))
    assert {"-0.02", "0.495", "0.5124", "0.1218", "0.003046", "∂ -0.06031", "∂ -0.0003046", "∂ -0.0009137"} <= set(shown)


@pytest.mark.parametrize("way", WAYS)
def test_however_the_network_is_written(way: str) -> None:
    error = mlp(way)
    found = network(error)
    kinds = [card.kind for card in found.cards.values()]
    assert sorted(kinds) == ["input"] * 2 + ["loss"] + ["unit"] * 7
    assert len(found.links) == 2 * 3 + 3 * 3 + 3 * 1 + 1 and is_layered(found)
    for card in found.of_kind("unit"):
        assert card.unit and card.unit.bias is not None and card.unit.activation == "tanh"
    for link in found.links:
        if link.weight is not None:
            assert math.isclose(link.share, link.weight.grad, rel_tol=1e-12)
    assert {"layer 1", "layer 2", "layer 3", "bias", "∂E/∂net = ∂E/∂bias"} <= set(texts(draw(error, "neurons")))


def test_every_way_of_writing_gives_the_same_picture() -> None:
    shown = [sorted(texts(draw(mlp(way), "neurons"))) for way in WAYS]
    assert all(one == shown[0] for one in shown)


def test_layers_are_columns_in_order_and_nothing_overlaps() -> None:
    for error in (lesson(), mlp(), mlp(samples=2), mlp(sizes=(3, 8, 8, 1))):
        found = network(error)
        drawn = boxes(draw(error, "neurons"))
        cards = [card for card in found.cards.values() if card.unit]
        for a in cards:
            for b in cards:
                assert a.unit and b.unit
                if a.unit.depth < b.unit.depth:
                    assert drawn[a.id][2] < drawn[b.id][0]
                elif a.unit.depth == b.unit.depth and int(a.id[1:]) < int(b.id[1:]):
                    assert drawn[a.id][3] < drawn[b.id][1]  # in the order in which they were made, downwards
        labels = [box for name, box in drawn.items() if name.startswith("label")]
        inner = [drawn[card.id] for card in found.cards.values()]
        for i, a_box in enumerate(labels):
            for b_box in inner + labels[:i]:
                apart = a_box[2] <= b_box[0] or b_box[2] <= a_box[0] or a_box[3] <= b_box[1] or b_box[3] <= a_box[1]
                assert apart, (a_box, b_box)


def test_samples_that_share_weights_stand_in_their_own_rows() -> None:
    error = mlp(samples=2)
    found = network(error)
    assert {card.sample for card in found.cards.values() if card.kind != "loss"} == {1, 2}
    gathered: dict[int, float] = {}
    for link in found.links:
        if link.weight is not None:
            gathered[id(link.weight)] = gathered.get(id(link.weight), 0.0) + link.share
            assert link.tail in found.cards and found.cards[link.tail].sample == found.cards[link.head].sample
    weights = {id(w): w for unit in find_units(Graph([error])) for w, _ in unit.inputs}
    assert all(math.isclose(gathered[i], w.grad, rel_tol=1e-12) for i, w in weights.items())
    shown = texts(draw(error, "neurons"))
    assert "layer 1, sample 1" in shown and "layer 3, sample 2" in shown
    assert any("the samples share their weights" in text for text in shown)
    assert any(re.fullmatch(r"∂ \S+ of \S+", text) for text in shown)


def test_links_that_leave_out_a_layer() -> None:
    x, w, v = Value(0.5, "x"), Value(0.3, "w1"), Value(0.2, "w2")
    h = tanh(w * x + Value(0.1, "b"))
    h.label = "h"
    y = tanh(v * h + Value(-0.1, "w3") * x)
    y.label = "y"
    error = abs(Value(1.0, "t") - (h + y))
    error.backward()
    found = network(error)
    assert not is_layered(found) and len(found.links) == 5
    shown = texts(draw(error, "neurons"))
    assert {"x", "h", "y", "w3", "∂E/∂h", "∂E/∂y"} <= set(shown)
    for direction in ("TB", "RL", "BT"):
        assert f"rankdir={direction}" in draw(lesson(), "neurons", direction).source


def test_a_value_between_units_has_a_card() -> None:
    x, w = Value(0.5, "x"), [Value(0.1 * i, f"w{i}") for i in range(5)]
    h = [tanh(w[i] * x + w[i + 1]) for i in range(2)]
    most = autograd.maximum(*h)
    most.label = "most"
    out = sigmoid(w[3] * most + w[4])
    out.backward()
    found = network(out)
    assert [card.name for card in found.of_kind("between")] == ["most"]
    between = found.of_kind("between")[0]
    assert len([link for link in found.links if link.head == between.id]) == 2
    assert "error term δ" not in texts(draw(out, "neurons"))  # there is no error


def test_without_units_the_values_are_drawn_and_the_picture_says_why() -> None:
    y = Value(2.0, "x") * Value(3.0, "y") + 1
    assert any(text.startswith("drawn as values: there are no units") for text in texts(draw(y, "neurons")))
    assert "n0" in draw(y, "neurons").source
    assert any("max_nodes=5" in text for text in texts(draw(mlp(), "neurons", max_nodes=5)))


def test_many_weights_stand_in_tooltips() -> None:
    drawing = draw(mlp(sizes=(4, 9, 9, 1)), "neurons")
    assert "weights and their gradients: point at an arrow" in texts(drawing)
    assert "weight " in drawing.source and not any(text.startswith("∂ ") for text in texts(drawing))


def formula_of(y: Value) -> str:
    return formula(Graph([y]).nodes, lambda node: "")


def test_formulas_and_targets_of_losses() -> None:
    y, t, a = Value(0.5, "y"), Value(1.0, "t"), Value(2.0, "a")
    assert formula_of((t - y) ** 2 * 0.5) == "½ (t − y)²"
    assert formula_of((t - y) ** 2 / 2 + a * y) == "(t − y)² / 2 + a · y"
    assert formula_of(t - (y - a)) == "t − (y − a)" and formula_of(t / (y * a)) == "t / (y · a)"
    assert formula_of(-autograd.log(y)) == "−log(y)" and formula_of((-y) ** 2) == "(−y)²"
    assert formula_of(a * (-3.0)) == "a · (-3)" or formula_of(a * (-3.0)) == "(-3) · a"
    assert formula_of(autograd.sum([autograd.exp(y * a) for _ in range(20)])) == ""
    inside = Graph([(y - t) ** 2 + abs(y - a) + autograd.exp(y - 7.0)]).nodes
    assert targets(inside, lambda node: node is y) == [(t, y), (a, y)]


def test_measured_widths_are_those_of_the_engine() -> None:
    drawing = draw(lesson(), "neurons")
    planned = dict(re.findall(r"\t(n\d+) \[.*?width=([\d.]+)\]", drawing.source, re.DOTALL))
    drawn = boxes(drawing)
    assert len(planned) == 7
    for name, width in planned.items():
        assert abs(drawn[name][2] - drawn[name][0] - 72 * float(width)) < 4.0  # points
    assert measure("<<TABLE></TABLE>>") == (0.0, 0)


# ---- groups


def scoped() -> Value:
    """Three nested scopes, a leaf that two of them share, and operations before, between and after."""
    shared, own = Value(0.5, "shared"), Value(0.25, "own")
    before = Value(2.0, "before") * 3.0
    with scope("outer"):
        with scope("left"):
            a = tanh(shared * before) * own
        with scope("right"):
            b = sigmoid(shared + before)
        c = a * b
    y = c * 2.0
    y.label = "y"
    y.backward()
    return y


def test_groups_hold_every_value_once_and_know_their_numbers() -> None:
    for root in (scoped(), mlp(samples=3), lesson()):
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


def test_scopes_and_what_is_outside_of_them() -> None:
    graph = Graph([scoped()])
    where = {node.label: path for node, path in zip(graph.nodes, by_scope(graph, None, ()), strict=True) if node.label}
    assert where == {
        "shared": ("shared leaves",), "own": ("outer", "left"), "before": ("outside of the scopes",), "y": ("y",),
    }  # fmt: skip
    assert {path for path in by_scope(graph, 1, ()) if path[0] == "outer"} == {("outer",)}
    shown = texts(draw(scoped(), "groups"))
    assert {"outer", "left", "right", "beside its inner scopes", "shared leaves", "y"} <= set(shown)
    assert {"outer"} <= set(texts(draw(scoped(), "groups", depth=1))) and "left" not in texts(draw(scoped(), "groups", depth=1))


def test_the_norm_of_what_groups_send_back() -> None:
    graph = Graph([lesson()])
    nodes = graph.nodes
    flows = {(flow.tail[0], flow.head[0]): flow for flow in flows_of(graph, by_scope(graph, 1, ()))}
    assert set(flows) == {("inputs", "hidden layer"), ("hidden layer", "output layer"), ("output layer", "E")}
    into = flows["hidden layer", "output layer"]
    hidden = [node for node in nodes if node.label in ("a1", "a2")]
    assert into.edges == 2 and math.isclose(into.norm, math.hypot(*(node.grad for node in hidden)), rel_tol=1e-12)
    inputs = [node for node in nodes if node.label in ("x1", "x2", "x3")]
    back = flows["inputs", "hidden layer"]
    assert back.edges == 6 and math.isclose(back.norm, math.hypot(*(node.grad for node in inputs)), rel_tol=1e-12)


def test_a_scope_can_be_opened() -> None:
    closed, opened = draw(scoped(), "groups", depth=1), draw(scoped(), "groups", depth=1, expand=["outer"])
    assert "right" not in texts(closed) and {"left", "right"} <= set(texts(opened))
    inner = texts(draw(scoped(), "groups", depth=1, expand=["outer / right"]))
    assert {"σ", "data", "grad"} <= set(inner) and "tanh" not in inner
    assert "1e" not in texts(draw(scoped(), "groups", expand=("left", "right")))
    with pytest.raises(ValueError, match=r"'lift'; there are 'outer', 'outer / left'"):
        draw(scoped(), "groups", expand=["lift"])


def test_many_scopes_become_few() -> None:
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


def test_levels_where_there_are_no_scopes() -> None:
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


def test_values_fold_by_themselves_and_say_so() -> None:
    shown = texts(draw(mlp("operators", samples=12)))
    assert any(re.match(r"folded by scopes: [\d,]+ values are more than max_nodes=400", text) for text in shown)
    assert "layer 2" in shown and "median |grad|" in shown
    assert any("folded by levels" in text for text in texts(draw(mlp("operators", samples=80, scopes=False))))
    assert not any("folded by" in text for text in texts(draw(mlp())))


def plain_layers(units: int, layers: int) -> Value:
    """Layers of weighted sums written with + and *, without scopes."""
    dice = random.Random(2)
    x = [Value(dice.uniform(-1, 1), f"x{i}") for i in range(units)]
    for _ in range(layers):
        x = [tanh(sum((Value(dice.uniform(-1, 1)) * v for v in x), Value(0.5))) for _ in range(units)]
    root = sum(x, Value(0.0))
    root.backward()
    return root


def test_folding_goes_from_scopes_over_sums_of_products_to_levels() -> None:
    root = plain_layers(4, 3)
    count = len(Graph([root]))
    for limit, words in [
        (count, ""), (count - 1, "folded by sums and constants"), (110, "folded by sums of products"), (30, "folded by levels"),
    ]:  # fmt: skip
        folded = [text for text in texts(draw(root, max_nodes=limit)) if text.startswith("folded by")]
        wanted = f"{words}: {count:,} values are more than max_nodes={limit} (None draws all; around=, top= a part)"
        assert folded == ([wanted] if words else [])
    assert any("folded by levels" in text for text in texts(draw(root, max_nodes=110, fold=False)))


def test_a_sum_of_products_is_one_card_with_the_other_factor_on_the_arrow() -> None:
    w, x, u = Value(2.0, "w"), Value(3.0, "x"), Value(5.0, "u")
    y = w * x + u * 4.0 + 1.5
    y.backward()
    picture = read_graph(Graph([y]), products=True)
    assert [(box.label, box.operation) for box in picture.boxes] == [("w", ""), ("x", ""), ("u", ""), ("", "Σ× + 1.5")]
    assert [arrow.local for arrow in picture.arrows] == [3.0, 2.0, 4.0]
    assert [arrow.message for arrow in picture.arrows] == [w.grad, x.grad, u.grad]
    assert picture.boxes[-1].constants == (4.0, 1.5) and len(picture.boxes[-1].folded) + 4 == picture.values


@settings(deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_folding_leaves_nothing_out_and_every_message_is_in_its_operand_s_gradient(seed: int, products: bool) -> None:
    dice = random.Random(seed)
    pool = [Value(dice.uniform(-2, 2), f"x{i}") for i in range(4)]
    for _ in range(20):
        a, b = dice.sample(pool[-7:], 2)
        pool.append(dice.choice([a * b, a + b, a + b, a * 0.5, a + 2.0, 3.0 * a, autograd.sum([a * b, a, b * 2.0]), tanh(a)]))
    root = sum(pool[-4:], Value(0.0))
    root.backward()
    picture = read_graph(Graph([root]), products=products)
    assert fewest_items(Graph([root])) <= len(picture.boxes)
    folded = [i for box in picture.boxes for i in box.folded]
    shown = [box.id for box in picture.boxes]
    assert sorted([*folded, *shown]) == sorted(f"n{i}" for i in range(picture.values))
    sent: dict[str, float] = {}
    for arrow in picture.arrows:
        if arrow.kind == "operand":
            sent[arrow.tail] = sent.get(arrow.tail, 0.0) + arrow.message
    for box in picture.boxes:
        if box.kind != "constant" and not box.is_root:
            assert math.isclose(sent[box.id], box.grad, rel_tol=1e-12, abs_tol=1e-12), seed


def test_the_paths_of_the_largest_gradients() -> None:
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    y = tanh(a) * 0.1 + b * 5.0 + c * c
    y.backward()
    picture = read_top(Graph([y]), 1, True)
    assert [box.label for box in picture.boxes if box.kind == "leaf"] == ["b"]
    assert "the path with the largest |gradient| of 4" in picture.which
    assert {box.label for box in read_top(Graph([y]), 3, True).boxes} >= {"b", "c"}
    whole = read_top(Graph([y]), 99, True)
    assert [box for box in whole.boxes if box.kind == "stub"] == [] and whole.left_out == 0
    shown = texts(draw(mlp(samples=30), top=3))
    assert any("those on the 3 paths with the largest |gradient|" in text for text in shown)
    assert read_top(Graph([Value(1.0)]), 2, True).boxes[0].is_root


def test_each_of_the_largest_paths_is_larger_than_every_other() -> None:
    root = mlp("operators", sizes=(2, 3, 2, 1))
    products: list[float] = []
    stack = [(root, 1.0)]
    while stack:  # every path
        node, product = stack.pop()
        if not node.op and not node.is_constant:
            products.append(abs(product))
        stack += [(parent, product * local) for parent, local in zip(node.parents, node.partials, strict=True)]
    found = largest_paths_to_leaves(sweep_order(root), 10)
    assert found.count == len(products)
    assert [abs(path.product) for path in found.paths] == pytest.approx(sorted(products, reverse=True)[:10])


def test_depth_and_expand_draw_groups() -> None:
    for arguments in ({"depth": 1}, {"expand": ["left"]}):
        assert draw(scoped(), **arguments).source == draw(scoped(), "groups", **arguments).source  # type: ignore[arg-type]


def test_zero_nan_and_missing_gradients_are_told() -> None:
    x, y = Value(-1.0, "x"), Value(2.0, "y")
    with scope("bad"):
        z = autograd.log(x) * 0.0 + autograd.sqrt(x)
    with scope("unused"):
        u = autograd.where(False, y, z)
    assert any("call backward()" in text for text in texts(draw(u, "groups")))
    u.backward()
    assert any(text.endswith("nan or inf") for text in texts(draw(u, "groups")))


@pytest.mark.slow
def test_many_values_without_and_with_scopes() -> None:
    for scopes in (False, True):
        root = mlp("operators", samples=20, sizes=(8, 16, 16, 1), scopes=scopes)
        assert len(Graph([root])) > 16_000
        shown = texts(draw(root))
        assert any("values are more than max_nodes=400" in text for text in shown) and "‖grad‖" in " ".join(shown)
        assert any("max_nodes=400" in text for text in texts(draw(root, "neurons")))


# ---- windows


def test_a_window_shows_what_is_near_and_stubs_for_the_rest() -> None:
    root = mlp(samples=20)
    nodes = Graph([root]).nodes
    centre = next(node for node in nodes if node.op == "tanh" and node.group == ("layer 2",))
    picture = read_window(Graph([root]), centre, 1, 400, True)
    cards = [box for box in picture.boxes if box.kind != "stub"]
    assert len(cards) == 1 + len(centre.parents) + sum(centre in node.parents for node in nodes)
    assert picture.values == len(nodes) == picture.left_out + len(cards) + sum(len(box.folded) for box in cards)
    assert {arrow.tail for arrow in picture.arrows} | {arrow.head for arrow in picture.arrows} == {b.id for b in picture.boxes}
    assert [box.kind for box in read_window(Graph([root]), centre, 0, 400, True).boxes] == ["operation", "stub", "stub"]
    whole = read_window(Graph([root]), centre, 10_000, 10**6, False)
    assert len(whole.boxes) == len(nodes) and whole.left_out == 0
    centre.label = "here"
    shown = texts(draw(root, around=centre, radius=2))
    assert "here" in shown and any("nearest here" in text for text in shown) and any(text.endswith(" more") for text in shown)


def test_windows_of_hubs_are_bounded() -> None:
    hub = Value(1.0, "hub")
    root = autograd.sum([hub * float(i) for i in range(5000)])
    picture = read_window(Graph([root]), hub, 3, 30, True)
    assert len([box for box in picture.boxes if box.kind != "stub"]) == 30


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"around": Value(1.0)}, ValueError, "not in the graph"), ({"around": 3}, TypeError, "around must be a Value"),
        ({"around": Value(1.0), "view": "groups"}, TypeError, "'values'"), ({"radius": -1}, ValueError, "radius"),
        ({"top": 0}, ValueError, "top"), ({"top": 2, "view": "neurons"}, ValueError, "'values'"),
        ({"top": True}, ValueError, "top"),
        ({"depth": 1, "view": "classic"}, ValueError, "groups"), ({"expand": ["a"], "view": "neurons"}, ValueError, "groups"),
        ({"depth": 0}, ValueError, "depth"), ({"expand": "layer"}, TypeError, "list of names"),
    ],
)  # fmt: skip
def test_wrong_choices_are_named(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        draw(Value(1.0) * 2, **arguments)


# ---- the same text


@pytest.mark.slow
def test_same_dot_in_every_process() -> None:
    code = (
        "import sys\nfrom test_views import mlp, scoped\nfrom viz import draw\n"
        "found = [draw(mlp(samples=2), 'neurons'), draw(scoped(), 'groups'), draw(mlp('sum', samples=9)),\n"
        "         draw(scoped(), 'groups', expand=['left'])]\n"
        "sys.stdout.buffer.write(''.join(drawing.source for drawing in found).encode())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).resolve().parent,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(HOME), str(ROOT / "tests")])},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1 and b"digraph network" in outputs.pop()


def test_without_an_engine_there_is_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIZ_DOT", "/nowhere")
    neurons = draw(lesson(), "neurons")._repr_mimebundle_()["text/plain"]
    assert neurons.startswith("E: loss, value 0.006616") and "a1: unit" in neurons
    assert "layer 1: " in draw(mlp("operators", samples=9))._repr_mimebundle_()["text/plain"]


# ---- other sources of nodes


@dataclass(frozen=True, eq=False)
class Entry:
    """A node that is no Value, as a flat program could hand it out."""

    data: float
    grad: float
    label: str
    op: str
    parents: tuple[Entry, ...]
    partials: tuple[float, ...]
    group: tuple[str, ...]
    primitive: Any
    is_constant: bool
    source: tuple[str, int] | None = None


def entries(root: Value) -> Entry:
    made: dict[int, Entry] = {}
    for v in Graph([root]).nodes:
        parents = tuple(made[id(parent)] for parent in v.parents)
        made[id(v)] = Entry(v.data, v.grad, v.label, v.op, parents, v.partials, v.group, v.primitive, v.is_constant)
    return made[id(root)]


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_whatever_has_the_attributes_of_a_value_gives_the_same_pictures(view: Callable[..., Any]) -> None:
    for root in (lesson(), mlp(samples=2), plain_layers(3, 2)):
        for options in (Options(None, THEMES["light"], 400, False, None), Options("LR", THEMES["dark"], 60, True, None)):
            assert view(Graph([entries(root)]), options).dot.source == view(Graph([root]), options).dot.source


def test_windows_paths_and_timelines_of_other_nodes() -> None:
    root = lesson()
    node = entries(root)
    other, graph = Graph([node]), Graph([root])
    assert read_top(other, 3, True) == read_top(graph, 3, True)
    assert read_window(other, node.parents[0], 2, 50, True) == read_window(graph, root.parents[0], 2, 50, True)
    assert [pytest.approx(grad) for grad in make_timeline(other).grads] == list(make_timeline(graph).grads)
