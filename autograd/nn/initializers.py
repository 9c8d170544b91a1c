"""First values of parameters, drawn from named distributions."""

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
    """Look up an initialisation by its name; a function is returned as it is."""
    if callable(init):
        return init
    if init not in INITIAL:
        raise ValueError(f"there is no initialisation {init!r}: take one of {', '.join(INITIAL)}, or a function")
    return INITIAL[init]


def generator(rng: Any) -> Any:
    """Return the source of random numbers that `rng` stands for.

    That is Python's `random` for None, a new generator for a seed, or the generator itself.
    """
    if rng is None:
        return random
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool):
        return random.Random(int(rng))
    if not hasattr(rng, "uniform"):
        raise TypeError(f"rng must be a seed, a random.Random or a NumPy Generator, not {type(rng).__name__}")
    return rng


def parameter(*shape: int, init: str | Initial = "glorot_uniform", rng: Any = None, label: str = "") -> Any:
    """Make an array of new Values to be trained.

    The weights start as random numbers, whose width follows from the number of inputs and outputs:

    - "lecun_uniform" and "lecun_normal" have the variance 1 / inputs;
    - "glorot_uniform" and "glorot_normal" have the variance 2 / (inputs + outputs);
    - "he_uniform" and "he_normal" have the variance 2 / inputs;
    - "uniform" is drawn from -1 to 1, and "zeros" is 0.

    A uniform distribution of variance v reaches from -sqrt(3 v) to sqrt(3 v).

    Args:
        *shape: the sizes, each at least 1; (outputs, inputs) for a matrix. A vector counts as one output.
        init: a name in `INITIAL`, or a function `(generator, inputs, outputs) -> float`, called once for each number.
        rng: a seed, a `random.Random` or a NumPy Generator; by default Python's `random`, so that `random.seed(n)`
            fixes the numbers.
        label: a name; the Values are then called label[0, 1], ...

    Returns:
        An object array of shape `shape`, of leaf Values.

    Raises:
        ValueError: if there is no initialisation of this name, or a size is below 1.
        TypeError: if `rng` is of another kind.

    Examples:
        >>> w = parameter(2, 3, rng=1)
        >>> w.shape, bool(abs(w[0, 0]) < (6 / 5) ** 0.5)
        ((2, 3), True)

    References:
        - LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, section 4.6 (lecun).
        - Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010, equations
          12 and 16 (glorot).
        - He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015, equation 10 (he).
    """
    if any(size < 1 for size in shape):
        raise ValueError(f"a parameter of shape {shape} has no numbers: every size must be at least 1")
    draw, source = initial(init), generator(rng)
    fan_in, fan_out = (shape[-1], shape[0] if len(shape) > 1 else 1) if shape else (1, 1)
    numbers = np.empty(shape)
    for index in np.ndindex(*shape):
        numbers[index] = draw(source, fan_in, fan_out)
    return asarray(numbers, label=label)
