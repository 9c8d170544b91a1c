"""Activations of units, called by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd

ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "leaky_relu", "elu", "gelu", "silu", "softplus", "sin")


def activation(name: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Look up an activation function by its name.

    Args:
        name: one of `ACTIVATIONS`, or a function of one Value, which is returned as it is.

    Returns:
        A function of numbers and Values, and of arrays and lists of them, elementwise. Its result has the shape of its
        argument.

    Raises:
        ValueError: if there is no activation of this name.
        TypeError: if `name` is neither a str nor a function.

    Examples:
        >>> activation("relu")([-1.0, 2.0])
        array([0., 2.])
    """
    if callable(name):
        return name
    if not isinstance(name, str):
        raise TypeError(f"an activation is a function or the name of one, not {type(name).__name__}")
    if name not in ACTIVATIONS:
        raise ValueError(f"there is no activation {name!r}: take one of {', '.join(ACTIVATIONS)}, or a function")
    return linear if name == "linear" else getattr(autograd, name)


def linear(x: Any) -> Any:
    """Return the net input as it is."""
    return x
