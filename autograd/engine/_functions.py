"""Make the table's public functions: fast on Values, anything else is left to a fallback."""

from __future__ import annotations

from typing import Any

from autograd.engine.value import Value, binary, reduction, unary


def function_of_one(op: int, fallback: Any) -> Any:
    """The function of a unary operation; `fallback` takes anything but a Value."""

    def function(x: Any) -> Any:
        return unary(op, x) if type(x) is Value else fallback(x)

    return function


def function_of_two(op: int, fallback: Any) -> Any:
    """The function of a binary operation; `fallback` takes pairs without a Value, and arrays."""

    def function(x: Any, y: Any) -> Any:
        node = binary(op, x, y) if type(x) is Value or type(y) is Value else NotImplemented
        return fallback(x, y) if node is NotImplemented else node

    return function


def function_of_list(op: int, fallback: Any) -> Any:
    """The function of a reduction; `fallback` takes anything but a list of Values and floats."""

    def function(xs: Any, axis: int | None = None) -> Any:
        node = reduction(op, xs) if axis is None else NotImplemented
        return fallback(xs, axis) if node is NotImplemented else node

    return function


def function_of_two_lists(op: int, fallback: Any) -> Any:
    """The function of a reduction of two lists; `fallback` takes anything but lists of Values and floats."""

    def function(p: Any, q: Any) -> Any:
        node = reduction(op, p, q)
        return fallback(p, q) if node is NotImplemented else node

    return function
