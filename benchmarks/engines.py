"""The engines that are measured, each as a `Value` class, and how many nodes a graph of theirs has."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from pathlib import Path

import plain_value

Graph = object  # the root of a graph, of any engine's Value class


class Missing(Exception):
    """The engine asked for is not installed, or not in the form asked for."""


def twin() -> str:
    """Which form of `autograd.Value` this process runs: methods of the compiled one are not Python functions."""
    from autograd import Value

    return "interpreted" if isinstance(Value.backward, types.FunctionType) else "compiled"


def is_installed() -> bool:
    """False when `autograd` comes from the source folder beside this one."""
    import autograd

    return Path(__file__).resolve().parent.parent not in Path(autograd.__file__).resolve().parents


def load(name: str) -> Callable[[float], object]:
    """The `Value` class of an engine; `float` for plain numbers. Raises Missing with the reason."""
    if name == "floats":
        return float
    if name == "plain":
        return plain_value.Value
    if name == "micrograd":
        return micrograd()
    if twin() != name:
        raise Missing(f"asked for the {name} autograd, but the {twin()} one is running")
    from autograd import Value

    return Value


def micrograd() -> type:
    """micrograd's Value, with the `exp` and `log` that it lacks added in its own style."""
    try:
        from micrograd.engine import Value
    except ImportError:
        raise Missing("micrograd is not installed") from None

    def unary(result: float, slope: float, x: Value, name: str) -> Value:
        out = Value(result, (x,), name)

        def _backward() -> None:
            x.grad += slope * out.grad

        out._backward = _backward
        return out

    def exp(x: Value) -> Value:
        result = math.exp(x.data)
        return unary(result, result, x, "exp")

    def log(x: Value) -> Value:
        return unary(math.log(x.data), 1 / x.data, x, "log")

    Value.exp, Value.log = exp, log
    return Value


def parents_of(node: Graph) -> tuple:
    for attribute in ("parents", "children", "_prev"):
        if hasattr(node, attribute):
            return tuple(getattr(node, attribute))
    raise TypeError(f"{type(node).__name__} is no Value of an engine known here")


def count_nodes(root: Graph) -> int:
    """Nodes that the root depends on. Constants that the engine holds as plain numbers are not counted."""
    seen, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen and not getattr(node, "is_constant", False):
            seen.add(id(node))
            waiting.extend(parents_of(node))
    return len(seen)
