"""The picture of a graph as plain data: boxes, arrows, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viz.model.fold import Item, fold, unfolded
from viz.model.graph import Graph
from viz.model.node import kind

MAX_WIDTH, MAX_DEPTH = 16, 40  # values side by side, and levels, that are drawn of a graph that is too large


@dataclass(frozen=True)
class Box:
    """One value; `kind` is "leaf", "constant", "operation" or "stub".

    A stub represents values that are left out; `data` is their number.
    """

    id: str
    kind: str
    label: str
    operation: str
    data: float
    grad: float
    group: tuple[str, ...] = ()
    is_root: bool = False
    folded: tuple[str, ...] = ()  # the ids of the values that are folded into it
    constants: tuple[float, ...] = ()  # the numbers of those that are constants
    is_centre: bool = False  # of a window
    source: tuple[str, int] | None = None  # the user's file and line, if noted


@dataclass(frozen=True)
class Arrow:
    """From operand to result: the local derivative, the gradient sent back, times.

    `kind` is "operand", or "cut" from an operand that is cut, or "constant" or "stub" as the box it comes from; to those no
    gradient is sent.
    """

    tail: str
    head: str
    local: float = 1.0
    message: float = 0.0
    times: int = 1
    kind: str = "operand"


@dataclass(frozen=True)
class Picture:
    """Boxes in topological order, arrows in that of operands, counts for the legend.

    Stubs are the last boxes.
    """

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    values: int
    left_out: int
    which: str = "those nearest the result"  # are drawn, if some are left out
    note: str = ""  # for the legend: why this is drawn, and not what was asked for

    @property
    def roots(self) -> list[Box]:
        """The boxes of the roots."""
        return [box for box in self.boxes if box.is_root]


def read_graph(graph: Graph, max_nodes: int | None = None, folding: bool = True, products: bool = False) -> Picture:
    """The picture of a graph; above `max_nodes` boxes those nearest the roots."""
    return read_items(graph, fold(graph, products) if folding else unfolded(graph), max_nodes)


def read_items(graph: Graph, items: Sequence[Item], max_nodes: int | None = None) -> Picture:
    """The picture of these items of the graph."""
    scopes = {i: graph.nodes[item.index].group for item in items for i, _ in item.operands if graph.nodes[i].is_constant}
    stub_of = _cut(items, len(graph) if max_nodes is None else max_nodes)
    kept = [item for item in items if item.index not in stub_of]
    boxes = [box(graph, item, scopes.get(item.index)) for item in kept]
    arrows = [arrow for item in kept for arrow in arrows_into(graph, item, stub_of)]
    counts: dict[int, int] = {}
    for item in items:
        if item.index in stub_of:
            counts[stub_of[item.index]] = counts.get(stub_of[item.index], 0) + 1 + len(item.folded)
    boxes += [stub(f"more{i}", count) for i, count in sorted(counts.items())]
    return Picture(tuple(boxes), tuple(arrows), len(graph), sum(counts.values()))


def box(graph: Graph, item: Item, scope: tuple[str, ...] | None = None) -> Box:
    """The box of one item, in its own scope if no other is given."""
    node = graph.nodes[item.index]
    return Box(
        f"n{item.index}",
        kind(node),
        node.label,
        item.operation,
        node.data,
        node.grad,
        node.group if scope is None else scope,
        item.index in graph.root_ids,
        tuple(f"n{i}" for i in item.folded),
        tuple(item.constants),
        source=node.source,
    )


def stub(name: str, count: int) -> Box:
    """The box that stands for this number of values."""
    return Box(name, "stub", "", "", float(count), 0.0)


def arrows_into(graph: Graph, item: Item, stub_of: dict[int, int]) -> list[Arrow]:
    """The arrows into one box; more than two alike become one with their number."""
    head = f"n{item.index}"
    stubs = dict.fromkeys(f"more{stub_of[i]}" for i, _ in item.operands if i in stub_of)
    alike: dict[tuple[int, str], list[float | None]] = {}
    for i, local in item.operands:
        if i not in stub_of:
            alike.setdefault((i, repr(local)), []).append(local)
    arrows = []
    for (i, _), (local, *others) in alike.items():
        count = 1 + len(others)
        times = count if count > 2 else 1
        kind = "constant" if graph.nodes[i].is_constant else "cut" if local is None else "operand"
        arrow = Arrow(f"n{i}", head, local or 0.0, graph.message(item.index, local) * times, times, kind)
        arrows += [arrow] * (count // times)
    return arrows + [Arrow(name, head, kind="stub") for name in stubs]


def _cut(items: Sequence[Item], limit: int) -> dict[int, int]:
    """The items left out, each with the drawn item whose stub counts it.

    None are where there are at most `limit`.

    What remains is readable: a part around the roots, of limited width and depth. Whatever uses an item that is
    drawn is drawn too, so that no arrow away from a card is missing.
    """
    if len(items) <= limit:
        return {}
    kept = _nearest(items, limit)
    stub_of: dict[int, int] = {}
    for item in reversed(items):
        for i, _ in item.operands:
            if i not in kept and i not in stub_of:
                stub_of[i] = stub_of.get(item.index, item.index)
    return stub_of


def _nearest(items: Sequence[Item], limit: int) -> dict[int, None]:
    """At most `limit` items, level by level from the roots.

    The level of an item comes after those of all its users.
    """
    uses = dict.fromkeys((item.index for item in items), 0)
    for item in items:
        for i, _ in item.operands:
            uses[i] += 1
    operands = {item.index: [i for i, _ in item.operands] for item in items}
    level = [i for i, count in uses.items() if count == 0]
    kept: dict[int, None] = {}
    chosen: list[int] = []
    for _ in range(MAX_DEPTH):
        if len(level) > MAX_WIDTH and len(chosen) > 1:
            break  # a few operands of a few values would mislead; of one value they are a sample
        chosen = level[: max(min(MAX_WIDTH, limit - len(kept)), 0)]
        kept |= dict.fromkeys(chosen)
        level = []
        for i in (i for node in chosen for i in operands[node]):
            uses[i] -= 1
            if uses[i] == 0:
                level.append(i)
    return kept
