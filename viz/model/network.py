"""The network as plain data: inputs, units and losses as cards, and their links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from viz.model.graph import Graph
from viz.model.node import Node, glyph
from viz.model.units import Unit


@dataclass(frozen=True)
class Card:
    """One box; `kind` is "input", "unit", "between" or "loss".

    "between" is calculated, but no unit; `unit` is set for units.
    """

    id: str
    kind: str
    node: Node
    name: str
    unit: Unit | None = None
    sample: int = 0  # counted from 1 where several samples share the weights

    @property
    def gradient(self) -> float:
        """The gradient that tints the card: that of the net input, or of the value."""
        return self.node.grad if self.unit is None else self.unit.net.grad

    @property
    def depth(self) -> int:
        """The number of the layer; 0 if it is no unit."""
        return self.unit.depth if self.unit else 0

    @property
    def operation(self) -> str:
        """The symbol in the heading."""
        return "Σ" if self.unit and not self.unit.activation else glyph(self.node)


@dataclass(frozen=True)
class Link:
    """From a card to the card that uses it, mostly with a weight.

    `share` is the part of the weight's gradient that arises here.
    """

    tail: str
    head: str
    weight: Node | None = None
    share: float = 0.0
    sent: float = 0.0  # the gradient that goes back along it, if there is no weight

    @property
    def gradient(self) -> float:
        """The gradient that colours the arrow."""
        return self.sent if self.weight is None else self.share


@dataclass
class Network:
    """Cards in topological order, links in the order of operands.

    `inside` has what is between the units and each loss.
    """

    cards: dict[str, Card] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    inside: dict[str, list[Node]] = field(default_factory=dict)  # of each loss, operands first
    card_ids: dict[int, str] = field(default_factory=dict)  # of the nodes that have a card, by identity
    values: int = 0

    def of_kind(self, kind: str) -> list[Card]:
        """The cards of one kind, in order."""
        return [card for card in self.cards.values() if card.kind == kind]

    def card_of(self, node: Node) -> Card | None:
        """The card of a node, or None; for a net input that of its unit."""
        card_id = self.card_ids.get(id(node))
        return self.cards[card_id] if card_id else None


def read_network(graph: Graph, units: Sequence[Unit]) -> Network:
    """The network with these units."""
    of_output = {id(unit.node): unit for unit in units}
    sources = {id(source) for unit in units for _, source in unit.inputs} | {id(x) for unit in units for x in unit.others}
    samples = _samples(units)
    network = Network(values=len(graph))
    for i, node in enumerate(graph.nodes):
        unit = of_output.get(id(node))
        if unit is None and id(node) not in sources and i not in graph.root_ids:
            continue
        kind = "unit" if unit else "loss" if id(node) not in sources else "between" if node.op else "input"
        card = Card(f"n{i}", kind, node, unit.name if unit else node.label, unit, samples.get(id(node), 0))
        network.cards[card.id] = card
        network.card_ids[id(node)] = card.id
    network.card_ids |= {id(unit.net): network.card_ids[id(unit.node)] for unit in units}
    for card in network.cards.values():
        _add_links(network, card)
    return network


def _add_links(network: Network, card: Card) -> None:
    card_ids = network.card_ids
    if card.unit:
        for weight, source in card.unit.inputs:
            share = card.unit.net.grad * source.data if card.unit.net.grad else 0.0
            network.links.append(Link(card_ids[id(source)], card.id, weight, share))
        for source in card.unit.others:
            network.links.append(Link(card_ids[id(source)], card.id, sent=card.unit.net.grad))
    elif card.kind != "input":
        region = _region(card.node, card_ids)
        network.inside[card.id] = [node for node in region if id(node) not in card_ids or node is card.node]
        for node in region:
            if id(node) in card_ids and node is not card.node:
                network.links.append(Link(card_ids[id(node)], card.id, sent=node.grad))


def _region(node: Node, card_ids: Mapping[int, str]) -> list[Node]:
    """The nodes between a value and the cards it depends on, operands first.

    Those of these cards and the value itself are among them.
    """
    region: list[Node] = []
    done: set[int] = set()
    stack = [(node, False)]
    while stack:
        value, opened = stack.pop()
        if opened:
            region.append(value)
        elif id(value) not in done:
            done.add(id(value))
            stack.append((value, True))
            if value is node or id(value) not in card_ids:
                stack += [(parent, False) for parent in reversed(value.parents)]
    return region


def _samples(units: Sequence[Unit]) -> dict[int, int]:
    """The number of the sample that each output or source belongs to.

    {} unless several samples share the weights.

    Units are of one sample when one is the source of the other, or when they have a source in common.
    """
    leader: dict[int, int] = {}

    def find(i: int) -> int:
        while leader.setdefault(i, i) != i:
            leader[i] = i = leader[leader[i]]
        return i

    for unit in units:
        for source in (*(source for _, source in unit.inputs), *unit.others):
            leader[find(id(source))] = find(id(unit.node))
    owners: dict[int, set[int]] = {}  # the samples that use each weight
    for unit in units:
        for weight, _ in unit.inputs:
            owners.setdefault(id(weight), set()).add(find(id(unit.node)))
    if all(len(samples) == 1 for samples in owners.values()):
        return {}
    numbers = {first: i for i, first in enumerate(dict.fromkeys(find(id(unit.node)) for unit in units), 1)}
    return {i: numbers[find(i)] for i in list(leader)}
