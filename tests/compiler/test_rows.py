"""Every row of the table through jit: values and derivatives at edges, with both executors."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import expressions
import pytest
from helpers import ulps

import autograd as ag
from autograd import Value, grad, hessian, jit, jvp
from autograd.ops.primitives import TABLE

inf, nan = math.inf, math.nan
EDGES = [0.0, -0.0, 1.0, -1.0, inf, -inf, nan, 1e300, -1e300, 1e-300, -1e-300, 5e-324, 0.5, -2.0, 3.7, 1e16, 710.0, -746.0]
OPERATORS: dict[str, Callable[..., Any]] = {**expressions.OPERATORS, "round": round}
ROWS = [name for name, row in TABLE.items() if row.arity and (row.public or name in OPERATORS)]
# units in the last place: the vector libraries' 4, twice or thrice in composed rules; lgamma is Python's own in pure Python
ULPS, ULPS_OF_PARTIALS = 4, 8


def function(name: str) -> Callable[..., Any]:
    return OPERATORS.get(name) or getattr(ag, name)


def number(x: Any) -> float:
    return x.data if type(x) is Value else float(x)


def points(name: str) -> list[tuple[float, ...]]:
    arity = TABLE[name].arity
    return list(itertools.product(EDGES if arity != 3 else [0.0, -0.0, 1.0, -inf, inf, nan, 2.5], repeat=arity or 1))


@pytest.mark.parametrize("name", ROWS)
def test_rows_at_edges(name: str, executor: str) -> None:
    """Values to the last bit (but for what a library rounds), first derivatives; the sign of a derivative's 0 is free."""
    f = function(name)
    traced = jit(lambda *xs: f(*xs))
    numbers = tuple(range(TABLE[name].arity or 0))
    slopes = grad(lambda *xs: f(*xs), numbers)
    inside, outside = jit(slopes), grad(traced, numbers)
    bound = 20 if name == "lgamma" else ULPS
    for point in points(name):
        expected = number(f(*map(Value, point)))
        assert ulps(traced(*point), expected, signed=False) <= bound, point
        if traced(*point) == 0.0:
            assert math.copysign(1.0, traced(*point)) == math.copysign(1.0, expected), point
        for derivatives in (inside(*point), outside(*point)):
            for found, own in zip(derivatives, slopes(*point), strict=True):
                assert ulps(number(found), number(own), signed=False) <= ULPS_OF_PARTIALS, point


@pytest.mark.parametrize("name", [name for name in ROWS if TABLE[name].arity == 1 and name != "digamma"])
def test_second_derivatives_of_rows_at_edges(name: str) -> None:
    f = function(name)
    own = grad(grad(f))
    ways = [jit(own), jit(hessian(f)), grad(grad(jit(f))), hessian(jit(f))]
    forward = jit(lambda x: jvp(grad(f), x, 1.0)[1])
    for x in (-0.6, 0.3, 0.9, 1.7, 3.4):
        assert number(forward(x)) == pytest.approx(number(jvp(grad(f), x, 1.0)[1]), rel=1e-14, abs=1e-16, nan_ok=True)
    for x in EDGES:
        expected = number(own(x))
        for way in ways:
            found = number(way(x))
            assert ulps(found, expected, signed=False) <= 16 or abs(found - expected) <= 1e-300, (x, found, expected)
