"""A part of a graph of any size: what lies near one value or on the largest paths, and stubs for what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from viz.model.fold import Shown, fold, unfolded
from viz.model.node import Node, listing
from viz.model.paths import largest_paths_to_leaves
from viz.model.picture import Arrow, Box, Picture, arrows_into, box


def read_window(roots: Sequence[Node], around: Node, radius: int, limit: int, folding: bool) -> Picture:
    """At most `limit` boxes, the nearest first. Raises ValueError when the roots do not depend on `around`."""
    nodes = listing(roots)
    shown = fold(nodes, roots) if folding else unfolded(nodes)
    centre = _holder(nodes, shown, around)
    kept = _near(centre, {item.index: item for item in shown}, _users(shown), radius, limit)
    name = around.label or "the one with the thick border"
    return _part(roots, nodes, shown, kept, centre, f"those nearest {name}")


def read_top(root: Node, top: int, folding: bool) -> Picture:
    """The `top` paths from a root to its leaves that the largest gradients go along."""
    nodes = listing([root])
    shown = fold(nodes, [root]) if folding else unfolded(nodes)
    found = largest_paths_to_leaves(root, top)
    holder = {i: item.index for item in shown for i in (item.index, *item.folded)}
    number = {id(node): i for i, node in enumerate(nodes)}
    kept = {holder[number[id(node)]] for path in found.paths for node in path.nodes} or {len(nodes) - 1}
    count = len(found.paths)
    which = f"those on the {'path' if count == 1 else f'{count:,} paths'} with the largest |gradient| of {found.count:,}"
    return _part([root], nodes, shown, kept, None, which)


def _users(shown: Sequence[Shown]) -> dict[int, list[int]]:
    users: dict[int, list[int]] = {item.index: [] for item in shown}
    for item in shown:
        for i in dict.fromkeys(i for i, _ in item.operands):
            users[i].append(item.index)
    return users


def _part(
    roots: Sequence[Node], nodes: Sequence[Node], shown: Sequence[Shown], kept: set[int], centre: int | None, which: str
) -> Picture:
    """The items in `kept`, and stubs for what else they are made of and, around a centre, for what else they are used for."""
    items = {item.index: item for item in shown}
    users = _users(shown) if centre is not None else {}
    wanted = {id(root) for root in roots}
    boxes = [replace(box(items[i], nodes, {}, wanted), is_centre=i == centre) for i in sorted(kept)]
    arrows: list[Arrow] = []
    for i in sorted(kept):
        below = [k for k in dict.fromkeys(k for k, _ in items[i].operands) if k not in kept]
        arrows += arrows_into(items[i], nodes, dict.fromkeys(below, i))
        above = [k for k in users.get(i, ()) if k not in kept]
        if above:
            arrows.append(Arrow(f"n{i}", f"use{i}", kind="stub"))
        boxes += [_stub(f"more{i}", below)] * bool(below) + [_stub(f"use{i}", above)] * bool(above)
    boxes.sort(key=lambda shape: shape.kind == "stub")
    drawn = len(kept) + sum(len(items[i].folded) for i in kept)
    return Picture(tuple(boxes), tuple(arrows), len(nodes), len(nodes) - drawn, which)


def _holder(nodes: Sequence[Node], shown: Sequence[Shown], around: Node) -> int:
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
