"""The picture as plain data: boxes and arrows, read off the graph; every drawing is made from this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograd import Value
from autograd.value import topological
from viz.folding import Shown, fold, listing, unfolded


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


@dataclass(frozen=True)
class Arrow:
    """From operand to result: the local derivative, what the result's gradient sends back, and how often."""

    tail: str
    head: str
    local: float = 1.0
    message: float = 0.0
    times: int = 1


@dataclass(frozen=True)
class Picture:
    """Boxes in topological order, arrows in the order of operands, and the counts that the legend tells."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    values: int
    folded: int
    left_out: int

    @property
    def roots(self) -> list[Box]:
        return [box for box in self.boxes if box.is_root]


def picture(roots: Sequence[Value], max_nodes: int | None = None, folding: bool = True) -> Picture:
    """What is to be drawn of the graph under `roots`: at most `max_nodes` boxes, those nearest the roots, and stubs."""
    nodes = listing(roots, topological(list(roots)))
    shown = fold(nodes, roots) if folding else unfolded(nodes)
    wanted = {id(root) for root in roots}
    owner = _cut(shown, len(nodes) if max_nodes is None else max_nodes)
    boxes = [
        Box(
            f"n{item.index}",
            _kind(nodes[item.index]),
            nodes[item.index].label,
            item.operation,
            nodes[item.index].data,
            nodes[item.index].grad,
            nodes[item.index].group,
            id(nodes[item.index]) in wanted,
            tuple(f"n{i}" for i in item.folded),
        )
        for item in shown
        if item.index not in owner
    ]
    arrows = [arrow for item in shown if item.index not in owner for arrow in _arrows(item, nodes, owner)]
    counts: dict[int, int] = {}
    for item in shown:
        if item.index in owner:
            counts[owner[item.index]] = counts.get(owner[item.index], 0) + 1 + len(item.folded)
    stubs = [Box(f"more{i}", "stub", "", "", float(count), 0.0) for i, count in sorted(counts.items())]
    left_out = sum(counts.values())
    return Picture(tuple(stubs + boxes), tuple(arrows), len(nodes), sum(len(box.folded) for box in boxes), left_out)


def _kind(node: Value) -> str:
    return "operation" if node.op else "constant" if node.is_constant else "leaf"


def _arrows(item: Shown, nodes: Sequence[Value], owner: dict[int, int]) -> list[Arrow]:
    """The arrows into one box; more than two alike become one that tells its number."""
    grad = nodes[item.index].grad
    alike: dict[tuple[str, str], list[float]] = {}
    for i, local in item.operands:
        tail, about = (f"more{owner[i]}", "") if i in owner else (f"n{i}", repr(local))
        alike.setdefault((tail, about), []).append(local)
    arrows = []
    for (tail, about), locals_ in alike.items():
        head, local, times = f"n{item.index}", locals_[0], len(locals_)
        if not about:
            arrows.append(Arrow(tail, head))
        elif times <= 2:
            arrows += [Arrow(tail, head, local, message(local, grad))] * times
        else:
            arrows.append(Arrow(tail, head, local, message(local, grad) * times, times))
    return arrows


def message(local: float, grad: float) -> float:
    """What a result with this gradient sends back to an operand; nothing at all when the gradient is 0."""
    return 0.0 if grad == 0.0 else local * grad


def _cut(shown: Sequence[Shown], limit: int) -> dict[int, int]:
    """The nodes left out, each with the drawn node whose stub counts it.

    Distance is the longest way to a root, so whatever uses a node that is drawn is drawn too.
    """
    if len(shown) <= limit:
        return {}
    distance = {item.index: 0 for item in shown}
    for item in reversed(shown):
        for i, _ in item.operands:
            distance[i] = max(distance[i], distance[item.index] + 1)
    nearest = sorted(shown, key=lambda item: (distance[item.index], -item.index))
    kept = {item.index for item in nearest[: max(limit, 1)]}
    owner: dict[int, int] = {}
    for item in reversed(shown):
        for i, _ in item.operands:
            if i not in kept and i not in owner:
                owner[i] = owner.get(item.index, item.index)
    return owner
