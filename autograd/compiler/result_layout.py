"""The form of a traced function's result: which parts are computed, and how to put it together again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.unflatten import compiled_unflatten
from autograd.engine.ravel import Raveled, array_of
from autograd.engine.value import Value, number
from autograd.errors import TraceError

COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


class Part(NamedTuple):
    """A number or an array in a result, or numbers side by side: leaves[first : first + size], of numbers[start:stop]."""

    shape: tuple[int, ...]
    first: int
    size: int
    start: int
    stop: int
    is_plain: bool  # all computed, none of them a boolean


class ResultLayout:
    """Where the computed numbers belong in a result, and what its other leaves are.

    `places` are the leaves that are computed, in the order of the program's outputs, `booleans` those of them that are results
    of comparisons, `literals` the other leaves. It holds no Value, so a specialisation does not keep its trace alive.
    """

    def __init__(self, result: Any) -> None:
        self.tree = raveled_result(result)
        leaves, self.tree.numbers = self.tree.numbers, []
        self.literals = [None if type(x) is Value else _fixed(x) for x in leaves]
        self.places = [i for i, x in enumerate(leaves) if type(x) is Value]
        self.booleans = {i for i in self.places if leaves[i].operation and leaves[i].primitive.name in COMPARISONS}
        self.parts = list(self._parts())
        self.is_plain = all([part.is_plain for part in self.parts]) and not self.tree.has_arrays
        self._whole = Part((), 0, len(leaves), 0, len(self.places), self.is_plain)
        self._runs = list(_runs(self.parts))

    def build(self, numbers: Any) -> Any:
        """The result of these numbers: a tuple or list of floats or Values, or an array of floats."""
        if isinstance(numbers, np.ndarray):
            return self.unflatten(numbers.tolist() if self.is_plain else self._leaves(numbers))
        return self.tree.rebuild(self._items(self._whole, numbers))

    @cached_property
    def unflatten(self) -> Callable[[Sequence[Any]], Any]:
        """The structure of the result, given its leaves."""
        return compiled_unflatten(self.tree.spec)

    def builder(self) -> Any:
        """A function that builds the result from a tuple of floats, with as little work as its form allows."""
        return self.unflatten if self.is_plain else lambda numbers: self.build(np.array(numbers))

    def _parts(self) -> Iterator[Part]:
        computed = set(self.places)
        before = list(accumulate([i in computed for i in range(len(self.literals))], initial=0))
        first = 0
        for shape in self.tree.shapes:
            size = math.prod(shape)
            start, stop = before[first], before[first + size]
            is_plain = stop - start == size and self.booleans.isdisjoint(range(first, first + size))
            yield Part(shape, first, size, start, stop, is_plain)
            first += size

    def _leaves(self, numbers: Any) -> list[Any]:
        """The leaves of the pytree, from an array of the computed numbers."""
        leaves: list[Any] = []
        for part in self._runs:
            chosen = numbers[part.start : part.stop]
            if part.shape:
                plain = part.is_plain
                leaves.append(chosen.reshape(part.shape) if plain else array_of(self._items(part, chosen.tolist()), part.shape))
            else:
                leaves += chosen.tolist() if part.is_plain else self._items(part, chosen.tolist())
        return leaves

    def _items(self, part: Part, numbers: Iterable[Any]) -> list[Any]:
        """The numbers and literals of a part, from those of its numbers that are computed."""
        items = self.literals[part.first : part.first + part.size]
        for place, x in zip(self.places[part.start : part.stop], numbers, strict=True):
            items[place - part.first] = number(x) != 0.0 if place in self.booleans else x
        return items

    # ---- many points

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes, at one point, of the arrays that a run fills: one a part, or one a number where a part holds literals."""
        shapes: list[tuple[int, ...]] = []
        for part in self.parts:
            computed = part.stop - part.start
            shapes += [part.shape] if computed == part.size else [()] * computed
        return shapes

    def batched(self, arrays: Sequence[Any], points: int) -> list[Any]:
        """The parts of the result at many points, from the arrays that a run filled."""
        computed, filled, parts = set(self.places), iter(arrays), []
        for shape, first, size, start, stop, _ in self.parts:
            leaves = range(first, first + size)
            if stop - start == size:
                array = next(filled)
            else:
                columns = [next(filled) if i in computed else np.array([self.literals[i]] * points) for i in leaves]
                array = np.stack(columns, axis=1).reshape(points, *shape)
            parts.append(array != 0.0 if size and self.booleans.issuperset(leaves) else array)
        return parts


def _runs(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, numbers side by side as one."""
    for is_run, group in groupby(parts, lambda part: part.is_plain and not part.shape):
        run = list(group)
        if is_run:
            yield run[0]._replace(size=len(run), stop=run[-1].stop)
        else:
            yield from run


def raveled_result(result: Any) -> Raveled:
    """A result, in which None is a leaf as any other constant: it may be a number on other paths, at other points."""
    return Raveled(result, lambda x: x is None)


def _fixed(x: Any) -> Any:
    """A leaf of the result that is the same in every call; TraceError if a caller could change it for later calls."""
    try:
        hash(x)
    except TypeError:
        raise TraceError(
            f"a traced function cannot return a {type(x).__name__}: return a list, tuple, dict, dataclass or array, "
            f"or give the class to autograd.register_pytree_node"
        ) from None
    return x
