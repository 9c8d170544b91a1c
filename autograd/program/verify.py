"""Check that a program is well formed: no executor or pass then reads outside of its arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import ProgramError
from autograd.program.instructions import CALL, DOT, FIXED, LINK, OPS, PIVOT, TAKE, ZDOT

LIMIT = 1 << 29  # slots, and operands in the pool: sums of a few such numbers still fit 32 bits
CODE = ("op", "a", "b", "c")
INTS = (*CODE, "pool", "outputs", "guards")
FEWEST = {PIVOT: 1, LINK: 1, TAKE: 2}  # operands in the pool
PARTS = {DOT: (2, 0), ZDOT: (3, 0), LINK: (2, 1)}  # their number divided by the first leaves the second


def check(program: Any) -> None:
    """ProgramError, naming the first instruction concerned, unless the program is well formed."""
    _check_arrays(program)
    _check_sizes(program)
    n, first = len(program.op), program.first
    own = np.arange(first, first + n, dtype=np.int64)
    _refuse((program.op < 1) | (program.op >= len(OPS)), "an unknown operation")
    fixed = program.op < FIXED
    for place in (program.a, program.b):
        _refuse(fixed & ((place < 0) | (place >= own)), "an operand that is not computed before it")
    calls = program.op == CALL
    _refuse(calls & ((program.c < 0) | (program.c >= len(program.functions))), "a function that does not exist")
    _refuse(~calls & ((program.c < 0) | (program.c >= own)), "an operand that is not computed before it")
    _check_pooled(program, own)
    for name, slots in (("output", program.outputs), ("guard", program.guards)):
        wrong = np.nonzero((slots < 0) | (slots >= program.slots))[0]
        if len(wrong):
            raise ProgramError(f"{name} {wrong[0]} reads a slot that does not exist")


def as_ints(x: Any, what: str) -> Any:
    """A list of whole numbers as an int32 array; ProgramError for other numbers, or too large ones."""
    numbers = np.asarray(x)
    if numbers.size == 0:
        numbers = numbers.astype(np.int32)
    if numbers.dtype.kind not in "iu":
        raise ProgramError(f"{what} must be whole numbers, not {numbers.dtype}")
    if numbers.size and not -(2**31) <= int(numbers.min()) <= int(numbers.max()) < 2**31:
        raise ProgramError(f"{what} must fit 32 bits")
    return np.ascontiguousarray(numbers, dtype=np.int32)


def _check_arrays(program: Any) -> None:
    kinds = {"constants": np.float64, "outcomes": np.bool_} | dict.fromkeys(INTS, np.int32)
    for name, kind in kinds.items():
        array = getattr(program, name)
        if not (isinstance(array, np.ndarray) and array.dtype == kind and array.ndim == 1 and array.flags.c_contiguous):
            raise ProgramError(f"{name} must be a one-dimensional contiguous array of {kind.__name__}")


def _check_sizes(program: Any) -> None:
    if type(program.inputs) is not int or program.inputs < 0:
        raise ProgramError(f"the number of inputs must be a whole number from 0 on, not {program.inputs!r}")
    if len({len(getattr(program, name)) for name in CODE}) != 1:
        raise ProgramError("the instruction arrays differ in length")
    if max(program.slots, len(program.pool), len(program.outputs), len(program.guards)) > LIMIT:
        raise ProgramError(f"a program has at most {LIMIT} slots, operands in its pool, outputs and guards")
    if len(program.guards) != len(program.outcomes):
        raise ProgramError("there are not as many outcomes as guards")
    if type(program.reverse_start) is not int or not 0 <= program.reverse_start <= len(program.op):
        raise ProgramError(f"the reverse sweep cannot begin at instruction {program.reverse_start!r}")
    if not all(map(callable, program.functions)):
        raise ProgramError("functions must be callable")
    names = program.input_names
    if type(names) is not tuple or len(names) not in (0, program.inputs) or not all(type(name) is str for name in names):
        raise ProgramError("input_names must be a tuple of one str an input, or empty")


def _check_pooled(program: Any, own: Any) -> None:
    places = np.nonzero(program.op >= FIXED)[0]
    op, start, count = program.op[places], program.a[places].astype(np.int64), program.b[places].astype(np.int64)
    _refuse((start < 0) | (count < 0) | (start + count > len(program.pool)), "operands outside of the pool", places)
    for opcode, fewest in FEWEST.items():
        _refuse((op == opcode) & (count < fewest), "too few operands", places)
    for opcode, (parts, rest) in PARTS.items():
        _refuse((op == opcode) & (count % parts != rest), "a wrong number of operands", places)
    order = np.lexsort((count, start))
    ends = (start + count)[order]
    overlap = np.zeros(len(places), dtype=bool)
    overlap[order[1:]] = start[order[1:]] < ends[:-1]
    _refuse(overlap, "operands in the pool that are another instruction's too", places)
    which = np.repeat(np.arange(len(places)), count)
    before = np.cumsum(count) - count
    read = program.pool[(start - before)[which] + np.arange(len(which))]
    wrong = np.zeros(len(places), dtype=bool)
    wrong[which[(read < 0) | (read >= own[places][which])]] = True
    _refuse(wrong, "an operand that is not computed before it", places)


def _refuse(wrong: Any, what: str, places: Any = None) -> None:
    if wrong.any():
        i = int(np.argmax(wrong))
        raise ProgramError(f"instruction {i if places is None else int(places[i])} has {what}")
