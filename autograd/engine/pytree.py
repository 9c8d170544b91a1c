"""Arguments of any structure: numbers and Values in nested lists, tuples, dicts and arrays, laid flat and put back."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd._validate import is_real
from autograd.engine.value import Value

Shape = tuple[int, ...] | int  # of an array; () for one number; an int for that many numbers in a list
_SCALARS = {float, int, Value}


class Tree:
    """A structure: `leaves`, its numbers and Values in order, of types `kinds`; `shapes`, those of its parts."""

    def __init__(self, tree: Any) -> None:
        self.leaves: list[Any] = []
        self.shapes: list[Shape] = []
        self.kinds: set[type] = set()
        self._build = self._take(tree)

    def rebuild(self, items: Sequence[Any]) -> Any:
        """The same structure of other numbers or Values."""
        parts, start = [], 0
        for shape in self.shapes:
            end = start + _size(shape)
            parts.append(part(items if len(self.shapes) == 1 else items[start:end], shape))
            start = end
        return self.build(parts)

    def build(self, parts: Sequence[Any]) -> Any:
        """The same structure with something else in the place of each part."""
        return self._build(iter(parts))

    def of_blocks(self, row: Any, above: tuple[int, ...]) -> Any:
        """The same structure with the columns of `row` (of shape `above` + columns) in place of the numbers."""
        parts, left = [], 0
        for shape in self.shapes:
            right = left + _size(shape)
            if isinstance(shape, int):
                parts.append([_block(row[..., i], above) for i in range(left, right)])
            else:
                parts.append(_block(row[..., left:right], above + shape))
            left = right
        return self.build(parts)

    def _take(self, tree: Any) -> Callable[[Any], Any]:
        """Note the leaves and shapes below, and give what builds it again from an iterator over parts."""
        if isinstance(tree, np.ndarray) and tree.ndim:
            self._add(tree.ravel().tolist(), tree.shape)
            return next
        if isinstance(tree, dict):
            keys, inner = list(tree), [self._take(item) for item in tree.values()]
            return lambda parts: dict(zip(keys, [build(parts) for build in inner], strict=True))
        if isinstance(tree, (list, tuple)):
            make = type(tree)._make if hasattr(tree, "_make") else type(tree)
            kinds = set(map(type, tree))
            if kinds <= _SCALARS or all([is_scalar(x) for x in tree]):  # a long list costs no closure for each number
                self._add(tree, len(tree), kinds)
                return lambda parts: make(next(parts))
            inner = [self._take(item) for item in tree]
            return lambda parts: make([build(parts) for build in inner])
        self._add([tree.item() if isinstance(tree, np.ndarray) else tree], ())
        return next

    def _add(self, leaves: Sequence[Any], shape: Shape, kinds: set[type] | None = None) -> None:
        self.leaves += leaves
        self.shapes.append(shape)
        self.kinds |= set(map(type, leaves)) if kinds is None else kinds


def is_scalar(x: Any) -> bool:
    return type(x) is Value or (is_real(x) and not isinstance(x, np.ndarray))


def _size(shape: Shape) -> int:
    return shape if isinstance(shape, int) else math.prod(shape)


def part(items: Sequence[Any], shape: Shape) -> Any:
    """A number, a list, or an array: of floats, or with Values among them of objects."""
    if not shape:
        return items if isinstance(shape, int) else items[0]
    if isinstance(shape, int):
        return items
    result = np.empty(len(items), dtype=_dtype(items))
    result[:] = items
    return result.reshape(shape)


def _dtype(items: Sequence[Any]) -> Any:
    kinds = set(map(type, items))
    if Value in kinds:
        return object
    return np.array(items).dtype if kinds and kinds <= {bool, int, str, bytes, complex} else float


def _block(block: Any, shape: tuple[int, ...]) -> Any:
    return block.reshape(shape) if shape else np.asarray(block).item()


def blocks(matrix: Any, outputs: Tree, inputs: Tree) -> Any:
    """A matrix (outputs x inputs) as the structure of the outputs, in each place that of the inputs.

    An array of shape s against one of shape t is an array of shape s + t.
    """
    parts, top = [], 0
    for shape in outputs.shapes:
        end = top + _size(shape)
        if isinstance(shape, int):
            parts.append([inputs.of_blocks(matrix[i], ()) for i in range(top, end)])
        else:
            parts.append(inputs.of_blocks(matrix[top:end].reshape((*shape, -1)), shape))
        top = end
    return outputs.build(parts)
