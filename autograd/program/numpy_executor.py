"""The NumPy executor: array operations for runs of like instructions, where there is no compiler, and as the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.program.code import Code
from autograd.program.instructions import BAD_INDEX, FIXED, OPS, TAKE
from autograd.program.numpy_kernels import FUNCTIONS, Failures, is_place, run_pooled
from autograd.program.schedule import Schedule


def run(program: Code, schedule: Schedule, inputs: Any, failures: Failures | None = None) -> Any:
    """The numbers of all slots, for inputs of shape (inputs,) or, for many points, (inputs, points).

    What a Python function raises is put into `failures`, if they are given: the point may turn out to take another path.
    """
    inputs = np.asarray(inputs, dtype=float)
    v = np.empty((program.slots, *inputs.shape[1:]))
    v[: program.inputs] = inputs
    v[program.inputs : program.first] = program.constants.reshape(-1, *[1] * (inputs.ndim - 1))
    with np.errstate(all="ignore"):
        for op, start, end in zip(schedule.ops, schedule.starts, schedule.ends, strict=True):
            results = slice(program.first + start, program.first + end)
            if op < FIXED:
                operands = (program.a, program.b, program.c)[: len(OPS[op].letters)]
                v[results] = FUNCTIONS[op](*[v[x[start:end]] for x in operands])
            else:
                v[results] = run_pooled(program, int(op), start, end, v, failures)
    return v


def check_takes(program: Code, v: Any) -> None:
    """IndexError where an index of `take` was no whole number in range."""
    for i in np.nonzero(program.op == TAKE)[0]:
        if not np.all(is_place(v[program.pool[program.a[i]]], int(program.b[i]) - 1)):
            raise IndexError(BAD_INDEX)


class NumPyPlan:
    """A scheduled program for the NumPy executor, with the interface of NativePlan."""

    releases_lock = False  # it may call Python functions, which may come back here

    def __init__(self, program: Code, runs: Schedule, exact: Callable[[], NumPyPlan] | None = None) -> None:
        self.program, self.runs, self.rows, self._exact = program, runs, program.slots, exact

    def _run(self, inputs: Any) -> tuple[Any, int]:
        """The outputs, and the first broken guard or -1; raises what a call or a take raised if none is."""
        program, failures = self.program, Failures()
        v = run(program, self.runs, inputs, failures)
        results = v[program.outputs]
        if self._exact and np.isnan(results).any():
            return self._exact()._run(inputs)
        broken = np.nonzero((v[program.guards] != 0.0) != program.outcomes)[0]
        if len(broken):
            return results, int(broken[0])
        for error in failures.values():
            raise error
        check_takes(program, v)
        return results, -1

    def call(self, args: Any) -> Any:
        """The outputs as a tuple of floats, a broken guard's number, or None if args are not a tuple of floats and ints."""
        if type(args) is not tuple or len(args) != self.program.inputs or not set(map(type, args)) <= {float, int}:
            return None
        results, broken = self._run(np.array(args, dtype=float))
        return tuple(results.tolist()) if broken < 0 else broken

    def run(self, inputs: Any, outputs: Any) -> int:
        """Read floats and arrays, one after the other, and write arrays; -1 or a broken guard's number."""
        numbers = np.concatenate([np.ravel(x) for x in inputs]) if inputs else np.zeros(0)
        if len(numbers) != self.program.inputs:
            raise ValueError(f"the program takes {self.program.inputs} numbers, not {len(numbers)}")
        (results, broken), start = self._run(numbers), 0
        for array in outputs if broken < 0 else ():
            array.reshape(-1)[:] = results[start : start + array.size]
            start += array.size
        if broken < 0 and start != len(results):
            raise ValueError(f"the program gives {len(results)} numbers, not {start}")
        return broken

    def points(self, inputs: Any, outputs: Any, failed: Any, block: int) -> Callable[[int, int], None]:
        """A function of (start, stop) that runs these points; see NativePlan.points."""
        return lambda start, stop: self._points(inputs, outputs, failed, start, stop)

    def _points(self, inputs: Any, outputs: Any, failed: Any, start: int, stop: int) -> None:
        program, n = self.program, stop - start
        rows = [x[start:stop].reshape(n, -1).T if step else np.repeat(x.reshape(-1, 1), n, axis=1) for x, step in inputs]
        failures = Failures()
        v = run(program, self.runs, np.concatenate(rows) if rows else np.zeros((0, n)), failures)
        if self._exact and np.isnan(v[program.outputs]).any():
            self._exact()._points(inputs, outputs, failed, start, stop)
            return
        place = 0
        for array in outputs:
            size = array[0].size if len(array) else 0
            array[start:stop] = v[program.outputs[place : place + size]].T.reshape(array[start:stop].shape)
            place += size
        broken = (v[program.guards] != 0.0) != program.outcomes[:, None]
        failed[start:stop] = np.where(broken.any(axis=0), broken.argmax(axis=0), -1) if len(broken) else -1
        for point in [point for point in failures if failed[start + point] == -1]:
            raise failures[point]
        if (program.op == TAKE).any():
            check_takes(program, v[:, failed[start:stop] == -1])
