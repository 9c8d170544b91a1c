"""The views of a graph: each makes DOT, and a text in its place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import graphviz  # type: ignore[import-untyped]

from viz.drawing.text_tree import MAX_LINES, text_tree
from viz.drawing.view_groups import draw_groups
from viz.drawing.view_neurons import draw_neurons
from viz.drawing.view_values import DrawPicture, draw_classic, draw_values
from viz.model.fold import fewest_items, fold
from viz.model.graph import Graph
from viz.model.group_stats import Group, flows_of, groups_of
from viz.model.network import Card, Network, read_network
from viz.model.node import Node
from viz.model.numbers import number
from viz.model.picture import Picture, read_graph, read_items
from viz.model.scopes import by_level, by_scope
from viz.model.subgraph import read_top, read_window
from viz.model.units import Unit, find_units
from viz.style.escape import clean
from viz.style.theme import Theme

NO_UNITS = (
    "drawn as values: there are no units here; a unit is an activation of a weighted sum, as in sigmoid(w1 * x1 + w2 * x2)"
)


@dataclass(frozen=True)
class Options:
    """How to draw; None in `direction` and `fold` chooses what suits the view."""

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
class View:
    """A view of a graph; `user_text` has characters that a raster picture may lack."""

    dot: graphviz.Digraph
    text: str
    user_text: str
    values: int


def view_values(graph: Graph, options: Options, note: str = "") -> View:
    """Each value a card, unless there are too many; `note` is for the legend."""
    folding = options.fold is not False
    if options.around is not None:
        limit = options.max_nodes or sys.maxsize
        return _picture_view(read_window(graph, options.around, options.radius, limit, folding), draw_values, options, "BT")
    if options.top is not None:
        return _picture_view(read_top(graph, options.top, folding), draw_values, options, "BT")
    if options.depth is not None or options.expand:
        return view_groups(graph, options, note)
    if options.max_nodes is not None and len(graph) > options.max_nodes:
        return _view_folded(graph, options, options.max_nodes, note)
    return _picture_view(replace(read_graph(graph, options.max_nodes, folding), note=note), draw_values, options, "BT")


def _view_folded(graph: Graph, options: Options, limit: int, note: str) -> View:
    """Of too many values, their scopes; without scopes sums as one card, or levels."""
    has_scopes = any(node.group for node in graph.nodes)
    too_many = f": {len(graph):,} values are more than max_nodes={limit} (None draws all; around=, top= a part)"
    note += "; " * bool(note)
    if not has_scopes and options.fold is not False and fewest_items(graph) <= limit:
        for products, how in ((False, "sums and constants"), (True, "sums of products")):
            items = fold(graph, products)
            if len(items) <= limit:
                picture = replace(read_items(graph, items), note=f"{note}folded by {how}{too_many}")
                return _picture_view(picture, draw_values, options, "BT")
    return view_groups(graph, options, f"{note}folded by {'scopes' if has_scopes else 'levels'}{too_many}")


def view_classic(graph: Graph, options: Options) -> View:
    """Records and operation circles."""
    return _picture_view(read_graph(graph, options.max_nodes, bool(options.fold)), draw_classic, options, "LR")


def view_neurons(graph: Graph, options: Options) -> View:
    """Units, or the values where there are none."""
    units = find_units(graph)
    if not units:
        return view_values(graph, options, NO_UNITS)
    limit = options.max_nodes
    if limit is not None and len(units) + sum(len(unit.inputs) for unit in units) > limit:
        reason = f"drawn as values: {len(units):,} units and their weights are more than max_nodes={limit}"
        return view_values(graph, options, reason)
    network = read_network(graph, units)
    dot = draw_neurons(network, options.direction or "LR", options.theme)
    return View(dot, _network_text(network), _network_labels(network, units), network.values)


def view_groups(graph: Graph, options: Options, note: str = "") -> View:
    """Scopes folded, or levels where there are none."""
    has_scopes = any(node.group for node in graph.nodes)
    scopes = by_scope(graph, options.depth, options.expand) if has_scopes or options.expand else by_level(graph)
    if not has_scopes and not note:
        note = "folded by levels: there are no scopes"
    groups = groups_of(graph, scopes)
    dot = draw_groups(groups, flows_of(graph, scopes), options.direction, options.theme, note)
    labels = [" ".join(group.path) + ("" if group.node is None else group.node.label) for group in groups]
    lines = [_group_line(group) for group in groups[::-1][:MAX_LINES]]
    return View(dot, "\n".join(lines), "".join(map(clean, labels)), len(graph))


VIEWS: dict[str, Callable[[Graph, Options], View]] = {
    "values": view_values,
    "classic": view_classic,
    "neurons": view_neurons,
    "groups": view_groups,
}


def _picture_view(picture: Picture, draw_picture: DrawPicture, options: Options, direction: str) -> View:
    dot = draw_picture(picture, options.direction or direction, options.theme, options.groups)
    labels = "".join(clean(label) for box in picture.boxes for label in (box.label, box.operation, *box.group))
    return View(dot, text_tree(picture), labels, picture.values)


def _group_line(group: Group) -> str:
    name = clean(" / ".join(group.path)).replace("\n", " ")
    largest = f", max |grad| {number(group.largest())}" if group.largest() != 0.0 else ""
    return f"{name}: {group.values:,} values{largest}"


def _network_text(network: Network) -> str:
    """One line a card, the result first."""
    cards = list(network.cards.values())[::-1]
    return "\n".join([*map(_card_line, cards[:MAX_LINES]), *["..."] * (len(cards) > MAX_LINES)])


def _card_line(card: Card) -> str:
    name = clean(card.name).replace("\n", " ") or card.kind
    return f"{name}: {card.kind}, value {number(card.node.data)}, gradient {number(card.gradient)}"


def _network_labels(network: Network, units: list[Unit]) -> str:
    labels = [label for card in network.cards.values() for label in (card.name, card.node.label, *card.node.group)]
    labels += [unit.layer + unit.net.label + ("" if unit.bias is None else unit.bias.label) for unit in units]
    labels += [weight.label for unit in units for weight, _ in unit.inputs]
    labels += [node.label for inside in network.inside.values() for node in inside]
    return "".join(map(clean, labels))
