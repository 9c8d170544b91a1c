"""The views "values" and "classic" as DOT: cards, or records and circles."""

from __future__ import annotations

from collections.abc import Callable

import graphviz  # type: ignore[import-untyped]

from viz.drawing.cards import Attributes, card, circle, record
from viz.drawing.digraph import new_digraph
from viz.drawing.frames import add_frames
from viz.drawing.legend import picture_legend
from viz.model.numbers import number
from viz.model.picture import Arrow, Picture
from viz.style.escape import html_text, tooltip
from viz.style.labels import KEY, beside, font
from viz.style.theme import Scale, Theme, edge_colour, edge_ink, tint

TRUNK = "4"  # weight of an arrow from a result, which the engine keeps straight; those from leaves bend
DrawPicture = Callable[[Picture, str, Theme, bool], graphviz.Digraph]


def draw_values(picture: Picture, direction: str, theme: Theme, groups: bool) -> graphviz.Digraph:
    """Each value a card, each arrow with the local derivative."""
    scale = gradient_scale(picture)
    legend = picture_legend(picture, scale, theme)
    graph = new_digraph("computation", theme, legend, "0.7", pad="0.2", rankdir=direction, nodesep="0.22", ranksep="0.42")
    captioned = set() if groups else ends_of_scopes(picture)
    for box in picture.boxes:
        graph.node(box.id, **card(box, theme, tint(theme, scale, box.grad), captions=box.id in captioned))
    results = {box.id for box in picture.boxes if box.kind == "operation"}
    for arrow in picture.arrows:
        weight = TRUNK if arrow.tail in results else "1"
        graph.edge(arrow.tail, arrow.head, weight=weight, **_edge(arrow, direction, theme, scale))
    if groups:
        add_frames(graph, picture, theme)
    return graph


def draw_classic(picture: Picture, direction: str, theme: Theme, groups: bool) -> graphviz.Digraph:
    """Each value a record, each operation a circle in front of it."""
    scale = gradient_scale(picture)
    legend = picture_legend(picture, scale, theme)
    graph = new_digraph("computation", theme, legend, "0.7", pad="0.2", rankdir=direction, nodesep="0.15", ranksep="0.3")
    results = {box.id for box in picture.boxes if box.kind == "operation"}
    captioned = set() if groups else ends_of_scopes(picture)
    for box in picture.boxes:
        graph.node(box.id, **record(box, theme, tint(theme, scale, box.grad), captions=box.id in captioned))
        if box.id in results:
            colour = edge_colour(theme, scale, box.grad)
            graph.node(f"op_{box.id}", **circle(box, theme))
            graph.edge(f"op_{box.id}", box.id, weight=TRUNK, color=colour, penwidth="1.2")
    for arrow in picture.arrows:
        weight = TRUNK if arrow.tail in results else "1"
        graph.edge(arrow.tail, f"op_{arrow.head}", weight=weight, **_edge(arrow, direction, theme, scale))
    if groups:
        add_frames(graph, picture, theme, results)
    return graph


def ends_of_scopes(picture: Picture) -> set[str]:
    """The boxes that are used outside of their scope, or not at all.

    Only their cards have the name of the scope.
    """
    group = {box.id: box.group for box in picture.boxes}
    inside = {arrow.tail for arrow in picture.arrows} - {a.tail for a in picture.arrows if group[a.tail] != group[a.head]}
    return {box.id for box in picture.boxes if box.group and box.id not in inside}


def gradient_scale(picture: Picture) -> Scale:
    """The scale of all gradients.

    That of a root, mostly 1, is on it only if there is no other.
    """
    values = [box for box in picture.boxes if box.kind in ("leaf", "operation")]
    others = [abs(box.grad) for box in values if not box.is_root]
    roots = [abs(box.grad) for box in values if box.is_root]
    if not any(others):
        return Scale.fit(roots)
    scale = Scale.fit(others)
    return Scale.fit(others, clipped=any(grad > scale.top for grad in roots))


def _edge(arrow: Arrow, direction: str, theme: Theme, scale: Scale) -> Attributes:
    """How an edge looks, and its label: the local derivative, nothing where that is 1, and how often the operand is used."""
    if arrow.kind == "stub":
        return {"style": "dashed", "color": theme.faint}
    if arrow.kind == "constant":
        return {"color": theme.zero_edge}
    if arrow.kind == "cut":
        return {"style": "dashed", "color": theme.zero_edge, "tooltip": tooltip("cut: no derivative passes")}
    strength = scale.strength(abs(arrow.message)) if arrow.message else 0.0
    about = tooltip(f"local derivative {arrow.local!r}\nsends back {arrow.message!r}")
    attributes = {
        "color": edge_colour(theme, scale, arrow.message),
        "penwidth": f"{0.9 + 1.5 * strength:.2f}",
        "tooltip": about,
    }
    label = "" if arrow.local == 1.0 else "≈ 1" if number(arrow.local) == "1" else number(arrow.local)
    if arrow.times > 1:
        label = f"{arrow.times} × {label}".strip()
    if label:
        shown = font(html_text(label), KEY, edge_ink(theme, arrow.message))
        attributes |= {"label": beside([shown], direction), "labeltooltip": about}
    return attributes
