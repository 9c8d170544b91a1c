"""Groups of values in numbers: counts, gradients, and flows between groups."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from viz.model.graph import Graph
from viz.model.node import Node
from viz.model.numbers import largest
from viz.model.scopes import Scope, Single


@dataclass
class Group:
    """Values that are drawn as one box."""

    path: Scope
    leaves: int = 0
    constants: int = 0
    results: int = 0
    grads: list[float] = field(default_factory=list)  # of all but the constants
    node: Node | None = None  # if it is the only one, and shown as itself

    @property
    def values(self) -> int:
        """How many there are."""
        return self.leaves + self.constants + self.results

    def sizes(self) -> list[float]:
        """|gradient| where it is a number other than 0."""
        return [abs(grad) for grad in self.grads if grad and math.isfinite(grad)]

    def largest(self) -> float:
        """The largest |gradient|; nan if one is nan."""
        return largest(self.grads)

    def median(self) -> float:
        """The median of |gradient|, zeros included."""
        finite = [abs(grad) for grad in self.grads if math.isfinite(grad)]
        return statistics.median(finite) if finite else math.nan

    def share(self, sign: int) -> float:
        """The fraction of the gradients that has this sign (-1, 0 or 1)."""
        return sum((grad > 0) - (grad < 0) == sign and grad == grad for grad in self.grads) / max(len(self.grads), 1)

    def histogram(self, low: int, high: int, sign: int) -> list[int]:
        """The number of gradients of this sign in each decade from 10**low to 10**high.

        The first decade has all below it, too.
        """
        counts = [0] * (high - low)
        for grad in self.grads:
            if 0.0 < sign * grad < math.inf:
                counts[min(max(math.floor(math.log10(sign * grad)), low), high - 1) - low] += 1
        return counts


@dataclass(frozen=True)
class Flow:
    """The edges from one group to another, and the norm of the gradient sent back; nan if a part of it is nan."""

    tail: Scope
    head: Scope
    edges: int
    norm: float


def groups_of(graph: Graph, scopes: Sequence[Scope]) -> list[Group]:
    """The groups in the order of their values; `scopes` has that of each node."""
    groups: dict[Scope, Group] = {}
    for node, scope in zip(graph.nodes, scopes, strict=True):
        group = groups.setdefault(scope, Group(scope))
        group.leaves += not node.op and not node.is_constant
        group.constants += node.is_constant
        group.results += bool(node.op)
        if not node.is_constant:
            group.grads.append(node.grad)
        if isinstance(scope[-1], Single):
            group.node = node
    return list(groups.values())


def flows_of(graph: Graph, scopes: Sequence[Scope]) -> list[Flow]:
    """The flows from group to group.

    The gradient of a value is summed over the edges into the same group.
    """
    edges: dict[tuple[Scope, Scope], int] = {}
    sent: dict[tuple[Scope, Scope], dict[int, float]] = {}
    for i in range(len(graph)):
        for operand, local in graph.edges[i]:
            ends = (scopes[operand], scopes[i])
            if ends[0] != ends[1] and not graph.nodes[operand].is_constant:
                edges[ends] = edges.get(ends, 0) + 1
                values = sent.setdefault(ends, {})
                values[operand] = values.get(operand, 0.0) + graph.message(i, local)
    return [Flow(*ends, count, _norm(list(sent[ends].values()))) for ends, count in edges.items()]


def _norm(numbers: Sequence[float]) -> float:
    return math.nan if any(map(math.isnan, numbers)) else math.hypot(*numbers)  # hypot(inf, nan) is inf


def decades(groups: Sequence[Group]) -> tuple[int, int]:
    """The powers of ten at both ends of all histograms, at most nine decades."""
    sizes = [size for group in groups for size in group.sizes()]
    if not sizes:
        return 0, 1
    high = math.floor(math.log10(max(sizes))) + 1
    low = math.floor(math.log10(min(sizes)))
    return max(low, high - 9), high
