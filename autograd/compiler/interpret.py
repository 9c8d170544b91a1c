"""Interpret a program on Values, node by node; and a program's output as a single node with partials of any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.calculus.ad import as_value, pull_back
from autograd.engine import trace_ops
from autograd.engine.functions import FUNCTIONS, VALUES
from autograd.engine.registry import register_variadic
from autograd.engine.value import Value, next_level, number, unary
from autograd.ops.formulas import OPS as NODE_OPCODES
from autograd.program.instructions import DOT, FIXED, LINK, OPS, PIVOT, SUM, TAKE, ZDOT
from autograd.program.program import Program


def interpret(program: Program, inputs: Sequence[Any]) -> list[Any]:
    """The program's outputs, computed by the package's functions, so that Values among the inputs are recorded."""
    slots: list[Any] = [*inputs, *program.constants.tolist()]
    for i in range(len(program)):
        op = int(program.op[i])
        operands = [slots[slot] for slot in program.operands(i)]
        slots.append(FUNCTIONS[OPS[op].name](*operands) if op < FIXED else _pooled(program, i, op, operands))
    return [slots[slot] for slot in program.outputs]


def _pooled(program: Program, i: int, op: int, operands: list[Any]) -> Any:
    half = len(operands) // 2
    if op == SUM:
        return VALUES.total([operands[-1], *operands[:-1]])
    if op == DOT:
        return operands[-1] + FUNCTIONS["sumprod"](operands[:half], operands[half:-1])
    if op == ZDOT:
        n = len(operands) // 3
        return VALUES.total([operands[-1], *[FUNCTIONS["zmul"](*operands[k:-1:n]) for k in range(n)]])
    if op == PIVOT:
        return float(VALUES.pivot(operands))
    if op == LINK:
        return trace_ops.link(operands[0], operands[1 : half + 1], operands[half + 1 :])
    if op == TAKE:
        return trace_ops.take(operands[1:], operands[0])
    f = program.functions[int(program.c[i])]
    return trace_ops.call(f, "call", operands, float(f(*map(number, operands))))


def register_output(program: Program, output: int, name: str) -> int:
    """The opcode of nodes that are output number `output` of the program, and can be differentiated to any order."""

    def partials(m: Any, xs: Sequence[Any], z: Any) -> list[Any]:
        level = next_level()
        copies = [unary(NODE_OPCODES["identity"], as_value(x)) for x in xs]
        result = interpret(program, copies)[output]
        if type(result) is not Value:
            return [0.0] * len(xs)
        return pull_back({id(result): (result, 1.0)}, copies, True, level)

    return register_variadic(name, lambda m, xs: interpret(program, xs)[output], partials)
