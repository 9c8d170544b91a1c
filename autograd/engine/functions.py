"""The public functions, made from the table: on numbers, Values, and arrays or lists of either."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from operator import index
from typing import Any

import numpy as np

from autograd._validate import is_real, refuse_masks
from autograd.engine import _functions, value
from autograd.engine.context import MODE, mode, traced_largest, tracing
from autograd.engine.function_docs import document
from autograd.engine.trap import watched
from autograd.engine.value import Value
from autograd.ops.formulas import OPS
from autograd.ops.kernels import FLOATS, on_arrays, printed, reduced
from autograd.ops.primitives import TABLE, Row
from autograd.ops.reductions import Lists

Function = Callable[..., Any]


def as_array(x: Any, name: str) -> Any:
    """A number or Value as it is, anything else as an array of floats or, with Values in it, of objects."""
    refuse_masks(x, f"{name}()")
    if type(x) is Value or (is_real(x) and not isinstance(x, np.ndarray)):
        return x
    if isinstance(x, (str, bytes, dict)) or x is None:
        raise TypeError(f"{name}() takes numbers, Values, and arrays or lists of these, not {type(x).__name__}")
    try:
        array = np.asarray(x if isinstance(x, np.ndarray) else list(x) if isinstance(x, Iterable) else x)
    except ValueError:
        raise ValueError(f"{name}() takes nested lists only if all in one level have the same length") from None
    if array.dtype.kind in "biuf":
        return array.astype(float, copy=False)
    if array.dtype.kind == "O" and all(type(item) is Value or is_real(item) for item in array.flat):
        return array if any([type(item) is Value for item in array.flat]) else array.astype(float)
    raise TypeError(f"{name}() takes numbers, Values, and arrays or lists of these; got an array of {array.dtype}")


def elementwise(row: Row) -> Function:
    """What a function does where its operands are not just Values and numbers."""
    on_floats = printed(row.name)

    def on_scalars(*operands: Any) -> Any:
        if any([type(x) is Value for x in operands]):
            return _record(row, operands)
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
    if mode()[2] and bad.any():
        for numbers in zip(*[x[bad] for x in np.broadcast_arrays(*operands, result)], strict=True):
            watched(row.symbol, [float(x) for x in numbers[:-1]], float(numbers[-1]))
    return result


def _record(row: Row, operands: Sequence[Any]) -> Any:
    """The node of one, two or three operands of which at least one is a Value."""
    if len(operands) == 1:
        return value.unary(OPS[row.name], operands[0])
    if len(operands) == 2:
        return value.binary(OPS[row.name], *operands)
    held = tuple([x if type(x) is Value else float(x) for x in operands])
    z, *partials = printed(row.name, "012"[: len(held)])(*map(value.number, held))
    return value.record(OPS[row.name], held, z, tuple(partials))


def _elementwise_function(row: Row) -> Function:
    otherwise = elementwise(row)
    if row.defaults:
        return _with_defaults(row, otherwise)
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


# ---- reductions


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


def _reduction(row: Row) -> Function:
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


# ---- choice


def _choose(condition: Any, x: Any, y: Any) -> Any:
    if type(condition) is Value and tracing():
        return _record(TABLE["where"], (condition, x, y))
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


def _round(x: Value, digits: Any = None) -> Any:
    """Half to even, derivative 0; with digits by scaling, as NumPy does."""
    if digits is None or index(digits) == 0:
        return FUNCTIONS["round"](x)
    scale = 10.0 ** min(abs(digits), 300)
    scaled = x * scale if digits > 0 else x / scale
    if abs(scaled) == inf:
        return x.detach()  # all its digits stand before those
    rounded = FUNCTIONS["round"](scaled)
    return rounded / scale if digits > 0 else rounded * scale


# ---- all of them


FUNCTIONS: dict[str, Function] = {"where": where}
for _row in TABLE.values():
    if _row.name not in FUNCTIONS:
        FUNCTIONS[_row.name] = document(_elementwise_function(_row) if _row.arity else _reduction(_row), _row)
    if _row.arity and _row.name != "where":
        for _name in {_row.name, _row.numpy}:
            value.attach(_name, FUNCTIONS[_row.name])

value.attach("conjugate", FUNCTIONS["identity"])  # what np.var and np.std ask for
value.attach("fabs", FUNCTIONS["abs"])
value.attach("__round__", _round)
PUBLIC = {name: FUNCTIONS[name] for name, row in TABLE.items() if row.public}


class Recording(Lists):
    """The domain of Values: rules given to it record nodes, so that derivatives can be differentiated again."""

    records = True

    def __getattr__(self, name: str) -> Function:
        if name not in FUNCTIONS:
            raise AttributeError(f"there is no operation {name!r}")
        return FUNCTIONS[name]

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        if type(condition) is Value and tracing():
            return _record(TABLE["where"], (condition, x, y))
        return x if condition else y

    def total(self, terms: Iterable[Any]) -> Any:
        return FUNCTIONS["sum"](list(terms))

    def shift(self, xs: Sequence[Any]) -> Any:
        if tracing():  # another call has other numbers
            largest = FUNCTIONS["stop"](traced_largest(xs)[0])
            return self.where(FUNCTIONS["abs"](largest) < inf, largest, 0.0)
        return FLOATS.shift([value.number(x) for x in xs])

    def pivot(self, xs: Sequence[Any]) -> Any:
        return self._first_largest(xs)[1]

    def largest(self, xs: Sequence[Any]) -> Any:
        return self._first_largest(xs)[0]

    def _first_largest(self, xs: Sequence[Any]) -> tuple[Any, Any]:
        """The first of the largest operands, and its place; in a trace, chosen at run time."""
        if not tracing():
            first = FLOATS.pivot([value.number(x) for x in xs])
            return xs[first], first
        return traced_largest(xs)


VALUES = Recording()
vars(VALUES).update({_name: _function for _name, _function in FUNCTIONS.items() if _name != "where"})  # found at once
