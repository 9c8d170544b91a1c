"""A graph is listed once, in an order that reads well; sweeps have their own."""

from __future__ import annotations

from typing import Any

import pytest
from pictures import mlp, random_graph, scoped

import viz.model.graph
from autograd import Value, tanh
from viz import deltas, draw, player
from viz.model.graph import Graph, reading_order, sweep_order


@pytest.mark.parametrize("seed", range(5))
def test_operands_come_before_results(seed: int) -> None:
    graph = Graph([random_graph(seed)])
    for i, node in enumerate(graph.nodes):
        assert graph.index[id(node)] == i
        assert [graph.nodes[k] is parent for k, parent in zip(graph.operands[i], node.parents, strict=True)] == [True] * len(
            node.parents
        )
        assert all(k < i for k in graph.operands[i])
        assert graph.users[i] == [user for user, operands in enumerate(graph.operands) for k in operands if k == i]


def test_operands_are_listed_from_left_to_right() -> None:
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    assert [node.label or node.op for node in reading_order([tanh(a) * b + c * a])] == "a tanh b * c * +".split()


def test_both_orders_have_the_same_nodes() -> None:
    """But for constants, which a sweep need not visit."""
    root = mlp(samples=2)
    variables = [{id(node) for node in order if not node.is_constant} for order in (sweep_order(root), reading_order([root]))]
    assert variables[0] == variables[1]


def test_several_roots_that_depend_on_each_other() -> None:
    x = Value(1.0, "x")
    y = x * 2.0
    graph = Graph([y, y + x, y])
    assert len(graph) == 4 and graph.root_ids == {graph.index[id(y)], 3}


@pytest.mark.parametrize(
    "make",
    [
        *(lambda root, view=view: draw(root, view) for view in ("values", "neurons", "groups", "classic")),
        lambda root: draw(root, max_nodes=20), lambda root: draw(root, top=2), lambda root: draw(root, around=root),
        player, deltas,
    ],
)  # fmt: skip
def test_a_graph_is_listed_once(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(viz.model.graph, "reading_order", lambda roots: calls.append(roots) or reading_order(roots))
    make(mlp(samples=2))
    assert len(calls) == 1


def test_values_between_scopes_have_their_user() -> None:
    graph = Graph([scoped()])
    shared = next(i for i, node in enumerate(graph.nodes) if node.label == "shared")
    assert len(graph.users[shared]) == 2
