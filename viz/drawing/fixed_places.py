"""A layered network as DOT with all places fixed.

Cards are in columns and frames, arrows are straight, labels are on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import graphviz  # type: ignore[import-untyped]

from viz.drawing.cards import Attributes
from viz.drawing.layered import MARGIN, TITLE, Point, Size, arrange
from viz.model.network import Card, Network
from viz.style.escape import html_text
from viz.style.labels import BODY, font, table
from viz.style.measure import measure
from viz.style.theme import Theme

EDGE = (18.0, 7.2)  # points that a node adds to its label, to both sides together
UNLABELLED = (130.0, 4.0)  # the room for an arrow without a label
HIDDEN = {"shape": "point", "width": "0.01", "height": "0.01", "style": "invis", "label": ""}


def add_at_fixed_places(
    graph: graphviz.Digraph,
    network: Network,
    frames: Sequence[tuple[str, list[Card]]],
    cards: Mapping[str, Attributes],
    arrows: Sequence[tuple[Attributes, list[str]]],
    theme: Theme,
) -> None:
    """Add a layered network to the graph.

    Args:
        graph: where to.
        network: its cards and links.
        frames: titles, and the cards inside.
        cards: the attributes of each card.
        arrows: the attributes of each link, and the lines of its label, or [] for one without.
        theme: the colours.
    """
    graph.attr("graph", layout="neato", splines="line", outputorder="breadthfirst")  # each over what was added before it
    measured = {card_id: measure(look["label"]) for card_id, look in cards.items()}
    sizes = _aligned(network, {key: (width + EDGE[0], height + EDGE[1]) for key, (width, height) in measured.items()})
    labels = [table((f"<TR><TD>{word}</TD></TR>" for word in words if word), padding=0) for _, words in arrows]
    rooms = [measure(label) if words else UNLABELLED for label, (_, words) in zip(labels, arrows, strict=True)]
    layout = arrange(network, sizes, rooms, any(words for _, words in arrows))
    for i, (title, members) in enumerate(frames):
        _add_frame(graph, f"frame{i}", title, [(layout.cards[card.id], sizes[card.id]) for card in members], theme)
    for i, ((look, _), (start, end)) in enumerate(zip(arrows, layout.arrows, strict=True)):
        graph.node(f"from{i}", pos=_pos(start), **HIDDEN)
        graph.node(f"to{i}", pos=_pos(end), **HIDDEN)
        graph.edge(f"from{i}", f"to{i}", **look)
    for i, (look, words) in enumerate(arrows):
        if words:
            ground = labels[i].replace("<<TABLE", f'<<TABLE BGCOLOR="{theme.background}"', 1)
            graph.node(f"label{i}", shape="plain", label=ground, pos=_pos(layout.labels[i]), tooltip=look["tooltip"])
    for card_id, look in cards.items():
        spare = sizes[card_id][0] - EDGE[0] - measured[card_id][0]
        _add_card(graph, card_id, look, layout.cards[card_id], sizes[card_id], spare)


def _add_card(graph: graphviz.Digraph, card_id: str, look: Attributes, place: Point, size: Size, spare: float) -> None:
    """Add a card of this size; spare width goes between keys and numbers."""
    label = look["label"].replace('<TD WIDTH="6">', f'<TD WIDTH="{6 + spare:.0f}">')
    width, height = f"{size[0] / 72:.4f}", f"{size[1] / 72:.4f}"
    graph.node(card_id, **look | {"label": label}, pos=_pos(place), width=width, height=height)


def _aligned(network: Network, sizes: Mapping[str, Size]) -> dict[str, Size]:
    """The sizes with the cards of one column equally wide."""
    widest: dict[tuple[str, int], float] = {}
    for card in network.cards.values():
        column = (card.kind, card.depth)
        widest[column] = max(widest.get(column, 0.0), sizes[card.id][0])
    return {card.id: (widest[card.kind, card.depth], sizes[card.id][1]) for card in network.cards.values()}


def _add_frame(graph: graphviz.Digraph, name: str, title: str, cards: Sequence[tuple[Point, Size]], theme: Theme) -> None:
    left, right = min(x - w / 2 for (x, _), (w, _) in cards), max(x + w / 2 for (x, _), (w, _) in cards)
    low, high = min(y - h / 2 for (_, y), (_, h) in cards), max(y + h / 2 for (_, y), (_, h) in cards) + TITLE
    centre = _pos(((left + right) / 2, (low + high) / 2))
    size = {"width": f"{(right - left + 2 * MARGIN) / 72:.4f}", "height": f"{(high - low + 2 * MARGIN) / 72:.4f}"}
    graph.node(
        name, shape="box", style="rounded", color=theme.zero, penwidth="1.2", labelloc="t", margin="0.05,0.1",
        label=f"<{font(html_text(title), BODY, theme.faint)}>", pos=centre, tooltip=" ", **size,
    )  # fmt: skip


def _pos(point: Point) -> str:
    """A place in inches, which the engine keeps."""
    return f"{point[0] / 72:.4f},{point[1] / 72:.4f}!"
