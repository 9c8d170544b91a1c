"""Functions at singular points: what is behind a cut, and what is 0 times infinity."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import inf
from typing import Any

import autograd as ag

Function = Callable[[Any], Any]

# Derivative 0 to any order: behind a cut there is nothing, whatever comes from above or below.
CUT: dict[str, tuple[Function, float]] = {
    "relu": (lambda x: ag.sqrt(ag.relu(x)), -1.0),
    "relu at 0": (lambda x: ag.sqrt(ag.relu(x)), 0.0),
    "maximum": (lambda x: ag.sqrt(ag.maximum(x, 0.0)), -1.0),
    "maximum's second operand": (lambda x: ag.log(ag.maximum(0.0, x)), -1.0),
    "minimum": (lambda x: ag.acos(ag.minimum(x, 1.0)), 1.0000001),
    "clip": (lambda x: ag.acos(ag.clip(x, -1.0, 1.0)), 1.5),
    "clip below": (lambda x: ag.log(ag.clip(x, 0.0, 1.0)), -2.0),
    "floor": (lambda x: ag.sqrt(ag.floor(x)), 0.5),
    "ceil": (lambda x: ag.sqrt(ag.ceil(x)), -0.5),
    "trunc": (lambda x: ag.log(ag.trunc(x)), 0.5),
    "round": (lambda x: ag.sqrt(round(x)), 0.25),
    "//": (lambda x: ag.sqrt(x // 3.0), 2.0),
    "// of a number": (lambda x: ag.sqrt(1.0 // x), 2.0),
    "sign": (lambda x: ag.sqrt(abs(ag.sign(x))), 0.0),
    "stop_gradient": (lambda x: ag.sqrt(ag.stop_gradient(x)), 0.0),
    "detach": (lambda x: ag.sqrt(x.detach()), 0.0),
    "infinite below maximum": (lambda x: ag.maximum(1.0, ag.sqrt(x)), 0.0),
    "infinite below minimum": (lambda x: ag.minimum(ag.sqrt(x), -1.0), 0.0),
    "infinite below relu": (lambda x: ag.relu(-1.0 - ag.sqrt(x)), 0.0),
    "infinite below clip": (lambda x: ag.clip(2.0 + ag.sqrt(x), -1.0, 1.0), 0.0),
    "a bound not in force": (lambda x: ag.clip(0.5, ag.sqrt(x), 1.0), 0.0),
    "a bound on which the number is": (lambda x: ag.clip(0.0, ag.sqrt(x), 1.0), 0.0),
    "the upper bound": (lambda x: ag.clip(0.5, 0.0, 1.0 + ag.sqrt(x)), 0.0),
    "leaky_relu's slope": (lambda x: ag.leaky_relu(1.0, ag.sqrt(x)), 0.0),
    "elu's alpha": (lambda x: ag.elu(1.0, ag.sqrt(x)), 0.0),
    "where": (lambda x: ag.where(x > 0.0, ag.sqrt(x), 3.0), 0.0),
    "take": (lambda x: ag.take([3.0 + x, ag.sqrt(x)], 0) - x, 0.0),
    "nan below": (lambda x: ag.maximum(0.0 * ag.sqrt(x), 1.0), 0.0),
    "twice": (lambda x: ag.sqrt(ag.relu(ag.sqrt(ag.relu(x)))), -1.0),
    "one of several ways": (lambda x: ag.sqrt(ag.relu(x)) * 0.0 + ag.log(ag.maximum(x, 0.0) + 0.0 * 1.0), -1.0),
}

# Derivative nan: every other 0 is a number. (Of second order too, but for the last: log has no second derivative there yet.)
NAN: dict[str, tuple[Function, float]] = {
    "sqrt(x)**2": (lambda x: ag.sqrt(x) ** 2, 0.0),
    "sqrt(x)*sqrt(x)": (lambda x: (lambda s: s * s)(ag.sqrt(x)), 0.0),
    "exp(log(x))": (lambda x: ag.exp(ag.log(x)), 0.0),
    "sigmoid(log(x))": (lambda x: ag.sigmoid(ag.log(x)), 0.0),
    "softplus(log(x))": (lambda x: ag.softplus(ag.log(x)), 0.0),
    "cbrt(x)**3": (lambda x: ag.cbrt(x) ** 3, 0.0),
    "logsumexp with log(0)": (lambda x: ag.logsumexp([ag.log(x), math.log(0.5)]), 0.0),
    "log(exp(x))": (lambda x: ag.log(ag.exp(x)), -800.0),
    "log(sigmoid(x))": (lambda x: ag.log(ag.sigmoid(x)), -800.0),
    "exp(-1/x**2)": (lambda x: ag.exp(-1.0 / x**2), 0.0),
    "sqrt(abs(x))": (lambda x: ag.sqrt(abs(x)), 0.0),
    "sqrt(hypot(x, 0))": (lambda x: ag.sqrt(ag.hypot(x, 0.0)), 0.0),
    "log of x**0 - 1": (lambda x: ag.log(x**0 - 1.0), 2.0),
    "0 * sqrt(x)": (lambda x: 0.0 * ag.sqrt(x), 0.0),
    "sqrt(x) / inf": (lambda x: ag.sqrt(x) / inf, 0.0),
    "prod with 0": (lambda x: ag.prod([ag.sqrt(x), 0.0, 2.0]), 0.0),
    "sumprod with 0": (lambda x: ag.sumprod([ag.sqrt(x), 1.0], [0.0, 2.0]), 0.0),
    "a slope of 0": (lambda x: ag.leaky_relu(-ag.sqrt(x), 0.0), 0.0),
    "the tie of maximum": (lambda x: ag.sqrt(ag.maximum(x, -x)), 0.0),
    "inf - inf": (lambda x: ag.exp(1000.0 * x) - ag.exp(1000.0 * x), 1.0),
    "outside the domain": (lambda x: 0.0 * ag.log(x), -1.0),
}
