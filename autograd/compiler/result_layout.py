"""The form of a traced function's result: which parts are computed, and how to put it together again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.engine.pytree import Tree, part
from autograd.engine.value import Value, number
from autograd.errors import TraceError

COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


class ResultLayout:
    """Where the computed numbers belong in a result, and what its other leaves are.

    `places` are the leaves that are computed, in the order of the program's outputs, `booleans` those of them that are results
    of comparisons, `literals` the other leaves. It holds no Value, so a specialisation does not keep its trace alive.
    """

    def __init__(self, result: Any) -> None:
        self.tree = Tree(result)
        leaves, self.tree.leaves = self.tree.leaves, []
        self.literals = [None if type(x) is Value else _fixed(x) for x in leaves]
        self.places = [i for i, x in enumerate(leaves) if type(x) is Value]
        self.booleans = [i for i in self.places if leaves[i].operation and leaves[i].primitive.name in COMPARISONS]
        has_arrays = any([type(shape) is tuple and shape for shape in self.tree.shapes])
        printable = len(self.places) == len(leaves) and not self.booleans and not has_arrays
        space: dict[str, Any] = {}
        self.slices = list(self._slices())
        self.source = (_source(result, iter(range(len(leaves))), space), space) if printable else None

    def build(self, numbers: Any) -> Any:
        """The result of these numbers: a tuple or list of floats or Values, or an array of floats."""
        if isinstance(numbers, np.ndarray):
            return self.tree.build([self._part(numbers, *bounds) for bounds in self.slices])
        items = list(self.literals)
        for place, x in zip(self.places, numbers, strict=True):
            items[place] = x
        for place in self.booleans:
            items[place] = number(items[place]) != 0.0
        return self.tree.rebuild(items)

    def builder(self) -> Any:
        """A function that builds the result from a tuple of floats, with as little work as its form allows."""
        if self.source is None:
            return lambda found: self.build(np.array(found))
        source, space = self.source[0], dict(self.source[1])
        exec(f"def build(found):\n return {source}", space)  # holds brackets, places and generated names only
        return space["build"]

    def _slices(self) -> Iterator[tuple[Any, int, int, int]]:
        """For each part its shape, where its numbers start and stop, and its first leaf if it is not all computed, else -1."""
        computed, booleans, start, first = set(self.places), set(self.booleans), 0, 0
        for shape in self.tree.shapes:
            leaves = range(first, first + (shape if isinstance(shape, int) else math.prod(shape)))
            stop = start + sum([i in computed for i in leaves])
            all_computed = stop - start == len(leaves) and booleans.isdisjoint(leaves)
            yield shape, start, stop, -1 if all_computed else first
            start, first = stop, leaves.stop

    def _part(self, numbers: Any, shape: Any, start: int, stop: int, first: int) -> Any:
        if first >= 0:
            return self._mixed(numbers[start:stop].tolist(), shape, first)
        if isinstance(shape, int):
            return numbers[start:stop].tolist()
        return numbers[start:stop].reshape(shape) if shape else float(numbers[start])

    def _mixed(self, numbers: list[float], shape: Any, first: int) -> Any:
        """A part that holds literals or booleans."""
        size = shape if isinstance(shape, int) else math.prod(shape)
        items, rest, computed = self.literals[first : first + size], iter(numbers), set(self.places)
        for i in range(size):
            if first + i in computed:
                x = next(rest)
                items[i] = x != 0.0 if first + i in self.booleans else x
        return part(items, shape)

    # ---- many points

    def parts(self) -> list[tuple[tuple[int, ...], list[int]]]:
        """The parts of the result at many points: the shape at one point, and the leaves that it is made of."""
        parts: list[tuple[tuple[int, ...], list[int]]] = []
        start = 0
        for shape in self.tree.shapes:
            if isinstance(shape, int):
                parts += [((), [i]) for i in range(start, start + shape)]
                start += shape
            else:
                size = math.prod(shape)
                parts.append((shape, list(range(start, start + size))))
                start += size
        return parts

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes, at one point, of the arrays that a run fills: one a part, or one a number where a part holds literals."""
        computed = set(self.places)
        shapes: list[tuple[int, ...]] = []
        for shape, leaves in self.parts():
            inside = [i for i in leaves if i in computed]
            shapes += [shape] if len(inside) == len(leaves) else [()] * len(inside)
        return shapes

    def batched(self, arrays: Sequence[Any], points: int) -> list[Any]:
        """The parts of the result at many points, from the arrays that a run filled."""
        computed, booleans = set(self.places), set(self.booleans)
        filled, parts = iter(arrays), []
        for shape, leaves in self.parts():
            if all([i in computed for i in leaves]):
                part = next(filled)
            else:
                columns = [next(filled) if i in computed else np.array([self.literals[i]] * points) for i in leaves]
                part = np.stack(columns, axis=1).reshape(points, *shape) if columns else np.empty((points, *shape))
            parts.append(part != 0.0 if leaves and set(leaves) <= booleans else part)
        return parts


def _fixed(x: Any) -> Any:
    """A leaf of the result that is the same in every call; TraceError if a caller could change it for later calls."""
    try:
        hash(x)
    except TypeError:
        raise TraceError(f"a traced function cannot return a {type(x).__name__}: return a list, tuple, dict or array") from None
    return x


def _source(result: Any, places: Iterator[int], space: dict[str, Any]) -> str:
    """Source of an expression that builds the like of a result from `found`; what it needs by name is put into `space`."""
    if isinstance(result, dict):
        keys = [f"key{len(space) + i}" for i in range(len(result))]
        space.update(zip(keys, result, strict=True))
        return "{" + ", ".join(f"{k}: {_source(x, places, space)}" for k, x in zip(keys, result.values(), strict=True)) + "}"
    if isinstance(result, (list, tuple)):
        inside = "".join([_source(x, places, space) + ", " for x in result])
        if type(result) in (list, tuple):
            return f"[{inside}]" if type(result) is list else f"({inside})"
        make = f"make{len(space)}"
        space[make] = type(result)._make if hasattr(result, "_make") else type(result)
        return f"{make}(({inside}))"
    return f"found[{next(places)}]"
