"""The forward and the backward pass of a graph as events in time: values appear, then gradients add up use by use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viz.model.node import Node, in_order, listing
from viz.model.picture import message


@dataclass(frozen=True)
class Sent:
    """One event of the reverse sweep: the gradient of node `tail` grows by `local` times that of node `head`."""

    time: int
    head: int
    operand: int  # which of the head's operands the tail is
    tail: int
    local: float
    upstream: float
    message: float
    total: float  # what the tail then has


@dataclass(frozen=True)
class Timeline:
    """Nodes by number, and when what happens to them; leaves are there from time 0 on."""

    nodes: tuple[Node, ...]
    made: tuple[int, ...]
    seed: int  # the time at which the result gets its 1
    sent: tuple[Sent, ...]
    idle: dict[int, int]  # operations whose gradient is 0, so that they send nothing, and when that shows
    grads: tuple[float, ...]
    end: int


def timeline(root: Node) -> Timeline:
    """The two passes in the engine's own order, so that the last totals are the engine's gradients to the last bit.

    No `.grad` is read or changed: the gradients are those that one `root.backward()` adds to leaves that start at 0.

    >>> from autograd import Value
    >>> x = Value(3.0, "x")
    >>> [(event.local, event.message, event.total) for event in timeline(x * x).sent]
    [(3.0, 3.0, 3.0), (3.0, 3.0, 6.0)]
    """
    nodes = listing([root])
    number = {id(node): i for i, node in enumerate(nodes)}
    order = [number[id(node)] for node in in_order(root)]
    made = [0] * len(nodes)
    time = 0
    for i in order:
        if nodes[i].op:
            made[i] = time = time + 1
    seed = time = time + 1
    grads = [0.0] * len(nodes)
    grads[number[id(root)]] = 1.0
    sent, idle, end = _sweep(nodes, order[::-1], number, grads, time)
    return Timeline(tuple(nodes), tuple(made), seed, tuple(sent), idle, tuple(grads), end)


def _sweep(
    nodes: Sequence[Node], order: Sequence[int], number: dict[int, int], grads: list[float], time: int
) -> tuple[list[Sent], dict[int, int], int]:
    """Fill `grads` in; the events, the idle operations and the last time."""
    sent: list[Sent] = []
    idle: dict[int, int] = {}
    for head in order:
        node, upstream = nodes[head], grads[head]
        if node.op and upstream == 0.0:
            idle[head] = time = time + 1
        elif node.op:
            for k, (parent, local) in enumerate(zip(node.parents, node.partials, strict=True)):
                if not parent.is_constant:
                    tail, amount = number[id(parent)], message(local, upstream)
                    grads[tail] += amount
                    time += 1
                    sent.append(Sent(time, head, k, tail, local, upstream, amount, grads[tail]))
    return sent, idle, time
