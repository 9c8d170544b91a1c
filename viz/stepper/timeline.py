"""The forward and the backward pass of a graph as events in time.

Values appear, then gradients add up use by use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viz.model.graph import Graph, sweep_order
from viz.model.node import Node


@dataclass(frozen=True)
class Sent:
    """One event of the reverse sweep: the gradient of node `tail` grows.

    It grows by `local` times that of node `head`.
    """

    time: int
    head: int
    operand: int  # which of the head's operands the tail is
    tail: int
    local: float
    upstream: float
    message: float
    total: float  # the gradient of the tail after it


@dataclass(frozen=True)
class Timeline:
    """The times of all events; nodes are meant by their number in the graph."""

    graph: Graph
    appears: tuple[int, ...]  # when each value is calculated; leaves are there from time 0 on
    seed: int  # the time at which the result gets its 1
    sent: tuple[Sent, ...]
    idle: dict[int, int]  # operations that send nothing, as cuts stand above or below them, and when that shows
    grads: tuple[float, ...]
    end: int

    @property
    def nodes(self) -> list[Node]:
        """The nodes, the result last."""
        return self.graph.nodes


def make_timeline(graph: Graph) -> Timeline:
    """The two passes in the engine's own order.

    So the last totals are the engine's gradients to the last bit.

    No `.grad` is read or changed: the gradients are those that one `root.backward()` adds to leaves that start at 0.

    >>> from autograd import Value
    >>> x = Value(3.0, "x")
    >>> [(event.local, event.message, event.total) for event in make_timeline(Graph([x * x])).sent]
    [(3.0, 3.0, 3.0), (3.0, 3.0, 6.0)]
    """
    order = [graph.index[id(node)] for node in sweep_order(graph.nodes[-1])]
    appears = [0] * len(graph)
    time = 0
    for i in order:
        if graph.nodes[i].op:
            appears[i] = time = time + 1
    seed = time + 1
    grads = [0.0] * len(graph)
    grads[-1] = 1.0
    sent, idle, end = _sweep(graph, order[::-1], grads, seed)
    return Timeline(graph, tuple(appears), seed, tuple(sent), idle, tuple(grads), end)


def _sweep(graph: Graph, order: Sequence[int], grads: list[float], time: int) -> tuple[list[Sent], dict[int, int], int]:
    """Fill in `grads`; the events after `time`, the idle operations and the last time."""
    sent: list[Sent] = []
    idle: dict[int, int] = {}
    reached = {order[0]}
    for head in order:
        if not graph.nodes[head].op:
            continue
        edges = [(k, *edge) for k, edge in enumerate(graph.edges[head]) if not graph.nodes[edge[0]].is_constant]
        if head not in reached or all(local is None for _, _, local in edges):
            idle[head] = time = time + 1
            continue
        for k, tail, local in edges:
            if local is not None:
                amount = local * grads[head]
                grads[tail] += amount
                reached.add(tail)
                time += 1
                sent.append(Sent(time, head, k, tail, local, grads[head], amount, grads[tail]))
    return sent, idle, time
