"""The order to run in: by level, and within a level by operation, so that like instructions stand side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.program import _passes
from autograd.program import instructions as ops
from autograd.program.passes import ARITY, KINDS, code_of, reordered
from autograd.program.program import Program


@dataclass(frozen=True)
class Schedule:
    """Runs of like instructions: operation, and the numbers of the first instruction and of the one after the last."""

    ops: Any
    starts: Any
    ends: Any


def schedule(program: Program) -> tuple[Program, Schedule]:
    """The same program in the order of levels and operations, and its runs."""
    n = len(program)
    level = np.zeros(program.slots, dtype=np.int32)
    levels = _passes.find_levels(code_of(program), program.pool, program.first, ARITY, KINDS, level)
    level = level[program.first :]
    like = _classes(program)
    order = _initial(program)
    for keys, count in ((like, int(like.max(initial=0)) + 1), (level, levels)):
        result = np.zeros(n, dtype=np.int32)
        _passes.sort_stably(order, np.ascontiguousarray(keys, dtype=np.int32), np.zeros(count + 1, dtype=np.int32), result)
        order = result
    changes = np.nonzero((np.diff(level[order]) != 0) | (np.diff(like[order]) != 0))[0] + 1
    starts = np.concatenate([[0], changes]) if n else changes
    made = reordered(program, order)
    return made, Schedule(made.op[starts], starts, np.concatenate([changes, [n]]) if n else changes)


def _initial(program: Program) -> Any:
    """The instructions of the reverse sweep backwards, so that adjoints stand in the order of what they belong to."""
    turn = program.turn
    return np.concatenate([np.arange(turn), np.arange(len(program) - 1, turn - 1, -1)]).astype(np.int32)


def _classes(program: Program) -> Any:
    """A small number for each instruction, the same for those that may run together."""
    pooled = np.nonzero(program.op >= ops.FIXED)[0]
    classes = program.op.copy()
    if len(pooled):
        third = np.where(program.op[pooled] == ops.CALL, program.c[pooled], 0).astype(np.int64)
        size = np.unique((program.op[pooled].astype(np.int64) << 32) + program.b[pooled], return_inverse=True)[1]
        classes[pooled] = ops.FIXED + np.unique((size.astype(np.int64) << 32) + third, return_inverse=True)[1]
    return classes
