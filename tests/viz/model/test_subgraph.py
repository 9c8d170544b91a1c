"""Windows around a value, and the paths of the largest gradients."""

from __future__ import annotations

import pytest
from pictures import mlp, texts

import autograd
from autograd import Value, tanh
from viz import draw
from viz.model.graph import Graph, sweep_order
from viz.model.paths import largest_paths_to_leaves
from viz.model.subgraph import read_top, read_window


def test_paths_of_the_largest_gradients() -> None:
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


def test_largest_paths_are_largest() -> None:
    """Each is larger than every path that is not among them."""
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


def test_window() -> None:
    """It shows what is near, and stubs for the rest."""
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


def test_window_of_a_hub() -> None:
    hub = Value(1.0, "hub")
    root = autograd.sum([hub * float(i) for i in range(5000)])
    picture = read_window(Graph([root]), hub, 3, 30, True)
    assert len([box for box in picture.boxes if box.kind != "stub"]) == 30
