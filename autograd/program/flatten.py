"""A graph of Values becomes the arrays of a program."""

from __future__ import annotations

from array import array
from math import copysign
from typing import Any

from autograd.value import CONSTANT, Value, foreign, number, operands, owner


def flatten(nodes: list[Value], slots: dict[int, int], numbers: list[int], sums: int, inside: float) -> tuple[Any, ...]:
    """The code of the nodes (each after its parents): constants, op, a, b, c, pool, and the Values from outside.

    Arguments: `slots`, the slot by identity of each input, completed here; `numbers`, the program's operation number by the
    node's, negative for those that read the pool (up to `sums` they have an initial value); leaves of the owner `inside` or a
    later one are constants; other leaves, and operations recorded before, come from outside and get the next input slots.
    References are provisional: input i is i, constant k is -1 - k, instruction j is 2**30 + j.
    """
    code, a, b, c, pool = array("i"), array("i"), array("i"), array("i"), array("i")
    constants: dict[Any, int] = {}
    outside: list[Value] = []
    base = 1 << 30
    count = 0
    inputs = len(slots)
    for node in nodes:
        operation = node._code
        if operation == 0 or foreign(node):
            if id(node) in slots:
                continue
            kind = owner(node)
            if operation == 0 and (kind == CONSTANT or kind >= inside):
                slots[id(node)] = constant_slot(constants, node._number)
            else:
                slots[id(node)] = inputs + len(outside)
                outside.append(node)
            continue
        op = numbers[operation]
        first = second = third = 0
        if type(node._p0) is tuple or op < 0:
            held = operands(node)
            if op > 0 and len(held) == 3:
                first, second, third = [reference(x, slots, constants) for x in held]
            else:
                op = abs(op)
                first, second = len(pool), len(held)
                for x in held:
                    pool.append(reference(x, slots, constants))
                third = operation if op > sums else constant_slot(constants, 0.0)
        else:
            first = reference(node._p0, slots, constants)
            if node._p1 is not None:
                second = reference(node._p1, slots, constants)
        code.append(op)
        a.append(first)
        b.append(second)
        c.append(third)
        slots[id(node)] = base + count
        count += 1
    return list(constants), code, a, b, c, pool, outside


def within(nodes: list[Value], wanted: list[Value]) -> list[Value]:
    """The nodes (each after its parents) without those that only serve operations recorded outside; `wanted` are the last."""
    for node in nodes:
        if foreign(node):
            break
    else:
        return nodes
    needed = {id(node) for node in wanted}
    for node in reversed(nodes):
        if id(node) in needed and not foreign(node):
            needed.update([id(x) for x in operands(node) if type(x) is Value])
    return [node for node in nodes if id(node) in needed]


def reference(x: Any, slots: dict[int, int], constants: dict[Any, int]) -> int:
    """Where an operand's number will be."""
    if type(x) is Value:
        return slots[id(x)]
    return constant_slot(constants, x)


def constant_slot(constants: dict[Any, int], x: float) -> int:
    """The provisional slot of a constant; equal numbers share one, but 0 and -0 do not, nor do two nans."""
    key: Any = x if x != 0.0 and x == x else (number(x), copysign(1.0, x))
    found = constants.get(key)
    if found is None:
        found = constants[key] = -1 - len(constants)
    return found
