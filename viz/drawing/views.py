"""Each view of a graph, ready to be drawn: DOT, a text for where no picture can be shown, and the letters that occur."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import graphviz  # type: ignore[import-untyped]

from viz.drawing import values as dot
from viz.drawing.groups import groups
from viz.drawing.neurons import neurons
from viz.drawing.text_tree import LINES, text_tree
from viz.model.fold import fewest, fold
from viz.model.group_stats import Group, flows_of, groups_of
from viz.model.network import Network, read_network
from viz.model.node import Node, listing
from viz.model.picture import Picture, read_graph
from viz.model.scopes import by_level, by_scope
from viz.model.subgraph import read_top, read_window
from viz.model.units import units
from viz.style.escape import clean, number
from viz.style.theme import Theme

NO_UNITS = (
    "drawn as values: there are no units here; a unit is an activation of a weighted sum, as in sigmoid(w1 * x1 + w2 * x2)"
)


@dataclass(frozen=True)
class Look:
    """How to draw: None in `direction` and `fold` chooses what suits the view."""

    direction: str | None
    theme: Theme
    max_nodes: int | None
    groups: bool
    fold: bool | None
    depth: int | None = None
    expand: tuple[str, ...] = ()
    around: Node | None = None
    radius: int = 2
    top: int | None = None


@dataclass(frozen=True)
class Seen:
    """A drawn view; `letters` are those of the user, which a raster picture may lack."""

    graph: graphviz.Digraph
    tree: str
    letters: str
    values: int


def see_values(roots: Sequence[Node], look: Look, note: str = "") -> Seen:
    """Each value a card, unless there are too many; `note` stands in the legend."""
    folding = look.fold is not False
    if look.around is not None:
        limit = look.max_nodes or sys.maxsize
        return _seen(read_window(roots, look.around, look.radius, limit, folding), dot.values, look, "BT")
    if look.top is not None:
        return _seen(read_top(roots[0], look.top, folding), dot.values, look, "BT")
    if look.depth is not None or look.expand:
        return see_groups(roots, look, note)
    nodes = listing(roots)
    if look.max_nodes is not None and len(nodes) > look.max_nodes:
        return _see_folded(nodes, roots, look, note)
    return _seen(replace(read_graph(roots, look.max_nodes, folding), note=note), dot.values, look, "BT")


def _see_folded(nodes: Sequence[Node], roots: Sequence[Node], look: Look, note: str) -> Seen:
    """Of too many values, their scopes; without scopes with their sums of products as one, or else by levels."""
    scoped = any(node.group for node in nodes)
    assert look.max_nodes is not None
    too_many = f": {len(nodes):,} values are more than max_nodes={look.max_nodes} (None draws all; around=, top= a part)"
    note += "; " * bool(note)
    if not scoped and look.fold is not False and fewest(nodes) <= look.max_nodes:
        for products, what in ((False, "sums and constants"), (True, "sums of products")):
            if len(fold(nodes, roots, products)) <= look.max_nodes:
                picture = replace(read_graph(roots, None, True, products), note=f"{note}folded by {what}{too_many}")
                return _seen(picture, dot.values, look, "BT")
    return see_groups(roots, look, f"{note}folded by {'scopes' if scoped else 'levels'}{too_many}")


def see_classic(roots: Sequence[Node], look: Look) -> Seen:
    """Records and operation circles."""
    return _seen(read_graph(roots, look.max_nodes, bool(look.fold)), dot.classic, look, "LR")


def see_neurons(roots: Sequence[Node], look: Look) -> Seen:
    """Units, or the values where there are none."""
    found = units(roots)
    if not found:
        return see_values(roots, look, NO_UNITS)
    limit = look.max_nodes
    if limit is not None and len(found) + sum(len(unit.inputs) for unit in found) > limit:
        reason = f"drawn as values: {len(found):,} units and their weights are more than max_nodes={limit}"
        return see_values(roots, look, reason)
    network = read_network(roots, found)
    graph = neurons(network, look.direction or "LR", look.theme)
    names = [text for card in network.cards.values() for text in (card.name, card.node.label, *card.node.group)]
    names += [unit.layer + unit.net.label + (unit.bias.label if unit.bias else "") for unit in found]
    names += [weight.label for unit in found for weight, _ in unit.inputs]
    names += [node.label for inside in network.inside.values() for node in inside]
    return Seen(graph, _lines(network), "".join(map(clean, names)), network.values)


def see_groups(roots: Sequence[Node], look: Look, note: str = "") -> Seen:
    """Scopes folded, or levels where there are none."""
    nodes = listing(roots)
    scoped = any(node.group for node in nodes)
    paths = by_scope(nodes, look.depth, look.expand) if scoped or look.expand else by_level(nodes)
    if not scoped and not note:
        note = "folded by levels: there are no scopes"
    found = groups_of(nodes, paths)
    graph = groups(found, flows_of(nodes, paths), look.direction, look.theme, note)
    letters = "".join(clean(" ".join(group.path) + (group.node.label if group.node else "")) for group in found)
    return Seen(graph, "\n".join(_line(group) for group in found[::-1][:LINES]), letters, len(nodes))


def _line(group: Group) -> str:
    name = clean(" / ".join(group.path)).replace("\n", " ")
    largest = f", max |grad| {number(max(group.sizes()))}" if group.sizes() else ""
    return f"{name}: {group.values:,} values{largest}"


def _seen(picture: Picture, how: dot.View, look: Look, direction: str) -> Seen:
    graph = how(picture, look.direction or direction, look.theme, look.groups)
    letters = "".join(clean(text) for box in picture.boxes for text in (box.label, box.operation, *box.group))
    return Seen(graph, text_tree(picture), letters, picture.values)


def _lines(network: Network) -> str:
    """One line a card."""
    cards = list(network.cards.values())[::-1]
    lines = []
    for card in cards[:LINES]:
        name = clean(card.name).replace("\n", " ") or card.kind
        lines.append(f"{name}: {card.kind}, value {number(card.node.data)}, gradient {number(card.gradient)}")
    return "\n".join(lines + ["..."] * (len(cards) > LINES))
