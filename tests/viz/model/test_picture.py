"""Pictures as data: order, repeated arrows, and what is left out of large graphs."""

from __future__ import annotations

from pictures import random_graph, texts

import autograd
from autograd import Value
from viz import draw
from viz.model.graph import Graph
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
