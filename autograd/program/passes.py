"""Passes: small functions from Program to Program. All keep every number to the last bit, nan, inf and -0 included,
except `strengthen`, which says what it may change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import TABLE
from autograd.program import _passes
from autograd.program import instructions as ops
from autograd.program.program import Program

ARITY = np.array([len(op.letters) for op in ops.OPS], dtype=np.int32)
KINDS = np.array(
    [ops.FIXED, ops.SUM, ops.ZDOT]
    + [ops.NUMBERS[name] for name in ("add", "mul", "neg", "zmul", "where")]
    + [ops.LINK, ops.TAKE, ops.NUMBERS["less"], ops.NUMBERS["equal"]],
    dtype=np.int32,
)
COPIES = np.zeros(len(ops.OPS), dtype=np.int32)
COPIES[ops.NUMBERS["identity"]] = 1
ALL_COPIES = COPIES.copy()  # also those that only matter for derivatives
ALL_COPIES[[ops.NUMBERS["stop"], ops.LINK]] = 1
FOLDS = np.array(
    [{"mul": 2, "div": 3}.get(op.name, int(op.name in TABLE and 0 < len(op.letters))) for op in ops.OPS], dtype=np.int32
)


def code_of(program: Program) -> Any:
    """A copy of the instructions as a 4 x n array."""
    return np.array([program.op, program.a, program.b, program.c], dtype=np.int32, order="C")


def renamed(program: Program, place: Any, constants: Any) -> Program:
    """The program with other constants, its slots read through `place`."""
    place = np.ascontiguousarray(place, dtype=np.int32)
    fixed = program.op < ops.FIXED
    initial = (program.op >= ops.SUM) & (program.op <= ops.ZDOT)
    return program.replaced(
        constants=np.ascontiguousarray(constants, dtype=np.float64),
        a=np.where(fixed, place[np.where(fixed, program.a, 0)], program.a),
        b=np.where(fixed, place[np.where(fixed, program.b, 0)], program.b),
        c=np.where(fixed | initial, place[np.where(fixed | initial, program.c, 0)], program.c),
        pool=place[program.pool],
        outputs=place[program.outputs],
        guards=place[program.guards],
    )


def with_constants(program: Program, numbers: Sequence[float]) -> tuple[Program, int]:
    """The program with more constants, and the slot of the first of them."""
    place = np.arange(program.slots)
    place[program.first :] += len(numbers)
    return renamed(program, place, np.concatenate([program.constants, numbers])), program.first


def compact(program: Program) -> Program:
    """Without the constants that nothing reads, and each number (to the last bit) once."""
    if not len(program.constants):
        return program
    uses = np.zeros(program.slots, dtype=np.int32)
    _passes.count_uses(code_of(program), program.pool, ARITY, KINDS, uses)
    uses[program.outputs] = uses[program.guards] = 1
    live = np.nonzero(uses[program.inputs : program.first])[0]
    _, found, which = np.unique(program.constants.view(np.int64)[live], return_index=True, return_inverse=True)
    place = np.zeros(program.slots, dtype=np.int32)
    place[: program.inputs] = np.arange(program.inputs)
    place[program.inputs + live] = program.inputs + which.reshape(-1)
    place[program.first :] = program.inputs + len(found) + np.arange(len(program))
    return renamed(program, place, program.constants[live][found])


def reordered(program: Program, order: Any, place: Any = None) -> Program:
    """The program of the instructions `order` only, in that order; `place` (by slot) says which slot serves for a slot."""
    order = np.ascontiguousarray(order, dtype=np.int32)
    first = program.first
    new = np.zeros(program.slots, dtype=np.int32)
    new[:first] = np.arange(first)
    new[first + order] = first + np.arange(len(order), dtype=np.int32)
    if place is not None:
        new = new[place]
    made = np.zeros((4, len(order)), dtype=np.int32)
    pool = np.zeros(max(1, len(program.pool)), dtype=np.int32)
    used = _passes.renumber(code_of(program), program.pool, ARITY, KINDS, order, new, made, pool)
    code = {"op": made[0], "a": made[1], "b": made[2], "c": made[3], "pool": pool[:used].copy()}
    turn = int(np.count_nonzero(order < program.turn))
    return program.replaced(**code, outputs=new[program.outputs], guards=new[program.guards], turn=turn)


def prune(program: Program) -> Program:
    """Without the instructions that no output or guard depends on."""
    live = np.zeros(program.slots, dtype=np.int32)
    live[program.outputs] = live[program.guards] = 1
    _passes.mark_live(code_of(program), program.pool, program.first, ARITY, KINDS, live)
    kept = np.nonzero(live[program.first :])[0]
    return program if len(kept) == len(program) else reordered(program, kept)


def share(program: Program, finished: bool = False) -> Program:
    """Equal instructions once, copies not at all; `finished`: no derivative will be taken any more."""
    code, pool = code_of(program), program.pool.copy()
    same = np.arange(program.slots, dtype=np.int32)
    table = np.full(1 << int(2 * len(program) + 2).bit_length(), -1, dtype=np.int32)
    with np.errstate(over="ignore"):  # of its hashes, where it is not compiled
        _passes.share(code, pool, program.first, ARITY, KINDS, ALL_COPIES if finished else COPIES, same, table)
    op, a, b, c = (row.copy() for row in code)
    shared = program.replaced(op=op, a=a, b=b, c=c, pool=pool)
    return prune(shared.replaced(outputs=same[program.outputs], guards=same[program.guards]))


def gather(program: Program) -> Program:
    """Chains of additions as one sum, sums of products as one dot product; every sum keeps its order."""
    program, one = with_constants(program, (1.0, -0.0))
    code = code_of(program)
    uses = np.zeros(program.slots, dtype=np.int32)
    _passes.count_uses(code, program.pool, ARITY, KINDS, uses)
    np.add.at(uses, program.outputs, 2)  # what is read from outside stays
    np.add.at(uses, program.guards, 2)
    pool = np.zeros(3 * len(program.pool) + 4 * len(program) + 1, dtype=np.int32)
    below = np.zeros(len(program), dtype=np.int32)
    used = _passes.gather_sums(code, program.pool, program.first, KINDS, uses, one, below, pool)
    op, a, b, c = (row.copy() for row in code)
    return prune(program.replaced(op=op, a=a, b=b, c=c, pool=pool[:used].copy()))


def fold(program: Program) -> Program:
    """Operations on nothing but constants are done now; multiplying or dividing by 1 is left out."""
    first, slots = program.first, program.slots
    known = np.zeros(slots, dtype=np.int32)
    known[program.inputs : first] = 1 + (program.constants == 1.0)
    place = np.arange(slots, dtype=np.int32)
    folded = np.zeros(len(program), dtype=np.int32)
    count = _passes.find_folds(code_of(program), first, ARITY, FOLDS, known, place, folded)
    if count == 0 and (place == np.arange(slots)).all():
        return program
    numbers = _folded(program, place, folded[:count].tolist())
    more = len(numbers)
    program, _ = with_constants(program, list(numbers.values()))
    new = np.arange(slots + more, dtype=np.int32)
    new[first + more :] = place[first:]
    new[first + more :][place[first:] >= first] += more
    new[first + more + folded[:count]] = np.arange(first, first + more)
    return prune(reordered(program, np.arange(len(program)), new[new]))


def _folded(program: Program, place: Any, instructions: list[int]) -> dict[int, float]:
    """The number of each of these instructions, by slot."""
    numbers: dict[int, float] = {}
    for i in instructions:
        held = place[program.operands(i)].tolist()
        floats = [numbers[x] if x in numbers else float(program.constants[x - program.inputs]) for x in held]
        numbers[program.first + i] = float(getattr(FLOATS, ops.OPS[int(program.op[i])].name)(*floats))
    return numbers


def strengthen(program: Program) -> Program:
    """Powers with exponents 0, 1, 2 and -1 become 1, x, x * x and 1 / x: equal but for C's pow, off by at most 1 ulp."""
    power = np.nonzero(program.op == ops.NUMBERS["pow"])[0]
    exponent = program.b[power]
    constant = (exponent >= program.inputs) & (exponent < program.first)
    power = power[constant]
    number = program.constants[program.b[power] - program.inputs]
    program, one = with_constants(program, (1.0,))
    op, a, b = program.op.copy(), program.a.copy(), program.b.copy()
    for found, name in (
        (number == 0.0, "identity"),
        (number == 1.0, "identity"),
        (number == 2.0, "mul"),
        (number == -1.0, "div"),
    ):
        op[power[found]] = ops.NUMBERS[name]
    square, inverse = power[number == 2.0], power[number == -1.0]
    b[square] = a[square]
    b[inverse], a[inverse] = a[inverse], one
    a[power[number == 0.0]] = one
    return program.replaced(op=op, a=a, b=b)


def tidy(program: Program) -> Program:
    """What is done to every traced program before its derivatives are taken."""
    return compact(gather(share(strengthen(fold(prune(program))))))


def finish(program: Program) -> Program:
    """What is done to every program before it is run."""
    return compact(share(fold(program), finished=True))
