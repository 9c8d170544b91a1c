"""Arrays of Values: made from numbers, and read back as arrays of floats."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd._pytree import nested_items
from autograd._validate import is_real, refuse_masks, string
from autograd.engine.value import Value


def asarray(x: Any, label: str = "") -> Any:
    """Make an array of leaves from numbers.

    Args:
        x: a number, or a list, nested list or array of numbers. Values in it stay the same Values.
        label: a name: the leaves are called label[0], label[1, 2], ...; without one they have no labels.

    Returns:
        An object array of Values, of the shape of `x`.

    Raises:
        TypeError: if something in `x` is not a real number, or `label` is not a str.

    Examples:
        >>> w = asarray([[0.5, -0.6], [0.1, -0.2]], label="w")
        >>> w.shape, w[0, 1].label
        ((2, 2), 'w[0, 1]')
    """
    string(label, "label")
    refuse_masks(x, "asarray()")
    numbers = np.asarray(x, dtype=object)
    result = np.empty(numbers.shape, dtype=object)
    for index in np.ndindex(numbers.shape):
        item = numbers[index]
        name = f"{label}[{', '.join(map(str, index))}]" if label and index else label
        result[index] = item if type(item) is Value else Value(item, label=name)
    return result


def _read(values: Any, field: Callable[[Any], float], name: str) -> Any:
    refuse_masks(values, f"{name}()")
    if type(values) is Value or (is_real(values) and not isinstance(values, np.ndarray)):
        return field(values)
    if isinstance(values, (str, bytes, dict)) or not isinstance(values, Iterable):
        raise TypeError(f"{name}() reads Values and numbers, and arrays or lists of them, not {type(values).__name__}")
    array = np.asarray(values if isinstance(values, np.ndarray) else list(values), dtype=object)
    for item in array.flat:
        if type(item) is not Value and not is_real(item):
            raise TypeError(f"{name}() reads Values and numbers, and arrays or lists of them, not {type(item).__name__}")
    return np.array([field(item) for item in array.flat], dtype=float).reshape(array.shape)


def data(values: Any) -> Any:
    """Read the numbers of Values.

    Args:
        values: a Value or number, or an array, list or nested list of them.

    Returns:
        A float, or a float array of the same shape.

    Raises:
        TypeError: if there is anything else in it.

    Examples:
        >>> data(asarray([1, 2]) * 3)
        array([3., 6.])
    """
    return _read(values, lambda x: x.data if type(x) is Value else float(x), "data")


def grads(values: Any) -> Any:
    """Read the gradients of Values.

    Args:
        values: a Value or number, or an array, list or nested list of them.

    Returns:
        A float, or a float array of the same shape; the gradient of a plain number is 0.

    Raises:
        TypeError: if there is anything else in it.

    Examples:
        >>> x = asarray([1.0, 2.0])
        >>> (x @ x).backward()
        >>> grads(x)
        array([2., 4.])
    """
    return _read(values, lambda x: x.grad if type(x) is Value else 0.0, "grads")


def zero_grad(values: Any) -> None:
    """Set the gradients of Values to 0.

    Args:
        values: a Value, or an array, list, dict or other iterable of them, nested.

    Raises:
        TypeError: if there is anything else in it.

    Examples:
        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> zero_grad([x])
        >>> x.grad
        0.0
    """
    for value in nested_items(values):
        if type(value) is not Value:
            raise TypeError(f"zero_grad() takes Values, and arrays, lists or dicts of them, not {type(value).__name__}")
        value.grad = 0.0
