"""Derivatives that a trace leaves to its program: nodes that stand for a sweep, and for what it gives.

Their numbers are not known in the trace. Where the function looks at one, or the program cannot be derived, it is traced once
more, with sweeps recorded as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

from autograd.engine import trace_ops
from autograd.engine.node import recorded_outside_trace
from autograd.engine.value import Value, record
from autograd.errors import TraceError
from autograd.ops.formulas import OPS
from autograd.program.derive import FORWARD, ITEM, REVERSE

IDENTITY = OPS["identity"]


class NotDeferred(TraceError):
    """The function has to be traced with sweeps recorded."""


class Deferred:
    """The sweeps that one trace leaves to its program; true if there are any."""

    def __init__(self) -> None:
        self.count = 0
        self.refused = False

    def __bool__(self) -> bool:
        return self.count > 0

    def refuse(self) -> None:
        """NotDeferred: a number is asked for that may depend on a sweep."""
        self.refused = True
        raise NotDeferred("a number is asked for behind a derivative")

    def check(self) -> None:
        """NotDeferred where the function caught that error."""
        if self.refused:
            self.refuse()

    def pull_back(self, seeds: Sequence[tuple[Value, Any]], inputs: Sequence[Value]) -> list[Any] | None:
        """Nodes for the adjoints of the inputs; None where they cannot wait."""
        if not all(map(self._is_variable, inputs)):
            return None
        return self._items(REVERSE, "reverse sweep", seeds, inputs, len(inputs))

    def push_forward(self, seeds: Sequence[tuple[Value, Any]], outputs: Sequence[Any]) -> list[Any] | None:
        """Nodes for the tangents of the outputs; None where they cannot wait."""
        if not all([self._is_variable(node) for node, _ in seeds]):
            return None
        items = iter(self._items(FORWARD, "forward sweep", seeds, [x for x in outputs if type(x) is Value], len(outputs)))
        return [next(items) if type(x) is Value else 0.0 for x in outputs]

    def _is_variable(self, node: Value) -> bool:
        """Whether this is a variable of a call inside the trace, and no plain number."""
        return node.operation == IDENTITY and not recorded_outside_trace(node)

    def _items(self, sweep: Any, name: str, seeds: Sequence[tuple[Value, Any]], others: Sequence[Any], count: int) -> list[Any]:
        if not seeds or not others:
            return [0.0] * count
        operands = [float(len(seeds)), *[node for node, _ in seeds], *[seed for _, seed in seeds], *others]
        self.count += 1
        node = trace_ops.call(sweep, name, operands, nan)
        first = trace_ops.call(ITEM, "derivative", [node, 0.0], nan)
        item = first.operation
        return [first, *[record(item, (node, float(i)), nan, (0.0, 0.0)) for i in range(1, len(others))]]
