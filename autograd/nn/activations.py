"""Activations of units, called by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd

ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "leaky_relu", "elu", "gelu", "silu", "softplus", "sin")


def activation(name: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function of an activation's name; a function is given back as it is.

    Argument: one of `ACTIVATIONS`, or a function of one Value. The result works on numbers, Values, and arrays and lists of
    them. ValueError for another name, TypeError for anything else.

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
    """The net input as it is."""
    return x
