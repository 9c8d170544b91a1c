"""The places of a scene's cards, arrows and frames, in points from the top left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import graphviz  # type: ignore[import-untyped]

from viz.backend.run import run_engine

Point = tuple[float, float]
PAD = 10.0


@dataclass(frozen=True)
class Layout:
    """Centres of cards, curves of arrows, centres of labels, corners of frames, size."""

    cards: list[Point]
    curves: list[list[Point]]
    labels: list[Point | None]
    frames: list[tuple[float, float, float, float]]
    size: Point


def lay_out(
    sizes: Sequence[Point],
    arrows: Sequence[tuple[int, int, Point | None, bool]],
    frames: Sequence[Sequence[int]],
    direction: str,
    timeout: float,
) -> Layout:
    """The layout of a scene.

    Args:
        sizes: those of the cards.
        arrows: tail, head, size of the label, and whether to keep it straight.
        frames: the cards in each frame, each frame inside the one before.
        direction: where the result is.
        timeout: in seconds.

    Raises:
        EngineError: as `run_engine`.
    """
    graph = graphviz.Digraph("scene")
    graph.attr("graph", rankdir=direction, nodesep="0.2", ranksep="0.4", pad="0")
    graph.attr("node", shape="box", fixedsize="true", label="")
    for i, (width, height) in enumerate(sizes):
        graph.node(f"n{i}", width=f"{width / 72:.4f}", height=f"{height / 72:.4f}")
    for i, (tail, head, label, straight) in enumerate(arrows):
        shape = {"label": _blank(label)} if label else {}
        graph.edge(f"n{tail}", f"n{head}", id=f"e{i}", weight="4" if straight else "1", **shape)
    _add_frames(graph, frames, "b" if direction == "BT" else "t")  # which is turned over with everything else
    return _read(json.loads(run_engine(graph.source, "json", timeout=timeout)), len(sizes), len(arrows), len(frames))


def _blank(size: Point) -> str:
    """A label that takes this room."""
    width, height = size
    cell = f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{height:.0f}"></TD></TR>'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{cell}</TABLE>>'


def _add_frames(graph: graphviz.Digraph, frames: Sequence[Sequence[int]], top: str) -> None:
    """Each frame a cluster inside the one before, with room for its title."""
    inner: graphviz.Digraph | None = None
    for i in reversed(range(len(frames))):
        cluster = graphviz.Digraph(f"cluster{i}")
        title = _blank((120.0, 16.0))
        cluster.attr(margin="10", label=title, labelloc=top, labeljust="l", id=f"f{i}")
        for card in frames[i]:
            cluster.node(f"n{card}")
        if inner is not None:
            cluster.subgraph(inner)
        inner = cluster
    if inner is not None:
        graph.subgraph(inner)


def _read(picture: Mapping[str, Any], cards: int, arrows: int, frames: int) -> Layout:
    left, low, right, top = map(float, picture["bb"].split(","))

    def point(text: str) -> Point:
        x, y = map(float, text.split(",")[-2:])
        return round(x - left + PAD, 2), round(top - y + PAD, 2)

    objects = {item["name"]: item for item in picture.get("objects", [])}
    edges = {item["id"]: item for item in picture.get("edges", [])}
    in_order = [edges[f"e{i}"] for i in range(arrows)]
    corners = []
    for i in range(frames):
        x1, y1, x2, y2 = objects[f"cluster{i}"]["bb"].split(",")
        corners.append((*point(f"{x1},{y2}"), *point(f"{x2},{y1}")))
    return Layout(
        [point(objects[f"n{i}"]["pos"]) for i in range(cards)],
        [_curve(edge["pos"], point) for edge in in_order],
        [point(edge["lp"]) if "lp" in edge else None for edge in in_order],
        corners,
        (round(right - left + 2 * PAD, 2), round(top - low + 2 * PAD, 2)),
    )


def _curve(pos: str, point: Any) -> list[Point]:
    """The control points of an arrow, from tail to the head's border."""
    parts = pos.split()
    end = [point(part) for part in parts if part.startswith("e,")]
    start = [point(part) for part in parts if part.startswith("s,")]
    return start + [point(part) for part in parts if part[:2] not in ("e,", "s,")] + end
