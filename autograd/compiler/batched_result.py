"""The result of vmap: arrays for all points, filled path by path; or results of single points, stacked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd._pytree import unflatten
from autograd.compiler.result_layout import raveled_result
from autograd.compiler.specialization import Specialization
from autograd.engine.ravel import Raveled

STRUCTURES = "vmap() needs a function whose result has the same form at all points"


class BatchedResult:
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
            tree = raveled_result(result)
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
    raveled = [raveled_result(result) for result in results]
    if any([form(other) != form(raveled[0]) for other in raveled]):
        raise TypeError(STRUCTURES)
    columns = zip(*[result.leaves(result.numbers) for result in raveled], strict=True)
    return unflatten(raveled[0].spec, [np.array(column) for column in columns])
