"""At singular points programs say what sweeps say: 0 behind a cut, nan where another 0 meets an infinity."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from singular import CUT, NAN, Function

from autograd import grad, gradient, hessian, hvp, jacobian, jit, jvp, vmap

FIRST: dict[str, Callable[[Function, float], Any]] = {
    "jit(grad)": lambda f, x: jit(grad(f))(x),
    "jit(jvp)": lambda f, x: jit(lambda y: jvp(f, y, 1.0)[1])(x),
    "jit(jacobian), forward": lambda f, x: jit(jacobian(f, mode="forward"))(x),
    "jit(jacobian), reverse": lambda f, x: jit(jacobian(f, mode="reverse"))(x),
    "jit(gradient)": lambda f, x: jit(lambda y: gradient(f(y), y))(x),
    "grad(jit)": lambda f, x: grad(jit(f))(x),
    "jvp(jit)": lambda f, x: jvp(jit(f), x, 1.0)[1],
    "vmap(grad)": lambda f, x: vmap(grad(f))(np.array([x, x]))[1],
}
HIGHER: dict[str, Callable[[Function, float], Any]] = {
    "jit(hessian)": lambda f, x: jit(hessian(f))(x),
    "jit(hvp)": lambda f, x: jit(lambda y: hvp(f, y, 1.0))(x),
    "jit(grad of jvp)": lambda f, x: jit(grad(lambda y: jvp(f, y, 1.0)[1]))(x),
    "jit(jvp of jvp)": lambda f, x: jit(lambda z: jvp(lambda y: jvp(f, y, 1.0)[1], z, 1.0)[1])(x),
    "grad(grad(jit))": lambda f, x: grad(grad(jit(f)))(x),
    "hessian(jit)": lambda f, x: hessian(jit(f))(x),
    "vmap(hessian)": lambda f, x: vmap(hessian(f))(np.array([x, x]))[1],
    "jit(grad(grad(grad)))": lambda f, x: jit(grad(grad(grad(f))))(x),
}


@pytest.mark.parametrize("way", FIRST)
def test_first_derivatives(way: str) -> None:
    wrong = [name for name, (f, x) in CUT.items() if FIRST[way](f, x) != 0.0]
    assert not wrong + [name for name, (f, x) in NAN.items() if not math.isnan(FIRST[way](f, x))]


@pytest.mark.parametrize("way", HIGHER)
def test_higher_derivatives(way: str) -> None:
    wrong = [name for name, (f, x) in CUT.items() if HIGHER[way](f, x) != 0.0]
    names = [name for name in NAN if name != "outside the domain"]
    assert not wrong + [name for name in names if not math.isnan(HIGHER[way](*NAN[name]))]
