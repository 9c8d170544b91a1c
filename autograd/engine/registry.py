"""Registry of the operations that nodes record, by opcode."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple

from autograd.ops.formulas import NAMES
from autograd.ops.primitives import TABLE, Row

Function = Callable[..., Any]


class Operation(NamedTuple):
    """What an opcode stands for."""

    row: Any  # its value and partials; None for a leaf
    function: Function | None = None  # what @primitive returned, which makes the nodes
    callback: Function | None = None  # of floats: what a program calls at run time


OPERATIONS: list[Operation] = [Operation(None), *(Operation(TABLE[name]) for name in NAMES)]  # by opcode; 0 is a leaf
_lock = Lock()


def register(row: Row, function: Function | None = None, callback: Function | None = None) -> int:
    """Add an operation that is not in the table; return its opcode."""
    with _lock:
        OPERATIONS.append(Operation(row, function, callback))
        return len(OPERATIONS) - 1


def register_variadic(
    name: str, value: Function, partials: Function, cut: Function | None = None, callback: Function | None = None
) -> int:
    """Add an operation on a list of any number of operands.

    `partials` gives all partials, None for what is always cut, `cut` all conditions on which operands are cut.
    """
    row = Row(name, value, (partials,), (), name, name, "", arity=None, lists=1, public=False, cut=(cut,) if cut else ())
    return register(row, callback=callback)
