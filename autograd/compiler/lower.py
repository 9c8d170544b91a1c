"""Programs from traces: the nodes of a run laid flat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler._lower import flatten, settle
from autograd.compiler.trace import Trace
from autograd.engine import backward
from autograd.engine.registry import OPERATIONS
from autograd.engine.trace_ops import LINK, PIVOT, TAKE
from autograd.engine.value import Value
from autograd.ops.formulas import NAMES
from autograd.program import instructions as ops
from autograd.program.program import Program


def _numbers() -> Any:
    """The program's operation number for each operation number of nodes; negative where it reads the pool."""
    known = {LINK: ops.LINK, TAKE: ops.TAKE, PIVOT: ops.PIVOT}
    known |= {code: ops.CALL for code, operation in enumerate(OPERATIONS) if operation.callback}
    reductions = {"sum": ops.SUM, "sumprod": ops.DOT}
    table = [0, *(ops.NUMBERS.get(name, 0) if name not in reductions else -reductions[name] for name in NAMES)]
    return np.array([*table, *(-known.get(number, 0) for number in range(len(table), len(OPERATIONS)))], dtype=np.int32)


def _labels(values: Sequence[Value]) -> list[str]:
    """The values' labels, none if none has one."""
    labels = [v.label for v in values]
    return labels if any(labels) else []


def build(trace: Trace, outputs: Sequence[Any]) -> tuple[Program, list[Value]]:
    """The program of a trace's outputs (Values and numbers) and guards, and the Values from outside.

    Its inputs are the trace's variables, then those Values: their numbers are read at each call.
    """
    literals = [float(x) for x in outputs if type(x) is not Value]
    wanted = [x for x in outputs if type(x) is Value] + [node for node, _ in trace.guards.values()]
    nodes = trace.order(outputs)
    with backward.lock:  # marks serve one thread at a time
        *code, found, keys, outside = flatten(nodes, trace.variables, wanted, _numbers(), ops.ZDOT, trace.level)
    constants = [key if type(key) is float else key[0] for key in keys]
    inputs, count = len(trace.variables) + len(outside), len(constants) + len(literals)
    references = np.array(found, dtype=np.int32)
    op, a, b, c, pool = (np.frombuffer(x, dtype=np.int32) for x in code)
    for array in (a, b, c, pool, references):
        settle(array, inputs, count)
    calls = sorted({int(x) for x in c[op == ops.CALL]})
    if calls:
        c = np.where(op == ops.CALL, np.searchsorted(calls, c), c)
    if (op > ops.ZDOT).any():
        c = np.where((op == ops.PIVOT) | (op == ops.LINK) | (op == ops.TAKE), 0, c)
    slots = iter(references.tolist())
    others = iter(range(inputs + len(constants), inputs + count))
    program = Program(
        inputs,
        [*constants, *literals],
        (op, a, b, c),
        pool,
        [next(slots) if type(x) is Value else next(others) for x in outputs],
        list(slots),
        [truth for _, truth in trace.guards.values()],
        [OPERATIONS[number].callback for number in calls],
        _labels([*trace.variables, *outside]),
    )
    return program, outside
