"""Many points at once: rows that serve several slots, results in place, threads; to the last bit what one point gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, jit, take, value_and_grad, vmap

STEPS = st.lists(
    st.tuples(st.sampled_from("+-*/sd"), st.lists(st.integers(0, 99), min_size=2, max_size=9)), min_size=1, max_size=30
)


def straight(steps: list[tuple[str, list[int]]], xs: Any) -> Value:
    """A function of + - * / and sums, each of numbers made before; two of the last are returned."""
    made = [*xs, 1.5, -2.0, 0.0]
    for kind, places in steps:
        a, b, *_ = held = [made[i % len(made)] for i in places]
        if kind in "+-*/":
            made.append({"+": a + b, "-": a - b, "*": a * b, "/": a / (b * b + 1.0)}[kind])
        elif kind == "s":
            made.append(autograd.sum([xs[0], *held]))
        else:
            made.append(autograd.sumprod([xs[0], *held], [xs[1], *reversed(held)]))
    return made[-1] + made[-2] * xs[0]


@settings(deadline=None, max_examples=60)
@given(STEPS, st.integers(1, 40), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_points_alone_and_together(steps: Any, points: int, threads: int, seed: int) -> None:
    f = jit(value_and_grad(lambda xs: straight(steps, xs)))
    x = np.random.default_rng(seed).normal(size=(points, 3))
    values, gradients = vmap(f, threads=threads)(x)
    across, _ = vmap(f, in_axes=1)(np.ascontiguousarray(x.T))
    for i in range(points):
        value, gradient = f(x[i])
        assert np.array_equal([value, *gradient], [values[i], *gradients[i]], equal_nan=True)
    assert np.array_equal(values, across, equal_nan=True)


@pytest.mark.parametrize("points", [1, 7, 8, 9, 64, 5000])
def test_results_that_are_inputs_or_constants(points: int) -> None:
    def f(x: Any, y: Any) -> Any:
        total = x + y
        return x, total, total, 2.0, y if x > y else x * y

    x, y = np.linspace(-3.0, 3.0, points), np.linspace(2.0, -2.0, points)
    found = vmap(f)(x, y)
    expected = (x, x + y, x + y, np.full(points, 2.0), np.where(x > y, y, x * y))
    for a, b in zip(found, expected, strict=True):
        assert np.array_equal(a, b)
    for a in found:  # none of them shares memory with another or with an argument
        a[:] = 99.0
    for a, b in zip(vmap(f)(x, y), expected, strict=True):
        assert np.array_equal(a, b)
    assert x[0] == -3.0


def test_takes_and_shared_arguments() -> None:
    x = np.arange(37.0)
    found = vmap(lambda x, k, s: take([x, x * s, s], k), in_axes=(0, 0, None))(x, np.arange(37) % 3, 5.0)
    assert found.tolist() == [[i, i * 5.0, 5.0][int(i) % 3] for i in x]


def test_powers_of_0_fold() -> None:
    second = jit(autograd.grad(autograd.grad(lambda x: x**2)))
    assert second(3.0) == 2.0 and second(float("nan")) == 2.0
    assert "pow" not in str(second.program(3.0))
    assert jit(lambda x: x + (x * 0.0) ** 0)(2.0) == 3.0
