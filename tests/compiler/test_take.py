"""take: a list or array read at a place that is known at run time only."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad, hessian, jacobian, jit, take, vmap

ITEMS = [5.0, 7.0, 11.0]
WRONG = [3, -4, 0.5, math.nan, math.inf, -math.inf]


def test_indices_are_those_of_lists(executor: str) -> None:
    f = jit(take)
    for i in range(-3, 3):
        assert take(ITEMS, i) == ITEMS[i] == f(ITEMS, i) == take(tuple(ITEMS), float(i)) == take(np.array(ITEMS), Value(i))
        assert f(ITEMS, np.int64(i)) == take(ITEMS, np.float32(i)) == take(range(5, 8), i) + ITEMS[i] - range(5, 8)[i]
    assert f.stats["paths"] == 1


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_indices(wrong: float, executor: str) -> None:
    f = jit(take)
    assert f(ITEMS, 1) == 7.0
    for call in (take, f, jit(take)):
        with pytest.raises(IndexError, match="take"):
            call(ITEMS, wrong)
    with pytest.raises(IndexError, match="take"):
        take(ITEMS, Value(wrong))
    with pytest.raises(IndexError, match="take"):
        vmap(take, in_axes=(None, 0))(ITEMS, np.array([0.0, wrong, 1.0]))
    with pytest.raises(IndexError, match="take"):
        grad(jit(take))(ITEMS, wrong)
    assert f(ITEMS, 2) == 11.0


def test_indices_of_wrong_types() -> None:
    for wrong in ("1", None, 1j, [[1], [0, 1]]):
        with pytest.raises((TypeError, ValueError), match="take"):
            take(ITEMS, wrong)
    with pytest.raises(IndexError, match="take"):
        take([], 0)
    with pytest.raises(TypeError, match="an item of take"):
        jit(lambda i: take(["a", "b"], i)).program(1.0)


def test_wrong_index_on_a_path_not_taken(executor: str) -> None:
    f = jit(lambda i: take(ITEMS, i) if i < 3 else -1.0)
    assert [f(0.0), f(7.0), f(2.0), f(-9.0 + 7)] == [5.0, -1.0, 11.0, 7.0]
    assert vmap(f)(np.array([0.0, 7.0, 2.0, 3.0])).tolist() == [5.0, -1.0, 11.0, -1.0]
    g = jit(lambda i: ag.where(i < 3, take(ITEMS, ag.minimum(i, 2.0)), -1.0))
    assert [g(0.0), g(7.0)] == [5.0, -1.0]


def test_rows_and_arrays(executor: str) -> None:
    f, rows, block = jit(take), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.arange(24.0).reshape(4, 3, 2)
    for i in (0, 2, -1):
        assert take(rows, i) == rows[i] == f(rows, i)
        assert np.array_equal(f(block, i), block[i]) and np.array_equal(take(block, i), block[i])
        assert np.array_equal(take(list(block), i), block[i]) and np.array_equal(f(list(block), i), block[i])
    for several in ([0, 2], np.array([[0, 1], [2, -1]]), [3], []):
        indices = np.asarray(several, dtype=int)
        assert np.array_equal(take(ITEMS + [1.0], several), np.array([*ITEMS, 1.0])[indices])
        assert np.array_equal(f(block, np.asarray(several, dtype=float)), block[indices]) or not indices.size
    assert take(ITEMS, []).shape == (0,)
    with pytest.raises((TypeError, ValueError)):
        jit(lambda i: take([[1.0, 2.0], [3.0]], i))(0.0)


def test_computed_indices(executor: str) -> None:
    f = jit(lambda xs, x: take(xs, round(x * 2)) * x)
    for x in (0.1, 0.4, 0.6, 1.1, -0.4):
        assert f(ITEMS, x) == ITEMS[round(x * 2)] * x
    g = jit(lambda i: take([10.0, 20.0, 30.0], [i, 1 - i]))
    assert [g(0.0).tolist(), g(1.0).tolist()] == [[10.0, 20.0], [20.0, 10.0]]
    chain = jit(lambda i: take([1.0, 2.0, 0.0], take([1.0, 2.0, 0.0], i)))
    assert [chain(float(i)) for i in range(3)] == [2.0, 0.0, 1.0]


def test_derivatives_go_to_the_item_taken(executor: str) -> None:
    def f(xs: Any, i: Any) -> Any:
        return take(xs, i) ** 2 * xs[0]

    for i in (0, 1, 2, -1, -3):
        own = grad(f)(ITEMS, i)
        assert jit(grad(f))(ITEMS, i) == own == grad(jit(f))(ITEMS, i)
        assert jit(hessian(f))(ITEMS, i) == hessian(f)(ITEMS, i) == hessian(jit(f))(ITEMS, i)
        assert jit(jacobian(lambda xs, i: [f(xs, i)], mode="forward"))(ITEMS, i) == [own]
        by_both = grad(jit(f), (0, 1))(ITEMS, float(i))
        assert by_both == (own, 0.0) and grad(f, (0, 1))(ITEMS, float(i)) == (own, 0.0)
    points = np.array([0.0, 1.0, -1.0])
    found = vmap(grad(f), in_axes=(None, 0))(ITEMS, points)
    assert np.array(found).T.tolist() == [grad(f)(ITEMS, i) for i in (0, 1, -1)]


def test_rows_of_parameters_by_tokens(executor: str) -> None:
    """As an embedding reads them."""

    def loss(table: Any, tokens: Any) -> Any:
        return ag.sum([ag.sumprod(list(take(table, t)), list(take(table, t))) for t in tokens])

    table = np.arange(8.0).reshape(4, 2)
    step = jit(grad(loss))
    for tokens in ([0, 1, 1], [3, 2, 0]):
        expected = np.zeros((4, 2))
        for t in tokens:
            expected[t] += 2 * table[t]
        assert np.array_equal(step(table, np.array(tokens)), expected)
    assert step.stats["traces"] == 1
