"""Coerce the operands of functions to numbers, Values and arrays of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd._validate import is_real, refuse_masks
from autograd.engine.value import Value


def as_array(x: Any, name: str) -> Any:
    """A number or Value as it is, anything else as an array of floats or, with Values in it, of objects."""
    refuse_masks(x, f"{name}()")
    if type(x) is Value or (is_real(x) and not isinstance(x, np.ndarray)):
        return x
    if isinstance(x, (str, bytes, dict)) or x is None:
        raise TypeError(f"{name}() takes numbers, Values, and arrays or lists of these, not {type(x).__name__}")
    try:
        array = np.asarray(x if isinstance(x, np.ndarray) else list(x) if isinstance(x, Iterable) else x)
    except ValueError:
        raise ValueError(f"{name}() takes nested lists only if all in one level have the same length") from None
    if array.dtype.kind in "biuf":
        return array.astype(float, copy=False)
    if array.dtype.kind == "O" and all(type(item) is Value or is_real(item) for item in array.flat):
        return array if any([type(item) is Value for item in array.flat]) else array.astype(float)
    raise TypeError(f"{name}() takes numbers, Values, and arrays or lists of these; got an array of {array.dtype}")
