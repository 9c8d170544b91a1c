"""A program made ready to run: improved, scheduled, and handed to the native executor or to NumPy's."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import numpy as np

from autograd.program import _segments
from autograd.program import instructions as ops
from autograd.program.numpy_executor import Failures, check_takes, run
from autograd.program.passes import ARITY, KINDS, code_of, finish
from autograd.program.program import Program
from autograd.program.schedule import Schedule, schedule

native: Any = None
if os.environ.get("AUTOGRAD_COMPILED") != "0":  # which asks for the interpreted twin, of everything
    with suppress(ImportError):
        from autograd.program import _native as native  # type: ignore[attr-defined, no-redef]


def segments_of(program: Program, runs: Schedule) -> tuple[Any, Any]:
    """The native executor's segments, and the array in which it looks up scattered operands."""
    code = code_of(program)
    bounds = np.ascontiguousarray(np.stack([runs.starts, runs.ends], axis=1), dtype=np.int32)
    pooled = program.b[program.op >= ops.FIXED]
    made = np.empty((2 * len(program) + len(program.pool) // 2 + 1, 12), dtype=np.int32)
    cuts = np.zeros(int(pooled.max(initial=0)) + 2, dtype=np.int32)
    used = _segments.find_segments(code, program.pool, program.first, KINDS, ARITY, bounds, cuts, made)
    return made[:used].copy(), code[1:].reshape(-1)


def native_plan(program: Program, runs: Schedule) -> Any:
    """The native executor's copy of a scheduled program."""
    found, index = segments_of(program, runs)
    arrays = (program.constants, program.op, program.a, program.b, program.c, program.pool, program.outputs, program.guards)
    return native.Plan(program.inputs, *map(np.ascontiguousarray, arrays), program.truths, found, index)


def ready(program: Program) -> tuple[Program, Schedule]:
    """A program as the executors want it."""
    return schedule(finish(program))


def runs_natively(program: Program) -> bool:
    """Whether the native executor was built and knows all of the program's operations."""
    return native is not None and not (program.op == ops.CALL).any()


class Runner:
    """Runs a program: natively, or with NumPy where there is no native executor or a Python function is called."""

    def __init__(self, program: Program) -> None:
        self.program, self.runs = ready(program)
        self.plan = native_plan(self.program, self.runs) if runs_natively(self.program) else NumPyPlan(self.program, self.runs)
        self.call = self.plan.call  # a tuple of floats from a tuple of floats; a broken guard's number; None for other operands
        self.run = self.plan.run  # from a tuple of floats and buffers to a tuple of buffers; -1 or a broken guard's number


CACHED = 192 * 1024  # bytes of a block of points that stay near the processor


def block_size(rows: int) -> int:
    """How many points to take at a time, each of so many numbers."""
    return max(8, min(512, CACHED // (8 * max(1, rows)) // 8 * 8))


def points_runner(plan: Any, inputs: Any, outputs: Any, failed: Any, block: int) -> Any:
    """A function of (start, stop) that runs these points.

    Arguments: `inputs`, pairs of a float array and how many numbers lie between its points (0: the same at all), for
    consecutive inputs; `outputs`, arrays (points, ...) to be written, for consecutive outputs; `failed`, int32 for each point:
    -1 if all went well, a broken guard's number, or -2 where a `take` failed.
    """
    if isinstance(plan, NumPyPlan):
        return lambda start, stop: plan.points(inputs, outputs, failed, start, stop)
    sources = [_addresses(x, step or x.size, step) for x, step in inputs]
    targets = [_addresses(x, x[0].size if len(x) else 0, x[0].size if len(x) else 0) for x in outputs]
    arrays = [_joined([pair[k] for pair in pairs]) for pairs in (sources, targets) for k in range(2)]
    held = [x for x, _ in inputs] + list(outputs)  # the addresses alone would not keep the memory alive
    return lambda start, stop, held=held: plan.points(*arrays, failed, start, stop, block)


def _addresses(array: Any, count: int, step: int) -> tuple[Any, Any]:
    """Where the numbers of the first point lie, and how far it is to the next point's."""
    start = array.__array_interface__["data"][0]
    return start + 8 * np.arange(count, dtype=np.int64), np.full(count, step, dtype=np.int64)


def _joined(arrays: list[Any]) -> Any:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)


class NumPyPlan:
    """What the native executor does, with arrays."""

    def __init__(self, program: Program, runs: Schedule) -> None:
        self.program, self.runs, self.rows = program, runs, program.slots

    def _run(self, inputs: Any) -> tuple[Any, int]:
        """The numbers of all slots, and the first broken guard or -1; raises what a call or a take raised if none is."""
        program, failures = self.program, Failures()
        v = run(program, self.runs, inputs, failures)
        broken = np.nonzero((v[program.guards] != 0.0) != program.truths)[0]
        if len(broken):
            return v, int(broken[0])
        for error in failures.values():
            raise error
        if (program.op == ops.TAKE).any():
            check_takes(program, v)
        return v, -1

    def call(self, args: Any) -> Any:
        """Outputs as a tuple of floats, the number of a broken guard, or None if args are no floats."""
        if type(args) is not tuple or len(args) != self.program.inputs or not set(map(type, args)) <= {float, int}:
            return None
        v, broken = self._run(np.array(args, dtype=float))
        return tuple(v[self.program.outputs].tolist()) if broken < 0 else broken

    def run(self, inputs: Any, outputs: Any) -> int:
        """Reads floats and arrays, one after the other, and writes arrays."""
        numbers = np.concatenate([np.ravel(x) for x in inputs]) if inputs else np.zeros(0)
        if len(numbers) != self.program.inputs:
            raise ValueError(f"the program takes {self.program.inputs} numbers, not {len(numbers)}")
        v, broken = self._run(numbers)
        results, start = v[self.program.outputs], 0
        for array in outputs if broken < 0 else ():
            array.reshape(-1)[:] = results[start : start + array.size]
            start += array.size
        if broken < 0 and start != len(results):
            raise ValueError(f"the program gives {len(results)} numbers, not {start}")
        return broken

    def points(self, inputs: Any, outputs: Any, failed: Any, start: int, stop: int) -> None:
        """Many points: see `points_runner`."""
        n = stop - start
        rows = [x[start:stop].reshape(n, -1).T if step else np.repeat(x.reshape(-1, 1), n, axis=1) for x, step in inputs]
        failures = Failures()
        v = run(self.program, self.runs, np.concatenate(rows) if rows else np.zeros((0, n)), failures)
        place = 0
        for array in outputs:
            size = array[0].size if len(array) else 0
            array[start:stop] = v[self.program.outputs[place : place + size]].T.reshape(array[start:stop].shape)
            place += size
        broken = (v[self.program.guards] != 0.0) != self.program.truths[:, None]
        failed[start:stop] = np.where(broken.any(axis=0), broken.argmax(axis=0), -1) if len(broken) else -1
        for point in [point for point in failures if failed[start + point] == -1]:
            raise failures[point]
        if (self.program.op == ops.TAKE).any():
            check_takes(self.program, v[:, failed[start:stop] == -1])
