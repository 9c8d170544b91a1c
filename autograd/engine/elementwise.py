"""Functions of one to three operands, made from their rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.engine import _functions, value
from autograd.engine.coerce import as_array
from autograd.engine.context import MODE, mode, tracing
from autograd.engine.trap import watched
from autograd.engine.value import Value
from autograd.ops.formulas import OPS
from autograd.ops.kernels import CUTS, on_arrays, printed
from autograd.ops.primitives import TABLE, Row

Function = Callable[..., Any]


def elementwise(row: Row) -> Function:
    """What a function does where its operands are not just Values and numbers."""
    on_floats = printed(row.name)

    def on_scalars(*operands: Any) -> Any:
        if any([type(x) is Value for x in operands]):
            return record_row(row, operands)
        numbers = [float(x) for x in operands]
        return watched(row.symbol, numbers, on_floats(*numbers)) if MODE.get() else on_floats(*numbers)

    def function(*operands: Any) -> Any:
        if all([type(x) is Value or type(x) is float for x in operands]):
            return on_scalars(*operands)
        arrays = [as_array(x, row.name) for x in operands]
        if not any([isinstance(x, np.ndarray) for x in arrays]):
            return on_scalars(*arrays)
        if any([type(x) is Value or (isinstance(x, np.ndarray) and x.dtype.kind == "O") for x in arrays]):
            with np.errstate(all="ignore"):  # what one number gives without a warning
                return np.frompyfunc(on_scalars, len(arrays), 1)(*arrays)
        return _watched(row, arrays, on_arrays(row, *arrays)) if MODE.get() else on_arrays(row, *arrays)

    return function


def _watched(row: Row, operands: Sequence[Any], result: Any) -> Any:
    """The result of arrays; under `trap()` a DomainError at the first item that is not finite."""
    bad = ~np.isfinite(result)
    if mode().trapping and bad.any():
        for numbers in zip(*[x[bad] for x in np.broadcast_arrays(*operands, result)], strict=True):
            watched(row.symbol, [float(x) for x in numbers[:-1]], float(numbers[-1]))
    return result


def record_row(row: Row, operands: Sequence[Any]) -> Any:
    """The node of one, two or three operands of which at least one is a Value."""
    if len(operands) == 1:
        return value.unary(OPS[row.name], operands[0])
    if len(operands) == 2:
        return value.binary(OPS[row.name], *operands)
    op, held = OPS[row.name], tuple([x if type(x) is Value else float(x) for x in operands])
    numbers = [value.number(x) for x in held]
    z, *partials = printed(row.name, "012")(*numbers)
    cuts = CUTS[op](*numbers) if CUTS[op] else 0
    return value.record(op, held, z, tuple([None if cuts >> i & 1 else x for i, x in enumerate(partials)]))


def elementwise_function(row: Row) -> Function:
    otherwise = elementwise(row)
    if row.defaults:
        return _with_defaults(row, otherwise)
    if row.arity == 3:
        return otherwise
    make = _functions.function_of_one if row.arity == 1 else _functions.function_of_two
    made: Function = make(OPS[row.name], otherwise)
    return made


def _with_defaults(row: Row, function: Function) -> Function:
    """The same with the operands' names and default values that the row gives."""
    names = row.value.__code__.co_varnames[1 : row.value.__code__.co_argcount]
    first = len(names) - len(row.defaults)
    signature = ", ".join([*names[:first], *(f"{name}={name}_default" for name in names[first:])])
    space: dict[str, Any] = {f"{n}_default": d for n, d in zip(names[first:], row.defaults, strict=True)}
    space["function"] = function
    source = f"def {row.name}({signature}):\n    return function({', '.join(names)})"
    exec(compile(source, f"{__file__} ({row.name})", "exec"), space)
    made: Function = space[row.name]
    return made


# ---- choice


def _choose(condition: Any, x: Any, y: Any) -> Any:
    if type(condition) is Value and tracing():
        return record_row(TABLE["where"], (condition, x, y))
    chosen = x if condition else y
    if type(chosen) is Value:
        return chosen
    return value.constant(float(chosen)) if type(x) is Value or type(y) is Value else float(chosen)


def where(condition: Any, x: Any, y: Any) -> Any:
    """Choose `x` where the condition holds, and `y` elsewhere.

    What is not chosen contributes nothing, not even a nan, to the value or to a derivative.

    Args:
        condition: a bool, or a number or Value, which is true if it is not 0; or an array or list of them.
        x: a number or Value, or an array or list of them.
        y: the same, broadcast with the others.

    Returns:
        A float or, if x or y is a Value, a Value; for arrays and lists an array, in the broadcast shape.

    Raises:
        TypeError: for anything but numbers and Values.

    Examples:
        >>> from autograd import Value, sqrt, where
        >>> x = Value(0.0)
        >>> where(x > 0, sqrt(x), 2 * x).backward()
        >>> x.grad
        2.0
    """
    operands = [as_array(o, "where") for o in (condition, x, y)]
    if any([isinstance(o, np.ndarray) for o in operands]):
        result = np.frompyfunc(_choose, 3, 1)(*operands)
        numbers = isinstance(result, np.ndarray) and not any([type(x) is Value for x in result.flat])
        return result.astype(float) if numbers else result
    return _choose(*operands)
