"""Running a program by hand: numbers in, numbers out, into an array of the caller's if wished."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograd.errors import ProgramError
from autograd.program.executor import Runner
from autograd.program.program import Program

_runners: WeakKeyDictionary[Program, Runner] = WeakKeyDictionary()


def run(program: Program, inputs: Any, out: Any = None) -> Any:
    """The program's outputs for these inputs; the fastest way through a tight loop, as nothing is made but the result.

    Arguments: `inputs`, a 1-D array of all input numbers, or a tuple of floats and arrays that follow each other; `out`, a
    float64 array with a place for each output, written if the run succeeds. Result: `out`, or a new array.
    ProgramError where the numbers take another way than the traced one (a guard says so), ValueError where their count or
    the array `out` does not fit, IndexError for an index of `take` out of range.

    >>> from autograd import jit, value_and_grad
    >>> program = jit(value_and_grad(lambda x: x[0] * x[1])).program([2.0, 3.0])
    >>> program.run(np.array([4.0, 5.0]))
    array([20.,  5.,  4.])
    """
    runner = _runners.get(program)
    if runner is None:
        runner = _runners[program] = Runner(program.check())
    given = tuple([x if type(x) is float else _floats(x) for x in (inputs if type(inputs) is tuple else (inputs,))])
    if out is None:
        out = np.empty(len(program.outputs))
    elif not (isinstance(out, np.ndarray) and out.dtype == np.float64 and out.flags.c_contiguous and out.flags.writeable):
        raise ValueError("run() writes into a float64 array that is writable and in one piece (C-contiguous)")
    broken = runner.run(given, (out,))
    if broken >= 0:
        raise ProgramError(
            f"run(): guard {broken} is broken: these numbers take another way through the function than the traced one"
        )
    return out


def _floats(x: Any) -> Any:
    return np.ascontiguousarray(x, dtype=np.float64)


Program.run = run
