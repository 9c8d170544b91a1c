"""Frames around the values of each scope, nested as the scopes were."""

from __future__ import annotations

from collections.abc import Collection

import graphviz  # type: ignore[import-untyped]

from viz.model.picture import Box, Picture
from viz.style.escape import html_text
from viz.style.theme import Theme


def add_frames(graph: graphviz.Digraph, picture: Picture, theme: Theme, circled: Collection[str] = ()) -> None:
    """Put the nodes into clusters; the values in `circled` together with their operation's circle."""
    paths: dict[tuple[str, ...], list[Box]] = {}
    for box in picture.boxes:
        for depth in range(1, len(box.group) + 1):
            paths.setdefault(box.group[:depth], [])
        if box.group:
            paths[box.group].append(box)
    made: dict[tuple[str, ...], graphviz.Digraph] = {(): graph}
    for i, (path, boxes) in enumerate(paths.items()):
        made[path] = cluster = graphviz.Digraph(f"cluster_{i}")
        name = f'<<FONT POINT-SIZE="10" COLOR="{theme.faint}"><I>{html_text(path[-1])}</I></FONT>>'
        cluster.attr(
            label=name,
            labeljust="r",
            labelloc="b",
            style="rounded",
            color=theme.faint,
            penwidth="0.8",
            margin="10",
        )
        for box in boxes:
            cluster.node(box.id)
            if box.id in circled:
                cluster.node(f"op_{box.id}")
    for path in sorted(paths, key=len, reverse=True):
        made[path[:-1]].subgraph(made[path])
