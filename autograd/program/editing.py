"""Edit code: rename slots, add constants, drop and reorder instructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.program import _walks
from autograd.program.code import P
from autograd.program.instructions import FIXED, SUM, ZDOT


def renamed(program: P, place: Any, constants: Any) -> P:
    """The program with other constants, its slots read through `place`."""
    place = np.ascontiguousarray(place, dtype=np.int32)
    fixed = program.op < FIXED
    sums = (program.op >= SUM) & (program.op <= ZDOT)
    return program.replaced(
        constants=np.ascontiguousarray(constants, dtype=np.float64),
        a=np.where(fixed, place[np.where(fixed, program.a, 0)], program.a),
        b=np.where(fixed, place[np.where(fixed, program.b, 0)], program.b),
        c=np.where(fixed | sums, place[np.where(fixed | sums, program.c, 0)], program.c),
        pool=place[program.pool],
        outputs=place[program.outputs],
        guards=place[program.guards],
    )


def with_constants(program: P, numbers: Sequence[float]) -> tuple[P, int]:
    """The program with more constants, and the slot of the first of them."""
    place = np.arange(program.slots)
    place[program.first :] += len(numbers)
    return renamed(program, place, np.concatenate([program.constants, numbers])), program.first


def with_code(program: P, code: Any, **parts: Any) -> P:
    """The program with other instructions, the rows of `code`."""
    op, a, b, c = (row.copy() for row in code)
    return program.replaced(op=op, a=a, b=b, c=c, **parts)


def reordered(program: P, order: Any, place: Any = None) -> P:
    """The program with these instructions in this order, its slots read through `place`; others are dropped."""
    order = np.ascontiguousarray(order, dtype=np.int32)
    first = program.first
    new = np.zeros(program.slots, dtype=np.int32)
    new[:first] = np.arange(first)
    new[first + order] = first + np.arange(len(order), dtype=np.int32)
    if place is not None:
        new = new[place]
    code = np.zeros((4, len(order)), dtype=np.int32)
    pool = np.zeros(max(1, len(program.pool)), dtype=np.int32)
    used = _walks.renumber(program.matrix(), program.pool, order, new, code, pool)
    start = int(np.count_nonzero(order < program.reverse_start))
    return program.replaced(
        **dict(zip(("op", "a", "b", "c"), code, strict=True)),
        pool=pool[:used].copy(),
        outputs=new[program.outputs],
        guards=new[program.guards],
        reverse_start=start,
    )
