"""The native executor's copy of a program: its segments, its arrays, and the addresses that it reads and writes."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from autograd.program import _segments
from autograd.program.code import Code
from autograd.program.instructions import CALL, FIXED
from autograd.program.native_layout import SEGMENT, UNSURE
from autograd.program.schedule import Schedule

_native: Any = None
if os.environ.get("AUTOGRAD_COMPILED") != "0":  # which asks for the pure-Python implementation of everything
    with suppress(ImportError):
        from autograd.program import _native  # type: ignore[attr-defined, no-redef]


def is_available() -> bool:
    """Whether the native executor was built."""
    return _native is not None


def runs_natively(program: Code) -> bool:
    """Whether the native executor was built and knows all of the program's operations."""
    return is_available() and not (program.op == CALL).any()


def segments_of(program: Code, runs: Schedule) -> tuple[Any, Any]:
    """The native executor's segments, and the array in which it looks up listed operands."""
    code = program.matrix()
    bounds = np.ascontiguousarray(np.stack([runs.starts, runs.ends], axis=1), dtype=np.int32)
    counts = program.b[program.op >= FIXED]
    segments = np.empty((2 * len(program) + len(program.pool) // 2 + 1, SEGMENT), dtype=np.int32)
    cuts = np.zeros(int(counts.max(initial=0)) + 2, dtype=np.int32)
    used = _segments.find_segments(code, program.pool, program.first, bounds, cuts, segments)
    return segments[:used].copy(), code[1:].reshape(-1)


class NativePlan:
    """A scheduled program for the native executor.

    `exact`, if given, makes the plan that runs in its place where an output is nan.
    """

    releases_lock = True  # of the interpreter, while it runs many points

    def __init__(self, program: Code, runs: Schedule, exact: Callable[[], NativePlan] | None = None) -> None:
        segments, index = segments_of(program, runs)
        arrays = (program.constants, program.op, program.a, program.b, program.c, program.pool, program.outputs, program.guards)
        arrays_in_order = (*map(np.ascontiguousarray, arrays), program.outcomes, segments, index)
        self._exact = exact
        self._plan = _native.Plan(program.inputs, *arrays_in_order, exact and (lambda: exact()._plan))
        self.call, self.run = self._plan.call, self._plan.run  # as those of NumPyPlan

    @property
    def rows(self) -> int:
        """How many numbers a point takes where many are run."""
        return int(self._plan.rows)

    def points(self, inputs: Any, outputs: Any, failed: Any, block: int) -> Callable[[int, int], None]:
        """A function of (start, stop) that runs these points, `block` at a time.

        Arguments: `inputs`, pairs of a float array and how many numbers lie between its points (0: the same at all), for
        consecutive inputs; `outputs`, arrays (points, ...) to be written, for consecutive outputs; `failed`, int32 for each
        point: -1 if all went well, a broken guard's number, or -2 where a `take` failed.
        """
        sources = [_addresses(x, step or x.size, step) for x, step in inputs]
        targets = [_addresses(x, x[0].size if len(x) else 0, x[0].size if len(x) else 0) for x in outputs]
        addresses = [_joined([pair[k] for pair in pairs]) for pairs in (sources, targets) for k in range(2)]
        arrays = [x for x, _ in inputs] + list(outputs)  # the addresses alone would not keep the memory alive

        def run(start: int, stop: int, arrays: Any = arrays) -> None:
            self._plan.points(*addresses, failed, start, stop, block)
            if self._exact and (unsure := np.nonzero(failed[start:stop] == UNSURE)[0]).size:
                for k in np.unique(unsure // block).tolist():
                    first = start + k * block
                    self._exact()._plan.points(*addresses, failed, first, min(first + block, stop), block)

        return run


def _addresses(array: Any, count: int, step: int) -> tuple[Any, Any]:
    """Where the numbers of the first point lie, and how far it is to the next point's."""
    start = array.__array_interface__["data"][0]
    return start + 8 * np.arange(count, dtype=np.int64), np.full(count, step, dtype=np.int64)


def _joined(arrays: list[Any]) -> Any:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)
