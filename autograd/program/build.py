"""Programs from traces: the nodes of a run laid flat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.formulas import NAMES
from autograd.links import CALLS, LINK, PIVOT, TAKE
from autograd.program import ops
from autograd.program.flatten import flatten
from autograd.program.program import Program
from autograd.program.tracing import Trace
from autograd.value import ROWS, Value

BASE = 1 << 30  # provisional references: input i is i, constant k is -1 - k, instruction j is BASE + j


def _numbers() -> list[int]:
    """The program's operation number for each operation number of nodes; negative where it reads the pool."""
    known = {LINK: ops.LINK, TAKE: ops.TAKE, PIVOT: ops.PIVOT} | dict.fromkeys(CALLS, ops.CALL)
    reductions = {"sum": ops.SUM, "sumprod": ops.DOT}
    table = [0, *(ops.NUMBERS.get(name, 0) if name not in reductions else -reductions[name] for name in NAMES)]
    return [*table, *(-known.get(number, 0) for number in range(len(table), len(ROWS)))]


def placed(references: Any, inputs: int, constants: int) -> Any:
    """Slots of provisional references."""
    r = np.asarray(references, dtype=np.int64)
    r = np.where(r < 0, inputs - 1 - r, np.where(r >= BASE, r - BASE + inputs + constants, r))
    return r.astype(np.int32)


def _labels(values: Sequence[Value]) -> list[str]:
    """The values' labels, none if none has one."""
    labels = [v.label for v in values]
    return labels if any(labels) else []


def build(trace: Trace, outputs: Sequence[Any]) -> tuple[Program, list[Value]]:
    """The program of a trace's outputs (Values and numbers) and guards, and the Values from outside.

    Its inputs are the trace's variables, then those Values: their numbers are read at each call.
    """
    slots = {id(v): i for i, v in enumerate(trace.variables)}
    guards = list(trace.guards.values())
    literals = [x for x in outputs if type(x) is not Value]
    code = flatten(trace.order(outputs), slots, _numbers(), ops.ZDOT, trace.number)
    keys, op, a, b, c, pool, outside = code
    constants = [key if type(key) is float else key[0] for key in keys]
    inputs, count = len(trace.variables) + len(outside), len(constants) + len(literals)
    place = {id(x): -1 - len(constants) - k for k, x in enumerate(literals)}
    op, a, b, c = (np.array(x, dtype=np.int32) for x in (op, a, b, c))
    pooled = op > ops.FIXED - 1
    a = np.where(pooled, a, placed(a, inputs, count))
    b = np.where(pooled, b, placed(b, inputs, count))
    calls = sorted({int(x) for x in c[op == ops.CALL]})
    slot_c = placed(np.where(op == ops.CALL, 0, c), inputs, count)
    c = np.where(op == ops.CALL, np.searchsorted(calls, c) if calls else 0, slot_c)
    c = np.where((op == ops.PIVOT) | (op == ops.LINK) | (op == ops.TAKE), 0, c)
    program = Program(
        inputs,
        [*constants, *map(float, literals)],
        (op, a, b, c),
        placed(np.array(pool, dtype=np.int64), inputs, count),
        placed([slots[id(x)] if type(x) is Value else place[id(x)] for x in outputs], inputs, count),
        placed([slots[id(node)] for node, _ in guards], inputs, count),
        [truth for _, truth in guards],
        [CALLS[number] for number in calls],
        _labels([*trace.variables, *outside]),
    )
    return program, outside
