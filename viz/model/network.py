"""The network as plain data: inputs, units and losses as cards in columns, and the links between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from viz.model.fold import glyph
from viz.model.node import Node, listing
from viz.model.units import Unit


@dataclass(frozen=True)
class Card:
    """One box: `kind` is "input", "unit", "between" (calculated, but no unit) or "loss"; `unit` is set for units."""

    id: str
    kind: str
    node: Node
    name: str
    unit: Unit | None = None
    sample: int = 0  # counted from 1 where several samples share the weights

    @property
    def gradient(self) -> float:
        """What tints the card: the derivative towards the net input, or towards the value."""
        return self.node.grad if self.unit is None else self.unit.net.grad


@dataclass(frozen=True)
class Link:
    """From a card to the card that uses it; with `weight`, and `share`, the part of its gradient that arises here."""

    tail: str
    head: str
    weight: Node | None = None
    share: float = 0.0
    sent: float = 0.0  # the gradient that goes back along it, if there is no weight


@dataclass
class Network:
    """Cards in topological order, links in the order of operands, and what lies between the units and each loss."""

    cards: dict[str, Card] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    inside: dict[str, list[Node]] = field(default_factory=dict)  # of each loss, operands first
    names: dict[int, str] = field(default_factory=dict)  # of the values that have a card
    values: int = 0

    def of_kind(self, kind: str) -> list[Card]:
        """The cards of one kind, in order."""
        return [card for card in self.cards.values() if card.kind == kind]


def read_network(roots: Sequence[Node], units: Sequence[Unit]) -> Network:
    """The network with these units."""
    nodes = listing(roots)
    place = {id(node): f"n{i}" for i, node in enumerate(nodes)}
    of_output = {id(unit.node): unit for unit in units}
    sources = {id(source) for unit in units for _, source in unit.inputs} | {id(x) for unit in units for x in unit.others}
    sample = _samples(units)
    network = Network(values=len(nodes))
    for node in nodes:
        unit = of_output.get(id(node))
        if unit is None and id(node) not in sources and not any(node is root for root in roots):
            continue
        kind = "unit" if unit else "loss" if id(node) not in sources else "between" if node.op else "input"
        name = unit.name if unit else node.label
        card = Card(place[id(node)], kind, node, name, unit, sample.get(id(node), 0))
        network.cards[card.id] = card
        network.names[id(node)] = card.id
    network.names |= {id(unit.net): place[id(unit.node)] for unit in units}
    for card in network.cards.values():
        _add_links(network, card)
    return network


def _add_links(network: Network, card: Card) -> None:
    if card.unit:
        for weight, source in card.unit.inputs:
            share = card.unit.net.grad * source.data if card.unit.net.grad else 0.0
            network.links.append(Link(network.names[id(source)], card.id, weight, share))
        for source in card.unit.others:
            network.links.append(Link(network.names[id(source)], card.id, sent=card.unit.net.grad))
    elif card.kind != "input":
        region = _region(card.node, network.names)
        network.inside[card.id] = [node for node in region if id(node) not in network.names or node is card.node]
        for node in region:
            if id(node) in network.names and node is not card.node:
                network.links.append(Link(network.names[id(node)], card.id, sent=node.grad))


def _region(node: Node, names: dict[int, str]) -> list[Node]:
    """What lies between a value and the cards it depends on, operands first, these cards among it."""
    found: list[Node] = []
    done: set[int] = set()
    stack = [(node, False)]
    while stack:
        value, opened = stack.pop()
        if opened:
            found.append(value)
        elif id(value) not in done:
            done.add(id(value))
            stack.append((value, True))
            if value is node or id(value) not in names:
                stack += [(parent, False) for parent in reversed(value.parents)]
    return found


def _samples(units: Iterable[Unit]) -> dict[int, int]:
    """The number of the sample that each output or source belongs to; {} unless several samples share the weights.

    Units are of one sample when one is the source of the other, or when they have a source in common.
    """
    leader: dict[int, int] = {}

    def find(i: int) -> int:
        while leader.setdefault(i, i) != i:
            leader[i] = i = leader[leader[i]]
        return i

    units = list(units)
    for unit in units:
        for source in (*(source for _, source in unit.inputs), *unit.others):
            leader[find(id(source))] = find(id(unit.node))
    owners: dict[int, set[int]] = {}
    for unit in units:
        for weight, _ in unit.inputs:
            owners.setdefault(id(weight), set()).add(find(id(unit.node)))
    if all(len(found) == 1 for found in owners.values()):
        return {}
    order = {at: i for i, at in enumerate(dict.fromkeys(find(id(unit.node)) for unit in units), 1)}
    return {i: order[find(i)] for i in list(leader)}


def operation(card: Card) -> str:
    """The symbol in the heading of a card."""
    return "Σ" if card.unit and not card.unit.activation else glyph(card.node)
