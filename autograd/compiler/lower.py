"""Lower a trace to a program: recorded nodes become instructions on slots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler._lower import lower_nodes, resolve
from autograd.compiler.trace import Trace
from autograd.engine import backward, trace_ops
from autograd.engine.registry import OPERATIONS
from autograd.engine.value import Value
from autograd.ops.formulas import NAMES
from autograd.program.instructions import CALL, DOT, LINK, OPCODES, PIVOT, SUM, TAKE, ZDOT
from autograd.program.program import Program


def _opcodes() -> Any:
    """The program's opcode for each opcode of nodes; negative where it reads the pool."""
    pooled = {trace_ops.LINK: LINK, trace_ops.TAKE: TAKE, trace_ops.PIVOT: PIVOT}
    pooled |= {code: CALL for code, operation in enumerate(OPERATIONS) if operation.callback}
    reductions = {"sum": SUM, "sumprod": DOT}
    rows = [OPCODES.get(name, 0) if name not in reductions else -reductions[name] for name in NAMES]
    others = [-pooled.get(code, 0) for code in range(1 + len(rows), len(OPERATIONS))]
    return np.array([0, *rows, *others], dtype=np.int32)


def _labels(values: Sequence[Value]) -> list[str]:
    """The values' labels, none if none has one."""
    labels = [v.label for v in values]
    return labels if any(labels) else []


def lower(trace: Trace, outputs: Sequence[Any]) -> tuple[Program, list[Value]]:
    """The program of a trace's outputs (Values and numbers) and guards, and the Values that it captures.

    Its inputs are the trace's variables, then the captured Values, whose numbers are read at each call.
    """
    literals = [float(x) for x in outputs if type(x) is not Value]
    wanted = [x for x in outputs if type(x) is Value] + [node for node, _ in trace.guards.values()]
    nodes = trace.order(outputs)
    with backward.lock:  # marks serve one thread at a time
        *code, ends, keys, captured = lower_nodes(nodes, trace.variables, wanted, _opcodes(), ZDOT, trace.level)
    constants = [key if type(key) is float else key[0] for key in keys]
    inputs, count = len(trace.variables) + len(captured), len(constants) + len(literals)
    references = np.array(ends, dtype=np.int32)
    op, a, b, c, pool = (np.frombuffer(x, dtype=np.int32) for x in code)
    for array in (a, b, c, pool, references):
        resolve(array, inputs, count)
    callbacks = sorted({int(x) for x in c[op == CALL]})
    if callbacks:
        c = np.where(op == CALL, np.searchsorted(callbacks, c), c)
    if (op > ZDOT).any():
        c = np.where((op == PIVOT) | (op == LINK) | (op == TAKE), 0, c)
    slots = iter(references.tolist())
    literal_slots = iter(range(inputs + len(constants), inputs + count))
    program = Program(
        inputs,
        [*constants, *literals],
        (op, a, b, c),
        pool,
        [next(slots) if type(x) is Value else next(literal_slots) for x in outputs],
        list(slots),
        [outcome for _, outcome in trace.guards.values()],
        [OPERATIONS[code].callback for code in callbacks],
        _labels([*trace.variables, *captured]),
    )
    return program, captured
