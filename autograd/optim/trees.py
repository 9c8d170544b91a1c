"""What an optimiser moves: Values, or arrays in place, in structures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Value
from autograd._pytree import Mismatch, matched, nested_items


def values_of(x: Any) -> Iterator[Value]:
    """Yield each Value of nested arrays, lists, dicts and iterables.

    TypeError for anything but Values in them.
    """
    for value in nested_items(x):
        if type(value) is not Value:
            what = "model.parameters()" if hasattr(value, "parameters") else "Values, and arrays, lists and dicts of them"
            raise TypeError(f"an optimiser takes {what}, not {type(value).__name__}")
        yield value


def arrays_of(params: Any, grads: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each array of `params` with that of `grads` in the same place.

    A 0-d array is given as a view of shape (1,). TypeError if something in `params` cannot be changed in place,
    ValueError if `grads` has another structure or shape.
    """
    try:
        for path, param, grad in matched(params, grads):
            _check_array(param, path)
            gradient = np.asarray(grad, dtype=float)
            if gradient.shape != param.shape:
                raise ValueError(f"the gradient{_at(path)} has shape {gradient.shape}, the parameter {param.shape}")
            yield np.atleast_1d(param), np.atleast_1d(gradient)
    except Mismatch as error:
        raise ValueError(f"the gradients have another structure than the parameters{_at(error.path)}") from None


def _check_array(x: Any, path: str) -> None:
    """Raise TypeError unless x is a float64 array that can be written to."""
    if not isinstance(x, np.ndarray) or x.dtype != np.float64 or not x.flags.writeable:
        what = f"a read-only or {x.dtype} array" if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(f"parameters are changed in place: give writeable float64 arrays, not {what}{_at(path)}")


def _at(path: str) -> str:
    return f" at {path}" if path else ""
