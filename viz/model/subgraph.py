"""A part of a graph of any size: near one value, or on the largest paths."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from viz.model.fold import Item, fold, unfolded
from viz.model.graph import Graph
from viz.model.node import Node
from viz.model.paths import largest_paths_to_leaves
from viz.model.picture import Arrow, Box, Picture, arrows_into, box, stub


def read_window(graph: Graph, around: Node, radius: int, limit: int, folding: bool) -> Picture:
    """The picture within `radius` arrows of `around`, at most `limit` boxes.

    Raises:
        ValueError: the roots do not depend on `around`.
    """
    if id(around) not in graph.index:
        raise ValueError(f"around={around!r} is not in the graph: the root does not depend on it")
    items = fold(graph) if folding else unfolded(graph)
    centre = _item_of_node(items)[graph.index[id(around)]]
    kept = _near(centre, {item.index: item for item in items}, _users(items), radius, limit)
    name = around.label or "the one with the thick border"
    return _part(graph, items, kept, centre, f"those nearest {name}")


def read_top(graph: Graph, top: int, folding: bool) -> Picture:
    """The `top` paths from the only root to leaves with the largest gradients."""
    items = fold(graph) if folding else unfolded(graph)
    largest = largest_paths_to_leaves(graph.nodes, top)
    item_of = _item_of_node(items)
    kept = {item_of[graph.index[id(node)]] for path in largest.paths for node in path.nodes} or {len(graph) - 1}
    count = len(largest.paths)
    which = f"those on the {'path' if count == 1 else f'{count:,} paths'} with the largest |gradient| of {largest.count:,}"
    return _part(graph, items, kept, None, which)


def _users(items: Sequence[Item]) -> dict[int, list[int]]:
    users: dict[int, list[int]] = {item.index: [] for item in items}
    for item in items:
        for i in dict.fromkeys(i for i, _ in item.operands):
            users[i].append(item.index)
    return users


def _item_of_node(items: Sequence[Item]) -> dict[int, int]:
    """The item that shows each node, itself or folded."""
    return {i: item.index for item in items for i in (item.index, *item.folded)}


def _part(graph: Graph, items: Sequence[Item], kept: Collection[int], centre: int | None, which: str) -> Picture:
    """The items in `kept`, and stubs for their other operands.

    Around a centre, also stubs for their other users.
    """
    by_index = {item.index: item for item in items}
    users = _users(items) if centre is not None else {}
    boxes = [replace(box(graph, by_index[i]), is_centre=i == centre) for i in sorted(kept)]
    stubs: list[Box] = []
    arrows: list[Arrow] = []
    for i in sorted(kept):
        below = [k for k in dict.fromkeys(k for k, _ in by_index[i].operands) if k not in kept]
        above = [k for k in users.get(i, ()) if k not in kept]
        arrows += arrows_into(graph, by_index[i], dict.fromkeys(below, i))
        if below:
            stubs.append(stub(f"more{i}", len(below)))
        if above:
            stubs.append(stub(f"use{i}", len(above)))
            arrows.append(Arrow(f"n{i}", f"use{i}", kind="stub"))
    drawn = len(kept) + sum(len(by_index[i].folded) for i in kept)
    return Picture(tuple(boxes + stubs), tuple(arrows), len(graph), len(graph) - drawn, which)


def _near(start: int, items: Mapping[int, Item], users: Mapping[int, list[int]], radius: int, limit: int) -> set[int]:
    """The items within `radius` arrows of the first, at most `limit`."""
    kept = {start: None}
    level = [start]
    for _ in range(radius):
        beside = dict.fromkeys(k for i in level for k in (*(o for o, _ in items[i].operands), *users[i]) if k not in kept)
        level = list(beside)[: max(limit - len(kept), 0)]
        kept |= dict.fromkeys(level)
    return set(kept)
