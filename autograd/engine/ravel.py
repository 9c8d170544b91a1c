"""Ravel pytrees: their numbers in one list, arrays item by item, and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from autograd._pytree import LEAF, PLAIN, Mismatch, flatten_with_kinds, kinds_of, order_of, paths, unflatten
from autograd._validate import refuse_arrays
from autograd.engine.value import Value

Shape = tuple[int, ...]  # of a leaf: () for one number
SCALARS = {float, int, Value}
PLAIN.add(Value)


class Raveled:
    """A structure of numbers and Values.

    `numbers` are all of them in order, `kinds` their types; `spec` and `shapes` are those of the pytree and of its leaves.
    Containers for which `is_leaf` is true count as leaves.
    """

    numbers: list[Any]
    kinds: set[type]
    shapes: list[Shape]

    def __init__(self, tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> None:
        if type(tree) is float:  # the commonest one, for speed
            self.numbers, self.spec, self.kinds, self.shapes, self.has_arrays = [tree], LEAF, {float}, [()], False
            return
        leaves, self.spec, self.kinds = flatten_with_kinds(tree, is_leaf)
        self.shapes = [()] * len(leaves)
        self.has_arrays = False
        if not self.kinds <= SCALARS and (
            np.ndarray in self.kinds or any([issubclass(kind, np.ndarray) for kind in self.kinds])
        ):
            self.shapes = [x.shape if isinstance(x, np.ndarray) else () for x in leaves]
            leaves = [item for x in leaves for item in _items(x)] if len(leaves) > 1 else _items(leaves[0])
            self.kinds = kinds_of(leaves)
            self.has_arrays = any(self.shapes)
        self.numbers = leaves

    def rebuild(self, numbers: Sequence[Any]) -> Any:
        """The same structure of other numbers or Values."""
        if self.has_arrays:
            return unflatten(self.spec, self.leaves(numbers))
        return numbers[0] if self.spec is LEAF else unflatten(self.spec, numbers)

    def leaves(self, numbers: Sequence[Any]) -> list[Any]:
        """The leaves of the same structure of other numbers or Values: numbers and arrays."""
        if len(self.shapes) == 1 and self.has_arrays:
            return [array_of(numbers, self.shapes[0])]
        leaves, start = [], 0
        for shape in self.shapes:
            end = start + math.prod(shape)
            leaves.append(array_of(numbers[start:end], shape) if shape else numbers[start])
            start = end
        return leaves

    @property
    def is_number(self) -> bool:
        """Whether this is one number."""
        return self.spec is LEAF and self.shapes == [()]

    @property
    def is_vector(self) -> bool:
        """Whether this is one list of numbers, or one array with one axis."""
        if self.spec is LEAF:
            return len(self.shapes[0]) == 1
        kind, _, children = self.spec
        return issubclass(kind, (list, tuple)) and type(children) is int and not self.has_arrays

    def numbers_of(self, other: Raveled) -> list[Any]:
        """The numbers of another structure in the places of this one's; Mismatch where it is another."""
        order = None if other.spec == self.spec else list(order_of(self.spec, other.spec))
        shapes = other.shapes if order is None else [other.shapes[i] for i in order]
        if shapes != self.shapes:
            paths_shapes = zip(paths(self.spec), self.shapes, shapes, strict=True)
            path, own, given = next(x for x in paths_shapes if x[1] != x[2])
            raise Mismatch(path, f"{_sort(given)} in place of {_sort(own)}")
        if order is None:
            return other.numbers
        if not self.has_arrays:
            return [other.numbers[i] for i in order]
        ends = list(accumulate(map(math.prod, other.shapes)))
        return [x for i in order for x in other.numbers[ends[i] - math.prod(other.shapes[i]) : ends[i]]]

    def places(self, root: str) -> Iterator[str]:
        """Where each number is, as "root[0]['a'][1, 2]"."""
        for path, shape in zip(paths(self.spec, root), self.shapes, strict=True):
            yield from (f"{path}[{', '.join(map(str, index))}]" if shape else path for index in np.ndindex(shape))


def _items(x: Any) -> Any:
    if not isinstance(x, np.ndarray):
        return (x,)
    refuse_arrays(x)
    return x.ravel().tolist()


def _sort(shape: Shape) -> str:
    return f"an array of shape {shape}" if shape else "a number"


def values_in(tree: Any) -> list[Value]:
    """The Values of a structure, of which other leaves may be anything."""
    leaves, _, kinds = flatten_with_kinds(tree)
    if Value not in kinds and not any([issubclass(kind, np.ndarray) for kind in kinds]):
        return []
    items = [item for x in leaves for item in (x.flat if isinstance(x, np.ndarray) and x.dtype.kind == "O" else (x,))]
    return [x for x in items if type(x) is Value]


def array_of(numbers: Sequence[Any], shape: Shape) -> Any:
    """An array: of floats, or with Values among the numbers of objects."""
    result = np.empty(len(numbers), dtype=_dtype(numbers))
    result[:] = numbers
    return result.reshape(shape)


def _dtype(numbers: Sequence[Any]) -> Any:
    kinds = kinds_of(numbers)
    if Value in kinds:
        return object
    return np.array(numbers).dtype if kinds and kinds <= {bool, int, str, bytes, complex} else float


def blocks(matrix: Any, outputs: Raveled, inputs: Raveled) -> Any:
    """A matrix (outputs x inputs) as the structure of the outputs, in each place that of the inputs.

    An array of shape s against one of shape t is an array of shape s + t.
    """
    leaves, top = [], 0
    for shape in outputs.shapes:
        bottom = top + math.prod(shape)
        leaves.append(_row(matrix[top:bottom].reshape((*shape, matrix.shape[1])) if shape else matrix[top], shape, inputs))
        top = bottom
    return unflatten(outputs.spec, leaves)


def _row(row: Any, above: Shape, inputs: Raveled) -> Any:
    """The structure of the inputs with the columns of `row` (of shape `above` + columns) in place of the numbers."""
    if not above and not inputs.has_arrays:
        return unflatten(inputs.spec, row.tolist())
    leaves, left = [], 0
    for shape in inputs.shapes:
        right = left + math.prod(shape)
        leaves.append(row[..., left:right].reshape(above + shape) if above + shape else row[..., left].item())
        left = right
    return unflatten(inputs.spec, leaves)
