"""The reverse sweep as a pass: a program with the derivatives of an output as further outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.errors import ProgramError
from autograd.program import _walks
from autograd.program._reverse import Adjoints, pull_back
from autograd.program.code import Code, P
from autograd.program.editing import with_code, with_constants
from autograd.program.instructions import CONSTANT, FIXED, OPS, PARTIALS, READS, TAKE, Partial


def _as_array(partials: Mapping[int, Sequence[Partial]]) -> Any:
    """For each opcode and operand: kind of the partial, opcode (or constant), and its sources."""
    table = np.zeros((len(OPS), 3, 5), dtype=np.int32)
    table[:, :, 2:] = -1
    for op, row in partials.items():
        for k, partial in enumerate(row):
            assert partial.kind != CONSTANT or partial.constant in (-1.0, 0.0, 1.0)
            table[op, k, 0] = partial.kind
            table[op, k, 1] = int(partial.constant) if partial.kind == CONSTANT else partial.op
            table[op, k, 2 : 2 + len(partial.sources)] = partial.sources
    return table


PARTIAL_OF, READS_OF = _as_array(PARTIALS), _as_array(READS)
NO_PARTIALS = np.array([0 < op < FIXED and op not in PARTIALS for op in range(len(OPS))])


def _refuse_partials(program: Code, root: int, active: Any) -> None:
    """ProgramError where the output depends on a partial, which has no partials itself."""
    live = np.zeros(program.slots, dtype=np.int32)
    live[root] = 1
    _walks.mark_live(program.matrix(), program.pool, program.first, live)
    wrong = np.nonzero((live & active)[program.first :] & NO_PARTIALS[program.op])[0]
    if len(wrong):
        raise ProgramError(
            f"the program holds derivatives ({OPS[program.op[wrong[0]]].name}) and cannot be differentiated once more: "
            "trace autograd's own derivative, as jit(hessian(f)) does"
        )


def gradient(program: P, output: int, wanted: Sequence[int], with_reached: bool = False) -> P:
    """Add outputs to a program: the derivatives of output number `output` with respect to the inputs `wanted`.

    With `with_reached` then as many more, which are 0 where all ways to that input are cut. ProgramError where the output
    depends on partials already, of which no derivative is known.
    """
    takes = program.b[program.op == TAKE]
    largest = int(takes.max()) if len(takes) else 0
    program, constants = with_constants(program, [1.0, -1.0, 0.0, *map(float, range(largest + 1))])  # as in Adjoints
    active = np.zeros(program.slots, dtype=np.int32)
    active[np.asarray(wanted, dtype=np.int64)] = 1
    code = program.matrix()
    _walks.mark_dependent(code, program.pool, program.first, active)
    root = int(program.outputs[output])
    _refuse_partials(program, root, active)
    adjoints = _adjoints(program, constants, len(takes))
    if active[root]:
        adjoints.send(root, adjoints.one, adjoints.one, adjoints.one)
    pull_back(code, program.pool, program.first, active, PARTIAL_OF, READS_OF, adjoints)
    ends = [(adjoints.adjoint(x), adjoints.reached) for x in reversed(wanted)][::-1]
    slots = [q for q, _ in ends] + [r for _, r in ends if with_reached]
    new = np.asarray(adjoints.code)[:, : adjoints.count]
    new[1, new[0] >= FIXED] += len(program.pool)
    outputs = np.array([adjoints.zero if slot < 0 else slot for slot in slots], dtype=np.int32)
    return with_code(
        program,
        np.concatenate([code, new], axis=1),
        pool=np.concatenate([program.pool, np.asarray(adjoints.pool)[: adjoints.used]]),
        outputs=np.concatenate([program.outputs, outputs]),
        reverse_start=len(program),
    )


def _adjoints(program: Code, constants: int, takes: int) -> Adjoints:
    """A sweep that has not begun, with room for all that it may write."""
    room = 9 * len(program) + 2 * program.slots + 4 * len(program.pool) + 3 * takes + 1
    terms = 3 * len(program) + 2 * len(program.pool) + 2
    if max(room, 4 * terms) >= 1 << 31:
        raise ProgramError(f"a program of {len(program)} instructions is too large for a gradient: its slots have 31 bits")
    code = np.zeros((4, room), dtype=np.int32)
    ends = np.full((2, program.slots), -1, dtype=np.int32)
    pool = np.zeros(4 * terms, dtype=np.int32)
    return Adjoints(code, pool, np.zeros((4, terms), dtype=np.int32), ends, program.slots, constants)
