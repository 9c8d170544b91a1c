"""Zero and infinity in programs: every derivative that is traced or derived from a program is the untraced one, in its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from singular import CUT, NAN, Function

import autograd as ag
from autograd import grad, hessian, hvp, jit, jvp, vjp, vmap

CHOICES: dict[str, tuple[Function, float]] = {  # of which the branch not taken has no number, or no derivative
    "x log x": (lambda x: ag.where(x > 0.0, x * ag.log(x), 0.0), -1.0),
    "x log x at 0": (lambda x: ag.where(x > 0.0, x * ag.log(x / 0.5), 0.0), 0.0),
    "sqrt": (lambda x: ag.where(x > 0.0, ag.sqrt(x) * x, 0.0), 0.0),
    "log squared": (lambda x: ag.where(x > 0.0, ag.log(x) ** 2, x), -1.0),
    "1 / x": (lambda x: ag.where(x != 0.0, 1.0 / x, 0.0), 0.0),
    "sinc": (lambda x: ag.where(x != 0.0, ag.sin(x) / x, 1.0), 0.0),
    "sinc and its series": (lambda x: ag.where(abs(x) > 1e-3, ag.sin(x) / x, 1.0 - x * x / 6.0), 0.0),
    "acos": (lambda x: ag.where(abs(x) < 1.0, ag.acos(x), 0.0), 1.5),
    "an overflow": (lambda x: ag.where(x < 50.0, ag.exp(x), x * x), 800.0),
    "take": (lambda x: ag.take([x * x, ag.sqrt(x), ag.log(x)], ag.floor(x)), 0.0),
    "an item from the end": (lambda x: ag.take([ag.sqrt(x), ag.log(x), x * x], -1.0 - ag.floor(x)), 0.0),
}
ONE: dict[str, Callable[[Function, float], Any]] = {
    "jit(grad)": lambda f, x: jit(grad(f))(x),
    "jit(jvp)": lambda f, x: jit(lambda y: jvp(f, y, 1.0)[1])(x),
    "jit(vjp)": lambda f, x: jit(lambda y: vjp(f, y)[1](1.0)[0])(x),
    "grad(jit)": lambda f, x: grad(jit(f))(x),
    "vmap(grad)": lambda f, x: vmap(grad(f))(np.array([x, 1.5, x]))[2],
}
TWO: dict[str, Callable[[Function, float], Any]] = {
    "jit(hessian)": lambda f, x: jit(hessian(f))(x),
    "jit(hvp)": lambda f, x: jit(lambda y: hvp(f, y, 1.0))(x),
    "hessian(jit)": lambda f, x: hessian(jit(f))(x),
    "vmap(hessian)": lambda f, x: vmap(hessian(f))(np.array([x, 1.5, x]))[2],
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_branch_not_taken_gives_nothing(name: str, executor: str) -> None:
    """Not to the third order either."""
    f, x = CHOICES[name]
    for order in range(3):
        derived = f if order == 0 else grad(f) if order == 1 else grad(grad(f))
        expected = grad(derived)(x)
        assert np.isfinite(expected)
        for way in ONE:
            assert ONE[way](derived, x) == pytest.approx(expected, rel=1e-14), (order, way)
        for way in TWO if order else ():
            assert TWO[way](f if order == 1 else grad(f), x) == pytest.approx(expected, rel=1e-14), (order, way)


@pytest.mark.parametrize("table", [CUT, NAN], ids=["cut", "nan"])
def test_both_executors_keep_the_rule(table: dict[str, tuple[Function, float]], executor: str) -> None:
    expected = 0.0 if table is CUT else np.nan
    for name, (f, x) in table.items():
        found = [jit(grad(f))(x), vmap(grad(f))(np.array([x, 1.5, x]))[2], jit(hessian(f))(x)]
        if name == "outside the domain":
            found.pop()
        np.testing.assert_array_equal(found, expected, err_msg=name)


def test_a_power_of_0_has_a_derivative(executor: str) -> None:
    """Though x**0 is the number 1, and no instruction."""
    f = lambda x: ag.sqrt(x) ** 0 + x  # noqa: E731
    assert np.isnan(jit(grad(f))(0.0)) and np.isnan(grad(f)(0.0)) and jit(grad(f))(4.0) == 1.0
    assert "pow" not in str(jit(f).program(4.0))


def test_a_cut_is_no_guard() -> None:
    """One path serves all patterns of what is cut."""
    f = lambda w: ag.sum([ag.relu(x) * ag.maximum(x, w[0]) + ag.where(x > 0.5, x * x, x) for x in w])  # noqa: E731
    for derived in (grad(f), hessian(f), lambda w: hvp(f, w, w), lambda w: jvp(f, (w,), (w,))[1], lambda w: grad(f)(w)):
        jitted = jit(derived)
        for point in ([1.0, -2.0, 0.3], [-1.0, 2.0, 0.7], [-1.0, -1.0, -1.0]):
            np.testing.assert_allclose(np.array(jitted(np.array(point))), np.array(derived(np.array(point)), dtype=float))
        assert jitted.stats["paths"] == 1
    assert not len(jit(hessian(f)).program(np.array([1.0, -2.0, 0.3])).guards)
