"""Operations only traces record: custom derivatives, gather (`take`), callbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from threading import Lock
from typing import Any

import numpy as np

from autograd._validate import real
from autograd.engine.coerce import as_array
from autograd.engine.context import TRACE, tracing
from autograd.engine.functions import VALUES
from autograd.engine.registry import register_variadic
from autograd.engine.value import Value, number, record
from autograd.errors import TraceError
from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import Row

Function = Callable[..., Any]


def _link_partials(m: Any, xs: Sequence[Any], z: Any) -> list[Any]:
    n = len(xs) // 2
    return [None, *xs[1 + n :], *[None] * n]


LINK = register_variadic("link", lambda m, xs: xs[0], _link_partials)
TAKE = register_variadic(
    "take",
    lambda m, xs: xs[1 + _place(xs[0], len(xs) - 1)],
    lambda m, xs, z: [None, *(m.equal(_counted(m, xs), float(i)) for i in range(len(xs) - 1))],
    lambda m, xs: [1.0, *(m.not_equal(_counted(m, xs), float(i)) for i in range(len(xs) - 1))],
)
PIVOT = register_variadic("pivot", lambda m, xs: float(m.pivot(xs)), lambda m, xs, z: [None] * len(xs))


def largest(xs: Sequence[Any]) -> tuple[Any, Any]:
    """The first of the largest operands and its place, to be found at run time."""
    first = FLOATS.pivot([number(x) for x in xs])
    place = record(PIVOT, tuple(xs), float(first), (None,) * len(xs))
    return _picked(list(xs), place, first), place


def link(value: Any, operands: Sequence[Any], partials: Sequence[Any]) -> Value:
    """The node of a value whose derivative with respect to each operand is given as a Value or number of its own."""
    numbers = (None, *map(number, partials), *[None] * len(operands))
    return record(LINK, (value, *operands, *partials), number(value), numbers)


def _counted(m: Any, xs: Sequence[Any]) -> Any:
    """The index of a take, counted from the start also where it is negative."""
    return m.where(xs[0] < 0.0, xs[0] + float(len(xs) - 1), xs[0])


def _place(index: Any, size: int) -> int:
    """The place that an index means; IndexError where there is none."""
    i = number(index)
    if not isfinite(i) or i != int(i):
        raise IndexError(f"take() needs a whole number as index, not {i}")
    if not -size <= i < size:
        raise IndexError(f"take() of {size} items has none of index {int(i)}")
    return int(i) % size


def take(values: Any, index: Any) -> Any:
    """Return `values[index]`, also if the index is an input of a traced function.

    The program then reads the place at run time. The derivative goes to the item that is taken; with respect to the
    index it is 0.

    Args:
        values: a list or array of n numbers or Values; or of n rows of the same length, or an array of more dimensions,
            of which the first is indexed.
        index: a whole number from -n to n - 1: an int or a Value, or an array or list of them.

    Returns:
        The item; of rows a list, of an array an array; for several indices an array, in the shape of the indices
        followed by that of an item.

    Raises:
        IndexError: if there is no such item, or the index is not a whole number.
        ValueError: if the rows are not of one length.
        TypeError: if the index is not a real number.

    Examples:
        >>> take([10.0, 20.0, 30.0], 1)
        20.0
    """
    if isinstance(index, (list, tuple)) or (isinstance(index, np.ndarray) and index.ndim):
        indices = as_array(index, "take")
        taken = [take(values, i) for i in indices.flat]
        return np.array(taken).reshape(indices.shape + np.shape(taken[0])) if taken else np.empty(indices.shape)
    if isinstance(index, np.ndarray):
        index = index.item()
    items = values if isinstance(values, (list, tuple, np.ndarray)) else list(values)
    place = _place(index if type(index) is Value else real(index, "take()'s index"), len(items))
    if type(index) is not Value or not tracing():
        return items[place]
    return _picked(items, index, place)


def _picked(items: Any, index: Value, place: int) -> Any:
    if isinstance(items, np.ndarray) and items.ndim > 1:
        columns = items.reshape(len(items), -1).T
        return np.array([_picked(list(column), index, place) for column in columns]).reshape(items.shape[1:])
    if isinstance(items[0], (list, tuple, np.ndarray)):
        if len({len(row) for row in items}) > 1:
            raise ValueError("take() of rows needs rows of one length")
        picked = [_picked([row[j] for row in items], index, place) for j in range(len(items[0]))]
        return np.array(picked) if isinstance(items[0], np.ndarray) else picked
    edges = [1.0 if i == place else None for i in range(len(items))]
    held = tuple(x if type(x) is Value else real(x, "an item of take()") for x in items)
    return record(TAKE, (index, *held), number(held[place]), (None, *edges))


# ---- custom operations, and reductions that are made of others

_opcodes: dict[Function, int] = {}  # of the Python functions that programs call
_lock = Lock()


def _refuse_derivative(m: Any, xs: Sequence[Any], z: Any) -> Any:
    raise TraceError(
        "a Python function that a program calls has no derivative: write its partials with this package's functions"
    )


def call(f: Function, name: str, operands: Sequence[Any], result: float) -> Value:
    """The node of a Python function of floats, to be called at run time."""
    with _lock:
        if f not in _opcodes:
            _opcodes[f] = register_variadic(name, lambda m, xs: f(*xs), _refuse_derivative, callback=f)
    return record(_opcodes[f], tuple(operands), result, (0.0,) * len(operands))


def own(row: Row, f: Function, operands: Sequence[Any]) -> Value:
    """The node of a custom operation in a trace: its value and its partials, recorded where they can be."""
    value = _recorded(f, row.name, operands)
    read = [i for i in range(len(operands)) if not row.cut[i]]
    partials = {i: _recorded(_rule(row.partials[i]), f"{row.name}'s partial", operands) for i in read}
    read = [i for i in read if partials[i] is not None]
    return link(value, [operands[i] for i in read], [partials[i] for i in read])


_rules: dict[Any, Function] = {}


def _rule(rule: Function) -> Function:
    return _rules.setdefault(rule, lambda *operands: rule(None, *operands, None))


def _recorded(f: Function, name: str, operands: Sequence[Any]) -> Any:
    try:
        with TRACE.get().trying():
            result = f(*operands)
        if type(result) is Value or result is None:
            return result
    except (TypeError, AttributeError, ValueError):
        pass  # it needs plain floats: the program will call it
    token = TRACE.set(None)  # on plain numbers it may do what it likes
    try:
        z = f(*map(number, operands))
    finally:
        TRACE.reset(token)
    return None if z is None else call(f, name, operands, real(z, f"the result of {name}()"))


def reduction(node: Value, operands: Iterable[Any]) -> Value:
    """The node of a reduction as the operations that it is made of."""
    row, xs = node.primitive, list(operands)
    if row.name in ("sum", "sumprod"):
        return node
    return link(row.value(VALUES, xs), xs, row.partials[0](VALUES, xs, node))
