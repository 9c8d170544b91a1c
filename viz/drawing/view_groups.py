"""The view "groups" as DOT: scopes or levels as boxes, arrows between them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import graphviz  # type: ignore[import-untyped]

from viz.drawing.cards import Attributes, card
from viz.drawing.digraph import enclosing, frame_attributes, nest, new_digraph
from viz.drawing.group_cards import group_card
from viz.drawing.legend import NO_GRADIENTS, legend, line
from viz.model.group_stats import Flow, Group, decades
from viz.model.node import glyph, kind
from viz.model.numbers import number
from viz.model.picture import Box
from viz.model.scopes import Scope
from viz.style.escape import html_text, tooltip
from viz.style.labels import KEY, beside, font
from viz.style.theme import Scale, Theme, tint

MAX_ACROSS = 7  # boxes side by side; more are put on top of each other


def draw_groups(
    groups: Sequence[Group], flows: Sequence[Flow], direction: str | None, theme: Theme, note: str
) -> graphviz.Digraph:
    """The groups as DOT; `note` is for the legend."""
    direction = direction or ("LR" if len(groups) <= MAX_ACROSS else "BT")
    graph = new_digraph("groups", theme, _legend(groups, theme, note), rankdir=direction, nodesep="0.3", ranksep="0.45")
    names = {group.path: f"g{i}" for i, group in enumerate(groups)}
    frames = _frames(names)
    span = decades(groups)
    scale = Scale.fit(size for group in groups for size in group.sizes())
    for group in groups:
        name = names[group.path]
        single = group.node is not None
        graph.node(name, **_value_card(group, name, theme, scale) if single else _group_card(group, frames, theme, span))
    _add_frames(graph, names, frames, theme)
    strength = Scale.fit(flow.norm for flow in flows)
    for flow in flows:
        graph.edge(names[flow.tail], names[flow.head], **_edge(flow, direction, theme, strength))
    return graph


def _value_card(group: Group, name: str, theme: Theme, scale: Scale) -> Attributes:
    """The card of a group that is one value."""
    node = group.node
    assert node is not None
    box = Box(name, kind(node), node.label, glyph(node), node.data, node.grad, group.path[:-1])
    return card(box, theme, tint(theme, scale, node.grad), captions=False)


def _group_card(group: Group, frames: Collection[Scope], theme: Theme, span: tuple[int, int]) -> Attributes:
    """The card of a group, titled with what the frames around it do not say."""
    has_frame = group.path in frames
    outer = max((length for length in range(len(group.path)) if group.path[:length] in frames), default=0)
    title = group.path[-1] if has_frame else " / ".join(group.path[outer:])
    return group_card(group, title, has_frame, span, theme)


def _frames(paths: Collection[Scope]) -> dict[Scope, str]:
    """The scopes around more than one group, with the names of their clusters.

    A scope may be a group, too: of the values in none of its inner scopes.
    """
    inside: dict[Scope, int] = {}
    for path in paths:
        for length in range(1, len(path)):
            inside[path[:length]] = inside.get(path[:length], 0) + 1
    return {path: f"cluster_{i}" for i, (path, count) in enumerate(inside.items()) if count > 1 or path in paths}


def _add_frames(graph: graphviz.Digraph, names: dict[Scope, str], frames: dict[Scope, str], theme: Theme) -> None:
    clusters = {path: graphviz.Digraph(name) for path, name in frames.items()}
    for path, cluster in clusters.items():
        cluster.attr(**frame_attributes(" / ".join(path), theme, "l"))
    for path, name in names.items():
        outer = path if path in clusters else enclosing(path, clusters)
        if outer:
            clusters[outer].node(name)
    nest(graph, clusters)


def _edge(flow: Flow, direction: str, theme: Theme, scale: Scale) -> Attributes:
    """The attributes of an arrow: the edges, and the gradient as number and width."""
    known = 0.0 < flow.norm < math.inf
    width = 1.0 + 3.0 * scale.strength(flow.norm) if known else 1.0
    count = f"{flow.edges:,} edge{'s' * (flow.edges > 1)}"
    about = tooltip(f"{count}\nnorm of the gradient sent back {flow.norm!r}")
    ink = theme.ink if known else theme.nonfinite_edge if flow.norm else theme.faint
    words = [font(count, KEY, theme.faint), font(f"‖grad‖ {number(flow.norm)}", KEY, ink)]
    if flow.edges == 1:
        words = [font(f"|grad| {number(flow.norm)}", KEY, ink)]
    return {
        "label": beside(words, direction), "penwidth": f"{width:.2f}", "tooltip": about, "labeltooltip": about,
        "color": theme.zero_edge,
    }  # fmt: skip


def _legend(groups: Sequence[Group], theme: Theme, note: str) -> str:
    values = sum(group.values for group in groups)
    boxes = sum(group.node is None for group in groups)
    rows = [line(html_text(note, 300), theme), line(f"{values:,} values in {boxes:,} group{'s' * (boxes != 1)}", theme)]
    if any(grad for group in groups for grad in group.grads):
        rows.append(line("bars: how many values have a |gradient| of this decade, blue negative, orange positive;  "
                         "on an arrow: norm of the gradient sent back", theme))  # fmt: skip
    else:
        rows.append(line(NO_GRADIENTS, theme))
    return legend(rows)
