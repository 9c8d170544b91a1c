"""The arguments of vmap: which arrays hold the points, and the arguments at one point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd._pytree import entries, is_container, map_leaves, rebuilt
from autograd._validate import refuse_masks
from autograd.engine.coerce import as_array
from autograd.engine.value import Value


class Points:
    """Arguments as a list of arrays, of which some have the points as their first axis (`along`)."""

    def __init__(self, args: Sequence[Any], in_axes: Any, name: str) -> None:
        axes = tuple(in_axes) if isinstance(in_axes, (list, tuple)) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(f"{name} needs one in_axes for each of the {len(args)} arguments, not {len(axes)}")
        self.arrays: list[Any] = []
        self.along: list[bool] = []
        self.count = -1
        self.values = False
        self.name = name
        self.structure = [self._take(x, axis) for x, axis in zip(args, axes, strict=True)]
        if self.count < 0:
            raise ValueError(f"{name} needs an array of points: every argument is the same at all points (in_axes=None)")

    def _take(self, x: Any, axis: Any) -> Any:
        """Note the arrays of an argument; the structure with the place of each in the list."""
        if isinstance(axis, dict) and is_container(x) and not isinstance(x, (list, tuple, type(None))):
            keys = [key for key, _ in entries(x)]
            if axis.keys() != set(keys):
                raise ValueError(f"{self.name} needs in_axes for the keys {keys}, not {list(axis)}")
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
        if self.count not in (-1, len(array)):
            raise ValueError(f"{self.name} got arguments of {self.count} and of {len(array)} points")
        self.count = len(array)
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
