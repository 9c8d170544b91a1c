"""The order of a graph and the reverse sweep over it, without recursion.

The inner loops are in _pure.py and, typed, in backward.pxd: `explore` walks the graph, `propagate` applies the chain rule.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.engine.node import Node, NodeStack
from autograd.errors import SweepError

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from backward.pxd and node.pxd
    # fmt: off
    # isort: off
    from autograd.engine._pure import AGES, OUTSIDE, STALE, WALKS, accumulate_into_grad, explore, from_outside
    from autograd.engine._pure import listed, pending, propagate, reset_adjoints, restore_marks, settle, swept
    # isort: on
    # fmt: on

N = TypeVar("N", bound=Node)  # Value, which stands above this module
lock: Any = RLock()  # marks serve one walk at a time
_level = 0  # of the call or trace that began last (where this is compiled)
_start = WALKS  # the next walk's number, see node.py
_clean = True  # whether the last walk has taken its marks away


def _after_fork() -> None:
    """Forget walks of other threads, which do not live on in a forked child."""
    global lock, _clean
    lock = RLock()
    _clean = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def begin() -> None:
    """Number the next walk, so that no mark of an interrupted one is taken for its own."""
    global _start, _clean
    if not _clean:
        _start += 3
    _clean = False


def refuse_nesting() -> None:
    """SweepError where this thread would wait for itself; other threads wait for each other."""
    if lock._is_owned():
        raise SweepError("this thread is inside a sweep already: call backward() after it, not from a signal handler")


def topological_order(root_or_roots: N | Iterable[N]) -> list[N]:
    """List what Values depend on, every node after its parents.

    Args:
        root_or_roots: a Value, or an iterable of Values.

    Returns:
        The Values of the graph, the roots included, each once; leaves come before operations. The order is the same in every
        process. Constant operands, as the 2 of `2 * x`, are not in it.

    Raises:
        TypeError: if something else than a Value is among the roots.
        SweepError: if this thread is inside a sweep, as in a signal handler.

    Examples:
        >>> from autograd import Value
        >>> x = Value(3.0, label="x")
        >>> y = x * x + x
        >>> [node.op or node.label for node in topological_order(y)]
        ['x', '*', '+']
    """
    roots = [root_or_roots] if isinstance(root_or_roots, Node) else list(root_or_roots)
    for root in roots:
        if not isinstance(root, Node):
            raise TypeError(f"topological_order() takes Values, not {type(root).__name__}")
    refuse_nesting()
    with lock:  # around a call, not around loops: CPython 3.13 does not guard their jumps against Ctrl-C
        return order_locked(roots, 0)[0]


def order_since(level: int, roots: list[N]) -> tuple[list[N], bool]:
    """The order of what was made since the call of this level began, and whether Values from outside take part in it.

    These are operations that are older, which are left out as none of them depends on a variable of the call; and leaves of
    lower levels that stand for more than a plain number.
    """
    refuse_nesting()
    with lock:
        return order_locked(roots, level)


def order_locked(roots: list[Any], level: int) -> tuple[list[Any], bool]:
    """The order of a graph, under the lock; the ages of nodes stay."""
    global _clean
    order, leaves, saved = NodeStack(), NodeStack(), NodeStack()
    begin()
    met = 0
    for root in roots:
        met |= explore(root, order, leaves, _start, level, saved)
    restore_marks(saved)
    _clean = True
    return listed(leaves) + listed(order), met & OUTSIDE != 0 or from_outside(leaves, level)


def made_since(nodes: list[Any]) -> int:
    """A level since which these nodes, and all that depends on them, have been made; 0 where none is known.

    A mark of a node that no sweep has passed is at most the level it was made at, of which it is the remainder.
    """
    marks = [node._mark for node in nodes]
    return min(marks, default=0) if all([0 <= mark < AGES for mark in marks]) else 0


# ---- sweeps


def sweep(root: Node, seed: float) -> None:
    """Run the reverse sweep from a root."""
    refuse_nesting()
    with lock:
        sweep_locked(root, seed)


def sweep_locked(root: Node, seed: float) -> None:
    """Order the graph, propagate adjoints from the root down, add what came to the leaves to their gradients."""
    global _clean
    order, leaves = NodeStack(), NodeStack()
    begin()
    explore(root, order, leaves, _start, 0, None)
    propagate(root, seed, order, _start + 2, swept())
    accumulate_into_grad(leaves, swept())
    _clean = True


def adjoints(root: Node, level: int, variables: list[Any]) -> list[float] | None:
    """The derivatives of a root with respect to the variables of a transform's call; no leaf's gradient changes.

    None, and nothing is done, where Values from outside take part.
    """
    refuse_nesting()
    with lock:
        return call_adjoints(root, level, variables)


def call_adjoints(root: Node, level: int, variables: list[Any]) -> list[float] | None:
    """The reverse sweep over a call, under the lock."""
    order, leaves = NodeStack(), NodeStack()
    start = walk_call([root], level, order, leaves)
    if start == 0:
        return None
    propagate(root, 1.0, order, start + 2, swept())
    found = pending(variables, start)
    end(order, leaves)
    return found


def walk_call(roots: list[Any], level: int, order: Any, leaves: Any) -> int:
    """Order what a call has made, in a walk of this number; 0, with marks at rest, where Values from outside take part."""
    begin()
    met = 0
    for root in roots:
        met |= explore(root, order, leaves, _start, level, None)
    if met & OUTSIDE or from_outside(leaves, level):
        end(order, leaves)
        return 0
    if met & STALE:
        reset_adjoints(order)
    return _start


def end(order: Any, leaves: Any) -> None:
    """Take the marks of a walk away."""
    global _clean
    settle(order, swept())
    settle(leaves, swept())
    _clean = True
