"""Zero and infinity in programs: every derivative that is traced or derived from a program is the untraced one, in its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad, hessian, hvp, jacobian, jit, jvp, vjp, vmap

Function = Callable[[Any], Any]

CUT: dict[str, tuple[Function, float]] = {
    "relu": (lambda x: ag.sqrt(ag.relu(x)), -1.0),
    "maximum": (lambda x: ag.sqrt(ag.maximum(x, 0.0)), -1.0),
    "minimum": (lambda x: ag.acos(ag.minimum(x, 1.0)), 1.0000001),
    "clip": (lambda x: ag.acos(ag.clip(x, -1.0, 1.0)), 1.5),
    "a bound not in force": (lambda x: ag.clip(0.5, ag.sqrt(x), 1.0), 0.0),
    "floor": (lambda x: ag.sqrt(ag.floor(x)), 0.5),
    "round": (lambda x: ag.sqrt(round(x)), 0.25),
    "//": (lambda x: ag.sqrt(x // 3.0), 2.0),
    "sign": (lambda x: ag.sqrt(abs(ag.sign(x))), 0.0),
    "stop_gradient": (lambda x: ag.sqrt(ag.stop_gradient(x)), 0.0),
    "leaky_relu's slope": (lambda x: ag.leaky_relu(1.0, ag.sqrt(x)), 0.0),
    "elu's alpha": (lambda x: ag.elu(1.0, ag.sqrt(x)), 0.0),
    "infinite below maximum": (lambda x: ag.maximum(1.0, ag.sqrt(x)), 0.0),
    "infinite below relu": (lambda x: ag.relu(-1.0 - ag.sqrt(x)), 0.0),
    "twice": (lambda x: ag.sqrt(ag.relu(ag.sqrt(ag.relu(x)))), -1.0),
    "several ways": (lambda x: ag.sqrt(ag.relu(x)) * ag.relu(x - 1.0) + ag.log(ag.maximum(x, 0.0)), -1.0),
    "where, x log x": (lambda x: ag.where(x > 0.0, x * ag.log(x), 0.0), -1.0),
    "where, sqrt": (lambda x: ag.where(x > 0.0, ag.sqrt(x) * x, 0.0), 0.0),
    "where, log squared": (lambda x: ag.where(x > 0.0, ag.log(x) ** 2, 3.0), 0.0),
    "where, overflow": (lambda x: ag.where(x < 50.0, ag.exp(x), 1.0), 800.0),
    "take": (lambda x: ag.take([3.0 + x, ag.sqrt(x)], ag.floor(x)) - x, 0.0),
}
NAN: dict[str, tuple[Function, float]] = {
    "sqrt(x)**2": (lambda x: ag.sqrt(x) ** 2, 0.0),
    "sqrt(x)**0": (lambda x: ag.sqrt(x) ** 0, 0.0),
    "exp(log(x))": (lambda x: ag.exp(ag.log(x)), 0.0),
    "cbrt(x)**3": (lambda x: ag.cbrt(x) ** 3, 0.0),
    "logsumexp": (lambda x: ag.logsumexp([ag.log(x), np.log(0.5)]), 0.0),
    "log(exp(x))": (lambda x: ag.log(ag.exp(x)), -800.0),
    "exp(-1/x**2)": (lambda x: ag.exp(-1.0 / x**2), 0.0),
    "sqrt(abs(x))": (lambda x: ag.sqrt(abs(x)), 0.0),
    "0 * sqrt(x)": (lambda x: 0.0 * ag.sqrt(x), 0.0),
    "prod with 0": (lambda x: ag.prod([ag.sqrt(x), 0.0, 2.0]), 0.0),
    "a slope of 0": (lambda x: ag.leaky_relu(-ag.sqrt(x), 0.0), 0.0),
    "inf - inf": (lambda x: ag.exp(1000.0 * x) - ag.exp(1000.0 * x), 1.0),
}


def kind(f: Function) -> Function:
    return jit(lambda x: f(x))


WAYS: dict[str, Callable[[Function, float], Any]] = {
    "jit(grad)": lambda f, x: jit(grad(f))(x),
    "grad(jit)": lambda f, x: grad(kind(f))(x),
    "backward": lambda f, x: (lambda v: (kind(f)(v).backward(), v.grad)[1])(Value(x)),
    "jit(traced grad)": lambda f, x: jit(lambda y: grad(f)(y))(x),
    "jit(jvp)": lambda f, x: jit(lambda y: jvp(f, y, 1.0)[1])(x),
    "jit(vjp)": lambda f, x: jit(lambda y: vjp(f, y)[1](1.0)[0])(x),
    "jit(jacobian)": lambda f, x: jit(jacobian(lambda p: [f(p[0])], mode="forward"))([x])[0][0],
    "vmap(grad)": lambda f, x: vmap(grad(f))(np.array([x, 0.5, x]))[2],
    "jit(hessian)": lambda f, x: jit(hessian(f))(x),
    "jit(hvp)": lambda f, x: jit(lambda y: hvp(f, y, 1.0))(x),
    "jit(grad(grad))": lambda f, x: jit(grad(grad(f)))(x),
    "hessian(jit)": lambda f, x: hessian(kind(f))(x),
    "grad(grad(jit))": lambda f, x: grad(grad(kind(f)))(x),
    "vmap(hessian)": lambda f, x: vmap(hessian(f))(np.array([x, 0.5, x]))[2],
    "jit(grad(hessian))": lambda f, x: jit(grad(hessian(f)))(x),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CUT)
def test_nothing_passes_a_cut(name: str, way: str, executor: str) -> None:
    f, x = CUT[name]
    assert WAYS[way](f, x) == 0.0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAN)
def test_0_times_infinity_is_nan(name: str, way: str, executor: str) -> None:
    f, x = NAN[name]
    assert np.isnan(WAYS[way](f, x))


def test_a_cut_is_no_guard() -> None:
    """One path serves all patterns of what is cut."""
    f = lambda w: ag.sum([ag.relu(x) * ag.maximum(x, w[0]) + ag.where(x > 0.5, x * x, x) for x in w])  # noqa: E731
    for derived in (grad(f), hessian(f), lambda w: hvp(f, w, w), lambda w: jvp(f, (w,), (w,))[1], lambda w: grad(f)(w)):
        jitted = jit(derived)
        for point in ([1.0, -2.0, 0.3], [-1.0, 2.0, 0.7], [-1.0, -1.0, -1.0]):
            np.testing.assert_allclose(np.array(jitted(np.array(point))), np.array(derived(np.array(point)), dtype=float))
        assert jitted.stats["paths"] == 1
    assert not len(jit(hessian(f)).program(np.array([1.0, -2.0, 0.3])).guards)


def test_cuts_are_structure_not_adjoints_of_0() -> None:
    e = np.exp(1.5)
    np.testing.assert_allclose(jit(hessian(lambda p: p[0] * ag.exp(p[1])))([0.0, 1.5]), [[0.0, e], [e, 0.0]])
