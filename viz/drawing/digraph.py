"""What the DOT text of every view begins with, and clusters inside each other."""

from __future__ import annotations

from collections.abc import Mapping

import graphviz  # type: ignore[import-untyped]

from viz.style.escape import html_text
from viz.style.labels import BODY, font
from viz.style.theme import Theme

FONT = "Helvetica"  # measured as Arial by engines without fonts
Path = tuple[str, ...]  # names from the outermost cluster to the innermost


def new_digraph(name: str, theme: Theme, legend: str, arrowsize: str = "0.8", **attributes: str) -> graphviz.Digraph:
    """An empty graph with a legend; `attributes` are further ones of the graph."""
    graph = graphviz.Digraph(name, format="svg")
    attributes = {"pad": "0.25", **attributes}
    graph.attr(
        "graph", bgcolor=theme.background, outputorder="edgesfirst", fontname=FONT, label=legend, labelloc="b", **attributes
    )
    graph.attr("node", fontname=FONT, fontsize="12", height="0", width="0")
    graph.attr("edge", fontname=FONT, fontsize="10", arrowsize=arrowsize)
    return graph


def frame_attributes(title: str, theme: Theme, justify: str) -> dict[str, str]:
    """The attributes of a cluster as a frame with its title on top.

    `justify` puts the title at the left ("l") or in the centre ("c").
    """
    return {
        "label": f"<{font(html_text(title), BODY, theme.faint)}>", "labeljust": justify, "labelloc": "t",
        "style": "rounded", "color": theme.zero, "penwidth": "1.2", "margin": "12",
    }  # fmt: skip


def enclosing(path: Path, clusters: Mapping[Path, graphviz.Digraph]) -> Path:
    """The innermost cluster that encloses a path, which may be one itself."""
    return next((path[:length] for length in range(len(path) - 1, 0, -1) if path[:length] in clusters), ())


def nest(graph: graphviz.Digraph, clusters: Mapping[Path, graphviz.Digraph]) -> None:
    """Put each cluster into the one that encloses it, the outermost into the graph."""
    for path in sorted(clusters, key=len, reverse=True):
        outer = enclosing(path, clusters)
        (clusters[outer] if outer else graph).subgraph(clusters[path])
