"""The view "neurons": each unit one card, weights and their gradients on the arrows, layers as columns."""

from __future__ import annotations

from itertools import pairwise

import graphviz  # type: ignore[import-untyped]

from viz.drawing.layered import is_layered
from viz.drawing.legend import colours, legend, line
from viz.drawing.neuron_cards import attributes, derivative, symbol
from viz.drawing.straight import straight
from viz.model.network import Card, Link, Network
from viz.style.escape import html_text, number, tooltip
from viz.style.labels import BODY, KEY, beside, font
from viz.style.theme import Scale, Theme, edge_colour, edge_ink, tint

FONT = "Helvetica"
LABELLED = 64  # with more arrows than this the weights stand in the tooltips only


def neurons(network: Network, direction: str, theme: Theme) -> graphviz.Digraph:
    """The network as DOT; layered networks that run from left to right get straight arrows."""
    scale = Scale.fit(abs(x) for x in _gradients(network))
    graph = graphviz.Digraph("network", format="svg")
    graph.attr(
        "graph", bgcolor=theme.background, pad="0.25", outputorder="edgesfirst", fontname=FONT,
        label=_legend(network, scale, theme), labelloc="b",
    )  # fmt: skip
    graph.attr("node", fontname=FONT, fontsize="12", height="0", width="0")
    graph.attr("edge", fontname=FONT, fontsize="10", arrowsize="0.8")
    nodes = {card.id: attributes(card, network, theme, tint(theme, scale, card.gradient)) for card in network.cards.values()}
    arrows = [_arrow(link, network, theme, scale) for link in network.links]
    if direction == "LR" and is_layered(network):
        straight(graph, network, frames_of(network), nodes, arrows, theme)
        return graph
    graph.attr("graph", rankdir=direction, nodesep="0.3", ranksep="0.5")
    for name, look in nodes.items():
        graph.node(name, **look)
    for i, (title, cards) in enumerate(frames_of(network)):
        _add_column(graph, f"cluster_{i}", title, cards, theme)
    for link, (look, words) in zip(network.links, arrows, strict=True):
        label = {"label": beside(words, direction), "labeltooltip": look["tooltip"]} if words else {}
        graph.edge(link.tail, link.head, **look, **label)
    return graph


def _gradients(network: Network) -> list[float]:
    """All that is coloured."""
    cards = [card.gradient for card in network.cards.values() if card.kind != "loss"]
    return cards + [link.share if link.weight is not None else link.sent for link in network.links]


def frames_of(network: Network) -> list[tuple[str, list[Card]]]:
    """The cards of each layer, of each sample; inputs are a layer of their own."""
    columns: dict[tuple[str, int, int], list[Card]] = {}
    groups = {card.node.group for card in network.of_kind("input")}
    inputs = " / ".join(groups.pop()) if len(groups) == 1 else ""
    for card in network.cards.values():
        if card.kind in ("input", "unit"):
            title = card.unit.layer if card.unit else inputs or "inputs"
            title += f", sample {card.sample}" if card.sample else ""
            columns.setdefault((title, card.unit.depth if card.unit else 0, card.sample), []).append(card)
    return [(title, cards) for (title, _, _), cards in columns.items()]


def _add_column(graph: graphviz.Digraph, name: str, title: str, cards: list[Card], theme: Theme) -> None:
    with graph.subgraph(name=name) as column:
        column.attr(
            label=f"<{font(html_text(title), BODY, theme.faint)}>", labeljust="c", labelloc="t",
            style="rounded", color=theme.zero, penwidth="1.2", margin="12",
        )  # fmt: skip
        for card in cards:
            column.node(card.id)
        with column.subgraph() as order:
            order.attr(rank="same")
            for a, b in pairwise(cards):
                order.edge(a.id, b.id, style="invis", weight="0")


def _arrow(link: Link, network: Network, theme: Theme, scale: Scale) -> tuple[dict[str, str], list[str]]:
    """The attributes of an arrow and the lines of its label: the weight and its gradient, or the gradient sent back."""
    top, weight = symbol(network), link.weight
    back = link.sent if weight is None else link.share
    strength = scale.strength(abs(back)) if back else 0.0
    style = {"color": edge_colour(theme, scale, back), "penwidth": f"{1.0 + 1.8 * strength:.2f}"}
    if weight is None:
        style["tooltip"] = tooltip(f"gradient sent back {back!r}")
        name = network.cards[link.tail].node.label
        first = font(derivative(top, name, "output"), KEY, theme.ink)
    else:
        style["tooltip"] = tooltip(f"weight {weight.label} {weight.data!r}\n∂{top}/∂w {weight.grad!r}, of it here {back!r}")
        name = font(html_text(weight.label, 16), KEY, theme.ink, "<B>{}</B>") + " " if weight.label else ""
        first = name + font(number(weight.data), KEY, theme.ink)
    second = font(_sent_back(link), KEY, edge_ink(theme, back))
    return style, [first, second] if len(network.links) <= LABELLED else []


def _sent_back(link: Link) -> str:
    """The gradient in words; of a weight that is used several times, the part that arises here."""
    if link.weight is None:
        return number(link.sent)
    if link.weight.is_constant:
        return "constant"
    whole = number(link.weight.grad)
    part = number(link.share)
    return f"∂ {whole}" if part == whole else f"∂ {part} of {whole}"


def _legend(network: Network, scale: Scale, theme: Theme) -> str:
    top = html_text(symbol(network))
    title = f"gradient ∂{top}/∂(net input), ∂{top}/∂(input), ∂{top}/∂(weight)"
    rows = [colours(_gradients(network), scale, theme, title)]
    rows.append(line(f"on an arrow: weight w and ∂ = ∂{top}/∂w" if len(network.links) <= LABELLED else
                     "weights and their gradients: point at an arrow", theme))  # fmt: skip
    if network.of_kind("loss"):
        rows.append(line(f"error term δ = −∂{top}/∂(net input) = slope × error sent back;  weight step = "
                         "learning rate × δ × value that came in", theme))  # fmt: skip
    if any(" of " in _sent_back(link) for link in network.links):
        why = (
            "the samples share their weights"
            if any(card.sample for card in network.cards.values())
            else "more than one use or sweep"
        )
        rows.append(line(f"∂ a of b: a arises here, b is the whole gradient of the weight ({why})", theme))
    return legend(rows)
