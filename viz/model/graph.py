"""A graph of nodes, listed once and handed on, and the two orders of its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from autograd import Value, topological_order
from viz.model.node import Node, edges


class Graph:
    """All nodes that `roots` depend on, in reading order.

    `nodes` has them, `index` the number of each by its identity.

    >>> x, y = Value(3.0, "x"), Value(4.0, "y")
    >>> graph = Graph([x * y + x])
    >>> [node.label or node.op for node in graph.nodes], graph.operands
    (['x', 'y', '*', '+'], [(), (), (0, 1), (2, 0)])
    >>> graph.users
    [[2, 3], [2], [3], []]
    """

    def __init__(self, roots: Sequence[Node]) -> None:
        self.roots = tuple(roots)
        self.nodes = reading_order(roots)
        self.index = {id(node): i for i, node in enumerate(self.nodes)}

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def operands(self) -> list[tuple[int, ...]]:
        """The numbers of each node's operands, in their order."""
        index = self.index
        return [tuple([index[id(parent)] for parent in node.parents]) for node in self.nodes]

    @cached_property
    def users(self) -> list[list[int]]:
        """For each node the numbers of its users, once for each time they use it."""
        users: list[list[int]] = [[] for _ in self.nodes]
        for i, operands in enumerate(self.operands):
            for operand in operands:
                users[operand].append(i)
        return users

    @cached_property
    def root_ids(self) -> frozenset[int]:
        """The numbers of the roots."""
        return frozenset(self.index[id(root)] for root in self.roots)

    @cached_property
    def edges(self) -> list[tuple[tuple[int, float | None], ...]]:
        """For each node the numbers of its operands with the local derivatives; None where the operand is cut."""
        return [tuple(zip(self.operands[i], edges(node), strict=True)) for i, node in enumerate(self.nodes)]

    @cached_property
    def reached(self) -> frozenset[int]:
        """The numbers of the nodes that a gradient has reached from a root, if only a 0."""
        reached = {i for i in self.root_ids if self.nodes[i].grad != 0.0}
        for i in range(len(self.nodes) - 1, -1, -1):
            if i in reached:
                reached.update([operand for operand, local in self.edges[i] if local is not None])
        return frozenset(reached)

    def message(self, i: int, local: float | None) -> float:
        """What node i has sent back along an edge of this local derivative; 0 for nothing, as along a cut."""
        return 0.0 if local is None or i not in self.reached else local * self.nodes[i].grad


def reading_order(roots: Sequence[Node]) -> list[Node]:
    """What the roots depend on, in the order that reads best.

    It is depth first: operands, in their order, before their result.
    """
    nodes: list[Node] = []
    done: set[int] = set()
    stack: list[Any] = list(reversed(roots))
    opened: list[Node] = []  # those whose operands are on the stack, above a None
    while stack:
        node = stack.pop()
        if node is None:
            node = opened.pop()
        elif id(node) in done:
            continue
        elif parents := node.parents:
            opened.append(node)
            stack.append(None)
            stack += [parent for parent in parents[::-1] if id(parent) not in done]
            continue
        done.add(id(node))
        nodes.append(node)
    return nodes


def sweep_order(root: Node) -> list[Node]:
    """The same nodes in the order that `backward()` goes through from the end.

    Constants may be missing.

    The engine lists them faster, and sums that are added up in this order are the engine's to the last bit. Nodes that are
    no Values have their reading order.
    """
    return list(topological_order(root)) if isinstance(root, Value) else reading_order([root])
