"""Folding loses nothing, and folds nothing that is named or shared."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import random_graph, texts

import autograd
from autograd import Value, scope, tanh
from viz import draw
from viz.model.fold import fewest_items
from viz.model.graph import Graph
from viz.model.picture import Picture, read_graph


@pytest.mark.parametrize("seed", range(25))
def test_folding_loses_nothing(seed: int) -> None:
    root = random_graph(seed)
    whole, folded = read_graph(Graph([root]), folding=False), read_graph(Graph([root]))
    nodes = {box.id: box for box in whole.boxes}
    drawn = {box.id: box for box in folded.boxes}
    assert sorted([*drawn, *(i for box in folded.boxes for i in box.folded)]) == sorted(nodes)
    uses = {name: sum(arrow.times for arrow in whole.arrows if arrow.tail == name) for name in nodes}
    for box in folded.boxes:
        for name in box.folded:
            assert not nodes[name].label and uses[name] == 1 and not nodes[name].is_root
        constants = [nodes[name].data for name in box.folded if nodes[name].kind == "constant"]
        assert sorted(constants) == sorted(box.constants)
        for name in set(box.folded) - {name for name in box.folded if nodes[name].kind == "constant"}:
            assert nodes[name].grad == box.grad  # a partial sum has its sum's gradient
        if box.operation.startswith("Σ"):
            terms = [nodes[arrow.tail].data for arrow in folded.arrows if arrow.head == box.id for _ in range(arrow.times)]
            assert math.isclose(math.fsum(terms + list(box.constants)), box.data, rel_tol=1e-12, abs_tol=1e-12)
    assert_gradients_flow(whole)
    assert_gradients_flow(folded)


def assert_gradients_flow(picture: Picture) -> None:
    """Every gradient is the sum of what the arrows send back: no arrow is missing, none is drawn twice."""
    for box in picture.boxes:
        if not box.is_root and box.kind != "constant":
            sent = [arrow.message for arrow in picture.arrows if arrow.tail == box.id]
            assert math.isclose(math.fsum(sent), box.grad, rel_tol=1e-9, abs_tol=1e-12)


def test_what_is_not_folded() -> None:
    """Names, shared values and scopes."""
    a, b, c = (Value(number, name) for number, name in [(1.0, "a"), (2.0, "b"), (3.0, "c")])
    named = a + b
    named.label = "s"
    assert len(read_graph(Graph([named + c])).boxes) == 5
    shared = a + b
    assert len(read_graph(Graph([(shared + c) * shared])).boxes) == 6
    with scope("elsewhere"):
        inner = a + b
    assert len(read_graph(Graph([inner + c])).boxes) == 5
    assert len(read_graph(Graph([a + b + c])).boxes) == 4


def test_sums_that_fold() -> None:
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    inner = a + b
    outer = inner + c
    inner.grad = 5.0
    assert len(read_graph(Graph([outer])).boxes) == 5
    inner.grad = 0.0
    assert len(read_graph(Graph([outer])).boxes) == 4
    inner.data = 7.0
    assert len(read_graph(Graph([outer])).boxes) == 5


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x: x + 1, "+ 1"), (lambda x: 1 + x, "+ 1"), (lambda x: x - 2, "− 2"), (lambda x: 2 - x, "2 − x"),
        (lambda x: -0.5 * x, "× (-0.5)"), (lambda x: x / 4, "÷ 4"), (lambda x: 1 / x, "1 ÷ x"), (lambda x: x**2, "x²"),
        (lambda x: x**-1, "x⁻¹"), (lambda x: x**0.5, "x^0.5"), (lambda x: 2**x, "2^x"), (lambda x: x % 3, "mod 3"),
        (lambda x: autograd.maximum(x, 0), "maximum(x, 0)"), (lambda x: autograd.maximum(0, x), "maximum(0, x)"),
        (lambda x: autograd.clip(x, -1, 1), "clip(x, -1, 1)"), (lambda x: x + 1 + x, "Σ + 1"),
        (lambda x: autograd.sumprod([x, x], [2.0, 3.0]), "Σ×"), (lambda x: autograd.where(x > 0, x, x), None),
    ],
)  # fmt: skip
def test_constants(make: Callable[[Value], Value], text: str | None) -> None:
    x = Value(2.0, "x")
    y = make(x)
    if text is not None:
        box = read_graph(Graph([y])).roots[0]
        assert box.operation == text
        assert not [box for box in read_graph(Graph([y])).boxes if box.kind == "constant"]
    assert texts(draw(y)) and texts(draw(y, "classic"))


@pytest.mark.parametrize("symbol", ["add", "+", "Σ", "<lambda>", ""])
def test_custom_operations_keep_their_symbol(symbol: str) -> None:
    @autograd.primitive(partials=[lambda x, y: 2.0, lambda x, y: 0.0], symbol=symbol)
    def add(x: float, y: float) -> float:
        return 2.0 * x

    x, z = Value(1.0, "x"), Value(2.0, "z")
    assert read_graph(Graph([add(x, 1)])).roots[0].operation == f"{symbol or 'add'}(x, 1)"
    assert len(read_graph(Graph([add(x, z) + x])).boxes) == 4
    assert f"{symbol or 'add'}(x, 1)" in texts(draw(add(x, 1))) and (symbol or "add") in texts(draw(add(x, 1), "classic"))


def test_sum_of_products_is_one_card() -> None:
    """The other factor is on the arrow."""
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
def test_folding_keeps_every_value_and_gradient(seed: int, products: bool) -> None:
    """Nothing is left out, and every message is in its operand's gradient."""
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
