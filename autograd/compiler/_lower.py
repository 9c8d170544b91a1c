"""Lower recorded nodes to the arrays of a program; compiled with the types of _lower.pxd where that is possible."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import copysign
from typing import TYPE_CHECKING, Any

from autograd.engine.node import is_constant_inside, opcode, recorded_outside_trace
from autograd.engine.value import Value, number, operands

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from _lower.pxd
    from autograd.engine._pure import WALKS, swept

# A reference says where a number will be before all counts are known: that of input i is i, of constant k CONSTANTS + k, of
# instruction j CODE + j. It waits in its node's mark, as -1 - reference: below 0, which to walks is a node of unknown age.
CONSTANTS, CODE = 1 << 29, 1 << 30


def lower_nodes(
    nodes: list[Value], variables: list[Value], wanted: list[Value], opcodes: Sequence[int], sums: int, level: int
) -> tuple[Any, ...]:
    """The instructions of the nodes (each after its parents): op, a, b, c, pool; references of `wanted`; constants; captures.

    Arguments: `variables`, the inputs; `opcodes`, the program's opcode by the node's, negative for those that read the pool (up
    to `sums` they have an initial value). Leaves made inside that level are constants; other leaves, and operations recorded
    before, are captured and get the next input slots. Call it under the lock of walks, and `resolve` the references.
    """
    room = count = 0
    for node in nodes:
        node._mark = WALKS  # no reference yet
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
    captured: list[Value] = []
    inputs = len(variables)
    count = used = 0
    for node in nodes:
        if node._p0 is None or recorded_outside_trace(node):
            if node._mark < 0:
                continue
            if node._p0 is None and is_constant_inside(node, level):
                node._mark = -1 - constant(constants, node._primal)
            else:
                node._mark = -1 - inputs - len(captured)
                captured.append(node)
            continue
        o = opcodes[opcode(node)]
        if type(node._p0) is tuple or o < 0:
            parents = operands(node)
            if o > 0 and len(parents) == 3:
                op[count] = o
                a[count] = reference(parents[0], constants)
                b[count] = reference(parents[1], constants)
                c[count] = reference(parents[2], constants)
            else:
                o = abs(o)
                op[count] = o
                a[count] = used
                b[count] = len(parents)
                c[count] = opcode(node) if o > sums else constant(constants, 0.0)
                for x in parents:
                    pool[used] = reference(x, constants)
                    used += 1
        else:
            op[count] = o
            a[count] = reference(node._p0, constants)
            if node._p1 is not None:
                b[count] = reference(node._p1, constants)
        node._mark = -1 - CODE - count
        count += 1
    ends = [reference(x, constants) for x in wanted]
    for node in nodes:
        node._mark = swept()
    return *code, ends, constants, captured


def needed_in_trace(nodes: list[Value], wanted: list[Value]) -> list[Value]:
    """The nodes (each after its parents) but for those that only operations recorded outside depend on; `wanted` come last."""
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
    """The reference of an operand, a Value or a float."""
    if type(x) is Value:
        node = x
        return -1 - node._mark
    return constant(constants, x)


def constant(constants: dict[Any, int], x: float) -> int:
    """The reference of a constant; equal numbers share one, but 0 and -0 do not, nor do two nans."""
    key: Any = x
    if x == 0.0 or x != x:
        key = (number(x), copysign(1.0, x))
    known = constants.get(key)
    if known is None:
        known = constants[key] = CONSTANTS + len(constants)
    return known


def resolve(references: Any, inputs: int, constants: int) -> None:
    """Put slots in place of references; smaller numbers, as places in the pool, stay as they are."""
    for i in range(len(references)):
        r = references[i]
        if r >= CODE:
            references[i] = r - CODE + inputs + constants
        elif r >= CONSTANTS:
            references[i] = r - CONSTANTS + inputs
