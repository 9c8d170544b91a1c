"""A part of a graph of any size: what lies within some arrows of one value, and stubs for what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograd import Value
from viz.folding import Shown, fold, listing, unfolded
from viz.picture import Arrow, Box, Picture, arrows_into, box


def read_window(roots: Sequence[Value], around: Value, radius: int, limit: int, folding: bool) -> Picture:
    """At most `limit` boxes, the nearest first. Raises ValueError when the roots do not depend on `around`."""
    nodes = listing(roots)
    shown = fold(nodes, roots) if folding else unfolded(nodes)
    items = {item.index: item for item in shown}
    centre = _centre(nodes, shown, around)
    users: dict[int, list[int]] = {index: [] for index in items}
    for item in shown:
        for i in dict.fromkeys(i for i, _ in item.operands):
            users[i].append(item.index)
    kept = _near(centre, items, users, radius, limit)
    wanted = {id(root) for root in roots}
    boxes = [replace(box(items[i], nodes, {}, wanted), is_centre=i == centre) for i in sorted(kept)]
    arrows: list[Arrow] = []
    for i in sorted(kept):
        below = [k for k in dict.fromkeys(k for k, _ in items[i].operands) if k not in kept]
        arrows += arrows_into(items[i], nodes, dict.fromkeys(below, i))
        above = [k for k in users[i] if k not in kept]
        if above:
            arrows.append(Arrow(f"n{i}", f"use{i}", kind="stub"))
        boxes += [_stub(f"more{i}", below)] * bool(below) + [_stub(f"use{i}", above)] * bool(above)
    boxes.sort(key=lambda shape: shape.kind == "stub")
    drawn = len(kept) + sum(len(items[i].folded) for i in kept)
    name = around.label or "the one with the thick border"
    return Picture(tuple(boxes), tuple(arrows), len(nodes), len(nodes) - drawn, near=name)


def _centre(nodes: Sequence[Value], shown: Sequence[Shown], around: Value) -> int:
    """The index of the item that shows a value."""
    place = next((i for i, node in enumerate(nodes) if node is around), None)
    if place is None:
        raise ValueError(f"around={around!r} is not in the graph: the root does not depend on it")
    return next(item.index for item in shown if item.index == place or place in item.folded)


def _near(start: int, items: dict[int, Shown], users: dict[int, list[int]], radius: int, limit: int) -> set[int]:
    kept = {start: None}
    level = [start]
    for _ in range(radius):
        beside = dict.fromkeys(k for i in level for k in (*(o for o, _ in items[i].operands), *users[i]) if k not in kept)
        level = list(beside)[: max(limit - len(kept), 0)]
        kept |= dict.fromkeys(level)
    return set(kept)


def _stub(name: str, left_out: Sequence[int]) -> Box:
    return Box(name, "stub", "", "", float(len(left_out)), 0.0)
