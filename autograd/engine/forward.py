"""The forward sweep over what a transform's call has made; backward.py orders it.

Tangents wait in nodes where adjoints do. The inner loops are in _pure.py and, typed, in forward.pxd.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine import backward
from autograd.engine.node import NodeStack

if TYPE_CHECKING:
    import cython  # Cython looks for this line
else:
    from autograd import _cython as cython
if not cython.compiled:  # else from forward.pxd
    from autograd.engine._pure import push_tangents, reset_adjoints, seed_tangents, tangents_of
    from autograd.engine.backward import end, refuse_nesting, walk_call


def tangents(roots: list[Any], level: int, variables: list[Any], directions: list[float]) -> list[float] | None:
    """The tangents of the results of a transform's call, from those of its variables.

    None, and nothing is done, where Values from outside take part.
    """
    refuse_nesting()
    with backward.lock:
        return call_tangents(roots, level, variables, directions)


def call_tangents(roots: list[Any], level: int, variables: list[Any], directions: list[float]) -> list[float] | None:
    """The sweep, under the lock."""
    order, leaves = NodeStack(), NodeStack()
    start = walk_call(roots, level, order, leaves)
    if start == 0:
        return None
    seed_tangents(variables, directions, leaves, start + 2)
    push_tangents(order, start + 2)
    found = tangents_of(roots, start + 2)
    reset_adjoints(order)
    end(order, leaves)
    return found
