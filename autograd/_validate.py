"""Validate arguments, with errors that name them."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from decimal import Decimal
from operator import index
from typing import Any

import numpy as np

from autograd.errors import LostGradientError

_REAL = (numbers.Real, Decimal, np.bool_)
_NOT_REAL = (str, bytes, bytearray, complex, np.complexfloating, np.datetime64, np.timedelta64, np.void)


def is_real(x: Any) -> bool:
    """Whether `float(x)` is that number: int, float, bool, NumPy scalar, Fraction, Decimal, or 0-d array of these."""
    if isinstance(x, np.ndarray):
        return x.ndim == 0 and x.dtype.kind in "biuf"
    if isinstance(x, _NOT_REAL):
        return False
    return isinstance(x, _REAL) or (hasattr(type(x), "__float__") and not hasattr(type(x), "__len__"))


def real(x: Any, what: str) -> float:
    """`x` as a float; TypeError, naming the argument `what`, unless it is a real number."""
    if type(x) is float:
        return x
    if not is_real(x):
        raise TypeError(f"{what} must be a real number, not {type(x).__name__}: {_short(x)}")
    try:
        return float(x)
    except LostGradientError as error:
        raise LostGradientError(f"{what} must be a real number: {error}") from None


def unsupported(x: Any) -> Any:
    """NotImplemented, by which the other operand has its turn; TypeError for a text, which would want to be repeated."""
    if isinstance(x, (str, bytes, bytearray)):
        raise TypeError(f"unsupported operand: a Value computes with numbers, not with a {type(x).__name__}: {_short(x)}")
    return NotImplemented


def refuse_masks(x: Any, what: str) -> None:
    """TypeError for a masked array, whose mask would be lost."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{what} would ignore the mask of a masked array: pass x.compressed() or x.filled(number)")


def refuse_arrays(x: Any) -> None:
    """TypeError for arrays of the kinds that do not compute as plain arrays do."""
    refuse_masks(x, "a derivative or program")
    if isinstance(x, np.matrix):
        raise TypeError("np.matrix has a product of its own: pass np.asarray(x), and write @")
    if x.dtype.kind == "V":
        raise TypeError(f"an array with fields {x.dtype.names} is no array of numbers: pass a dict of its columns, x[name]")


def indices(x: Any, what: str) -> tuple[int, ...]:
    """The integers of a tuple, list or array of them, or the only one; TypeError, naming the argument, for anything else."""
    try:
        return (index(x),)
    except TypeError:
        pass
    try:
        if isinstance(x, (Sequence, np.ndarray)) and not isinstance(x, (str, bytes)):
            return tuple(map(index, x))
    except TypeError:
        pass
    raise TypeError(f"{what} must be an integer or a tuple of integers, not {_short(x)}")


def string(x: Any, what: str) -> str:
    """`x` as a plain str; TypeError, naming the argument `what`, unless it is one."""
    if not isinstance(x, str):
        raise TypeError(f"{what} must be a str, not {type(x).__name__}: {_short(x)}")
    return str(x)


def _short(x: Any) -> str:
    shown = repr(x)
    return shown if len(shown) <= 60 else shown[:57] + "..."
