"""Pictures as data: order, repeated arrows, and what is left out of large graphs."""

from __future__ import annotations

import math

from pictures import random_graph, texts

import autograd
from autograd import Value, scope
from viz import draw
from viz.model.graph import Graph
from viz.model.group_stats import flows_of
from viz.model.picture import MAX_WIDTH, read_graph


def test_square_has_two_edges() -> None:
    x = Value(3.0, "x")
    for y in (x * x, x + x):
        for view in ("values", "classic"):
            assert draw(y, view).source.count("\tn0 -> ") == 2
    many = read_graph(Graph([x + x + x + x]))
    assert [(arrow.tail, arrow.times) for arrow in many.arrows] == [("n0", 4)]
    assert "4 ×" in texts(draw(x + x + x + x))


def test_several_roots() -> None:
    a, b = Value(1.0, "a"), Value(2.0, "b")
    p, q = a * b, a + b
    picture = read_graph(Graph([p, q]))
    assert [box.operation for box in picture.roots] == ["×", "+"]
    assert draw([p, q]).source == draw((p, q)).source


def test_above_max_nodes() -> None:
    """The picture counts what is left out."""
    picture = read_graph(Graph([random_graph(3)]), max_nodes=6)
    stubs = [box for box in picture.boxes if box.kind == "stub"]
    cards = len(picture.boxes) - len(stubs)
    assert cards <= 6 and stubs
    assert sum(stub.data for stub in stubs) == picture.left_out
    assert cards + sum(len(box.folded) for box in picture.boxes) + picture.left_out == picture.values
    ids = {box.id for box in picture.boxes}
    assert all({arrow.tail, arrow.head} <= ids for arrow in picture.arrows)
    shown = texts(draw(random_graph(3), "classic", max_nodes=6))
    assert any("left out" in text for text in shown) and any(text.endswith(" more") for text in shown)
    assert not any("left out" in text for text in texts(draw(random_graph(3), max_nodes=None)))


def test_large_graph_is_cut() -> None:
    wide = autograd.sum([Value(float(i)) for i in range(1000)])
    picture = read_graph(Graph([-wide]), max_nodes=400)
    assert [box.operation for box in picture.boxes[-3:]] == ["Σ", "−", ""]
    assert len(picture.boxes) == 2 + MAX_WIDTH + 1 and picture.left_out == 1000 - MAX_WIDTH
    two = read_graph(Graph([wide * autograd.sum([Value(float(i)) for i in range(500)])]), max_nodes=400)
    assert sorted(box.data for box in two.boxes if box.kind == "stub") == [500.0, 1000.0]
    assert len(two.boxes) == 5


def test_ids_are_in_topological_order() -> None:
    picture = read_graph(Graph([random_graph(7)]))
    assert all(int(arrow.tail[1:]) < int(arrow.head[1:]) for arrow in picture.arrows)


def test_cut_arrows_are_dashed() -> None:
    """They send nothing back, and neither does what only they lead to, whatever its local derivatives are."""
    x, y = Value(0.0, "x"), Value(2.0, "y")
    root = autograd.sqrt(x)
    root.label = "root"
    top = autograd.maximum(root, y) * autograd.sqrt(y - 2.0)
    for swept in (False, True):
        if swept:
            top.backward()
        arrows = read_graph(Graph([top]), folding=False).arrows
        assert [arrow.message for arrow in arrows if arrow.kind == "cut"] == [0.0]
        (into_root,) = [arrow for arrow in arrows if arrow.local == math.inf and arrow.tail == "n0"]
        assert into_root.message == 0.0
        assert draw(top).source.count("style=dashed") == draw(top, "classic").source.count("style=dashed") == 1
        assert any("a dashed arrow is cut" in text for text in texts(draw(top)))
    assert y.grad == math.inf  # through the other factor
    assert sum(math.isinf(arrow.message) for arrow in arrows if arrow.kind == "operand") == 2
    assert "dashed" not in draw(x * y).source


def test_flows_between_groups_skip_cuts() -> None:
    x = Value(-1.0, "x")
    with scope("below"):
        h = autograd.cbrt(x + 1.0)
    with scope("above"):
        top = autograd.relu(h) + autograd.relu(h - 1.0)
    top.backward()
    graph = Graph([top])
    (flow,) = [flow for flow in flows_of(graph, [node.group or ("",) for node in graph.nodes]) if flow.head == ("above",)]
    assert (flow.edges, flow.norm) == (2, 0.0)
