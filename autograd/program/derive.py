"""Put sweeps into a program where a trace has left them to be derived: as calls of REVERSE, FORWARD and ITEM.

A call of REVERSE reads a count m, m outputs, their m cotangents, and inputs; one of FORWARD a count n, n inputs, their n
tangents, and outputs. A call of ITEM reads one of these calls and which of its derivatives it is. Inputs are copies, for
different sweeps may differentiate by the same number, and each has its own variables.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import ProgramError
from autograd.program import _walks
from autograd.program.code import Code, P
from autograd.program.editing import reordered, with_constants
from autograd.program.expand import EXPANDS, expand
from autograd.program.instructions import CALL, IDENTITY, LINK
from autograd.program.passes import compact, prune, tidy
from autograd.program.sweeping import Sweeps
from autograd.program.verify import as_ints

MAX_ROUNDS = 6  # of derivatives of derivatives; a program's cost grows with each
MAX_SLOTS = 20_000_000  # half a gigabyte while they are written


def _never(*operands: float) -> float:
    raise ProgramError("a derivative was not derived")


def REVERSE(*operands: float) -> float:
    """What calls of a reverse sweep call; never run."""
    return _never(*operands)


def FORWARD(*operands: float) -> float:
    """What calls of a forward sweep call; never run."""
    return _never(*operands)


def ITEM(*operands: float) -> float:
    """What calls of one of a sweep's results call; never run."""
    return _never(*operands)


def derived(program: P) -> P:
    """A program as it was lowered, with the instructions of its sweeps; ProgramError where it is not known how to derive."""
    program = tidy(_variables_apart(program))
    _check_rounds(program)
    while len(calls := _calls(program, REVERSE, FORWARD)):
        if EXPANDS[program.op].any():
            program = tidy(expand(program))
            calls = _calls(program, REVERSE, FORWARD)
        program = _round(program, calls)
    return compact(prune(_joined(_without_markers(program))))


def _check_rounds(program: Code) -> None:
    """ProgramError where too many sweeps stand behind each other."""
    calls = _calls(program, REVERSE, FORWARD)
    for _ in range(MAX_ROUNDS):
        calls = calls[_behind(program, calls)[1]]
    if len(calls):
        raise ProgramError(f"more than {MAX_ROUNDS} derivatives stand behind each other")


def _behind(program: Code, calls: Any) -> tuple[Any, Any]:
    """Which slots are these calls or depend on one, and which of the calls depend on another one."""
    later = np.zeros(program.slots, dtype=np.int32)
    later[program.first + calls] = 1
    _walks.mark_dependent(program.matrix(), program.pool, program.first, later)
    return later, np.array([bool(later[program.operands(i)].any()) for i in calls.tolist()], dtype=bool)


def _calls(program: Code, *functions: Any) -> Any:
    """The instructions that call one of these functions."""
    wanted = [k for k, f in enumerate(program.functions) if f in functions]
    return np.nonzero((program.op == CALL) & np.isin(program.c, wanted))[0]


def _parts(program: Code, i: int) -> tuple[list[int], list[int], list[int]]:
    """The lists of slots that a sweep reads."""
    slots = program.pool[program.a[i] : program.a[i] + program.b[i]].tolist()
    n = int(program.constants[slots[0] - program.inputs])
    return slots[1 : 1 + n], slots[1 + n : 1 + 2 * n], slots[1 + 2 * n :]


def _variables_apart(program: P) -> P:
    """Links in place of the copies that are inputs of sweeps: passes leave them alone, each has another constant."""
    slots: set[int] = set()
    for i in _calls(program, REVERSE):
        slots.update(_parts(program, i)[2])
    for i in _calls(program, FORWARD):
        slots.update(_parts(program, i)[0])
    copies = np.array(sorted(slots), dtype=np.int64) - program.first
    if (copies < 0).any() or (program.op[copies] != IDENTITY).any():
        raise ProgramError("a derivative is wanted by what is no variable of its own")
    program, base = with_constants(program, [1.0, 0.0, *map(float, range(len(copies)))])
    op, a, b = program.op.copy(), program.a.copy(), program.b.copy()
    x, n = program.a[copies], len(copies)
    links = np.stack([x, x, base + 2 + np.arange(n), np.full(n, base), np.full(n, base + 1)], axis=1)
    op[copies], a[copies], b[copies] = LINK, len(program.pool) + 5 * np.arange(n), 5
    return program.replaced(op=op, a=a, b=b, pool=as_ints(np.concatenate([program.pool, links.reshape(-1)]), "pool"))


def _joined(program: P) -> P:
    """Copies in place of such links, when all derivatives by them are taken."""
    links = np.nonzero((program.op == LINK) & (program.b == 5))[0]
    if not len(links):
        return program
    slots = program.pool[program.a[links][:, None] + np.arange(5)]
    constant = (slots >= program.inputs) & (slots < program.first)
    numbers = np.where(constant, np.append(program.constants, 0.0)[np.where(constant, slots - program.inputs, 0)], 2.0)
    alike = (slots[:, 0] == slots[:, 1]) & constant[:, 2] & (numbers[:, 3] == 1.0) & (numbers[:, 4] == 0.0)
    op, a, b = program.op.copy(), program.a.copy(), program.b.copy()
    op[links[alike]], a[links[alike]], b[links[alike]] = IDENTITY, slots[alike, 0], 0
    return program.replaced(op=op, a=a, b=b)


def _without_markers(program: P) -> P:
    """The program without the functions that nothing calls any more."""
    calls = program.op == CALL
    used = sorted({int(k) for k in program.c[calls]})
    c = program.c.copy()
    c[calls] = np.searchsorted(used, c[calls])
    return program.replaced(c=c, functions=tuple([program.functions[k] for k in used]))


def _round(program: P, calls: Any) -> P:
    """The program with the instructions of sweeps that depend on no other one, in front of those that depend on them."""
    later, behind = _behind(program, calls)
    is_early = later[program.first :] == 0
    early = int(np.count_nonzero(is_early))
    program = reordered(program, np.argsort(~is_early, kind="stable"))
    ready = _calls(program, REVERSE, FORWARD)[~behind].tolist()
    sweeps = Sweeps(program, early)
    found = np.full(program.slots, -1)  # by the slot of a call, where its derivatives are in `ends`
    ends: list[int] = []
    for i in ready:
        begin, seeds, end = _parts(program, i)
        sweep = sweeps.reverse if program.functions[program.c[i]] is REVERSE else sweeps.forward
        found[program.first + i] = len(ends)
        ends += [q for q, _ in sweep(sweeps.seeds(begin, seeds), sweeps.slots_of(end))]
        if sweeps.slots > MAX_SLOTS:
            raise ProgramError("its derivatives make the program too large")
    items = _calls(program, ITEM)
    calls, which = program.pool[program.a[items]], program.pool[program.a[items] + 1]
    here = found[calls] >= 0
    items, calls, which = items[here], calls[here], which[here]
    results = np.array(ends)[found[calls] + program.constants[which - program.inputs].astype(np.int64)]
    longer = sweeps.appended()
    place = np.arange(longer.slots)
    place[longer.first + items] = results
    dropped = np.zeros(len(longer), dtype=bool)
    dropped[ready] = dropped[items] = True
    order = np.concatenate([np.arange(early), np.arange(len(program), len(longer)), np.arange(early, len(program))])
    order = order[~dropped[order]]
    return prune(reordered(longer, order, place).replaced(reverse_start=early))
