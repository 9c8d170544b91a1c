"""The reverse sweep that looks for the first nan: which zero met which infinity, and which cuts stopped one."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import NamedTuple

from autograd.engine.node import edges
from autograd.engine.value import Value, operands


class Passed(NamedTuple):
    """What a node passes on to an operand in the reverse sweep: `adjoint` times the local derivative `partial`.

    Attributes:
        node: the node.
        position: its place in forward order, from 0.
        operand: to which of its operands, from 0.
        adjoint: the gradient that it gets.
        partial: its local derivative.
    """

    node: Value
    position: int
    operand: int
    adjoint: float
    partial: float


class Sweep:
    """The reverse sweep until a gradient is nan, with the origin of each gradient that is 0 or infinite."""

    def __init__(self, order: Sequence[Value]) -> None:
        self.passed: Passed | None = None
        self.passed_nan: Passed | None = None
        self.origin: Passed | None = None
        self.cuts: list[tuple[Value, int]] = []
        self.adjoints = {id(order[-1]): 1.0} if order else {}
        self.origins: dict[int, Passed | None] = {}
        infinite = infinite_below(order)
        for position in range(len(order) - 1, -1, -1):
            node = order[position]
            if id(node) in self.adjoints:
                adjoint, origin = self.adjoints.pop(id(node)), self.origins.pop(id(node), None)
                for index, (x, partial) in enumerate(zip(operands(node), edges(node), strict=True)):
                    if type(x) is not Value or x.is_constant:
                        continue
                    if partial is not None:
                        self._pass(id(x), Passed(node, position, index, adjoint, partial), origin)
                    elif id(x) in infinite or not isfinite(adjoint):
                        self.cuts.append((node, index))

    def _pass(self, x: int, step: Passed, origin: Passed | None) -> None:
        before = self.adjoints.get(x)
        total = step.partial * step.adjoint + (0.0 if before is None else before)
        self.adjoints[x] = total
        if not isfinite(total) and self.passed is None:
            self.passed = step
        if isnan(total) and self.passed_nan is None:
            self.passed_nan, self.origin = step, origin
        if isfinite(total) and total != 0.0:
            self.origins.pop(x, None)
        elif before is None or (isfinite(before) and not isfinite(total)):
            self.origins[x] = step if isfinite(step.adjoint) and step.adjoint != 0.0 else origin
        elif before != 0.0 and total == 0.0:
            self.origins[x] = None  # terms that cancel


def infinite_below(order: Sequence[Value]) -> set[int]:
    """The nodes, by identity, from which a way without cuts leads along a local derivative that is infinite or nan."""
    if not any(node.cuts and True in node.cuts for node in order):
        return set()
    found: set[int] = set()
    for node in order:
        for x, partial in zip(operands(node), edges(node), strict=True):
            if type(x) is Value and not x.is_constant and partial is not None and (not isfinite(partial) or id(x) in found):
                found.add(id(node))
    return found
