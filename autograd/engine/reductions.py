"""Functions of lists, made from their rows, along an axis of an array too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.engine import _functions, value
from autograd.engine.coerce import as_array
from autograd.engine.domain import VALUES
from autograd.engine.value import Value
from autograd.ops.formulas import OPS
from autograd.ops.kernels import FLOATS, on_arrays, reduced
from autograd.ops.primitives import Row

Function = Callable[..., Any]


def _flat(xs: Any, name: str) -> Sequence[Any]:
    """The Values and floats of a number, an iterable or an array."""
    if type(xs) is list and all([type(x) is Value or type(x) is float for x in xs]):
        return xs
    array = as_array(xs, name)
    return [x if type(x) is Value else float(x) for x in (array.flat if isinstance(array, np.ndarray) else [array])]


def _over_all(row: Row) -> Function:
    """What a reduction does where its operands are not just lists of Values and floats."""

    def function(*operands: Any) -> Any:
        lists = [_flat(xs, row.name) for xs in operands]
        if len(lists) > 1 and len(lists[0]) != len(lists[1]):
            raise ValueError(f"{row.name}() needs lists of one length, got {' and '.join(str(len(xs)) for xs in lists)}")
        if lists[0]:
            return value.reduction(OPS[row.name], *lists)
        if row.name not in ("sum", "prod", "sumprod"):
            raise ValueError(_NOTHING.format(row.name))
        return reduced(row, lists)[0]

    return function


_NOTHING = "{}() of nothing has no value: give it at least one number"


def _composite(row: Row) -> Function:
    """A function of a list that is an array of what its rule makes of other operations."""

    def function(operand: Any) -> Any:
        xs = _flat(operand, row.name)
        if not xs:
            raise ValueError(_NOTHING.format(row.name))
        if any([type(x) is Value for x in xs]):
            return np.array(row.value(VALUES, xs), dtype=object)
        try:
            return np.array(row.value(FLOATS, xs))
        except ArithmeticError:
            return np.array(on_arrays(row, [np.float64(x) for x in xs]))

    return function


def reduction_function(row: Row) -> Function:
    over_all = _over_all(row) if row.partials else _composite(row)
    if row.lists == 2:
        made: Function = _functions.function_of_two_lists(OPS[row.name], over_all)
        return made
    everything = None if row.partials else -1

    def function(xs: Any, axis: int | None = everything) -> Any:
        if axis is None or (axis == -1 and not isinstance(xs, np.ndarray) and not _nested(xs)):
            return over_all(xs)
        array = np.moveaxis(np.asarray(as_array(xs, row.name)), axis, -1)
        lines = [over_all(list(array[index])) for index in np.ndindex(array.shape[:-1])]
        if row.partials:
            result = np.empty(len(lines), dtype=object if array.dtype.kind == "O" else float)
            result[:] = lines
            return result.reshape(array.shape[:-1]) if array.ndim > 1 else result[0]
        return np.moveaxis(np.array(lines).reshape(array.shape), -1, axis)

    if not row.partials:
        return function
    made = _functions.function_of_list(OPS[row.name], function)
    return made


def _nested(xs: Any) -> bool:
    return isinstance(xs, (list, tuple)) and any([isinstance(x, (list, tuple, np.ndarray)) for x in xs])
