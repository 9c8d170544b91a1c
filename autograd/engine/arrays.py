"""Arrays of Values: made from numbers, and read back as arrays of floats."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd._validate import is_real, refuse_masks, string
from autograd.engine.value import Value


def asarray(x: Any, label: str = "") -> Any:
    """An object array of leaves from numbers of any shape; Values in it stay the same Values.

    Arguments: `x`, a number, (nested) list or array; `label`, a name: the leaves are called label[0], label[1, 2], ...
    TypeError where something in it is no real number.

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
    """The numbers: a float for a Value, a float array of the same shape for an array or nested list of Values.

    >>> data(asarray([1, 2]) * 3)
    array([3., 6.])
    """
    return _read(values, lambda x: x.data if type(x) is Value else float(x), "data")


def grads(values: Any) -> Any:
    """The gradients, as `data` reads the numbers; 0 for what is no Value.

    >>> x = asarray([1.0, 2.0])
    >>> (x @ x).backward()
    >>> grads(x)
    array([2., 4.])
    """
    return _read(values, lambda x: x.grad if type(x) is Value else 0.0, "grads")


def zero_grad(values: Any) -> None:
    """Set the gradient of a Value, or of each Value in an array, list, dict or iterable of them, to 0.

    >>> x = Value(3.0)
    >>> (x * x).backward()
    >>> zero_grad([x])
    >>> x.grad
    0.0
    """
    if type(values) is Value:
        values.grad = 0.0
        return
    if isinstance(values, dict):
        values = values.values()
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(f"zero_grad() takes Values, and arrays, lists or dicts of them, not {type(values).__name__}")
    for item in values.flat if isinstance(values, np.ndarray) else values:
        zero_grad(item)
