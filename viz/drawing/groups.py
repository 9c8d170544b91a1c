"""The view "groups": scopes or levels folded to boxes, with counts and a histogram of their gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence

import graphviz  # type: ignore[import-untyped]

from viz.drawing.cards import card
from viz.drawing.group_cards import attributes
from viz.drawing.legend import legend, line
from viz.model.fold import glyph
from viz.model.group_stats import Flow, Group, decades
from viz.model.picture import Box
from viz.model.scopes import Path
from viz.style.escape import html_text, number, tooltip
from viz.style.labels import BODY, KEY, beside, font
from viz.style.theme import Scale, Theme, tint

FONT = "Helvetica"
ACROSS = 7  # so many boxes are put side by side, more on top of each other


def groups(found: Sequence[Group], flows: Sequence[Flow], direction: str | None, theme: Theme, note: str) -> graphviz.Digraph:
    """The groups as DOT; `note` tells why they are drawn, if that was not asked for."""
    graph = graphviz.Digraph("groups", format="svg")
    direction = direction or ("LR" if len(found) <= ACROSS else "BT")
    graph.attr(
        "graph", rankdir=direction, bgcolor=theme.background, pad="0.25",
        outputorder="edgesfirst", fontname=FONT, label=_legend(found, theme, note), labelloc="b", nodesep="0.3", ranksep="0.45",
    )  # fmt: skip
    graph.attr("node", fontname=FONT, fontsize="12", height="0", width="0")
    graph.attr("edge", fontname=FONT, fontsize="10", arrowsize="0.8")
    names = {group.path: f"g{i}" for i, group in enumerate(found)}
    frames = _frames(names)
    span = decades(found)
    scale = Scale.fit(size for group in found for size in group.sizes())
    for group in found:
        graph.node(names[group.path], **_node(group, names[group.path], frames, theme, scale, span))
    _add_frames(graph, names, frames, theme)
    strength = Scale.fit(flow.norm for flow in flows)
    for flow in flows:
        graph.edge(names[flow.tail], names[flow.head], **_arrow(flow, direction, theme, strength))
    return graph


def _node(
    group: Group, name: str, frames: dict[Path, str], theme: Theme, scale: Scale, span: tuple[int, int]
) -> dict[str, str]:
    if group.node is not None:
        node = group.node
        kind = "operation" if node.op else "constant" if node.is_constant else "leaf"
        box = Box(name, kind, node.label, glyph(node), node.data, node.grad, group.path[:-1])
        return card(box, theme, tint(theme, scale, node.grad), captions=False)
    framed = max((length for length in range(len(group.path)) if group.path[:length] in frames), default=0)
    own = group.path in frames
    title = group.path[-1] if own else " / ".join(group.path[framed:])
    return attributes(group, title, own, span, theme)


def _frames(paths: dict[Path, str]) -> dict[Path, str]:
    """The scopes around more than one group; some have values of their own beside."""
    inside: dict[Path, int] = {}
    for path in paths:
        for length in range(1, len(path)):
            inside[path[:length]] = inside.get(path[:length], 0) + 1
    return {path: f"cluster_{i}" for i, (path, count) in enumerate(inside.items()) if count > 1 or path in paths}


def _add_frames(graph: graphviz.Digraph, names: dict[Path, str], frames: dict[Path, str], theme: Theme) -> None:
    made: dict[Path, graphviz.Digraph] = {(): graph}
    for path, name in frames.items():
        made[path] = graphviz.Digraph(name)
        made[path].attr(
            label=f"<{font(html_text(' / '.join(path)), BODY, theme.faint)}>", labeljust="l", labelloc="t",
            style="rounded", color=theme.zero, penwidth="1.2", margin="12",
        )  # fmt: skip
    for path, name in names.items():
        holder = next(path[:length] for length in range(len(path), -1, -1) if path[:length] in made)
        if holder:
            made[holder].node(name)
    for path in sorted(frames, key=len, reverse=True):
        holder = next(path[:length] for length in range(len(path) - 1, -1, -1) if path[:length] in made)
        made[holder].subgraph(made[path])


def _arrow(flow: Flow, direction: str, theme: Theme, scale: Scale) -> dict[str, str]:
    """How many edges there are and how much gradient goes back, in words and as the width of the arrow."""
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


def _legend(found: Sequence[Group], theme: Theme, note: str) -> str:
    values = sum(group.values for group in found)
    boxes = sum(group.node is None for group in found)
    rows = [line(html_text(note, 300), theme), line(f"{values:,} values in {boxes:,} group{'s' * (boxes != 1)}", theme)]
    if any(grad for group in found for grad in group.grads):
        rows.append(line("bars: how many values have a |gradient| of this decade, blue negative, orange positive;  "
                         "on an arrow: norm of the gradient sent back", theme))  # fmt: skip
    else:
        rows.append(line("all gradients are 0: call backward() on the result to fill them in", theme))
    return legend(rows)
