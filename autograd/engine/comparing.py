"""Compare with numbers of any kind as Python's floats do: exactly, be it with an int that no float holds."""

from __future__ import annotations

import math
from typing import Any

from autograd.ops.formulas import OPS

BELOW = {OPS["less"], OPS["less_equal"]}, (OPS["less_equal"], OPS["less"])
ABOVE = {OPS["greater"], OPS["greater_equal"]}, (OPS["greater"], OPS["greater_equal"])


def as_float(op: int, other: Any) -> tuple[int, float]:
    """The comparison of a float with another one that says the same as that with this real number."""
    try:
        y = float(other)
    except OverflowError:
        y = math.inf if other > 0 else -math.inf
    if y != y or y == other:
        return op, y
    for ops, choice in (BELOW, ABOVE):
        if op in ops:
            return choice[bool(y > other)], y  # nothing lies between the number and the nearest float
    return op, math.nan  # no float is equal to it
