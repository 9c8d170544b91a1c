"""Gradient clipping, in place: the `.grad` of Values, or arrays of derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd import Value
from autograd.optim.trees import arrays_of, values_of


def clip_grad_norm(grads: Any, max_norm: float) -> float:
    """Scale all gradients by one factor so that their Euclidean norm is at most `max_norm`; the norm before it is returned.

    Arguments: `grads`, Values, in arrays, lists and dicts (their `.grad` is scaled), or a float64 array or lists, tuples and
    dicts of arrays. A norm that is nan or infinite is returned and nothing is scaled. ValueError for a `max_norm` that is not
    positive.

    >>> clip_grad_norm(g := np.array([3.0, 4.0]), 1.0), g.round(6).tolist()
    (5.0, [0.6, 0.8])
    """
    if not max_norm > 0:
        raise ValueError(f"the largest norm must be positive: max_norm={max_norm}")
    arrays, give_back = _opened(grads)
    norm = math.hypot(*[_norm(array) for array in arrays])
    if max_norm < norm < math.inf:
        for array in arrays:
            array *= max_norm / norm
    give_back()
    return norm


def _norm(array: Any) -> float:
    """Without overflow or underflow on the way."""
    largest = float(np.max(np.abs(array), initial=0.0))
    return largest * float(np.linalg.norm(array / largest)) if 0 < largest < math.inf else largest


def clip_grad_value(grads: Any, limit: float) -> None:
    """Bring each gradient into -limit .. limit. Arguments and errors as for `clip_grad_norm`; nan stays nan.

    >>> clip_grad_value(g := np.array([3.0, -0.5]), 1.0)
    >>> g
    array([ 1. , -0.5])
    """
    if not limit > 0:
        raise ValueError(f"the limit must be positive: limit={limit}")
    arrays, give_back = _opened(grads)
    for array in arrays:
        np.clip(array, -limit, limit, out=array)
    give_back()


def _opened(grads: Any) -> tuple[list[Any], Callable[[], None]]:
    """The arrays to change, and what takes the changes back to Values."""
    if isinstance(grads, Iterator):
        grads = list(grads)
    if not _holds_values(grads):
        return [array for array, _ in arrays_of(grads, grads)], lambda: None
    values = list(values_of(grads))
    array = np.array([v.grad for v in values])

    def give_back() -> None:
        for value, grad in zip(values, array.tolist(), strict=True):
            value.grad = grad

    return [array], give_back


def _holds_values(grads: Any) -> bool:
    """Whether the first thing inside is a Value."""
    while isinstance(grads, (list, tuple, dict)) and grads:
        grads = next(iter(grads.values() if isinstance(grads, dict) else grads))
    return type(grads) is Value or (isinstance(grads, np.ndarray) and grads.dtype == object)
