"""A scene as SVG that a page can bring to life: cards, arrows and frames with ids and classes of ours, text escaped."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from viz.stepper.layout import Placed, Point, place
from viz.stepper.scenes import Part
from viz.stepper.steps import Story, Wire
from viz.stepper.timeline import Timeline
from viz.style.escape import clean, number
from viz.style.svg import BOLD, REGULAR, room
from viz.style.theme import THEMES, Scale, edge_colour, tint

NAME, BODY, SMALL = 12, 12, 10  # sizes of letters
ROW, EDGE, GAP = 15.5, 8.0, 12.0  # height of a row, margin inside a card, least gap between key and number
NAMES = 22  # characters of a name on a card
Row = tuple[str, str, bool]  # a key, its text, and whether that is the gradient, which is blank until it is reached


@dataclass
class Palette:
    """The colours of the page by class: one for each pair of light and dark."""

    scale: Scale
    classes: dict[tuple[str, str], str] = field(default_factory=dict)

    def fill(self, gradient: float) -> str:
        """The class of a card with this gradient."""
        return self._named(tint(THEMES["light"], self.scale, gradient), tint(THEMES["dark"], self.scale, gradient))

    def line(self, message: float) -> str:
        """The class of an arrow along which this went back."""
        return self._named(*(edge_colour(THEMES[name], self.scale, message) for name in ("light", "dark")))

    def _named(self, light: str, dark: str) -> str:
        return self.classes.setdefault((light, dark), f"c{len(self.classes)}")

    def css(self) -> str:
        """The rules of all classes."""
        light = "".join(f".{name}{{--c:{a}}}" for (a, _), name in self.classes.items())
        return light + "".join(f"[data-theme=dark] .{name}{{--c:{b}}}" for (_, b), name in self.classes.items())


def width(text: str, size: float, bold: bool = False) -> float:
    """The room that a text needs, in points."""
    return round(sum(room(c, BOLD if bold else REGULAR) if c.isascii() else 600 for c in text) * size / 1000, 2)


def short(text: str) -> str:
    """A name on one line of a card; of nested scopes that are too long the innermost."""
    _, between, inner = text.rpartition(" / ")
    return clean(f"… / {inner}" if between and len(text) > NAMES else text, NAMES).replace("\n", " ")


class Stage:
    """The SVG of one scene, laid out; ids begin with `prefix`."""

    def __init__(self, told: Story, line: Timeline, prefix: str, direction: str, timeout: float) -> None:
        self.told, self.line, self.prefix = told, line, prefix
        self.parts = told.scene.parts
        self.rows = [self._rows(i) for i in range(len(self.parts))]
        sizes = [self._size(i) for i in range(len(self.parts))]
        self.sizes = sizes
        self.labels = [_label(wire) for wire in told.wires]
        made = {i for i, part in enumerate(self.parts) if part.main is None or line.nodes[part.main].op}
        rooms = [(width(text, SMALL) + 8, 14.0) if text else None for text in self.labels]
        arrows = [(wire.tail, wire.head, label, wire.tail in made) for wire, label in zip(told.wires, rooms, strict=True)]
        inside = [[i for i, p in enumerate(self.parts) if p.path[: len(f)] == f] for f, _ in told.scene.frames]
        self.placed: Placed = place(sizes, arrows, inside, direction, timeout)

    def svg(self) -> str:
        """The whole picture of the scene."""
        w, h = self.placed.size
        frames = "".join(self._frame(i) for i in range(len(self.told.scene.frames)))
        wires = "".join(self._wire(i) for i in range(len(self.told.wires)))
        cards = "".join(self._card(i) for i in range(len(self.parts)))
        start = f'<svg xmlns="http://www.w3.org/2000/svg" id="{self.prefix}" class="scene" role="group" '
        about = f'aria-label="graph: {html.escape(self.told.scene.name)}" '
        return f'{start}{about}viewBox="0 0 {w:g} {h:g}" data-width="{w:g}" hidden="">{frames}{wires}{cards}</svg>\n'

    def _rows(self, i: int) -> list[Row]:
        part = self.parts[i]
        if part.main is None:
            count = len(part.members)
            return [(f"{count:,} value{'s' * (count != 1)}", "", False), ("max |grad|", self.largest(i), True)]
        node = self.line.nodes[part.main]
        rows = [("data", number(node.data), False)]
        if node.is_constant:
            return rows
        texts = [number(term.total) for term in self.told.terms.get(i, [])] or [number(self.line.grads[part.main])]
        return [*rows, ("grad", max(texts, key=lambda text: width(text, BODY)), True)]

    def largest(self, i: int) -> str:
        """The largest |gradient| in a group."""
        return number(max((abs(self.line.grads[m]) for m in self.parts[i].members), default=0.0))

    def _size(self, i: int) -> Point:
        part = self.parts[i]
        name = width(short(part.name), NAME, bold=True)
        heading = name + (GAP + width(part.operation, NAME, bold=True) if part.operation else 0)
        heading += 20 if part.main is None else 0  # for the sign that it opens
        rows = [width(key, SMALL) + (GAP + width(text, BODY) if text else 0) for key, text, _ in self.rows[i]]
        return round(max(heading, *rows) + 2 * EDGE, 2), round(ROW * (1 + len(self.rows[i])) + 9, 2)

    def _frame(self, i: int) -> str:
        x1, y1, x2, y2 = self.placed.frames[i]
        title = html.escape(short(" / ".join(self.told.scene.frames[i][0])))
        box = f'<rect x="{x1:g}" y="{y1:g}" width="{x2 - x1:g}" height="{y2 - y1:g}" rx="10"/>'
        fold = (
            f'<g class="fold" id="{self.prefix}f{i}" role="button" tabindex="0" aria-label="fold {title}">'
            f'<rect x="{x1 + 8:g}" y="{y1 + 8:g}" width="16" height="16" rx="4"/>'
            f'<path d="M{x1 + 12:g} {y1 + 16:g}h8"/></g>'
        )
        return f'<g class="frame">{box}<text x="{x1 + 30:g}" y="{y1 + 20:g}">{title}</text>{fold}</g>'

    def _wire(self, i: int) -> str:
        wire, curve = self.told.wires[i], self.placed.curves[i]
        start, *controls = curve[:-1]
        path = f"M{start[0]:g} {start[1]:g}C" + " ".join(f"{x:g} {y:g}" for x, y in controls)
        kind = "wire constant" if wire.constant else "wire"
        head = f'<polygon points="{_head(curve[-2], curve[-1])}"/>'
        label = ""
        if self.labels[i] and (spot := self.placed.labels[i]):
            label = f'<text x="{spot[0]:g}" y="{spot[1] + 3.5:g}">{html.escape(self.labels[i])}</text>'
        return f'<g class="{kind}" id="{self.prefix}w{i}"><path d="{path}"/>{head}{label}</g>'

    def _card(self, i: int) -> str:
        part, (x, y), (w, h) = self.parts[i], self.placed.cards[i], self.sizes[i]
        left, top = x - w / 2, y - h / 2
        kind = self._kind(part)
        radius = 3 if kind in ("leaf", "constant") else 9
        name = html.escape(short(part.name))
        body = f'<rect x="{left:g}" y="{top:g}" width="{w:g}" height="{h:g}" rx="{radius}"/>'
        at = top + ROW
        unnamed = part.main is not None and not self.line.nodes[part.main].label
        body += _text(left + EDGE, at, name, "name unnamed" if unnamed else "name")
        if part.operation:
            body += _text(left + w - EDGE, at, html.escape(part.operation), "op")
        for key, text, is_gradient in self.rows[i]:
            at += ROW
            body += _text(left + EDGE, at, key, "key")
            if text:
                body += _text(left + w - EDGE, at, "" if is_gradient else text, "grad" if is_gradient else "data")
        unfold = ""
        if part.opens is not None:
            cx, cy = left + w - EDGE - 8, top + 5
            unfold = (
                f'<g class="fold" id="{self.prefix}u{i}" role="button" tabindex="0" aria-label="unfold {name}">'
                f'<rect x="{cx - 8:g}" y="{cy:g}" width="16" height="16" rx="4"/>'
                f'<path d="M{cx - 4:g} {cy + 8:g}h8M{cx:g} {cy + 4:g}v8"/></g>'
            )
        tip = f"<title>{html.escape(self._tip(part))}</title>"
        card = f'<g class="card {kind}" id="{self.prefix}n{i}" role="button" tabindex="0" aria-label="{name}">{tip}{body}</g>'
        return card + unfold

    def _kind(self, part: Part) -> str:
        if part.main is None:
            return "group"
        node = self.line.nodes[part.main]
        root = " root" if part.main == len(self.line.nodes) - 1 else ""
        return ("operation" if node.op else "constant" if node.is_constant else "leaf") + root

    def _tip(self, part: Part) -> str:
        if part.main is None:
            return clean(part.name, 200)
        node = self.line.nodes[part.main]
        lines = [part.name, f"data {node.data!r}"]
        lines += [f"in {' / '.join(node.group)}"] * bool(node.group)
        if node.source:
            lines.append(f"at {node.source[0]}:{node.source[1]}")
        return clean("\n".join(lines), 400)


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{text}</text>'


def _label(wire: Wire) -> str:
    if wire.constant:
        return ""
    if wire.local is None:
        return f"{wire.edges:,} edges" if wire.edges > 1 else ""
    text = "" if wire.local == 1.0 else number(wire.local)
    return f"{wire.edges} × {text}".strip(" ×") if wire.edges > 1 and text else f"{wire.edges} ×" if wire.edges > 1 else text


def _head(base: Point, tip: Point) -> str:
    """An arrow's head as the corners of a triangle."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length * 3.6, dx / length * 3.6
    corners: Sequence[Point] = [tip, (base[0] + nx, base[1] + ny), (base[0] - nx, base[1] - ny)]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)
