"""Custom operations: a Python function of numbers with its partials as one node."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd._validate import real
from autograd.engine import trace_ops
from autograd.engine.coerce import as_array
from autograd.engine.context import tracing
from autograd.engine.registry import register
from autograd.engine.value import Value, number, record
from autograd.ops.primitives import Row, always, zero

Partials = Callable[..., Any] | Sequence[Callable[..., Any] | None]


def primitive(*, partials: Partials, symbol: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a decorator that turns a function of numbers into one operation.

    The function takes and returns floats. A call with Values is a single node, whose local derivatives are the
    partials; of arrays and lists the operation is elementwise.

    Args:
        partials: the partial derivatives: a list or tuple of one function of the operands for each operand, or one
            function of the operands that returns all of them (a number for one operand, else a tuple). Written with
            this package's functions, they can be differentiated again. None, in place of a function or of a number, cuts
            the operand: no derivative passes, not even an infinite one, where a number 0 would make that nan.
        symbol: what pictures show; by default the function's name.

    Returns:
        A decorator of functions with a fixed number of positional parameters.

    Raises:
        TypeError: if the partials are neither functions nor None, the function's parameters are not plain ones, or, at a
            call, for another number of operands or a result that is not a real number.
        ValueError: if there are not as many partials as operands.

    Examples:
        >>> from autograd import Value, cos
        >>> @primitive(partials=[lambda x: 2 * cos(2 * x)])
        ... def sin2(x):
        ...     import math
        ...     return math.sin(2 * x)
        >>> x = Value(0.0)
        >>> sin2(x).backward()
        >>> x.grad
        2.0
    """
    rules = tuple(partials) if isinstance(partials, (list, tuple)) else None
    if not callable(partials) and (rules is None or not all(rule is None or callable(rule) for rule in rules)):
        raise TypeError("primitive() needs partials=: a function of the operands, or None, for each of them, or one for all")

    def decorate(f: Callable[..., Any]) -> Callable[..., Any]:
        parameters = inspect.signature(f).parameters
        names = list(parameters)
        if any(p.kind not in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters.values()):
            raise TypeError(f"{f.__name__} needs a fixed number of operands: its parameters must be plain ones")
        if rules is not None and len(rules) != len(names):
            raise ValueError(
                f"{f.__name__} has {len(names)} operands ({', '.join(names)}), but {len(rules)} partials are given"
            )
        chosen = tuple(_picked(f, partials, i, len(names)) for i in range(len(names))) if rules is None else rules
        row = _row(f, names, chosen, symbol)
        return _function(f, row)

    return decorate


def _picked(f: Callable[..., Any], partials: Any, i: int, arity: int) -> Callable[..., Any]:
    def rule(*operands: Any) -> Any:
        found = partials(*operands)
        found = found if isinstance(found, (tuple, list)) else (found,)
        if len(found) != arity:
            raise ValueError(f"{f.__name__} has {arity} operands, but its partials= returned {len(found)} derivatives")
        return found[i]

    return rule


def _row(f: Callable[..., Any], names: list[str], rules: Sequence[Callable[..., Any] | None], symbol: str) -> Row:
    symbol, arity = symbol or f.__name__, len(names)
    wrapped = tuple(zero if rule is None else lambda m, *operands, rule=rule: rule(*operands[:-1]) for rule in rules)
    cut = tuple(always if rule is None else None for rule in rules)
    sample = ((-1.0, 1.0),) * arity
    return Row(f.__name__, lambda m, *operands: f(*operands), wrapped, sample, symbol, symbol, "", arity=arity, cut=cut)


def _partial(row: Row, i: int, floats: Sequence[float], z: float) -> float | None:
    """The partial with respect to operand i, None where that is cut."""
    partial = None if row.cut[i] else row.partials[i](None, *floats, z)
    return None if partial is None else real(partial, f"a partial of {row.name}()")


def _function(f: Callable[..., Any], row: Row) -> Callable[..., Any]:
    def on_scalars(*operands: Any) -> Any:
        held = tuple(x if type(x) is Value else real(x, f"an operand of {row.name}()") for x in operands)
        if tracing() and any(type(x) is Value for x in held):
            return trace_ops.own(row, f, held)
        floats = [number(x) for x in held]
        z = real(f(*floats), f"the result of {row.name}()")
        if not any(type(x) is Value for x in held):
            return z
        return record(op, held, z, tuple(_partial(row, i, floats, z) for i in range(len(held))))

    @wraps(f)
    def function(*operands: Any) -> Any:
        if len(operands) != row.arity:
            raise TypeError(f"{row.name}() takes {row.arity} operands, not {len(operands)}")
        arrays = [as_array(x, row.name) for x in operands]
        if any(isinstance(x, np.ndarray) for x in arrays):
            result = np.frompyfunc(on_scalars, len(arrays), 1)(*arrays)
            return result if any(type(x) is Value for x in result.flat) else result.astype(float)
        return on_scalars(*arrays)

    op = function.operation = register(row, function)  # type: ignore[attr-defined]
    return function
