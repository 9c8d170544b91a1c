"""Node: what is stored of one number, how it is read, the marks of a walk over the graph, and the stack of a walk.

Every node:
    `_code`    the opcode in the low 24 bits, 0 of a leaf, and flags above them
    `_primal`  the number (`_data` it cannot be called: numpy.ma reads an attribute of that name)
    `_grad`    the adjoint that `.grad` shows
    `_note`    None, or a label, the scopes and the line of the source
    `_mark`    how old the node is or, during a walk, how far that has come
An operation on one or two operands:
    `_p0`, `_p1`  the operands, each a Node or, where it is constant, a float; `_p1` is None where there is but one
    `_d0`, `_d1`  the partials with respect to them
Any other operation holds all its operands in `_p0`, a tuple, and its partials, packed, in `_p1`.
(In examples/tiny_engine.py: data = `_primal`, grad = `_grad`, parents = `_p0, _p1`, partials = `_d0, _d1`.)
Through an operand that is cut (see ops/primitives.py) no derivative passes; its partial is None wherever partials travel.
A leaf has no operands: its `_p0` is None. It has no partials; compiled, the same 16 bytes hold instead:
    `_pending`  the adjoint that a sweep under way has summed up; a complete sweep adds it to `_grad`
    `_level`    the transform's call or the trace inside which the leaf was made, 0 outside of all

Flags:
    CONSTANT  a leaf that stands for a plain number among operands
    VARIABLE  a leaf with respect to which the call or trace of its level differentiates
    TRACED    an operation recorded while a trace was under way
    CUT0, CUT1  of an operation on one or two operands, that the first or second is cut
    CUT_SOME  of any other operation, that some operands are cut; the packed partials say which

Levels are numbers that grow with each call of a transform and each trace, so a call inside another one has the higher level.

Ages: a new node is marked with the highest level so far, modulo AGES. A node with a lower mark than a call's level was there
before the call, and cannot depend on its variables. Where a sweep has passed, it leaves the level of that time and SWEPT: the
node is at least as old as that. Marks from WALKS up are of walks, those below 0 of lowering, which keeps references in
them; where these two are left behind, after Ctrl-C, nothing is known of the age.

Walks: a walk has a number, `start`, and all marks are below it when it begins. The mark `start` means that the node is on
the stack while its operands are visited, `start + 1` that it is in the order, `start + 2` that an adjoint or a tangent has
reached it. After an interrupted walk, `start` grows by 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine.registry import OPERATIONS
from autograd.ops.formulas import NAMES

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from node.pxd
    # fmt: off
    # isort: off
    from autograd.engine._pure import CONSTANT, CUT0, CUT1, CUT_SOME, OPCODE, TRACED, VARIABLE
    from autograd.engine._pure import borrowed, cut_flags, some_cut, packed, unpacked
    # isort: on
    # fmt: on


@cython.no_gc  # nodes refer only to older nodes or to constant leaves, which refer to nothing: so no cycle, nothing to collect
@cython.cclass
class Node:
    """One number and how it was made; what can be done with it is the subclass Value's."""

    if not cython.compiled:
        __slots__ = ("_code", "_d0", "_d1", "_grad", "_level", "_mark", "_note", "_p0", "_p1", "_pending", "_primal")

        if TYPE_CHECKING:
            _code: int
            _mark: int
            _primal: float
            _grad: float
            _note: Any
            _p0: Any
            _p1: Any
            _d0: float
            _d1: float
            _pending: float
            _level: int


if cython.compiled:

    class NodeStack:
        """A stack of nodes that something else keeps alive: the root of their graph."""

        def __dealloc__(self) -> None:
            clear(self)  # noqa: F821 (of node.pxd)

else:
    NodeStack: type[list[Any]] = list


def opcode(node: Node) -> int:
    """The opcode, 0 of a leaf."""
    return node._code & OPCODE


def level(leaf: Node) -> int:
    """The level of the transform call or trace that a leaf was made inside; 0 outside of all."""
    result: int = borrowed(leaf)._level
    return result


def is_constant_inside(leaf: Node, level: int) -> bool:
    """Whether a leaf is a constant to the call or trace of this level: a plain number, or made inside and not its variable."""
    if leaf._code & CONSTANT or borrowed(leaf)._level > level:
        return True
    return borrowed(leaf)._level == level and not leaf._code & VARIABLE


def recorded_outside_trace(node: Node) -> bool:
    """Whether an operation was recorded while no trace was under way."""
    return node._p0 is not None and not node._code & TRACED


def hold(node: Node, op: int, operands: tuple[Any, ...], partials: tuple[Any, ...]) -> None:
    """Make a leaf an operation, by its operands and partials; None for the partial of an operand that is cut."""
    node._code = op
    if len(operands) > 2 or op > len(NAMES) or OPERATIONS[op].row.arity is None:
        node._p0, node._p1 = operands, packed(partials)
        if some_cut(node._p1, len(operands)):
            node._code |= CUT_SOME
        return
    node._p0, node._d0 = operands[0], 0.0 if partials[0] is None else partials[0]
    node._code |= CUT0 * (partials[0] is None)
    if len(operands) == 2:
        node._p1, node._d1 = operands[1], 0.0 if partials[1] is None else partials[1]
        node._code |= CUT1 * (partials[1] is None)


def partials_of(node: Node) -> tuple[float, ...]:
    """The partial with respect to each operand; 0 where it is cut."""
    if node._p0 is None:
        return ()
    if type(node._p0) is tuple:
        return unpacked(node._p1, len(node._p0))  # type: ignore[no-any-return]
    if node._p1 is None:
        return (node._d0,)
    return (node._d0, node._d1)


def cuts_of(node: Node) -> tuple[bool, ...]:
    """Whether each operand is cut."""
    if node._p0 is None:
        return ()
    if type(node._p0) is tuple:
        n = len(node._p0)
        return cut_flags(node._p1, n) if node._code & CUT_SOME else (False,) * n
    if node._p1 is None:
        return (node._code & CUT0 != 0,)
    return (node._code & CUT0 != 0, node._code & CUT1 != 0)


def has_cuts(node: Node) -> bool:
    """Whether some operands are cut."""
    return node._code >= CUT0


def edges(node: Node) -> tuple[Any, ...]:
    """The partial with respect to each operand; None where it is cut."""
    numbers = partials_of(node)
    if node._code < CUT0:
        return numbers
    return tuple([None if cut else x for x, cut in zip(numbers, cuts_of(node), strict=True)])
