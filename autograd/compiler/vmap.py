"""vmap: one function at many points at once, each group of points on the path that its comparisons take."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import Any

import numpy as np

from autograd._pytree import entries, is_container, map_leaves, rebuilt, unflatten
from autograd._validate import refuse_masks
from autograd.compiler.jit import Jitted, jit
from autograd.compiler.path_cache import PathCache
from autograd.compiler.signature import key_of
from autograd.compiler.specialization import Specialization
from autograd.compiler.static_arguments import unmarked
from autograd.engine.coerce import as_array
from autograd.engine.context import tracing
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value
from autograd.program.executor import block_size
from autograd.program.instructions import BAD_INDEX
from autograd.program.threads import share

Function = Callable[..., Any]
PARTS = 4  # a thread: one that comes late takes fewer
LARGE = 16 << 20  # bytes from which each result has memory of its own
SERIAL = 200_000  # slots times points below which a second thread does not pay
PART_SIZE = 10_000_000  # slots times points between two looks for Ctrl-C: 10 to 50 ms
STRUCTURES = "vmap() needs a function whose result has the same form at all points"


def vmap(f: Function, in_axes: Any = 0, threads: int | None = None) -> Function:
    """Make a function of many points at once, from a function of one.

    Its arguments have one more axis, its results one more leading axis. Each point takes its own path through f's
    branches.

    Args:
        f: a function as for `jit`, or a jitted one.
        in_axes: the axis along which the points of an argument lie (of every array in it), or None for an argument that
            is the same at all points; one for all arguments, or a tuple with one for each. In place of one, a dict,
            list or tuple may give it for each item of an argument. 0 by default.
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


class Leaves:
    """Arguments as a list of arrays, of which some have the points as their first axis (`along`)."""

    def __init__(self, args: Sequence[Any], in_axes: Any, name: str) -> None:
        axes = tuple(in_axes) if isinstance(in_axes, (list, tuple)) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(f"{name} needs one in_axes for each of the {len(args)} arguments, not {len(axes)}")
        self.arrays: list[Any] = []
        self.along: list[bool] = []
        self.points = -1
        self.values = False
        self.name = name
        self.structure = [self._take(x, axis) for x, axis in zip(args, axes, strict=True)]
        if self.points < 0:
            raise ValueError(f"{name} needs an array of points: every argument is the same at all points (in_axes=None)")

    def _take(self, x: Any, axis: Any) -> Any:
        """Note the arrays of an argument; the structure with the place of each in the list."""
        if isinstance(axis, dict) and isinstance(x, dict):
            if axis.keys() != x.keys():
                raise ValueError(f"{self.name} needs in_axes for the keys {list(x)}, not {list(axis)}")
            return rebuilt(x, [self._take(item, axis[key]) for key, item in entries(x)])
        if isinstance(axis, (list, tuple)) and not isinstance(x, dict):
            if not isinstance(x, (list, tuple)) or len(x) != len(axis):
                raise ValueError(f"{self.name} finds no {len(axis)} items for in_axes={axis} in a {type(x).__name__}")
            return rebuilt(x, [self._take(item, axis[key]) for key, item in entries(x)])
        if isinstance(x, dict):  # each item on the same terms
            return rebuilt(x, [self._take(item, axis) for _, item in entries(x)])
        if axis is not None and not isinstance(axis, (int, np.integer)):
            raise TypeError(f"{self.name} needs an int or None for each of in_axes, not {axis!r}")
        if axis is None:
            return self._add(x, along=False)
        return map_leaves(lambda points: self._add(self._points(points, int(axis)), along=True), x, _is_axis)

    def _points(self, x: Any, axis: int) -> Any:
        """The array with the points in front."""
        refuse_masks(x, self.name)
        array = np.asarray(x)
        if array.dtype.kind not in "biufO" or not -array.ndim <= axis < array.ndim:
            raise ValueError(f"{self.name} finds no axis {axis} in an argument of shape {array.shape} and type {array.dtype}")
        array = np.moveaxis(array, axis, 0)
        if array.dtype.kind == "O" and any([type(item) is Value for item in array.flat]):
            self.values = True
        else:
            array = np.require(as_array(array, self.name), np.float64, ["C", "A"])
        if self.points not in (-1, len(array)):
            raise ValueError(f"{self.name} got arguments of {self.points} and of {len(array)} points")
        self.points = len(array)
        return array

    def _add(self, array: Any, along: bool) -> int:
        """Note an array; its place in the list."""
        self.arrays.append(array)
        self.along.append(along)
        return len(self.arrays) - 1

    def point(self, i: int) -> list[Any]:
        """The arguments at one point."""

        def at(place: int) -> Any:
            array = self.arrays[place]
            if not self.along[place]:
                return array
            return array[i] if array.ndim > 1 or array.dtype.kind == "O" else float(array[i])

        return [map_leaves(at, structure) for structure in self.structure]


def _is_axis(x: Any) -> bool:
    """Whether a list is an axis of numbers, rather than a container of arrays."""
    return isinstance(x, (list, tuple)) and not any([is_container(item) or isinstance(item, np.ndarray) for item in x])


class Batched:
    """A function at many points: see `vmap`."""

    def __init__(self, jitted: Jitted, in_axes: Any, threads: int | None) -> None:
        self.jitted, self.in_axes, self.threads = jitted, in_axes, threads
        self.name = f"vmap({jitted.name})"
        update_wrapper(self, jitted.wrapped, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise TypeError(f"{self.name} takes its arguments by position, as in_axes does; not {', '.join(kwargs)} by name")
        leaves = Leaves(self.jitted.static.mark(args), self.in_axes, self.name)
        first = leaves.point(0) if leaves.points else None
        if first is None:
            raise ValueError(f"{self.name} needs at least one point")
        key, pieces = self.jitted.signature(tuple(first), {})
        if tracing() or leaves.values or any([type(x) is Value for x in pieces]):
            return stacked([self._untraced(leaves, i) for i in range(leaves.points)])
        cache = self.jitted.cache(key)
        path = cache.last or self.jitted.specialize(cache, tuple(first), {}, pieces)
        if path.captured:
            return stacked([self._untraced(leaves, i) for i in range(leaves.points)])
        return self._run(leaves, cache, path, self._inputs(leaves))

    def _untraced(self, leaves: Leaves, i: int) -> Any:
        return self.jitted.wrapped(*unmarked(leaves.point(i)))

    def _inputs(self, leaves: Leaves) -> list[tuple[Any, int]]:
        """For each number or array in the arguments the array to read, and the numbers between two points (0: shared)."""
        inputs: list[tuple[Any, int]] = []
        for array, along in zip(leaves.arrays, leaves.along, strict=True):
            if along:
                inputs.append((array, int(np.prod(array.shape[1:]))))
                continue
            shared: list[Any] = []
            key_of(array, shared, self.name)
            inputs += [(np.require(np.atleast_1d(x), np.float64, ["C", "A"]), 0) for x in shared]
        return inputs

    def _run(self, leaves: Leaves, cache: PathCache, path: Specialization, inputs: list[tuple[Any, int]]) -> Any:
        """All points on one path, then those that leave it on others, until each is done."""
        waiting: list[tuple[Specialization, Any, tuple[Specialization, ...]]] = [(path, None, ())]
        result: Any = None
        while waiting:
            path, points, tried = waiting.pop()
            tried = (*tried, path)
            count = leaves.points if points is None else len(points)
            chosen = inputs if points is None else [(x[points] if step else x, step) for x, step in inputs]
            arrays, failed = self._on_path(path, chosen, count)
            result = Result(path, leaves.points) if result is None else result
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
                branch = cache.branch(path, int(broken)) or self._specialized(leaves, cache, int(leaving[0]))
                if branch is None or branch in tried or branch.outcomes in [p.outcomes for p in tried]:
                    result.put_one_by_one(leaving, [self._untraced(leaves, i) for i in leaving.tolist()])
                else:
                    waiting.append((branch, leaving, tried))
        return result.assembled()

    def _specialized(self, leaves: Leaves, cache: PathCache, point: int) -> Specialization | None:
        """The path of this point, traced; None where no more paths may be kept."""
        if not cache.has_room():
            return None
        args = tuple(leaves.point(point))
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
            size = min(-(-points // (PARTS * workers)) if workers > 1 else points, PART_SIZE // slots + 1)
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


class Result:
    """Arrays for the result at all points, filled path by path."""

    def __init__(self, path: Specialization, points: int) -> None:
        self.tree, self.points = path.layout.tree, points
        self.form = form(self.tree)
        self.parts: list[Any] | None = None

    def put(self, path: Specialization, arrays: list[Any], points: Any, done: Any) -> None:
        """The computed numbers of a path at some points (None: all), of which `done` (None: all) are right."""
        parts = path.layout.batched(arrays, self.points if points is None else len(points))
        if points is None and done is None:
            self.parts = parts
            return
        where = np.arange(self.points) if points is None else points
        if done is not None:
            where, parts = where[done], [part[done] for part in parts]
        self._place(where, parts, path.layout.tree)

    def put_one_by_one(self, points: Any, results: list[Any]) -> None:
        """Results that were computed untraced."""
        for i, result in zip(points.tolist(), results, strict=True):
            tree = Raveled(result)
            self._place([i], [np.array([leaf]) for leaf in tree.leaves(tree.numbers)], tree)

    def _place(self, points: Any, parts: list[Any], tree: Raveled) -> None:
        """Write parts at their points; a kind of number that has room for both where the kinds differ."""
        if form(tree) != self.form:
            raise TypeError(STRUCTURES)
        if not len(points):
            return
        if self.parts is None:
            self.parts = [np.empty((self.points, *part.shape[1:]), dtype=part.dtype) for part in parts]
        for k, part in enumerate(parts):
            kind = np.result_type(self.parts[k], part)
            self.parts[k] = self.parts[k].astype(kind, copy=False)
            self.parts[k][points] = part

    def assembled(self) -> Any:
        """The result, in the structure of the function's."""
        return unflatten(self.tree.spec, self.parts or [])


def form(result: Raveled) -> Any:
    """What two results have in common that only differ in their numbers."""
    return result.spec, result.shapes


def stacked(results: Sequence[Any]) -> Any:
    """Results of single points as arrays with the points in front, in their structure."""
    raveled = [Raveled(result) for result in results]
    if any([form(other) != form(raveled[0]) for other in raveled]):
        raise TypeError(STRUCTURES)
    columns = zip(*[result.leaves(result.numbers) for result in raveled], strict=True)
    return unflatten(raveled[0].spec, [np.array(column) for column in columns])
