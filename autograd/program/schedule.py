"""Schedule a program: by level, and within a level by operation, so that like instructions stand side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.program import _walks
from autograd.program.code import Code, P
from autograd.program.editing import reordered
from autograd.program.instructions import CALL, FIXED


@dataclass(frozen=True)
class Schedule:
    """Runs of like instructions: opcode, and the numbers of the first instruction and of the one after the last."""

    ops: Any
    starts: Any
    ends: Any


def schedule(program: P) -> tuple[P, Schedule]:
    """The same program in the order of levels and operations, and its runs."""
    n = len(program)
    level = np.zeros(program.slots, dtype=np.int32)
    levels = _walks.find_levels(program.matrix(), program.pool, program.first, level)
    level = level[program.first :]
    like = _classes(program)
    order = _initial_order(program)
    for keys, count in ((like, int(like.max(initial=0)) + 1), (level, levels)):
        result = np.zeros(n, dtype=np.int32)
        _walks.sort_stably(order, np.ascontiguousarray(keys, dtype=np.int32), np.zeros(count + 1, dtype=np.int32), result)
        order = result
    changes = np.nonzero((np.diff(level[order]) != 0) | (np.diff(like[order]) != 0))[0] + 1
    starts = np.concatenate([[0], changes]) if n else changes
    ends = np.concatenate([changes, [n]]) if n else changes
    program = reordered(program, order)
    return program, Schedule(program.op[starts], starts, ends)


def _initial_order(program: Code) -> Any:
    """The instructions of the reverse sweep backwards, so that adjoints stand in the order of what they belong to."""
    start = program.reverse_start
    return np.concatenate([np.arange(start), np.arange(len(program) - 1, start - 1, -1)]).astype(np.int32)


def _classes(program: Code) -> Any:
    """A small number for each instruction, the same for those that may run together."""
    pooled = np.nonzero(program.op >= FIXED)[0]
    classes = program.op.copy()
    if len(pooled):
        function = np.where(program.op[pooled] == CALL, program.c[pooled], 0).astype(np.int64)
        size = np.unique((program.op[pooled].astype(np.int64) << 32) + program.b[pooled], return_inverse=True)[1]
        classes[pooled] = FIXED + np.unique((size.astype(np.int64) << 32) + function, return_inverse=True)[1]
    return classes
