"""Ravel pytrees: their numbers in one list, arrays item by item, and back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd._pytree import LEAF, PLAIN, flatten_with_kinds, nesting, paths, unflatten
from autograd.engine.value import Value

Shape = tuple[int, ...]  # of a leaf: () for one number
SCALARS = {float, int, Value}
PLAIN.add(Value)


class Raveled:
    """A structure of numbers and Values.

    `numbers` are all of them in order, `kinds` their types; `spec` and `shapes` are those of the pytree and of its leaves.
    """

    def __init__(self, tree: Any) -> None:
        leaves, self.spec, self.kinds = flatten_with_kinds(tree)
        self.shapes: list[Shape] = [()] * len(leaves)
        self.has_arrays = False
        if not self.kinds <= SCALARS and (
            np.ndarray in self.kinds or any([issubclass(kind, np.ndarray) for kind in self.kinds])
        ):
            self.shapes = [x.shape if isinstance(x, np.ndarray) else () for x in leaves]
            leaves = [item for x in leaves for item in _items(x)] if len(leaves) > 1 else _items(leaves[0])
            self.kinds = set(map(type, leaves))
            self.has_arrays = any(self.shapes)
        self.numbers = leaves

    def rebuild(self, numbers: Sequence[Any]) -> Any:
        """The same structure of other numbers or Values."""
        return unflatten(self.spec, self.leaves(numbers) if self.has_arrays else numbers)

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

    def fits(self, other: Raveled) -> bool:
        """Whether containers and arrays lie in each other as in another structure, whatever their kinds and keys."""
        return self.shapes == other.shapes and nesting(self.spec) == nesting(other.spec)

    def places(self, root: str) -> Iterator[str]:
        """Where each number is, as "root[0]['a'][1, 2]"."""
        for path, shape in zip(paths(self.spec, root), self.shapes, strict=True):
            yield from (f"{path}[{', '.join(map(str, index))}]" if shape else path for index in np.ndindex(shape))


def _items(x: Any) -> Any:
    return x.ravel().tolist() if isinstance(x, np.ndarray) else (x,)


def array_of(numbers: Sequence[Any], shape: Shape) -> Any:
    """An array: of floats, or with Values among the numbers of objects."""
    result = np.empty(len(numbers), dtype=_dtype(numbers))
    result[:] = numbers
    return result.reshape(shape)


def _dtype(numbers: Sequence[Any]) -> Any:
    kinds = set(map(type, numbers))
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
        leaves.append(_row(matrix[top:bottom].reshape((*shape, -1)) if shape else matrix[top], shape, inputs))
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
