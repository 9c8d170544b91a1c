"""The paths of the chain rule between two nodes: their number, and the largest.

No more than a few of them are walked.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viz.model.node import Node, edges

# Logarithms as whole numbers add up exactly, in whatever order: the bound of a path and that of its best continuation are
# then the same number, and the search never goes back to where it came from.
UNIT = 1 << 40
HUGE = 1 << 100


@dataclass(frozen=True, eq=False)
class Path:
    """One path from a result down to what it is differentiated with respect to.

    `nodes` are on it, `operands` has the operand taken in each but the last (0 for the first), `partials` the local
    derivatives there; `product` is theirs.
    """

    nodes: tuple[Node, ...]
    operands: tuple[int, ...]
    partials: tuple[float, ...]
    product: float


@dataclass(frozen=True)
class LargestPaths:
    """The largest paths in order, the number of all, the steps of the search, and how many paths more are cut."""

    paths: tuple[Path, ...]
    count: int
    steps: int
    cut: int = 0


def largest_paths(nodes: Sequence[Node], wrt: Node, most: int) -> LargestPaths:
    """At most `most` paths from the last node to `wrt`, those of largest |product|, without those that are cut.

    `nodes` are all that the last one depends on, operands before results. One pass over them counts the paths and bounds
    each node's best; the search then takes at most one step per node of each path in the result.

    >>> from autograd import Value
    >>> from viz.model.graph import sweep_order
    >>> x = Value(2.0, "x")
    >>> largest = largest_paths(sweep_order(x * x + 3 * x), x, 2)
    >>> [path.product for path in largest.paths], largest.count
    ([3.0, 2.0], 3)
    """
    return _largest(nodes, [wrt], most)


def largest_paths_to_leaves(nodes: Sequence[Node], most: int) -> LargestPaths:
    """At most `most` paths from the last node to leaves that are no constants.

    >>> from autograd import Value
    >>> from viz.model.graph import sweep_order
    >>> w, b = Value(2.0, "w"), Value(5.0, "b")
    >>> largest = largest_paths_to_leaves(sweep_order(w * 3 + b), 1)
    >>> [(path.nodes[-1].label, path.product) for path in largest.paths], largest.count
    ([('w', 3.0)], 2)
    """
    return _largest(nodes, [node for node in nodes if not node.op and not node.is_constant], most)


def _largest(nodes: Sequence[Node], ends: Sequence[Node], most: int) -> LargestPaths:
    counts, bests = {id(end): 1 for end in ends}, {id(end): 0 for end in ends}  # of the nodes from which an end is reached
    last, all_counts = frozenset(counts), dict(counts)
    for node in nodes:
        if id(node) not in last:
            all_counts[id(node)] = sum(all_counts.get(id(p), 0) for p in node.parents)
            reached = [(id(p), d) for p, d in zip(node.parents, edges(node), strict=True) if d is not None and id(p) in counts]
            if reached:
                counts[id(node)] = sum(counts[p] for p, _ in reached)
                bests[id(node)] = max(size(d) + bests[p] for p, d in reached)
    root = nodes[-1]
    count, whole = counts.get(id(root), 0), all_counts[id(root)]
    routes, steps = _search(root, last, bests, most) if count else ([], 0)
    return LargestPaths(tuple(_path(root, operands) for operands in routes), count, steps, whole - count)


def size(partial: float) -> int:
    """The logarithm of |partial|; nan counts as largest, for it decides the sum."""
    if partial != partial:
        return 4 * HUGE
    if partial == 0.0 or math.isinf(partial):
        return 2 * HUGE if partial else -HUGE
    return round(math.log2(abs(partial)) * UNIT)


def _search(root: Node, ends: frozenset[int], bests: dict[int, int], most: int) -> tuple[list[list[int]], int]:
    """Search best first: the beginning with the largest best completion goes on.

    Among equals it is the longest.
    """
    heap: list[tuple[int, int, int, int, Node, Any]] = [(-bests[id(root)], 0, 0, 0, root, None)]
    serial = steps = 0
    routes: list[list[int]] = []
    while heap and len(routes) < most:
        _, height, _, begun, node, route = heapq.heappop(heap)
        steps += 1
        if id(node) in ends:
            routes.append(_unwound(route))
            continue
        for k, (parent, partial) in enumerate(zip(node.parents, edges(node), strict=True)):
            if partial is not None and id(parent) in bests:
                serial += 1
                total = begun + size(partial)
                heapq.heappush(heap, (-total - bests[id(parent)], height - 1, serial, total, parent, (route, k)))
    return routes, steps


def _unwound(route: Any) -> list[int]:
    """A route as the list of the operands taken, from the root on."""
    operands: list[int] = []
    while route is not None:
        route, k = route
        operands.append(k)
    return operands[::-1]


def _path(root: Node, operands: Sequence[int]) -> Path:
    nodes, partials, product = [root], [], 1.0
    for k in operands:
        partials.append(nodes[-1].partials[k])
        product *= partials[-1]
        nodes.append(nodes[-1].parents[k])
    return Path(tuple(nodes), tuple(operands), tuple(partials), product)
