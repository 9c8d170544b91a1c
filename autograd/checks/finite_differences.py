"""Numeric derivatives with bounds for their errors.

Central differences over shrinking steps, Richardson-extrapolated; each number comes with the error that the differences
between the extrapolations and the rounding of the function suggest. (The complex step is exact to the last digit, but
needs functions of complex numbers, which this package does not have.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Along = Callable[[float], Any]  # the function at distance t on a line through the point: an array of numbers
EPS = 2.0**-52
RTOL = 1e-6  # what a derivative may differ from a numeric one
SETTLED = 1e-4  # the relative error up to which a numeric derivative is worth a comparison
CANCELLED = 1e-12  # what rounding may leave of a derivative that is exactly 0
ROWS, COLUMNS, RATIO = 12, 5, 2.1  # no power of 2: steps must not fall in with a period of the function


class Slope(NamedTuple):
    """Numeric derivatives, and bounds for their errors (inf where there is none)."""

    value: Any
    error: Any


def extrapolate(quotient: Callable[[float], tuple[Any, Any]], step: float, power: int) -> Slope:
    """The limit of `quotient(h)[0]`, whose error is a series in h**power and whose rounding error is `quotient(h)[1]`."""
    before: list[Any] = []
    value: Any = np.nan
    error: Any = np.inf
    for _ in range(ROWS):
        first, noise = quotient(step)
        row = [first]
        for k, old in enumerate(before[:COLUMNS]):
            row.append(row[k] + (row[k] - old) / (RATIO ** (power * (k + 1)) - 1.0))
            off = np.maximum(np.abs(row[k + 1] - row[k]), np.abs(row[k + 1] - old)) + noise
            better = off < error  # never true of nan
            value, error = np.where(better, row[k + 1], value), np.where(better, off, error)
        if np.all(error <= 1e-11 * np.abs(value)) or np.all(error < noise):
            break
        before = row
        step /= RATIO
    return Slope(value, error)


def central(f: Along, step: float, size: float) -> Slope:
    """f'(0) from both sides; `size` is how large the numbers are whose rounding makes the noise."""

    def quotient(h: float) -> tuple[Any, Any]:
        up, down = f(h), f(-h)
        found = (up - down) / (2.0 * h)
        return found, EPS * (np.maximum(np.abs(up), np.abs(down)) + size * np.abs(found)) / h

    return extrapolate(quotient, step, 2)


def one_sided(f: Along, step: float, size: float) -> Slope:
    """f'(0) from the side of `step`."""
    here = f(0.0)

    def quotient(h: float) -> tuple[Any, Any]:
        there = f(h)
        found = (there - here) / h
        return found, 2.0 * EPS * (np.maximum(np.abs(there), np.abs(here)) + size * np.abs(found)) / abs(h)

    return extrapolate(quotient, step, 1)


class Verdict(NamedTuple):
    """Number by number: whether the given derivative is wrong, or could not be judged; and the numeric derivative."""

    wrong: Any
    unjudged: Any
    numeric: Any


def judge(f: Along, given: Any, size: float, smallest: float) -> Verdict:
    """Compare derivatives with numeric ones, from large steps to small ones until they agree.

    Arguments: `f`; `given`, an array of its derivatives at 0; `size` and `smallest`, the largest and the smallest
    absolute coordinate that moves (they say which steps make sense; `smallest` is not 0).
    What agrees from any settled step is right. What never does is wrong, except where the derivatives from the left and
    from the right differ and `given` lies between them (a kink), or where nothing settles (a jump, a border of the domain).
    """
    with np.errstate(all="ignore"):
        reach = max(1.0, size)
        here = np.abs(f(0.0))
        floor = np.where(np.isfinite(here), 1e-4 * SETTLED * here, np.nan)  # nothing settles around inf and nan
        agreed = np.zeros(np.shape(given), dtype=bool)
        settled, best = agreed, Slope(np.full(np.shape(given), np.nan), np.full(np.shape(given), np.inf))
        for step, unit in ((0.1, reach), (1e-3, reach), (0.1, smallest), (1e-5, reach)):
            found = central(f, step * unit, size)
            scale = np.maximum(np.abs(found.value), np.where(np.isfinite(given), np.abs(given), 0.0))
            firm = found.error <= SETTLED * scale + floor / unit
            off, cancelled = np.abs(given - found.value), np.where(found.value == 0.0, CANCELLED, 0.0)
            agreed = agreed | (firm & (off <= RTOL * scale + 10.0 * found.error + cancelled))
            closer = found.error < best.error
            best = Slope(*(np.where(closer, new, old) for new, old in zip(found, best, strict=True)))
            settled = settled | firm
            if np.all(agreed):
                return Verdict(~agreed, ~agreed, best.value)
        left, right = (one_sided(f, sign * 1e-3 * reach, size) for sign in (-1.0, 1.0))
        slack = 1e-3 * np.maximum(np.abs(left.value), np.abs(right.value)) + 10.0 * (left.error + right.error)
        kink = np.abs(left.value - right.value) > slack
        low, high = np.minimum(left.value, right.value), np.maximum(left.value, right.value)
        excused = ~settled | (kink & (low - slack <= given) & (given <= high + slack))
        return Verdict(~agreed & ~excused, ~agreed & excused, best.value)
