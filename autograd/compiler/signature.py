"""Signatures of calls: a key of the arguments' structure, their numbers, and the same structure with other numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any

import numpy as np

from autograd._pytree import NODES, exact, flatten_with_kinds, is_container, map_leaves
from autograd._validate import is_real, refuse_masks
from autograd.compiler.static_arguments import Static
from autograd.engine.value import Value

NUMBERS = {float, int}
OTHERS = (bool, np.bool_)  # numbers to Python, here a part of the program
FLOAT = np.dtype(np.float64)
LONG = 8
SCALAR, NODE = "number", "Value"


def key_of(x: Any, pieces: list[Any], name: str) -> Any:
    """A hashable description of x, whose numbers are added to `pieces`: floats, Values, and float arrays of any shape.

    Anything else (a str, a bool, None, ...) is part of the description. TypeError, naming the argument, if it has no hash.
    """
    kind = type(x)
    if kind is float or kind is int:
        pieces.append(float(x))
        return SCALAR
    if kind is Value:
        pieces.append(x)
        return NODE
    if kind is np.ndarray and x.dtype is FLOAT and x.ndim and x.flags.c_contiguous:
        pieces.append(x)
        return ("array", x.shape)
    if isinstance(x, np.ndarray):
        return _array_key(x, pieces, name)
    if kind in NODES or is_container(x):
        leaves, spec, kinds = flatten_with_kinds(x)
        if kinds <= NUMBERS:
            _add_numbers(leaves, pieces)
            return spec
        if len(leaves) <= LONG:
            return spec, tuple([key_of(leaf, pieces, name) for leaf in leaves])
        return spec, tuple(_keys_of_runs(leaves, pieces, name))
    if isinstance(x, Static):
        return ("static", type(x.value), exact(_hashable(x.value, name)))
    if is_number(x):
        pieces.append(float(x))
        return SCALAR
    return ("static", kind, exact(_hashable(x, name)))


def _add_numbers(numbers: list[Any], pieces: list[Any]) -> None:
    """Add plain numbers: many as an array, which is passed faster."""
    if len(numbers) > LONG:
        pieces.append(np.array(numbers, dtype=float))
    else:
        pieces += map(float, numbers)


def _keys_of_runs(leaves: list[Any], pieces: list[Any], name: str) -> Iterator[Any]:
    """The keys of leaves; for a run of plain numbers its length."""
    for kind, group in groupby(leaves, type):
        run = list(group)
        if kind in NUMBERS:
            _add_numbers(run, pieces)
            yield len(run)
        else:
            yield from [key_of(leaf, pieces, name) for leaf in run]


def _hashable(x: Any, name: str) -> Any:
    try:
        hash(x)
    except TypeError:
        raise TypeError(
            f"{name} takes numbers, arrays of them, lists, tuples, dicts and dataclasses; an argument of another kind must "
            f"have a hash, as {type(x).__name__} has not, or be given to autograd.register_pytree_node"
        ) from None
    return x


def _array_key(x: Any, pieces: list[Any], name: str) -> Any:
    refuse_masks(x, name)
    if x.dtype.kind in "biuf":
        pieces.append(np.ascontiguousarray(x, dtype=np.float64) if x.ndim else float(x))
        return ("array", x.shape)
    if x.dtype.kind != "O":
        raise TypeError(f"{name} takes arrays of numbers, not of {x.dtype}")
    return ("objects", x.shape, tuple([key_of(item, pieces, name) for item in x.flat]))


def filled(x: Any, numbers: Iterator[Any]) -> Any:
    """The structure of x with the next of `numbers` in place of each number."""
    return map_leaves(lambda leaf: _filled_leaf(leaf, numbers), x)


def _filled_leaf(x: Any, numbers: Iterator[Any]) -> Any:
    if is_number(x):
        return next(numbers)
    if isinstance(x, np.ndarray):
        items = [filled(item, numbers) for item in x.flat] if x.dtype.kind == "O" else list(islice(numbers, x.size))
        array = np.empty(len(items), dtype=object)
        array[:] = items
        return array.reshape(x.shape) if x.ndim else items[0]
    return x.value if isinstance(x, Static) else x


def is_number(x: Any) -> bool:
    """Whether this is an input of a program, rather than a part of it."""
    return type(x) is float or type(x) is Value or (is_real(x) and type(x) not in OTHERS)


def flat_numbers(pieces: Sequence[Any]) -> list[Any]:
    """Floats and Values, one by one."""
    numbers: list[Any] = []
    for piece in pieces:
        if isinstance(piece, np.ndarray):
            numbers += piece.ravel().tolist()
        else:
            numbers.append(piece)
    return numbers
