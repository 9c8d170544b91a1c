"""The inner loops in pure Python: make a node, walk a graph, apply the chain rule.

The compiled implementation has the same under the same names, with C's types, in node.pxd, backward.pxd and value.pxd. Here
the loops call as few functions as they can: a call costs as much as all else that is done for a node.
"""

from __future__ import annotations

from collections import deque
from itertools import repeat
from typing import Any

from autograd.ops.formulas import NAMES, OPS
from autograd.ops.kernels import BINARY, CUTS, UNARY, assignments
from autograd.ops.kernels import reduced as reduced_numbers
from autograd.ops.primitives import TABLE

NEG, ABS, ADD, SUB, MUL, DIV, POW, MOD, FLOORDIV, ROUND, FLOOR, CEIL, TRUNC = (
    OPS[name]
    for name in ("neg", "abs", "add", "sub", "mul", "div", "pow", "mod", "floordiv", "round", "floor", "ceil", "trunc")
)
EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, STOP = (
    OPS[name] for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "stop")
)
OPCODE, CONSTANT, VARIABLE, TRACED = 0xFFFFFF, 1 << 24, 1 << 25, 1 << 26  # see node.py
CUT0, CUT1, CUT_SOME = 1 << 27, 1 << 28, 1 << 29
AGES, SWEPT, WALKS = 1 << 28, 1 << 28, 1 << 29  # half of what C has: Python compares numbers below 1 << 30 faster
OUTSIDE, STALE = 1, 0  # what a walk has met: operations older than the call; adjoints of an earlier sweep, which need no care

listed = list
set_method = setattr
new = object.__new__
Value: Any = None  # the class, when value.py has made it
_flags = 0  # what is set in the code of new operations
_switched = False  # whether modes or traces are on, which the fast operators leave to the general ones
_level = 0  # of the call or trace that began last
_age = 0  # the mark of new nodes


def borrowed(node: Any) -> Any:
    """The fields of a node, also those that in C share their memory with others."""
    return node


def packed(partials: tuple[Any, ...]) -> Any:
    """Partials, None where the operand is cut, as a node of many operands holds them."""
    return partials


def some_cut(partials: Any, n: int) -> bool:
    """Whether some operands of the n are cut."""
    return None in partials


def unpacked(partials: Any, n: int) -> Any:
    """The numbers, 0 where the operand is cut."""
    return tuple([0.0 if x is None else x for x in partials]) if None in partials else partials


def cut_flags(partials: Any, n: int) -> tuple[bool, ...]:
    """Whether each operand is cut."""
    return tuple([x is None for x in partials])


# ---- making nodes


def is_exact(n: int) -> bool:
    """Whether an int is surely the very number that it is as a float."""
    return -(2**53) < n < 2**53


def switch(modes: int, flags: int) -> None:
    """Say how many modes are on, and the flags of new operations."""
    global _flags, _switched
    _flags = flags
    _switched = modes > 0 or flags > 0


def begin_level() -> int:
    """The level of one more call or trace."""
    global _level, _age
    _level += 1
    _age = _level % AGES
    return _level


def age() -> int:
    """The mark of new nodes."""
    return _age


def new_node(op: int, a: Any, b: Any) -> Any:
    """A node with two operands, None where there is none; its number and partials are still 0."""
    node = new(Value)
    node._code = op | _flags if op else 0
    node._p0 = a
    node._p1 = b
    node._primal = node._grad = node._d0 = node._d1 = node._pending = 0.0
    node._mark = _age
    node._level = 0
    node._note = None
    return node


def unary_node(op: int, a: Any) -> Any:
    """The node of a unary operation, with its number and its partial."""
    x = a._primal
    cuts = CUTS[op]
    node = new(Value)
    node._code = op | _flags if cuts is None else op | _flags | cuts(x) * CUT0
    node._p0 = a
    node._p1 = None
    node._primal, node._d0 = UNARY[op](x)
    node._grad = 0.0
    node._mark = _age
    node._note = None
    return node


def binary_node(op: int, a: Any, b: Any) -> Any:
    """The node of a binary operation on Values and floats, with both partials."""
    x = a._primal if type(a) is Value else a
    y = b._primal if type(b) is Value else b
    cuts = CUTS[op]
    node = new(Value)
    node._code = op | _flags if cuts is None else op | _flags | cuts(x, y) * CUT0
    node._p0 = a
    node._p1 = b
    node._primal, node._d0, node._d1 = BINARY[op](x, y)
    node._grad = 0.0
    node._mark = _age
    node._note = None
    return node


def reduced(op: int, *lists: Any) -> Any:
    """The node of a reduction of one list or two, a float without a Value, NotImplemented for other operands."""
    row = TABLE[NAMES[op - 1]]
    lists = lists[: row.lists]
    if {*map(type, lists)} - {list, tuple} or len({*map(len, lists)}) != 1 or not lists[0]:
        return NotImplemented
    operands = tuple([x for xs in lists for x in xs])
    kinds = {*map(type, operands)}
    if kinds - {float, Value}:
        return NotImplemented
    z, partials = reduced_numbers(row, [[x if type(x) is float else x._primal for x in xs] for xs in lists])
    if Value not in kinds:
        return z
    node = new_node(op, operands, tuple(partials))
    node._primal = z
    return node


# An operator on a Value and a Value or float; it leaves all other operands, and all while a mode or trace is on, to `general`.
# Of `__mul__`, where x is `self` and y is `other`, the names in braces are
#     v: y   u: x   a: self   b: other   op: mul's opcode   assignments: z = x * y, d0 = y, d1 = x
# and of `__rmul__`, where x is `other` and y is `self`, they are
#     v: x   u: y   a: other   b: self   op and assignments: the same
_OPERATOR = """
def make(general):
    def {method}(self, other):
        if type(other) is Value:
            {v} = other._primal
        elif type(other) is float:
            {v} = other
        else:
            return general(self, other)
        if _switched:
            return general(self, other)
        {u} = self._primal
        try:
            {assignments}
        except ArithmeticError:
            return general(self, other)
        node = new(Value)
        node._code = {op}
        node._p0 = {a}
        node._p1 = {b}
        node._primal = z
        node._d0 = d0
        node._d1 = d1
        node._grad = 0.0
        node._mark = _age
        node._note = None
        return node
    return {method}
"""


def adopt(cls: Any) -> None:
    """Close the class to subclasses, and give it fast operators, printed from the table."""
    global Value
    Value = cls
    cls.__init_subclass__ = _refuse_subclass
    for name, stem in (("add", "add"), ("sub", "sub"), ("mul", "mul"), ("div", "truediv")):
        lines = {"op": OPS[name], "assignments": "\n            ".join(assignments(TABLE[name], (0, 1)))}
        left = {"method": f"__{stem}__", "u": "x", "v": "y", "a": "self", "b": "other"}
        right = {"method": f"__r{stem}__", "u": "y", "v": "x", "a": "other", "b": "self"}
        for names in (left, right):
            space: dict[str, Any] = {}
            exec(compile(_OPERATOR.format(**lines, **names), f"{__file__} ({name})", "exec"), globals(), space)
            setattr(cls, names["method"], space["make"](getattr(cls, names["method"])))


def _refuse_subclass(**options: Any) -> None:
    raise TypeError("Value cannot be subclassed: hold one, or label it")


# ---- walking a graph


def explore(root: Any, order: list[Any], leaves: list[Any], start: int, level: int, saved: list[Any] | None) -> int:
    """Visit what root depends on, depth first: new leaves into `leaves`, new operations into `order`, after their operands.

    An operation goes back on the stack below its operands, and into the order when it comes up again. Adjoints start at 0.
    Operations older than the call of a level, if it is not 0, are passed over, and the result is OUTSIDE. Marks that are
    overwritten go into `saved`. (Compiled, the result also says STALE, if a `_grad` is not 0. Here unused.)
    """
    if root._p0 is None:
        visit_leaf(root, leaves, start, saved)
        return 0
    met, done = 0, start + 1
    stack = [root]
    push, pop = stack.append, stack.pop
    while True:  # and not `while stack:`, which Python 3.11 specialises only after several calls
        if not stack:
            return met
        node = pop()
        mark = node._mark
        if mark == start:
            node._mark = done
            order.append(node)
        elif mark < start:
            if level and not is_younger(mark, level):
                met = OUTSIDE
                if 0 <= mark < WALKS:
                    continue
            if saved is not None:
                saved.append((node, mark))
            node._mark = start
            node._pending = 0.0
            push(node)
            a = node._p0
            if type(a) is tuple:
                for x in reversed(a):
                    if type(x) is Value and x._mark < start:
                        visit_leaf(x, leaves, start, saved) if x._p0 is None else push(x)
                continue
            b = node._p1
            if type(b) is Value and b._mark < start:
                visit_leaf(b, leaves, start, saved) if b._p0 is None else push(b)
            if type(a) is Value and a._mark < start:
                visit_leaf(a, leaves, start, saved) if a._p0 is None else push(a)


def visit_leaf(leaf: Any, leaves: list[Any], start: int, saved: list[Any] | None) -> None:
    """List a leaf, unless a walk has done so already."""
    if leaf._mark < start:
        if saved is not None:
            saved.append((leaf, leaf._mark))
        leaf._mark = start + 1
        leaf._pending = 0.0
        leaves.append(leaf)


def is_younger(mark: int, level: int) -> bool:
    """Whether the call of this level had begun when a node was made; no if its mark tells no age, yes if that is long ago."""
    return 0 <= mark < WALKS and (_level - mark) % AGES <= _level - level


def from_outside(leaves: list[Any], level: int) -> bool:
    """Whether some leaves of lower levels stand for more than a plain number."""
    return any([leaf._level < level and not leaf._code & CONSTANT for leaf in leaves])


def swept() -> int:
    """The mark of a node where a sweep has passed."""
    return SWEPT + _age


def restore_marks(saved: list[Any]) -> None:
    """Give nodes back the marks that a walk has overwritten; those of interrupted walks are worth nothing."""
    for node, mark in saved:
        node._mark = mark if 0 <= mark < WALKS else SWEPT + _age


def settle(nodes: list[Any], rest: int) -> None:
    """Take a walk's marks away."""
    for node in nodes:
        node._mark = rest


def reset_adjoints(order: list[Any]) -> None:
    """Let the gradients of operations start afresh."""
    for node in order:
        node._grad = 0.0


def propagate(root: Any, seed: float, order: list[Any], reached: int, rest: int) -> None:
    """The chain rule: each operation, after all that use it, adds partial * adjoint to the adjoint of each operand.

    It sends nothing to an operand that is cut, and nothing at all if no adjoint has reached it, so that it lacks that mark.
    """
    root._pending = seed
    root._mark = reached
    for node in reversed(order):
        node._grad = adjoint = node._pending
        if node._mark != reached:
            node._mark = rest
            continue
        node._mark = rest
        a, b = node._p0, node._p1
        if node._code >= CUT0 or type(a) is tuple:
            send_to_many(node, adjoint, reached)
            continue
        if type(a) is Value:
            a._pending += node._d0 * adjoint
            a._mark = reached
        if type(b) is Value:
            b._pending += node._d1 * adjoint
            b._mark = reached


def send_to_many(node: Any, adjoint: float, reached: int) -> None:
    """The same for a node of many operands, or some that are cut."""
    for x, partial in edges_of(node):
        if type(x) is Value and partial is not None:
            x._pending += partial * adjoint
            x._mark = reached


def edges_of(node: Any) -> Any:
    """The operands with the partials, None where they are cut."""
    operands, partials = node._p0, node._p1
    if type(operands) is tuple:
        return zip(operands, partials, strict=True)
    cut0, cut1 = node._code & CUT0, node._code & CUT1 or partials is None
    return (operands, None if cut0 else node._d0), (partials, None if cut1 else node._d1)


def accumulate_into_grad(leaves: list[Any], rest: int) -> None:
    """Add its adjoint to each leaf's gradient: one call into C, which Ctrl-C cannot cut in two."""
    for leaf in leaves:
        leaf._mark = rest
    totals = [leaf._grad + leaf._pending for leaf in leaves]
    deque(map(setattr, leaves, repeat("_grad"), totals), maxlen=0)


def pending(variables: list[Any], start: int) -> list[float]:
    """What a sweep has summed up at leaves, 0 where it has not come."""
    return [node._pending if node._mark > start else 0.0 for node in variables]


def seed_tangents(variables: list[Any], tangents: list[float], leaves: list[Any], reached: int) -> None:
    """Give variables their tangents, and list them, as their marks have to be taken away."""
    leaves.extend(variables)
    for node, tangent in zip(variables, tangents, strict=True):
        node._mark = reached
        node._pending = tangent


def push_tangents(order: list[Any], reached: int) -> None:
    """The chain rule forwards: each operation adds up partial * tangent of the operands that are not cut and have a tangent.

    It has one itself, and that mark, if one of these has.
    """
    for node in order:
        for x, partial in edges_of(node):
            if type(x) is Value and partial is not None and x._mark == reached:
                tangent = partial * x._pending
                node._pending = node._pending + tangent if node._mark == reached else tangent
                node._mark = reached


def tangents_of(nodes: list[Any], reached: int) -> list[float]:
    """The tangents of nodes, 0 where no tangent has come."""
    return [node._pending if node._mark == reached else 0.0 for node in nodes]
