"""Random expressions over the whole table, of floats, Values, arrays and mpmath's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from hypothesis import strategies as st

import autograd as ag
from autograd.ops.primitives import TABLE, R

mp = mpmath.MPContext()
mp.dps = 40

OPERATORS: dict[str, Callable[..., Any]] = {
    "neg": lambda x: -x,
    "abs": abs,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "mod": lambda x, y: x % y,
    "floordiv": lambda x, y: x // y,
}
NAMES = sorted(name for name, row in TABLE.items() if row.public or name in OPERATORS)
LINEAR = ("neg", "add", "sub", "sum", "mean", "abs")  # take any number; the operands of others are kept in the row's interval


def call(name: str, operands: Sequence[Any]) -> Any:
    """The operation on numbers, Values or arrays, as a user writes it."""
    if name in OPERATORS:
        return OPERATORS[name](*operands)
    row = TABLE[name]
    if row.arity:
        return getattr(ag, name)(*operands)
    size = len(operands) // row.lists
    lists = [list(operands[k * size : (k + 1) * size]) for k in range(row.lists)]
    if any(isinstance(x, np.ndarray) for x in operands):
        stacked = np.stack(np.broadcast_arrays(*operands))
        lists = [stacked[k * size : (k + 1) * size] for k in range(row.lists)]
        if row.lists == 2:  # of vectors only
            return np.array([ag.sumprod(p, q) for p, q in zip(*(xs.T for xs in lists), strict=True)])
        result = getattr(ag, name)(*lists, axis=0)
    else:
        result = getattr(ag, name)(*lists)
    return result if row.partials else next(iter(result)) if result.ndim > 1 else result.tolist()[0]


# ---- mpmath: 40 digits, and how far the nearest kink or jump is


def trunc(x: Any) -> Any:
    return mp.floor(x) if x >= 0 else mp.ceil(x)


def power(x: Any, n: Any) -> Any:
    return mp.power(x, n)


EXACT: dict[str, Callable[..., Any]] = {
    **OPERATORS,
    "pow": power,
    "mod": lambda x, y: x - y * mp.floor(x / y),
    "floordiv": lambda x, y: mp.floor(x / y),
    "fmod": lambda x, y: x - y * trunc(x / y),
    "exp2": lambda x: mp.power(2, x),
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "lgamma": mp.loggamma,
    "digamma": lambda x: mp.psi(0, x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "relu": lambda x: max(x, mp.mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
    "gelu": lambda x: x * mp.ncdf(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "sign": mp.sign,
    "trunc": trunc,
    "minimum": min,
    "maximum": max,
    "clip": lambda x, low, high: min(max(x, low), high),
    "where": lambda c, x, y: x if c else y,
    "sum": lambda *xs: mp.fsum(xs),
    "prod": lambda *xs: mp.fprod(xs),
    "mean": lambda *xs: mp.fsum(xs) / len(xs),
    "sumprod": lambda *xs: mp.fdot(xs[: len(xs) // 2], xs[len(xs) // 2 :]),
    "logsumexp": lambda *xs: mp.log(mp.fsum(map(mp.exp, xs))),
    "softmax": lambda *xs: mp.exp(xs[0]) / mp.fsum(map(mp.exp, xs)),
    "log_softmax": lambda *xs: xs[0] - mp.log(mp.fsum(map(mp.exp, xs))),
}


def to_integer(x: Any) -> Any:
    return abs(x - mp.nint(x))


KINKS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("abs", "relu", "sign"), abs),
    **dict.fromkeys(("leaky_relu", "elu"), lambda x, _: abs(x)),
    **dict.fromkeys(("floor", "ceil", "trunc"), to_integer),
    **dict.fromkeys(("mod", "fmod", "floordiv"), lambda x, y: to_integer(x / y)),
    **dict.fromkeys(("minimum", "maximum"), lambda x, y: abs(x - y)),
    "clip": lambda x, low, high: min(abs(x - low), abs(x - high)),
    "where": lambda c, x, y: abs(c),
}
JUMPS = {name: KINKS[name] for name in ("sign", "floor", "ceil", "trunc", "mod", "fmod", "floordiv", "where")}


def exact(name: str, operands: Sequence[Any]) -> Any:
    return (EXACT.get(name) or getattr(mp, name))(*operands)


# ---- expressions


@dataclass(frozen=True)
class Step:
    """One operation: the places of its operands among inputs, constants and earlier results."""

    name: str
    places: tuple[int, ...]
    twice: bool  # a factor of 1 + itself: more sharing

    def intervals(self) -> list[tuple[float, float]]:
        row = TABLE[self.name]
        return list(row.sample) if row.arity else [R] * len(self.places)


@dataclass(frozen=True)
class Expression:
    """Inputs, constants, and steps; the last result summed with half the one before is the value."""

    inputs: tuple[float, ...]
    constants: tuple[float, ...]
    steps: tuple[Step, ...]

    def __call__(self, inputs: Sequence[Any], number: Any = float, apply: Any = call, sigmoid: Any = ag.sigmoid) -> Any:
        known = [*inputs, *map(number, self.constants)]
        for step in self.steps:
            operands = [known[place] for place in step.places]
            if step.name not in LINEAR:
                pairs = zip(step.intervals(), operands, strict=True)
                operands = [number(low) + sigmoid(x) * number(high - low) for (low, high), x in pairs]
            result = apply(step.name, operands)
            known.append(result * result + result if step.twice else result)
        return known[-1] + 0.5 * known[-2]

    def precise(self, inputs: Sequence[Any]) -> Any:
        return self(inputs, mp.mpf, exact, EXACT["sigmoid"])

    def distance(self, kinks: Mapping[str, Callable[..., Any]] = KINKS) -> float:
        """How far the nearest kink or jump is."""
        found = [mp.inf]

        def watch(name: str, operands: Sequence[Any]) -> Any:
            found.append(kinks[name](*operands) if name in kinks else mp.inf)
            return exact(name, operands)

        self([mp.mpf(x) for x in self.inputs], mp.mpf, watch, EXACT["sigmoid"])
        return float(min(found))


@st.composite
def expressions(draw: st.DrawFn) -> Expression:
    numbers = st.integers(-3000, 3000).map(lambda k: (k + 0.37) / 1000.0)
    inputs = draw(st.lists(numbers, min_size=1, max_size=3))
    constants = draw(st.lists(numbers, min_size=1, max_size=2))
    known, steps = len(inputs) + len(constants), []
    for _ in range(draw(st.integers(1, 8))):
        row = TABLE[draw(st.sampled_from(NAMES))]
        size = row.arity or row.lists * draw(st.integers(1, 3))
        # the newest results oftener than others, so that expressions grow deep
        place = st.one_of(st.integers(max(0, known - 2), known - 1), st.integers(0, known - 1))
        places = tuple(draw(st.lists(place, min_size=size, max_size=size)))
        steps.append(Step(row.name, places, draw(st.booleans())))
        known += 1
    return Expression(tuple(inputs), tuple(constants), tuple(steps))
