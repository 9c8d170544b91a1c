"""vmap: one function at many points at once, each group of points on the path that its comparisons take."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import numpy as np

from autograd.calculus.derivation import global_name
from autograd.compiler.batched_result import BatchedResult, stacked
from autograd.compiler.jit import Jitted, jit
from autograd.compiler.path_cache import PathCache
from autograd.compiler.points import Points
from autograd.compiler.signature import key_of
from autograd.compiler.specialization import Specialization
from autograd.compiler.static_arguments import unmarked
from autograd.engine.context import tracing
from autograd.engine.value import Value
from autograd.program.executor import block_size
from autograd.program.instructions import BAD_INDEX
from autograd.program.threads import share

Function = Callable[..., Any]
PARTS = 4  # a thread: one that comes late takes fewer
LARGE = 16 << 20  # bytes from which each result has memory of its own
SERIAL = 200_000  # slots times points below which a second thread does not pay
PART_SIZE = 10_000_000  # slots times points between two looks for Ctrl-C: 10 to 50 ms


def vmap(f: Function, in_axes: Any = 0, threads: int | None = None) -> Function:
    """Make a function of many points at once, from a function of one.

    Its arguments have one more axis, its results one more leading axis. Each point takes its own path through f's
    branches.

    Args:
        f: a function as for `jit`, or a jitted one.
        in_axes: the axis along which the points of an argument lie (of every array in it), or None for an argument that
            is the same at all points; one for all arguments, or a tuple with one for each. In place of one, a dict,
            list or tuple may give it for each item of an argument, a dict also for the fields of a dataclass. 0 by
            default.
        threads: how many threads share the points; by default as many as there are cores, where the work is worth it.

    Returns:
        A function of positional arguments. Its result has the structure of f's, with arrays of shape (points, ...).

    Raises:
        TypeError: if f is not a function; at a call, for keyword arguments, for `in_axes` of another kind, or if the
            structure of f's result differs between points.
        ValueError: at a call, if arguments have different numbers of points, none at all, or none has an axis.

    Examples:
        >>> import numpy as np
        >>> from autograd import grad, vmap
        >>> vmap(grad(lambda x, a: a * x**2), in_axes=(0, None))(np.array([1.0, 2.0, 3.0]), 10.0)
        array([20., 40., 60.])
    """
    if not callable(f):
        raise TypeError(f"vmap() takes a function, not {type(f).__name__}")
    return Batched(f if isinstance(f, Jitted) else jit(f), in_axes, threads)


class Batched:
    """A function at many points: see `vmap`."""

    def __init__(self, jitted: Jitted, in_axes: Any, threads: int | None) -> None:
        self.jitted, self.in_axes, self.threads = jitted, in_axes, threads
        self.name = f"vmap({jitted.name})"
        update_wrapper(self, jitted.wrapped, updated=())

    def __reduce__(self) -> Any:
        return global_name(self) or (vmap, (self.jitted, self.in_axes, self.threads))

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise TypeError(f"{self.name} takes its arguments by position, as in_axes does; not {', '.join(kwargs)} by name")
        arguments = Points(self.jitted.static.mark(args), self.in_axes, self.name)
        first = arguments.point(0) if arguments.count else None
        if first is None:
            raise ValueError(f"{self.name} needs at least one point")
        key, pieces = self.jitted.signature(tuple(first), {})
        if tracing() or arguments.values or any([type(x) is Value for x in pieces]):
            return stacked([self._untraced(arguments, i) for i in range(arguments.count)])
        cache = self.jitted.cache(key)
        path = cache.last or self.jitted.specialize(cache, tuple(first), {}, pieces)
        if path.captured:
            return stacked([self._untraced(arguments, i) for i in range(arguments.count)])
        return self._run(arguments, cache, path, self._inputs(arguments))

    def _untraced(self, arguments: Points, i: int) -> Any:
        return self.jitted.wrapped(*unmarked(arguments.point(i)))

    def _inputs(self, arguments: Points) -> list[tuple[Any, int]]:
        """For each number or array in the arguments the array to read, and the numbers between two points (0: shared)."""
        inputs: list[tuple[Any, int]] = []
        for array, along in zip(arguments.arrays, arguments.along, strict=True):
            if along:
                inputs.append((array, int(np.prod(array.shape[1:]))))
                continue
            shared: list[Any] = []
            key_of(array, shared, self.name)
            inputs += [(np.require(np.atleast_1d(x), np.float64, ["C", "A"]), 0) for x in shared]
        return inputs

    def _run(self, arguments: Points, cache: PathCache, path: Specialization, inputs: list[tuple[Any, int]]) -> Any:
        """All points on one path, then those that leave it on others, until each is done."""
        waiting: list[tuple[Specialization, Any, tuple[Specialization, ...]]] = [(path, None, ())]
        result: Any = None
        while waiting:
            path, points, tried = waiting.pop()
            tried = (*tried, path)
            count = arguments.count if points is None else len(points)
            chosen = inputs if points is None else [(x[points] if step else x, step) for x, step in inputs]
            arrays, failed = self._on_path(path, chosen, count)
            result = BatchedResult(path, arguments.count) if result is None else result
            done = failed == -1
            if done.all():
                result.put(path, arrays, points, None)
                continue
            result.put(path, arrays, points, done)
            if (failed == -2).any():
                raise IndexError(BAD_INDEX)
            for broken in np.unique(failed[~done]):
                leaving = np.nonzero(failed == broken)[0]
                leaving = leaving if points is None else points[leaving]
                branch = cache.branch(path, int(broken)) or self._specialized(arguments, cache, int(leaving[0]))
                if branch is None or branch in tried or branch.outcomes in [p.outcomes for p in tried]:
                    result.put_one_by_one(leaving, [self._untraced(arguments, i) for i in leaving.tolist()])
                else:
                    waiting.append((branch, leaving, tried))
        return result.assembled()

    def _specialized(self, arguments: Points, cache: PathCache, point: int) -> Specialization | None:
        """The path of this point, traced; None where no more paths may be kept."""
        if not cache.has_room():
            return None
        args = tuple(arguments.point(point))
        return self.jitted.specialize(cache, args, {}, self.jitted.signature(args, {})[1])

    def _on_path(self, path: Specialization, inputs: list[tuple[Any, int]], points: int) -> tuple[list[Any], Any]:
        """The results of a path at some points, and for each point -1, a broken guard's number, or -2 for a failed take."""
        arrays = _empty([(points, *shape) for shape in path.layout.shapes()])
        failed = np.full(points, -1, dtype=np.int32)
        plan, slots = path.runner.plan, path.runner.program.slots
        block = block_size(plan.rows)
        workers, size = 1, points
        if plan.releases_lock:
            workers = self.threads or (os.cpu_count() or 1 if slots * points > SERIAL else 1)
            size = min(-(-points // (PARTS * workers)) if workers > 1 else points, PART_SIZE // max(slots, 1) + 1)
        size = -(-size // block) * block
        parts = [(start, min(start + size, points)) for start in range(0, points, size)]
        share(plan.points(inputs, arrays, failed, block), parts, workers)
        return arrays, failed


def _empty(shapes: list[tuple[int, ...]]) -> list[Any]:
    """Arrays of these shapes; small ones in one piece of memory, which the system then need not clear anew in each call."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    if 8 * sum(sizes) > LARGE:
        return [np.empty(shape) for shape in shapes]
    starts = np.cumsum([0] + [-(-size // 8) * 8 for size in sizes]).tolist()
    whole = np.empty(starts[-1])
    return [whole[start : start + size].reshape(shape) for start, size, shape in zip(starts, sizes, shapes, strict=False)]
