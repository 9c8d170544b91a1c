"""Passes: small functions from a program to a better one.

All keep every number to the last bit, nan, inf and -0 included, except `strengthen`, which says what it may change.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import TABLE
from autograd.program import _sums, _walks
from autograd.program.code import Code, P
from autograd.program.editing import renamed, reordered, with_code, with_constants
from autograd.program.instructions import IDENTITY, LINK, MUL, OPCODES, OPS, STOP
from autograd.program.verify import as_ints

COPIES = np.zeros(len(OPS), dtype=np.int32)
COPIES[IDENTITY] = 1
ALL_COPIES = COPIES.copy()  # also those that only matter for derivatives
ALL_COPIES[[STOP, LINK]] = 1
FOLDS = np.array(
    [{"mul": 2, "div": 3}.get(op.name, int(op.name in TABLE and 0 < len(op.letters))) for op in OPS], dtype=np.int32
)


def compact(program: P) -> P:
    """Drop the constants that nothing reads, and keep each number (to the last bit) once."""
    if not len(program.constants):
        return program
    uses = np.zeros(program.slots, dtype=np.int32)
    _walks.count_uses(program.matrix(), program.pool, uses)
    uses[program.outputs] = uses[program.guards] = 1
    live = np.nonzero(uses[program.inputs : program.first])[0]
    _, kept, which = np.unique(program.constants.view(np.int64)[live], return_index=True, return_inverse=True)
    place = np.zeros(program.slots, dtype=np.int32)
    place[: program.inputs] = np.arange(program.inputs)
    place[program.inputs + live] = program.inputs + which.reshape(-1)
    place[program.first :] = program.inputs + len(kept) + np.arange(len(program))
    return renamed(program, place, program.constants[live][kept])


def prune(program: P) -> P:
    """Drop the instructions that no output or guard depends on."""
    live = np.zeros(program.slots, dtype=np.int32)
    live[program.outputs] = live[program.guards] = 1
    _walks.mark_live(program.matrix(), program.pool, program.first, live)
    kept = np.nonzero(live[program.first :])[0]
    return program if len(kept) == len(program) else reordered(program, kept)


def share(program: P, finished: bool = False) -> P:
    """Compute equal instructions once, and copy nothing; `finished`: no derivative will be taken any more."""
    code, pool = program.matrix(), program.pool.copy()
    same = np.arange(program.slots, dtype=np.int32)
    table = np.full(1 << int(2 * len(program) + 2).bit_length(), -1, dtype=np.int32)
    with np.errstate(over="ignore"):  # of its hashes, where it is not compiled
        _walks.share(code, pool, program.first, ALL_COPIES if finished else COPIES, same, table)
    return prune(with_code(program, code, pool=pool, outputs=same[program.outputs], guards=same[program.guards]))


def gather(program: P) -> P:
    """Make chains of additions one sum, and sums of products one dot product; every sum keeps its order."""
    program, one = with_constants(program, (1.0, -0.0))
    code = program.matrix()
    uses = np.zeros(program.slots, dtype=np.int32)
    _walks.count_uses(code, program.pool, uses)
    np.add.at(uses, program.outputs, 2)  # what is read from outside stays
    np.add.at(uses, program.guards, 2)
    pool = np.zeros(3 * len(program.pool) + 4 * len(program) + 1, dtype=np.int32)
    scratch = np.zeros(len(program), dtype=np.int32)
    used = _sums.gather_sums(code, program.pool, program.first, uses, one, one + 1, scratch, pool)
    return prune(with_code(program, code, pool=pool[:used].copy()))


def fold(program: P) -> P:
    """Compute operations on nothing but constants now, and leave out multiplications and divisions by 1."""
    first, slots = program.first, program.slots
    known = np.zeros(slots, dtype=np.int32)
    known[program.inputs : first] = 1 + (program.constants == 1.0)
    place = np.arange(slots, dtype=np.int32)
    folded = np.zeros(len(program), dtype=np.int32)
    count = _walks.find_folds(program.matrix(), first, FOLDS, known, place, folded)
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


def _folded(program: Code, place: Any, instructions: list[int]) -> dict[int, float]:
    """The number of each of these instructions, by slot."""
    numbers: dict[int, float] = {}
    for i in instructions:
        slots = place[program.operands(i)].tolist()
        floats = [numbers[x] if x in numbers else float(program.constants[x - program.inputs]) for x in slots]
        numbers[program.first + i] = float(getattr(FLOATS, OPS[int(program.op[i])].name)(*floats))
    return numbers


def strengthen(program: P) -> P:
    """Replace powers with exponents 0, 1, 2 and -1 by 1, x, x * x and 1 / x: equal but for C's pow, off by at most 1 ulp.

    The 1 is linked to x with the derivative 0, which is a number: times infinity it is nan.
    """
    power = np.nonzero(program.op == OPCODES["pow"])[0]
    exponent = program.b[power]
    known = (exponent >= program.inputs) & (exponent < program.first)
    power = power[known]
    exponents = program.constants[program.b[power] - program.inputs]
    program, one = with_constants(program, (1.0, 0.0))
    op, a, b, pool = program.op.copy(), program.a.copy(), program.b.copy(), program.pool
    constant, itself, square, inverse = (power[exponents == x] for x in (0.0, 1.0, 2.0, -1.0))
    links = np.stack([np.full(len(constant), one), a[constant], np.full(len(constant), one + 1)], axis=1)
    op[constant], a[constant], b[constant] = LINK, len(pool) + 3 * np.arange(len(constant)), 3
    op[itself] = IDENTITY
    b[itself] = 0
    op[square], b[square] = MUL, a[square]
    op[inverse], b[inverse], a[inverse] = OPCODES["div"], a[inverse], one
    return program.replaced(op=op, a=a, b=b, pool=as_ints(np.concatenate([pool, links.reshape(-1)]), "pool"))


def tidy(program: P) -> P:
    """Improve a traced program before its derivatives are taken."""
    return compact(gather(share(strengthen(fold(prune(program))))))


def finish(program: P) -> P:
    """Improve a program before it is run; no derivative is taken any more."""
    return compact(share(fold(program), finished=True))
