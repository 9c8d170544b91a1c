"""Picture to DOT, with the graphviz package: the views "values" and "classic"."""

from __future__ import annotations

from collections.abc import Callable

import graphviz  # type: ignore[import-untyped]

from viz.drawing.cards import card, record
from viz.drawing.frames import add_frames
from viz.drawing.legend import legend_table
from viz.model.picture import Arrow, Box, Picture
from viz.style.escape import html_text, number, tooltip
from viz.style.labels import KEY, beside, font
from viz.style.theme import Scale, Theme, edge_colour, edge_ink, tint

FONT = "Helvetica"  # measured as Arial by engines without fonts

View = Callable[[Picture, str, Theme, bool], graphviz.Digraph]
TRUNK = "4"  # results keep to a straight line with their results; leaves bend


def values(picture: Picture, direction: str, theme: Theme, groups: bool) -> graphviz.Digraph:
    """Each value a card, each arrow with the local derivative."""
    scale = gradient_scale(picture)
    graph = _graph(picture, direction, theme, scale, nodesep="0.22", ranksep="0.42")
    named = set() if groups else ends_of_scopes(picture)
    for box in picture.boxes:
        graph.node(box.id, **card(box, theme, tint(theme, scale, box.grad), captions=box.id in named))
    results = {box.id for box in picture.boxes if box.kind == "operation"}
    for arrow in picture.arrows:
        weight = TRUNK if arrow.tail in results else "1"
        graph.edge(arrow.tail, arrow.head, weight=weight, **_arrow(arrow, direction, theme, scale))
    if groups:
        add_frames(graph, picture, theme)
    return graph


def classic(picture: Picture, direction: str, theme: Theme, groups: bool) -> graphviz.Digraph:
    """Each value a record, each operation a circle in front of it."""
    scale = gradient_scale(picture)
    graph = _graph(picture, direction, theme, scale, nodesep="0.15", ranksep="0.3")
    results = {box.id for box in picture.boxes if box.kind == "operation"}
    named = set() if groups else ends_of_scopes(picture)
    for box in picture.boxes:
        graph.node(box.id, **record(box, theme, tint(theme, scale, box.grad), captions=box.id in named))
        if box.id in results:
            graph.node(f"op_{box.id}", **_circle(box, theme))
            graph.edge(
                f"op_{box.id}",
                box.id,
                weight=TRUNK,
                color=edge_colour(theme, scale, box.grad),
                penwidth="1.2",
            )
    for arrow in picture.arrows:
        weight = TRUNK if arrow.tail in results else "1"
        graph.edge(arrow.tail, f"op_{arrow.head}", weight=weight, **_arrow(arrow, direction, theme, scale))
    if groups:
        add_frames(graph, picture, theme, results)
    return graph


def ends_of_scopes(picture: Picture) -> set[str]:
    """The boxes that are used outside of their scope, or not at all: there its name stands, and not on every card."""
    group = {box.id: box.group for box in picture.boxes}
    inside = {arrow.tail for arrow in picture.arrows} - {a.tail for a in picture.arrows if group[a.tail] != group[a.head]}
    return {box.id for box in picture.boxes if box.group and box.id not in inside}


def gradient_scale(picture: Picture) -> Scale:
    """The scale of all gradients; that of a root, a 1 that says nothing, only where it is the only one."""
    values = [box for box in picture.boxes if box.kind in ("leaf", "operation")]
    others = [abs(box.grad) for box in values if not box.is_root]
    roots = [abs(box.grad) for box in values if box.is_root]
    if not any(others):
        return Scale.fit(roots)
    scale = Scale.fit(others)
    return Scale.fit(others, clipped=any(grad > scale.top for grad in roots))


def _graph(picture: Picture, direction: str, theme: Theme, scale: Scale, **attributes: str) -> graphviz.Digraph:
    graph = graphviz.Digraph("computation", format="svg")
    graph.attr(
        "graph", rankdir=direction, bgcolor=theme.background, pad="0.2", outputorder="edgesfirst", fontname=FONT,
        label=legend_table(picture, scale, theme), labelloc="b", **attributes,
    )  # fmt: skip
    graph.attr("node", fontname=FONT, fontsize="12", height="0", width="0")
    graph.attr("edge", fontname=FONT, fontsize="10", arrowsize="0.7")
    return graph


def _arrow(arrow: Arrow, direction: str, theme: Theme, scale: Scale) -> dict[str, str]:
    if arrow.kind == "stub":
        return {"style": "dashed", "color": theme.faint}
    if arrow.kind == "constant":
        return {"color": theme.zero_edge}
    strength = scale.strength(abs(arrow.message)) if arrow.message else 0.0
    about = tooltip(f"local derivative {arrow.local!r}\nsends back {arrow.message!r}")
    attributes = {
        "color": edge_colour(theme, scale, arrow.message),
        "penwidth": f"{0.9 + 1.5 * strength:.2f}",
        "tooltip": about,
    }
    words = "" if arrow.local == 1.0 else "≈ 1" if number(arrow.local) == "1" else number(arrow.local)
    if arrow.times > 1:
        words = f"{arrow.times} × {words}".strip()
    if words:
        attributes |= {
            "label": beside([font(html_text(words), KEY, edge_ink(theme, arrow.message))], direction),
            "labeltooltip": about,
        }
    return attributes


def _circle(box: Box, theme: Theme) -> dict[str, str]:
    label = f'<<FONT COLOR="{theme.ink}">{html_text(box.operation)}</FONT>>'
    return {
        "shape": "ellipse", "width": "0.3", "height": "0.3", "margin": "0.04,0.02", "style": "filled",
        "fillcolor": theme.neutral, "color": theme.border, "label": label, "tooltip": tooltip(box.operation),
    }  # fmt: skip
