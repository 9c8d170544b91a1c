"""A graph of Values becomes the arrays of a program."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import copysign
from typing import Any

from autograd.engine.node import is_constant_inside, opcode, recorded_outside_trace
from autograd.engine.value import Value, number, operands

CONSTANTS, CODE = 1 << 29, 1 << 30  # provisional references: input i is i, constant k is CONSTANTS + k, instruction j CODE + j


def flatten(
    nodes: list[Value], variables: list[Value], wanted: list[Value], numbers: Sequence[int], sums: int, level: int
) -> tuple[Any, ...]:
    """The code of the nodes (each after its parents): op, a, b, c, pool; references of `wanted`; constants; those from outside.

    Arguments: `variables`, the inputs; `numbers`, the program's operation number by the node's, negative for those that read
    the pool (up to `sums` they have an initial value); leaves made inside that level are constants; other leaves,
    and operations recorded before, come from outside and get the next input slots. A reference waits in its node's mark, as
    -1 - reference: below 0, so that for sweeps the node is new. Call it under the sweeps' lock, and `settle` the references.
    """
    room = count = 0
    for node in nodes:
        node._mark = 0
        if node._p0 is not None and not recorded_outside_trace(node):
            count += 1
            if type(node._p0) is tuple:
                room += len(node._p0)
    for i in range(len(variables)):
        variable = variables[i]
        variable._mark = -1 - i
    code = [array("i", bytes(4 * n)) for n in (count, count, count, count, room)]
    op, a, b, c, pool = code
    constants: dict[Any, int] = {}
    outside: list[Value] = []
    inputs = len(variables)
    count = used = 0
    for node in nodes:
        if node._p0 is None or recorded_outside_trace(node):
            if node._mark < 0:
                continue
            if node._p0 is None and is_constant_inside(node, level):
                node._mark = -1 - constant(constants, node._primal)
            else:
                node._mark = -1 - inputs - len(outside)
                outside.append(node)
            continue
        o = numbers[opcode(node)]
        if type(node._p0) is tuple or o < 0:
            held = operands(node)
            if o > 0 and len(held) == 3:
                op[count] = o
                a[count] = reference(held[0], constants)
                b[count] = reference(held[1], constants)
                c[count] = reference(held[2], constants)
            else:
                o = abs(o)
                op[count] = o
                a[count] = used
                b[count] = len(held)
                c[count] = opcode(node) if o > sums else constant(constants, 0.0)
                for x in held:
                    pool[used] = reference(x, constants)
                    used += 1
        else:
            op[count] = o
            a[count] = reference(node._p0, constants)
            if node._p1 is not None:
                b[count] = reference(node._p1, constants)
        node._mark = -1 - CODE - count
        count += 1
    return *code, [reference(x, constants) for x in wanted], constants, outside


def within(nodes: list[Value], wanted: list[Value]) -> list[Value]:
    """The nodes (each after its parents) without those that only serve operations recorded outside; `wanted` are the last."""
    for node in nodes:
        if recorded_outside_trace(node):
            break
    else:
        return nodes
    needed = {id(node) for node in wanted}
    for node in reversed(nodes):
        if id(node) in needed and not recorded_outside_trace(node):
            needed.update([id(x) for x in operands(node) if type(x) is Value])
    return [node for node in nodes if id(node) in needed]


def reference(x: Any, constants: dict[Any, int]) -> int:
    """Where an operand's number will be."""
    if type(x) is Value:
        node = x
        return -1 - node._mark
    return constant(constants, x)


def constant(constants: dict[Any, int], x: float) -> int:
    """The reference of a constant; equal numbers share one, but 0 and -0 do not, nor do two nans."""
    key: Any = x
    if x == 0.0 or x != x:
        key = (number(x), copysign(1.0, x))
    found = constants.get(key)
    if found is None:
        found = constants[key] = CONSTANTS + len(constants)
    return found


def settle(references: Any, inputs: int, constants: int) -> None:
    """Slots in place of provisional references; smaller numbers, as places in the pool, stay as they are."""
    for i in range(len(references)):
        r = references[i]
        if r >= CODE:
            references[i] = r - CODE + inputs + constants
        elif r >= CONSTANTS:
            references[i] = r - CONSTANTS + inputs
