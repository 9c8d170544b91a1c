"""The view "neurons" as DOT: units as cards, weights on arrows, layers as columns."""

from __future__ import annotations

from itertools import pairwise

import graphviz  # type: ignore[import-untyped]

from viz.drawing.cards import Attributes
from viz.drawing.digraph import frame_attributes, new_digraph
from viz.drawing.fixed_places import add_at_fixed_places
from viz.drawing.layered import is_layered
from viz.drawing.legend import colours, legend, line
from viz.drawing.neuron_cards import derivative, loss_symbol, neuron_card
from viz.model.network import Card, Link, Network
from viz.model.numbers import number
from viz.style.escape import html_text, tooltip
from viz.style.labels import KEY, beside, font
from viz.style.theme import Scale, Theme, edge_colour, edge_ink, tint

MAX_LABELLED = 64  # with more arrows than this the weights are in the tooltips only


def draw_neurons(network: Network, direction: str, theme: Theme) -> graphviz.Digraph:
    """The network as DOT; a layered one from left to right has straight arrows."""
    scale = Scale.fit(abs(x) for x in _gradients(network))
    graph = new_digraph("network", theme, _legend(network, scale, theme))
    cards = {card.id: neuron_card(card, network, theme, tint(theme, scale, card.gradient)) for card in network.cards.values()}
    arrows = [_edge(link, network, theme, scale) for link in network.links]
    if direction == "LR" and is_layered(network):
        add_at_fixed_places(graph, network, layer_frames(network), cards, arrows, theme)
        return graph
    graph.attr("graph", rankdir=direction, nodesep="0.3", ranksep="0.5")
    for card_id, look in cards.items():
        graph.node(card_id, **look)
    for i, (title, members) in enumerate(layer_frames(network)):
        _add_column(graph, f"cluster_{i}", title, members, theme)
    for link, (look, words) in zip(network.links, arrows, strict=True):
        label = {"label": beside(words, direction), "labeltooltip": look["tooltip"]} if words else {}
        graph.edge(link.tail, link.head, **look, **label)
    return graph


def _gradients(network: Network) -> list[float]:
    """The gradients that are coloured."""
    cards = [card.gradient for card in network.cards.values() if card.kind != "loss"]
    return cards + [link.gradient for link in network.links]


def layer_frames(network: Network) -> list[tuple[str, list[Card]]]:
    """The title and cards of each layer of each sample; inputs are a layer, too."""
    columns: dict[tuple[str, int, int], list[Card]] = {}
    groups = {card.node.group for card in network.of_kind("input")}
    inputs = " / ".join(groups.pop()) if len(groups) == 1 else ""
    for card in network.cards.values():
        if card.kind in ("input", "unit"):
            title = card.unit.layer if card.unit else inputs or "inputs"
            title += f", sample {card.sample}" if card.sample else ""
            columns.setdefault((title, card.depth, card.sample), []).append(card)
    return [(title, cards) for (title, _, _), cards in columns.items()]


def _add_column(graph: graphviz.Digraph, name: str, title: str, cards: list[Card], theme: Theme) -> None:
    with graph.subgraph(name=name) as column:
        column.attr(**frame_attributes(title, theme, "c"))
        for card in cards:
            column.node(card.id)
        with column.subgraph() as order:
            order.attr(rank="same")
            for a, b in pairwise(cards):
                order.edge(a.id, b.id, style="invis", weight="0")


def _edge(link: Link, network: Network, theme: Theme, scale: Scale) -> tuple[Attributes, list[str]]:
    """The attributes of an arrow and the lines of its label.

    The label has the weight and its gradient, or the gradient sent back.
    """
    loss, weight, sent = loss_symbol(network), link.weight, link.gradient
    strength = scale.strength(abs(sent)) if sent else 0.0
    look = {"color": edge_colour(theme, scale, sent), "penwidth": f"{1.0 + 1.8 * strength:.2f}"}
    if weight is None:
        look["tooltip"] = tooltip(f"gradient sent back {sent!r}")
        first = font(derivative(loss, network.cards[link.tail].node.label, "output"), KEY, theme.ink)
    else:
        look["tooltip"] = tooltip(f"weight {weight.label} {weight.data!r}\n∂{loss}/∂w {weight.grad!r}, of it here {sent!r}")
        name = font(html_text(weight.label, 16), KEY, theme.ink, "<B>{}</B>") + " " if weight.label else ""
        first = name + font(number(weight.data), KEY, theme.ink)
    second = font(_sent_back(link), KEY, edge_ink(theme, sent))
    return look, [first, second] if len(network.links) <= MAX_LABELLED else []


def _sent_back(link: Link) -> str:
    """The gradient in words; of a weight that is shared, the part that arises here."""
    if link.weight is None:
        return number(link.sent)
    if link.weight.is_constant:
        return "constant"
    whole, part = number(link.weight.grad), number(link.share)
    return f"∂ {whole}" if part == whole else f"∂ {part} of {whole}"


def _legend(network: Network, scale: Scale, theme: Theme) -> str:
    loss = html_text(loss_symbol(network))
    title = f"gradient ∂{loss}/∂(net input), ∂{loss}/∂(input), ∂{loss}/∂(weight)"
    labelled = len(network.links) <= MAX_LABELLED
    weights = f"on an arrow: weight w and ∂ = ∂{loss}/∂w" if labelled else "weights and their gradients: point at an arrow"
    rows = [colours(_gradients(network), scale, theme, title), line(weights, theme)]
    if network.of_kind("loss"):
        rows.append(line(f"error term δ = −∂{loss}/∂(net input) = slope × error sent back;  weight step = "
                         "learning rate × δ × value that came in", theme))  # fmt: skip
    if any(" of " in _sent_back(link) for link in network.links):
        has_samples = any(card.sample for card in network.cards.values())
        reason = "the samples share their weights" if has_samples else "more than one use or sweep"
        rows.append(line(f"∂ a of b: a arises here, b is the whole gradient of the weight ({reason})", theme))
    return legend(rows)
