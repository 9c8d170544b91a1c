"""A program made ready to run: improved, scheduled, and handed to the native executor or to NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.program import loops, ops
from autograd.program.passes import ARITY, KINDS, code_of, finish
from autograd.program.program import Program
from autograd.program.schedule import Schedule, schedule

native: Any
try:
    from autograd.program import native  # type: ignore[attr-defined, no-redef]
except ImportError:
    native = None


def segments_of(program: Program, runs: Schedule) -> tuple[Any, Any]:
    """The native executor's segments, and the array in which it looks up scattered operands."""
    code = code_of(program)
    bounds = np.ascontiguousarray(np.stack([runs.starts, runs.ends], axis=1), dtype=np.int32)
    pooled = program.b[program.op >= ops.FIXED]
    made = np.empty((2 * len(program) + len(program.pool) // 2 + 1, 12), dtype=np.int32)
    cuts = np.zeros(int(pooled.max(initial=0)) + 2, dtype=np.int32)
    used = loops.find_segments(code, program.pool, program.first, KINDS, ARITY, bounds, cuts, made)
    return made[:used].copy(), code[1:].reshape(-1)


def native_plan(program: Program, runs: Schedule) -> Any:
    """The native executor's copy of a scheduled program."""
    segments, index = segments_of(program, runs)
    arrays = (program.constants, program.op, program.a, program.b, program.c, program.pool, program.outputs, program.guards)
    return native.Plan(program.inputs, *map(np.ascontiguousarray, arrays), program.truths, segments, index)


def ready(program: Program) -> tuple[Program, Schedule]:
    """A program as the executors want it."""
    return schedule(finish(program))


def runs_natively(program: Program) -> bool:
    """Whether the native executor was built and knows all of the program's operations."""
    return native is not None and not (program.op == ops.CALL).any()
