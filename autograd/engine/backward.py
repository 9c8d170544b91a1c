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
    import cython  # the compiler looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from backward.pxd and node.pxd
    from autograd.engine._pure import accumulate_into_grad, explore, listed, owned_by_call, propagate

N = TypeVar("N", bound=Node)  # Value, which stands above this module
lock: Any = RLock()  # marks serve one walk at a time
_start = 1  # the next walk's number, see node.py
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
        return collect(roots)


def collect(roots: list[Any]) -> list[Any]:
    """The order of a graph, under the lock."""
    global _clean
    order, leaves = NodeStack(), NodeStack()
    begin()
    for root in roots:
        explore(root, order, leaves, _start, False)
    nodes = listed(leaves) + listed(order)
    for node in nodes:
        node._mark = 0
    _clean = True
    return nodes


def sweep(root: Node, seed: float, level: int = 0) -> bool:
    """Run the reverse sweep from a root.

    Given the level of a transform's call, do nothing and return False unless all leaves are variables of that call or of
    calls inside it.
    """
    refuse_nesting()
    with lock:
        return chain_rule(root, seed, level)


def chain_rule(root: Node, seed: float, level: int) -> bool:
    """Order the graph, propagate adjoints from the root down, add what came to the leaves to their gradients."""
    global _clean
    order, leaves = NodeStack(), NodeStack()
    begin()
    stale = explore(root, order, leaves, _start, level == 0)
    if level != 0 and not owned_by_call(order, leaves, level, stale):
        return False  # the marks stay: the next walk has a higher number
    propagate(root, seed, order, _start + 2)
    accumulate_into_grad(leaves)
    _clean = True
    return True
