"""Rules, and parts of rules, that take more than a line of the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from math import inf, nan
from typing import Any


def recorded(m: Any) -> bool:
    """Whether the domain makes nodes, which are differentiated again."""
    return getattr(type(m), "records", False)


def operation(formula: Callable[..., Any]) -> Callable[..., Any]:
    """A formula that, recorded, is one node, the row of its name: derivatives of the formula would cancel or overflow.

    What is given by keyword only spares the formula a calculation.
    """

    @wraps(formula)
    def rule(m: Any, *operands: Any, **known: Any) -> Any:
        return getattr(m, formula.__name__)(*operands) if recorded(m) else formula(m, *operands, **known)

    return rule


@operation
def one_minus_square(m: Any, x: Any) -> Any:
    return (1.0 - x) * (1.0 + x)


@operation
def lorentzian(m: Any, x: Any) -> Any:
    return 1.0 / (1.0 + x * x)


@operation
def gaussian(m: Any, x: Any) -> Any:
    return m.exp(-x * x)


@operation
def logistic_density(m: Any, x: Any, z: Any = None) -> Any:
    """The derivative of the sigmoid, whose value z is, to full precision in both tails."""
    return (m.sigmoid(x) if z is None else z) * m.sigmoid(-x)


@operation
def direction_cosine(m: Any, x: Any, y: Any, h: Any = None) -> Any:
    """x over the distance h of (x, y) from the origin; at infinity its limit."""
    h = m.hypot(x, y) if h is None else h
    return m.where(h == 0.0, 0.0, m.where(m.abs(x) == inf, m.where(m.abs(y) < inf, m.sign(x), nan), x / h))


@operation
def turn(m: Any, x: Any, y: Any, h: Any = None) -> Any:
    """x over the square of the distance of (x, y) from the origin, without overflow; at infinity its limit, 0."""
    h = m.hypot(x, y) if h is None else h
    return m.where(m.abs(x) == inf, 0.0, x / h / h)


def cosine_slope(m: Any, x: Any, y: Any, factor: Any) -> Any:
    """A derivative of the cosine of a direction; 0 at the origin."""
    return m.where(m.hypot(x, y) == 0.0, 0.0, turn(m, y, x) * factor)


def silu_slope(m: Any, x: Any) -> Any:
    """The derivative of x * sigmoid(x)."""
    z = m.sigmoid(x)
    return z + x * logistic_density(m, x, z=z)


def power_slope(m: Any, x: Any, y: Any) -> Any:
    """The derivative of x**y to x, 0 for y = 0; where it is recorded, a variable y = 0 still has its own derivative."""
    slope = y * m.pow(x, y - 1.0)
    if recorded(m) and type(y) is not float:
        return m.where(y != 0.0, slope, m.where(m.abs(x) > 1e-300, slope, 0.0))
    return m.where(y == 0.0, 0.0, slope)


def slope_at_0(m: Any, x: Any, y: Any, z: Any) -> Any:
    """The derivative of z = x**y with respect to y at x = 0.

    Recorded, its derivatives are as infinite as those of z * log(x): for 0 < y <= 1 it is -sqrt(x), a 0 of infinite slope.
    """
    if not recorded(m):
        return m.where(y > 0.0, 0.0, -inf)
    return m.where(y > 0.0, m.where(y > 1.0, 0.0, -m.sqrt(x)), m.where(y < 0.0, m.abs(z) * m.log(x), -inf))


def modulo(m: Any, x: Any, y: Any, r: Any) -> Any:
    """The remainder with the divisor's sign, from C's (as Python's own floats do it)."""
    return m.where(r == 0.0, m.copysign(r, y), m.where((r < 0.0) != (y < 0.0), r + y, r))


def floor_divide(m: Any, x: Any, y: Any, r: Any) -> Any:
    """The floor of the exact quotient, which x / y, rounded up, may exceed."""
    q = (x - r) / y
    q = m.round(m.where(r != 0.0, m.where((r < 0.0) != (y < 0.0), q - 1.0, q), q))
    return m.where(y == 0.0, x / y, m.where(q == 0.0, m.copysign(q, x / y), q))
