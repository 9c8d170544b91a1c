"""The picture as plain data: boxes and arrows, read off the graph; every drawing is made from this."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from viz.model.cutting import cut
from viz.model.fold import Shown, fold, unfolded
from viz.model.node import Node, listing


@dataclass(frozen=True)
class Box:
    """One value. `kind` is "leaf", "constant", "operation" or "stub" (values left out; `data` says how many)."""

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
    """From operand to result: the local derivative, what the result's gradient sends back, and how often.

    `kind` is "operand", or "constant" or "stub" as the box it comes from; to those no gradient is sent.
    """

    tail: str
    head: str
    local: float = 1.0
    message: float = 0.0
    times: int = 1
    kind: str = "operand"


@dataclass(frozen=True)
class Picture:
    """Boxes in topological order, stubs last, arrows in the order of operands, and the counts that the legend tells."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    values: int
    left_out: int
    which: str = "those nearest the result"  # are drawn, if some are left out
    note: str = ""  # for the legend: why this is drawn, and not what was asked for

    @property
    def roots(self) -> list[Box]:
        return [box for box in self.boxes if box.is_root]


def read_graph(roots: Sequence[Node], max_nodes: int | None = None, folding: bool = True, products: bool = False) -> Picture:
    """What is to be drawn of the graph under `roots`: above `max_nodes` boxes those nearest the roots, and stubs."""
    nodes = listing(roots)
    shown = fold(nodes, roots, products) if folding else unfolded(nodes)
    wanted = {id(root) for root in roots}
    groups = {i: nodes[item.index].group for item in shown for i, _ in item.operands if nodes[i].is_constant}
    owner = cut(shown, len(nodes) if max_nodes is None else max_nodes)
    boxes = [box(item, nodes, groups, wanted) for item in shown if item.index not in owner]
    arrows = [arrow for item in shown if item.index not in owner for arrow in arrows_into(item, nodes, owner)]
    counts: dict[int, int] = {}
    for item in shown:
        if item.index in owner:
            counts[owner[item.index]] = counts.get(owner[item.index], 0) + 1 + len(item.folded)
    stubs = [Box(f"more{i}", "stub", "", "", float(count), 0.0) for i, count in sorted(counts.items())]
    left_out = sum(counts.values())
    return Picture(tuple(boxes + stubs), tuple(arrows), len(nodes), left_out)


def box(item: Shown, nodes: Sequence[Node], groups: dict[int, tuple[str, ...]], roots: Collection[int]) -> Box:
    """The box of one item; `groups` has the scopes of constants, `roots` the ids of the roots."""
    node = nodes[item.index]
    return Box(
        f"n{item.index}",
        _kind(node),
        node.label,
        item.operation,
        node.data,
        node.grad,
        groups.get(item.index, node.group),
        id(node) in roots,
        tuple(f"n{i}" for i in item.folded),
        tuple(item.constants),
        source=node.source,
    )


def _kind(node: Node) -> str:
    return "operation" if node.op else "constant" if node.is_constant else "leaf"


def arrows_into(item: Shown, nodes: Sequence[Node], owner: dict[int, int]) -> list[Arrow]:
    """The arrows into one box; more than two alike become one that tells its number."""
    head, grad = f"n{item.index}", nodes[item.index].grad
    stubs = dict.fromkeys(f"more{owner[i]}" for i, _ in item.operands if i in owner)
    alike: dict[tuple[int, str], list[float]] = {}
    for i, local in item.operands:
        if i not in owner:
            alike.setdefault((i, repr(local)), []).append(local)
    arrows = []
    for (i, _), locals_ in alike.items():
        many = len(locals_) > 2
        arrow = Arrow(
            f"n{i}",
            head,
            locals_[0],
            message(locals_[0], grad) * (len(locals_) if many else 1),
            len(locals_) if many else 1,
            "constant" if nodes[i].is_constant else "operand",
        )
        arrows += [arrow] * (1 if many else len(locals_))
    return arrows + [Arrow(stub, head, kind="stub") for stub in stubs]


def message(local: float, grad: float) -> float:
    """What a result with this gradient sends back to an operand; nothing at all when the gradient is 0."""
    return 0.0 if grad == 0.0 else local * grad
