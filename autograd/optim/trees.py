"""What an optimiser moves: Values, or arrays in place, nested in lists, tuples and dicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograd import Value


def values_of(x: Any) -> Iterator[Value]:
    """Yield each Value of nested arrays, lists, dicts and iterables.

    TypeError for anything but Values in them.
    """
    if type(x) is Value:
        yield x
    elif isinstance(x, Iterable) and not isinstance(x, (str, bytes)):
        for item in x.flat if isinstance(x, np.ndarray) else x.values() if isinstance(x, dict) else x:
            yield from values_of(item)
    else:
        what = "model.parameters()" if hasattr(x, "parameters") else "Values, and arrays, lists and dicts of them"
        raise TypeError(f"an optimiser takes {what}, not {type(x).__name__}")


def arrays_of(params: Any, grads: Any, name: str = "") -> Iterator[tuple[Any, Any]]:
    """Yield each array of `params` with that of `grads` in the same place.

    A 0-d array is given as a view of shape (1,). TypeError if something in `params` cannot be changed in place,
    ValueError if `grads` has another structure or shape.
    """
    if isinstance(params, (dict, list, tuple)):
        keys = params.keys() if isinstance(params, dict) else range(len(params))
        if (
            isinstance(grads, dict) != isinstance(params, dict)
            or len(grads) != len(params)
            or not all(_has(grads, k) for k in keys)
        ):
            raise ValueError(f"the gradients have another structure than the parameters{_at(name)}")
        for key in keys:
            yield from arrays_of(params[key], grads[key], f"{name}[{key!r}]")
        return
    check_array(params, name)
    found = np.asarray(grads, dtype=float)
    if found.shape != params.shape:
        raise ValueError(f"the gradient{_at(name)} has shape {found.shape}, the parameter {params.shape}")
    yield np.atleast_1d(params), np.atleast_1d(found)


def _has(grads: Any, key: Any) -> bool:
    return key in grads if isinstance(grads, dict) else isinstance(key, int)


def check_array(x: Any, name: str = "") -> None:
    """Raise TypeError unless x is a float64 array that can be written to."""
    if not isinstance(x, np.ndarray) or x.dtype != np.float64 or not x.flags.writeable:
        what = f"a read-only or {x.dtype} array" if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(f"parameters are changed in place: give writeable float64 arrays, not {what}{_at(name)}")


def _at(name: str) -> str:
    return f" at {name}" if name else ""
