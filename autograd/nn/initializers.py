"""First values of parameters: drawn from named distributions whose width follows from the number of connections."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import asarray

Initial = Callable[[Any, int, int], float]


def _normal(rng: Any, deviation: float) -> float:
    draw = rng.gauss if hasattr(rng, "gauss") else rng.normal  # random.Random's name, NumPy's name
    return float(draw(0.0, deviation))


def _within(rng: Any, bound: float) -> float:
    return float(rng.uniform(-bound, bound))


INITIAL: dict[str, Initial] = {
    "zeros": lambda rng, fan_in, fan_out: 0.0,
    "uniform": lambda rng, fan_in, fan_out: _within(rng, 1.0),
    "lecun_uniform": lambda rng, fan_in, fan_out: _within(rng, math.sqrt(3.0 / fan_in)),
    "lecun_normal": lambda rng, fan_in, fan_out: _normal(rng, math.sqrt(1.0 / fan_in)),
    "glorot_uniform": lambda rng, fan_in, fan_out: _within(rng, math.sqrt(6.0 / (fan_in + fan_out))),
    "glorot_normal": lambda rng, fan_in, fan_out: _normal(rng, math.sqrt(2.0 / (fan_in + fan_out))),
    "he_uniform": lambda rng, fan_in, fan_out: _within(rng, math.sqrt(6.0 / fan_in)),
    "he_normal": lambda rng, fan_in, fan_out: _normal(rng, math.sqrt(2.0 / fan_in)),
}


def initial(init: str | Initial) -> Initial:
    """The function of an initialisation's name; a function is given back as it is."""
    if callable(init):
        return init
    if init not in INITIAL:
        raise ValueError(f"there is no initialisation {init!r}: take one of {', '.join(INITIAL)}, or a function")
    return INITIAL[init]


def generator(rng: Any) -> Any:
    """What numbers are drawn from: Python's `random` for None, a new generator for a seed, or the generator given."""
    if rng is None:
        return random
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool):
        return random.Random(int(rng))
    if not hasattr(rng, "uniform"):
        raise TypeError(f"rng must be a seed, a random.Random or a NumPy Generator, not {type(rng).__name__}")
    return rng


def parameter(*shape: int, init: str | Initial = "glorot_uniform", rng: Any = None, label: str = "") -> Any:
    """An array of new Values to be trained.

    Arguments: the `shape`, (outputs, inputs) for a matrix; `init`, a name of `INITIAL` or a function of generator, number of
    inputs and number of outputs that gives a number; `rng`, a seed, a `random.Random` or a NumPy Generator, by default
    Python's `random`, so that `random.seed(n)` fixes the numbers; `label`, a name: the Values are called label[0, 1], ...
    ValueError for an unknown name or a size below 1, TypeError for an rng of another kind.
    Sources: LeCun et al., Efficient BackProp, 1998 (lecun); Glorot and Bengio, 2010 (glorot); He et al., 2015 (he).

    >>> w = parameter(2, 3, rng=1)
    >>> w.shape, bool(abs(w[0, 0]) < (6 / 5) ** 0.5)
    ((2, 3), True)
    """
    if any(size < 1 for size in shape):
        raise ValueError(f"a parameter of shape {shape} has no numbers: every size must be at least 1")
    draw, source = initial(init), generator(rng)
    fan_in, fan_out = (shape[-1], shape[0] if len(shape) > 1 else 1) if shape else (1, 1)
    numbers = np.empty(shape)
    for index in np.ndindex(*shape):
        numbers[index] = draw(source, fan_in, fan_out)
    return asarray(numbers, label=label)
