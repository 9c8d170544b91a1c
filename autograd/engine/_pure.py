"""What the interpreted twin of value.py uses where the compiled one has C (declared in value.pxd under the same names)."""

from __future__ import annotations

from collections import deque
from itertools import repeat
from math import copysign
from typing import Any

from autograd.ops.formulas import NAMES, OPS
from autograd.ops.kernels import BINARY, UNARY, reduced
from autograd.ops.primitives import TABLE

NEG, ABS, ADD, SUB, MUL, DIV, POW, MOD, FLOORDIV, ROUND, FLOOR, CEIL, TRUNC = (
    OPS[name]
    for name in ("neg", "abs", "add", "sub", "mul", "div", "pow", "mod", "floordiv", "round", "floor", "ceil", "trunc")
)
EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, STOP = (
    OPS[name] for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "stop")
)


set_method = setattr


def maker(cls: Any) -> tuple[Any, Any, Any, Any]:
    """Functions that make nodes: an empty leaf, an empty node with one parent, with two, and that of a reduction of lists."""
    new = cls.__new__

    def new_binary(op: int, a: Any, b: Any) -> Any:
        node = new(cls)
        node._code = op
        node._p0 = a
        node._p1 = b
        node._grad = _at_birth if op else 0.0
        node._mark = 0
        node._note = None
        return node

    def new_unary(op: int, a: Any) -> Any:
        node = new_binary(op, a, None)
        node._d1 = 0.0
        return node

    def new_leaf() -> Any:
        node = new_unary(0, None)
        node._d0 = 0.0
        return node

    def new_reduced(op: int, *lists: Any) -> Any:
        lists = lists[: TABLE[NAMES[op - 1]].lists]
        if {*map(type, lists)} - {list, tuple} or len({*map(len, lists)}) != 1 or not lists[0]:
            return NotImplemented
        operands = tuple([x for xs in lists for x in xs])
        kinds = {*map(type, operands)}
        if kinds - {float, cls}:
            return NotImplemented
        z, partials = reduced(TABLE[NAMES[op - 1]], [[x if type(x) is float else x._number for x in xs] for xs in lists])
        if cls not in kinds:
            return z
        node = new_binary(op, operands, tuple(partials))
        node._number = z
        node._d0 = node._d1 = 0.0
        return node

    return new_leaf, new_unary, new_binary, new_reduced


_at_birth = 0.0


def mark_births(traces: int) -> None:
    """Let operations recorded from now on start with the gradient -0 while there are traces, else with 0."""
    global _at_birth
    _at_birth = -0.0 if traces else 0.0


def signbit(x: float) -> bool:
    """Whether a number is below 0, or -0."""
    return copysign(1.0, x) < 0.0


def grad_at_birth() -> float:
    """The gradient that a new operation starts with."""
    return _at_birth


def fill(node: Any, op: int, x: float) -> None:
    """Give the node the value of a unary operation and its partial."""
    node._number, node._d0 = UNARY[op](x)


def fill_both(node: Any, op: int, x: float, y: float) -> None:
    """Give the node the value of a binary operation and both partials."""
    node._number, node._d0, node._d1 = BINARY[op](x, y)


def packed(numbers: tuple[float, ...]) -> Any:
    """Local derivatives as a node of many operands holds them."""
    return numbers


def unpacked(numbers: Any) -> Any:
    """The same as a tuple."""
    return numbers


Pile = list  # a stack of nodes
listed = list


def meet_leaf(leaf: Any, leaves: list[Any], waiting: int) -> None:
    """Pile up a leaf that was not met before."""
    if leaf._mark < waiting:
        leaf._mark = waiting + 1
        leaves.append(leaf)


def meet_parents(node: Any, stack: list[Any], leaves: list[Any], waiting: int) -> None:
    """Pile up the parents that were not met before, the first on top."""
    a, b = node._p0, node._p1
    if type(a) is tuple:
        for x in reversed(a):
            if type(x) is not float and x._mark < waiting:
                stack.append(x) if x._code else meet_leaf(x, leaves, waiting)
        return
    if b is not None and type(b) is not float and b._mark < waiting:
        stack.append(b) if b._code else meet_leaf(b, leaves, waiting)
    if type(a) is not float and a._mark < waiting:
        stack.append(a) if a._code else meet_leaf(a, leaves, waiting)


def send_to_parents(node: Any, grad: float) -> None:
    """The chain rule: add to each parent's gradient the local derivative times the node's; leaves keep theirs apart."""
    a, b = node._p0, node._p1
    if type(a) is tuple:
        for x, partial in zip(a, b, strict=True):
            if type(x) is not float:
                send(x, partial * grad)
        return
    if type(a) is not float:
        if a._code:
            a._grad += node._d0 * grad
        else:
            a._d0 += node._d0 * grad
    if b is not None and type(b) is not float:
        if b._code:
            b._grad += node._d1 * grad
        else:
            b._d0 += node._d1 * grad


def send(x: Any, amount: float) -> None:
    """Add to the gradient of one parent."""
    if x._code:
        x._grad += amount
    else:
        x._d0 += amount


def owned(order: list[Any], leaves: list[Any], owner: float, stale: bool) -> bool:
    """Whether all leaves are variables of the owner or of a call inside it; if so, set stale gradients to 0."""
    if not all([leaf._d1 >= owner and leaf._d1 == int(leaf._d1) for leaf in leaves]):
        return False
    for node in order if stale else ():
        node._grad = 0.0
    return True


def start_afresh(leaves: list[Any]) -> None:
    """Nothing has come to the leaves yet."""
    for leaf in leaves:
        leaf._d0 = 0.0


def commit(leaves: list[Any]) -> None:
    """Add to each leaf's gradient what the sweep brought: one call into C, which Ctrl-C cannot cut in two."""
    for leaf in leaves:
        leaf._mark = 0
    totals = [leaf._grad + leaf._d0 for leaf in leaves]
    deque(map(setattr, leaves, repeat("_grad"), totals), maxlen=0)


def check_interrupt() -> None:
    """The interpreter itself looks for Ctrl-C."""
