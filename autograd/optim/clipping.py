"""Gradient clipping, in place: the `.grad` of Values, or arrays of derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd import Value
from autograd._pytree import flatten
from autograd.optim.trees import arrays_of, values_of


def clip_grad_norm(grads: Any, max_norm: float) -> float:
    """Scale all gradients by one factor so that their norm is at most `max_norm`.

    The norm is the Euclidean one of all gradients together. If it is nan or infinite, nothing is scaled.

    Args:
        grads: Values, in arrays, lists and dicts, whose `.grad` is scaled; or a float64 array, or lists, tuples and
            dicts of arrays, scaled in place.
        max_norm: the largest norm, positive.

    Returns:
        The norm before scaling, a float.

    Raises:
        ValueError: if `max_norm` is not positive.
        TypeError: if `grads` holds something else.

    Examples:
        >>> clip_grad_norm(g := np.array([3.0, 4.0]), 1.0), g.round(6).tolist()
        (5.0, [0.6, 0.8])

    References:
        Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013, algorithm 1.
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
    """Compute a norm without overflow or underflow on the way."""
    largest = float(np.max(np.abs(array), initial=0.0))
    return largest * float(np.linalg.norm(array / largest)) if 0 < largest < math.inf else largest


def clip_grad_value(grads: Any, limit: float) -> None:
    """Clip each gradient to the range from -limit to limit; nan stays nan.

    Args:
        grads: Values or arrays, as for `clip_grad_norm`, changed in place.
        limit: the largest absolute value, positive.

    Raises:
        ValueError: if `limit` is not positive.
        TypeError: if `grads` holds something else.

    Examples:
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
    """Return the arrays to change, and what writes the changes back to Values."""
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
    leaves = flatten(grads)[0]
    return bool(leaves) and (type(leaves[0]) is Value or (isinstance(leaves[0], np.ndarray) and leaves[0].dtype == object))
