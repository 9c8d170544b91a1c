"""A program done again on Values, node by node; and a program as a single node with its gradient beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.calculus.ad import as_value, pull_back
from autograd.engine import trace_ops
from autograd.engine.functions import FUNCTIONS, VALUES
from autograd.engine.registry import register_variadic
from autograd.engine.value import Value, number, unary
from autograd.ops.formulas import OPS as NODE_OPS
from autograd.program import instructions as ops
from autograd.program.program import Program


def replay(program: Program, inputs: Sequence[Any]) -> list[Any]:
    """The program's outputs, computed by the package's functions, so that Values among the inputs are recorded."""
    held: list[Any] = [*inputs, *program.constants.tolist()]
    for i in range(len(program)):
        op = int(program.op[i])
        operands = [held[slot] for slot in program.operands(i)]
        held.append(FUNCTIONS[ops.OPS[op].name](*operands) if op < ops.FIXED else _pooled(program, i, op, operands))
    return [held[slot] for slot in program.outputs]


def _pooled(program: Program, i: int, op: int, operands: list[Any]) -> Any:
    if op == ops.SUM:
        return VALUES.total(operands)
    if op in (ops.DOT, ops.ZDOT):
        half = len(operands) // 2
        product = FUNCTIONS["sumprod"] if op == ops.DOT else _zdot
        return operands[0] + product(operands[1 : half + 1], operands[half + 1 :])
    if op == ops.PIVOT:
        return float(VALUES.pivot(operands))
    if op == ops.LINK:
        half = len(operands) // 2
        return trace_ops.link(operands[0], operands[1 : half + 1], operands[half + 1 :])
    if op == ops.TAKE:
        return trace_ops.take(operands[1:], operands[0])
    f = program.calls[int(program.c[i])]
    return trace_ops.call(f, "call", operands, float(f(*map(number, operands))))


def _zdot(p: Sequence[Any], q: Sequence[Any]) -> Any:
    return VALUES.total([FUNCTIONS["zmul"](x, y) for x, y in zip(p, q, strict=True)])


def register(program: Program, output: int, name: str) -> int:
    """The operation number of a node that is output number `output` of the program, to be differentiated to any order."""

    def partials(m: Any, xs: Sequence[Any], z: Any) -> list[Any]:
        copies = [unary(NODE_OPS["identity"], as_value(x)) for x in xs]
        result = replay(program, copies)[output]
        if type(result) is not Value:
            return [0.0] * len(xs)
        return pull_back({id(result): (result, 1.0)}, copies, True)

    return register_variadic(name, lambda m, xs: replay(program, xs)[output], partials)
