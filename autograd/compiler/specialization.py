"""One way through a jitted function: its program, ready to run, and what its result looks like."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.compiler.lower import build
from autograd.compiler.trace import Trace
from autograd.engine.pytree import Tree, part
from autograd.engine.value import Value, number
from autograd.errors import TraceError
from autograd.program.executor import Runner
from autograd.program.passes import compact, prune, tidy
from autograd.program.reverse import gradient

COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


class Outputs:
    """The form of a traced function's result: which of its parts are computed, and how to put it together.

    It holds no Value: `literals` are the other parts, `places` where the computed ones belong.
    """

    def __init__(self, result: Any) -> None:
        self.tree = Tree(result)
        leaves, self.tree.leaves = self.tree.leaves, []
        self.literals = [None if type(x) is Value else _fixed(x) for x in leaves]
        self.places = [i for i, x in enumerate(leaves) if type(x) is Value]
        self.literal = len(self.places) < len(leaves)
        self.truths = [i for i in self.places if leaves[i].operation and leaves[i].primitive.name in COMPARISONS]
        plain = not self.literal and not self.truths and not any([type(s) is tuple and s for s in self.tree.shapes])
        space: dict[str, Any] = {}
        self.parts = list(self._layout())
        self.source = (_source(result, iter(range(len(leaves))), space), space) if plain else None

    def build(self, numbers: Any) -> Any:
        """The result of these numbers: a tuple or list of floats or Values, or an array of floats."""
        if isinstance(numbers, np.ndarray):
            return self.tree.build([self._part(numbers, *part) for part in self.parts])
        items = list(self.literals)
        for place, x in zip(self.places, numbers, strict=True):
            items[place] = x
        for place in self.truths:
            items[place] = number(items[place]) != 0.0
        return self.tree.rebuild(items)

    def quick(self) -> Any:
        """What builds the result from a tuple of floats, with as little work as its form allows."""
        if self.source is None:
            return lambda found: self.build(np.array(found))
        source, space = self.source[0], dict(self.source[1])
        exec(f"def quick(found):\n return {source}", space)  # brackets, places and names of our own, nothing from outside
        return space["quick"]

    def _layout(self) -> Iterator[tuple[Any, int, int, int]]:
        """For each part its shape, where its numbers start and end, and its first leaf if it is not all computed, else -1."""
        computed, truths, start, first = set(self.places), set(self.truths), 0, 0
        for shape in self.tree.shapes:
            leaves = range(first, first + (shape if isinstance(shape, int) else math.prod(shape)))
            stop = start + sum([i in computed for i in leaves])
            plain = stop - start == len(leaves) and truths.isdisjoint(leaves)
            yield shape, start, stop, -1 if plain else first
            start, first = stop, leaves.stop

    def _part(self, numbers: Any, shape: Any, start: int, stop: int, first: int) -> Any:
        if first >= 0:
            return self._mixed(numbers[start:stop].tolist(), shape, first)
        if isinstance(shape, int):
            return numbers[start:stop].tolist()
        return numbers[start:stop].reshape(shape) if shape else float(numbers[start])

    def _mixed(self, found: list[float], shape: Any, first: int) -> Any:
        """A part in which there are literals or truths."""
        size = shape if isinstance(shape, int) else math.prod(shape)
        items, given, computed = self.literals[first : first + size], iter(found), set(self.places)
        for i in range(size):
            if first + i in computed:
                x = next(given)
                items[i] = x != 0.0 if first + i in self.truths else x
        return part(items, shape)

    # ---- many points

    def groups(self) -> list[tuple[tuple[int, ...], list[int]]]:
        """The parts of the result at many points: the shape at one point, and which leaves it is made of."""
        found: list[tuple[tuple[int, ...], list[int]]] = []
        start = 0
        for shape in self.tree.shapes:
            if isinstance(shape, int):
                found += [((), [i]) for i in range(start, start + shape)]
                start += shape
            else:
                size = math.prod(shape)
                found.append((shape, list(range(start, start + size))))
                start += size
        return found

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of the arrays that a run fills: a part, or where it has literals in it each of its numbers."""
        computed = set(self.places)
        found: list[tuple[int, ...]] = []
        for shape, leaves in self.groups():
            inside = [i for i in leaves if i in computed]
            found += [shape] if len(inside) == len(leaves) else [()] * len(inside)
        return found

    def batched(self, arrays: Sequence[Any], points: int) -> list[Any]:
        """The parts of the result from these arrays."""
        computed, truths = set(self.places), set(self.truths)
        given, parts = iter(arrays), []
        for shape, leaves in self.groups():
            if all([i in computed for i in leaves]):
                part = next(given)
            else:
                columns = [next(given) if i in computed else np.array([self.literals[i]] * points) for i in leaves]
                part = np.stack(columns, axis=1).reshape(points, *shape) if columns else np.empty((points, *shape))
            parts.append(part != 0.0 if leaves and set(leaves) <= truths else part)
        return parts


def _fixed(x: Any) -> Any:
    """A part of the result that is the same in every call; TraceError where a caller could change it for later ones."""
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


class Gradient:
    """What a traced function is differentiated by: the output, the inputs' numbers, and what stands for each derivative."""

    def __init__(self, output: Any, wanted: Sequence[int]) -> None:
        self.output, self.wanted = output, list(wanted)
        self.marks = [Value(0.0) for _ in self.wanted] if type(output) is Value else [0.0] * len(self.wanted)


class Path:
    """The program of one trace.

    `source` can be differentiated unless it holds a gradient already; `runner` runs it; `outside` are the Values whose numbers
    are read at each call; `truths` is what the guards saw, `lines` where.
    """

    def __init__(self, trace: Trace, result: Any, gradient_of: Gradient | None) -> None:
        self.outputs = Outputs(result)
        computed = [x for x in Tree(result).leaves if type(x) is Value]
        self.lines = tuple(trace.lines.values())
        marks = {id(x): i for i, x in enumerate(gradient_of.marks)} if gradient_of else {}
        plain = [x for x in computed if id(x) not in marks]
        head = [gradient_of.output] if gradient_of and marks and type(gradient_of.output) is Value else []
        program, self.outside = build(trace, head + plain)
        self.source = tidy(program)
        if gradient_of and head and not self.outside:
            self.source = gradient(self.source, 0, gradient_of.wanted)
            others = iter(range(1, 1 + len(plain)))
            chosen = [1 + len(plain) + marks[id(x)] if id(x) in marks else next(others) for x in computed]
            self.source = compact(prune(self.source.replaced(outputs=self.source.outputs[chosen])))
        self.truths = tuple(self.source.truths.tolist())
        self.gradients: list[tuple[int, Runner]] | None = None  # of its outputs, see call.py; made when first needed
        self._runner: Runner | None = None

    @property
    def runner(self) -> Runner:
        """What runs the program; made when first needed."""
        if self._runner is None:
            self._runner = Runner(self.source)
        return self._runner
