"""Weighted sums in a graph: their terms, and which factor is the weight."""

from __future__ import annotations

import re

from viz.model.graph import Graph
from viz.model.node import Node, row_name

SUMS = ("add", "sum", "sumprod")
WITH_SLOPE = ("leaky_relu", "elu")
NO_ACTIVATIONS = set(  # functions of one operand that rather belong to a loss than to a unit
    "identity neg abs round floor ceil trunc exp exp2 expm1 log log1p log2 log10 sqrt cbrt erfc lgamma digamma".split()
)
# What a leaf is where the graph leaves it open, as in w * x: the names that everybody uses decide.
WEIGHT, INPUT = re.compile(r"w|θ|theta|kernel", re.IGNORECASE), re.compile(r"x|in(put)?s?\b|in(put)?s?[ _\d]|feature", re.I)
TARGET = re.compile(r"(y|t|target|label|truth)[ _\d]*$", re.IGNORECASE)


def is_activation(node: Node) -> bool:
    """Whether a unit may have this operation after its sum."""
    row = node.primitive
    if row is None or row_name(node) in NO_ACTIVATIONS:
        return False
    return row.arity == 1 or (row_name(node) in WITH_SLOPE and not node.parents[1].op)


def _terms_inside(node: Node, active: bool) -> int:
    """How many operands, from the first, a sum is opened into.

    Where an activation follows, a threshold may be subtracted.
    """
    if row_name(node) == "sub" and active and not node.parents[1].op:
        return 1
    return len(node.parents) if row_name(node) in SUMS else 0


class WeightedSums:
    """The sums of a graph, and which of them are inside others."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._uses = [len(users) for users in graph.users]
        for i in graph.root_ids:
            self._uses[i] += 1
        self._inner: set[int] = set()  # net inputs, and sums and products inside of sums
        active: set[int] = set()  # those that an activation follows
        for i in reversed(range(len(graph))):
            node, operands = graph.nodes[i], graph.operands[i]
            if is_activation(node):
                self._inner.add(operands[0])
                active.add(operands[0])
            for operand in operands[: _terms_inside(node, i in active)]:
                if self._uses[operand] == 1:
                    self._inner.add(operand)
                    active |= {operand} if i in active else set()

    def is_inner(self, node: Node) -> bool:
        """Whether the node is the net input of an activation, or a part of another sum."""
        return self._graph.index[id(node)] in self._inner

    def split(self, net: Node, active: bool) -> tuple[list[tuple[Node, Node]], list[Node]]:
        """The weighted terms of a sum, as pairs of weight and source, and its other terms."""
        inputs: list[tuple[Node, Node]] = []
        others: list[Node] = []
        for term in self._terms(net, active):
            pair = self._weight_first(term[0], term[1], net) if len(term) > 1 else None
            if pair:
                inputs.append(pair)
            else:
                others += term if len(term) == 2 else term[-1:]
        return inputs, others

    def _count_uses(self, node: Node) -> int:
        return self._uses[self._graph.index[id(node)]]

    def _terms(self, net: Node, active: bool) -> list[list[Node]]:
        """The terms of a sum, each a list.

        [factor, factor, product], [factor, factor] of a dot product, or [term].
        """
        terms: list[list[Node]] = []
        stack = [net]
        while stack:
            node = stack.pop()
            name, parents, inside = row_name(node), node.parents, node is net or self._count_uses(node) == 1
            if name in ("add", "sum") and inside:
                stack += reversed(parents)
            elif name == "sumprod" and inside:
                half = len(parents) // 2
                terms += [[p, q] for p, q in zip(parents[:half], parents[half:], strict=True)]
            elif name == "sub" and inside and _terms_inside(node, active):
                terms.append([parents[1]])  # a threshold
                stack.append(parents[0])
            elif name == "mul" and inside:
                terms.append([*parents, node])
            else:
                terms.append([node])
        return terms

    def _weight_first(self, a: Node, b: Node, net: Node) -> tuple[Node, Node] | None:
        """The factors as weight and source; None if neither is a weight."""
        if a is b or (a.op and b.op) or any(TARGET.match(x.label) and not x.op for x in (a, b)):
            return None
        return (a, b) if self._likeness(a, net) >= self._likeness(b, net) else (b, a)

    def _likeness(self, node: Node, net: Node) -> tuple[float, ...]:
        """What speaks for a weight, the strongest first."""
        label = (WEIGHT.match(node.label) is not None) - (INPUT.match(node.label) is not None)
        scope = bool(node.group) and node.group == net.group
        return (not node.op, label, not node.is_constant, scope, -self._count_uses(node))
