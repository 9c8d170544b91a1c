"""Frames around the values of each scope, nested as the scopes were."""

from __future__ import annotations

from collections.abc import Collection

import graphviz  # type: ignore[import-untyped]

from viz.drawing.digraph import Path, nest
from viz.model.picture import Box, Picture
from viz.style.escape import html_text
from viz.style.theme import Theme


def add_frames(graph: graphviz.Digraph, picture: Picture, theme: Theme, circled: Collection[str] = ()) -> None:
    """Put the nodes into clusters; those in `circled` with their operation's circle."""
    members: dict[Path, list[Box]] = {}
    for box in picture.boxes:
        for depth in range(1, len(box.group) + 1):
            members.setdefault(box.group[:depth], [])
        if box.group:
            members[box.group].append(box)
    clusters: dict[Path, graphviz.Digraph] = {}
    for i, (path, boxes) in enumerate(members.items()):
        clusters[path] = cluster = graphviz.Digraph(f"cluster_{i}")
        cluster.attr(
            label=f'<<FONT POINT-SIZE="10" COLOR="{theme.faint}"><I>{html_text(path[-1])}</I></FONT>>', labeljust="r",
            labelloc="b", style="rounded", color=theme.faint, penwidth="0.8", margin="10",
        )  # fmt: skip
        for box in boxes:
            cluster.node(box.id)
            if box.id in circled:
                cluster.node(f"op_{box.id}")
    nest(graph, clusters)
