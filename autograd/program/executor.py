"""Prepare programs for running, and run them: natively where that is possible, else with NumPy."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from autograd.errors import ProgramError
from autograd.program.code import Code
from autograd.program.native_plan import NativePlan, runs_natively
from autograd.program.numpy_executor import NumPyPlan
from autograd.program.passes import finish
from autograd.program.plain import plain
from autograd.program.schedule import schedule
from autograd.program.verify import check

CACHED = 192 * 1024  # bytes of a block of points that stay near the processor


class Runner:
    """A program ready to run: its plain form, and where an output of that is nan the exact one, made when first needed.

    `call` gives a tuple of floats for a tuple of floats, or a broken guard's number, or None for other operands; `run` reads a
    tuple of floats and buffers, writes a tuple of buffers and gives -1 or a broken guard's number.
    """

    def __init__(self, program: Code) -> None:
        exact = finish(program)
        faster = plain(exact)
        self.program, runs = schedule(faster)
        make: Any = NativePlan if runs_natively(exact) else NumPyPlan
        self.plan = make(self.program, runs, None if faster is exact else cache(lambda: make(*schedule(exact))))
        self.call, self.run = self.plan.call, self.plan.run


def block_size(rows: int) -> int:
    """How many points to take at a time, where each takes this many numbers."""
    return max(8, min(512, CACHED // (8 * max(1, rows)) // 8 * 8))


def run(program: Code, inputs: Any, out: Any) -> Any:
    """The outputs of a program for these inputs: see Program.run."""
    if program.runner is None:
        check(program)
        program.runner = Runner(program)
    numbers = tuple([x if type(x) is float else _floats(x) for x in (inputs if type(inputs) is tuple else (inputs,))])
    if out is None:
        out = np.empty(len(program.outputs))
    elif not (isinstance(out, np.ndarray) and out.dtype == np.float64 and out.flags.c_contiguous and out.flags.writeable):
        raise ValueError("run() writes into a float64 array that is writable and in one piece (C-contiguous)")
    broken = program.runner.run(numbers, (out,))
    if broken >= 0:
        raise ProgramError(
            f"run(): guard {broken} is broken: these numbers take another path through the function than the traced one"
        )
    return out


def _floats(x: Any) -> Any:
    return np.ascontiguousarray(x, dtype=np.float64)
