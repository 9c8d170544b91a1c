"""The reverse sweep as a pass: a program with the adjoints of chosen inputs as further outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.errors import ProgramError
from autograd.program import _passes
from autograd.program import _reverse as sweep
from autograd.program import instructions as ops
from autograd.program.passes import ARITY, KINDS, code_of, with_constants
from autograd.program.program import Program


def _parts() -> Any:
    """For operation, operand: kind of the partial, operation (or constant), and its sources."""
    parts = np.zeros((len(ops.OPS), 3, 5), dtype=np.int32)
    parts[:, :, 2:] = -1
    for op, partials in ops.PARTIALS.items():
        for k, partial in enumerate(partials):
            assert partial.kind != ops.CONSTANT or partial.constant in (-1.0, 0.0, 1.0)
            parts[op, k, 0] = partial.kind
            parts[op, k, 1] = int(partial.constant) if partial.kind == ops.CONSTANT else partial.op
            parts[op, k, 2 : 2 + len(partial.sources)] = partial.sources
    return parts


PARTS = _parts()
NO_PARTIALS = np.array([0 < op < ops.FIXED and op not in ops.PARTIALS for op in range(len(ops.OPS))])


def _refuse_partials(program: Program, root: int, active: Any) -> None:
    """ProgramError where the output depends on a partial, which has no partials itself."""
    live = np.zeros(program.slots, dtype=np.int32)
    live[root] = 1
    _passes.mark_live(code_of(program), program.pool, program.first, ARITY, KINDS, live)
    wrong = np.nonzero((live & active)[program.first :] & NO_PARTIALS[program.op])[0]
    if len(wrong):
        raise ProgramError(
            f"the program holds derivatives ({ops.OPS[program.op[wrong[0]]].name}) and cannot be differentiated once more: "
            "trace autograd's own derivative, as jit(hessian(f)) does"
        )


def gradient(program: Program, output: int, wanted: Sequence[int]) -> Program:
    """The program with further outputs: the derivative of output number `output` by each input in `wanted`.

    An instruction whose adjoint is exactly 0 sends nothing on, as in the sweep of the engine. ProgramError where the output
    depends on partials already, of which no derivative is known.
    """
    takes = program.b[program.op == ops.TAKE]
    largest = int(takes.max()) if len(takes) else 0
    program, one = with_constants(program, [1.0, -0.0, -1.0, 0.0, *map(float, range(largest + 1))])
    active = np.zeros(program.slots, dtype=np.int32)
    active[np.asarray(wanted, dtype=np.int64)] = 1
    code = code_of(program)
    sweep.depend(code, program.pool, program.first, ARITY, KINDS, active)
    room = 4 * len(program) + program.slots + 3 * len(program.pool) + 3 * len(takes) + 1
    terms = 3 * len(program) + 2 * len(program.pool) + 2
    if max(room, 2 * terms) >= 1 << 31:
        raise ProgramError(f"a program of {len(program)} instructions is too large for a gradient: its slots have 31 bits")
    made = np.zeros((4, room), dtype=np.int32)
    ends = np.full((2, program.slots), -1, dtype=np.int32)
    pool = np.zeros(2 * terms, dtype=np.int32)
    adjoints = sweep.Adjoints(made, pool, np.zeros((3, terms), dtype=np.int32), ends, program.slots)
    root = int(program.outputs[output])
    _refuse_partials(program, root, active)
    if active[root]:
        adjoints.send(root, one, one)
    sweep.pull_back(code, program.pool, program.first, ARITY, KINDS, active, PARTS, one, adjoints)
    found = [adjoints.adjoint(x, KINDS, one) for x in reversed(wanted)][::-1]
    made, pool = made[:, : adjoints.count], pool[: adjoints.used]
    made[1, made[0] >= ops.FIXED] += len(program.pool)
    op, a, b, c = np.concatenate([code, made], axis=1)
    slots = [one + 3 if slot < 0 else slot for slot in found]
    extended = program.replaced(op=op.copy(), a=a.copy(), b=b.copy(), c=c.copy(), pool=np.concatenate([program.pool, pool]))
    return extended.replaced(outputs=np.concatenate([program.outputs, np.array(slots, dtype=np.int32)]), turn=len(program))
