"""A stage as SVG with stable ids and classes for the player's script."""

from __future__ import annotations

import html
import math

from viz.model.node import kind
from viz.stepper.layout import Point
from viz.stepper.scenes import Part
from viz.stepper.stage import EDGE, ROW, Stage, short
from viz.stepper.timeline import Timeline
from viz.style.escape import clean


def stage_svg(stage: Stage) -> str:
    """The whole picture, hidden until the script shows it."""
    width, height = stage.layout.size
    frames = "".join(_frame(stage, i) for i in range(len(stage.story.scene.frames)))
    wires = "".join(_wire(stage, i) for i in range(len(stage.story.wires)))
    cards = "".join(_card(stage, i) + _door(stage, i) for i in range(len(stage.parts)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{stage.prefix}" class="scene" role="group" '
        f'aria-label="graph: {html.escape(stage.story.scene.name)}" viewBox="0 0 {width:g} {height:g}" '
        f'data-width="{width:g}" hidden="">{frames}{wires}{cards}</svg>\n'
    )


def _frame(stage: Stage, i: int) -> str:
    x1, y1, x2, y2 = stage.layout.frames[i]
    title = html.escape(short(" / ".join(stage.story.scene.frames[i][0])))
    box = f'<rect x="{x1:g}" y="{y1:g}" width="{x2 - x1:g}" height="{y2 - y1:g}" rx="10"/>'
    fold = _button(f"{stage.prefix}f{i}", f"fold {title}", x1 + 16, y1 + 8, "")
    return f'<g class="frame">{box}<text x="{x1 + 30:g}" y="{y1 + 20:g}">{title}</text>{fold}</g>'


def _wire(stage: Stage, i: int) -> str:
    wire, curve, label = stage.story.wires[i], stage.layout.curves[i], stage.labels[i]
    start, *controls = curve[:-1]
    path = f"M{start[0]:g} {start[1]:g}C" + " ".join(f"{x:g} {y:g}" for x, y in controls)
    classes = "wire constant" if wire.constant else "wire cut" if wire.cut else "wire"
    head = f'<polygon points="{_head(curve[-2], curve[-1])}"/>'
    text = ""
    if label and (spot := stage.layout.labels[i]):
        text = f'<text x="{spot[0]:g}" y="{spot[1] + 3.5:g}">{html.escape(label)}</text>'
    return f'<g class="{classes}" id="{stage.prefix}w{i}"><path d="{path}"/>{head}{text}</g>'


def _head(base: Point, tip: Point) -> str:
    """An arrow's head as the corners of a triangle."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length * 3.6, dx / length * 3.6
    corners = [tip, (base[0] + nx, base[1] + ny), (base[0] - nx, base[1] - ny)]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)


def _card(stage: Stage, i: int) -> str:
    part, (x, y), (width, height) = stage.parts[i], stage.layout.cards[i], stage.sizes[i]
    left, top = x - width / 2, y - height / 2
    classes = _classes(part, stage.timeline)
    radius = 3 if classes in ("leaf", "constant") else 9
    name = html.escape(short(part.name))
    body = f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="{radius}"/>'
    baseline = top + ROW
    unnamed = part.main is not None and not stage.timeline.nodes[part.main].label
    body += _text(left + EDGE, baseline, name, "name unnamed" if unnamed else "name")
    if part.operation:
        body += _text(left + width - EDGE, baseline, html.escape(part.operation), "op")
    for key, text, is_gradient in stage.rows[i]:
        baseline += ROW
        body += _text(left + EDGE, baseline, key, "key")
        if text:
            body += _text(left + width - EDGE, baseline, "" if is_gradient else text, "grad" if is_gradient else "data")
    tip = f"<title>{html.escape(_tip(part, stage.timeline))}</title>"
    start = f'<g class="card {classes}" id="{stage.prefix}n{i}" role="button" tabindex="0" aria-label="{name}">'
    return f"{start}{tip}{body}</g>"


def _text(x: float, y: float, text: str, classes: str) -> str:
    return f'<text class="{classes}" x="{x:g}" y="{y:g}">{text}</text>'


def _classes(part: Part, timeline: Timeline) -> str:
    if part.main is None:
        return "group"
    return kind(timeline.nodes[part.main]) + " root" * (part.main == len(timeline.nodes) - 1)


def _tip(part: Part, timeline: Timeline) -> str:
    if part.main is None:
        return clean(part.name, 200)
    node = timeline.nodes[part.main]
    lines = [part.name, f"data {node.data!r}"]
    lines += [f"in {' / '.join(node.group)}"] * bool(node.group)
    if node.source:
        lines.append(f"at {node.source[0]}:{node.source[1]}")
    return clean("\n".join(lines), 400)


def _door(stage: Stage, i: int) -> str:
    """The button that unfolds a group; "" if there is nothing to unfold."""
    part, (x, y), (width, height) = stage.parts[i], stage.layout.cards[i], stage.sizes[i]
    if part.opens is None:
        return ""
    middle, top = x - width / 2 + width - EDGE - 8, y - height / 2 + 5
    label = f"unfold {html.escape(short(part.name))}"
    return _button(f"{stage.prefix}u{i}", label, middle, top, f"M{middle:g} {top + 4:g}v8")


def _button(name: str, label: str, x: float, y: float, upright: str) -> str:
    """A button with a minus, or a plus whose upright line is given.

    `x` is its middle and `y` its top.
    """
    return (
        f'<g class="fold" id="{name}" role="button" tabindex="0" aria-label="{label}">'
        f'<rect x="{x - 8:g}" y="{y:g}" width="16" height="16" rx="4"/>'
        f'<path d="M{x - 4:g} {y + 8:g}h8{upright}"/></g>'
    )
