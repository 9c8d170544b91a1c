"""A scene as SVG with stable ids and classes for the player's script; text is escaped."""

from __future__ import annotations

import html
import math

from viz.model.node import kind
from viz.model.numbers import number
from viz.stepper.layout import Layout, Point, lay_out
from viz.stepper.scenes import Part
from viz.stepper.steps import Story, Wire
from viz.stepper.timeline import Timeline
from viz.style.escape import clean
from viz.style.fonts import BOLD, REGULAR, advance

NAME, BODY, SMALL = 12, 12, 10  # sizes of letters
ROW, EDGE, GAP = 15.5, 8.0, 12.0  # height of a row, margin inside a card, least gap between key and number
NAME_LENGTH = 22  # characters of a name on a card
Row = tuple[str, str, bool]  # a key, its text, and whether that is the gradient, which is blank until it is reached


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The room that a text needs, in points."""
    widths = BOLD if bold else REGULAR
    return round(sum(advance(c, widths) if c.isascii() else 600 for c in text) * size / 1000, 2)


def short(text: str) -> str:
    """A name on one line of a card; of nested scopes that are too long the innermost."""
    _, between, inner = text.rpartition(" / ")
    return clean(f"… / {inner}" if between and len(text) > NAME_LENGTH else text, NAME_LENGTH).replace("\n", " ")


class Stage:
    """The SVG of one scene, laid out; ids begin with `prefix`."""

    def __init__(self, story: Story, timeline: Timeline, prefix: str, direction: str, timeout: float) -> None:
        self.story, self.timeline, self.prefix = story, timeline, prefix
        self.parts = story.scene.parts
        self.rows = [self._rows(i) for i in range(len(self.parts))]
        self.sizes = [self._size(i) for i in range(len(self.parts))]
        self.labels = [_label(wire) for wire in story.wires]
        self.layout = self._layout(direction, timeout)

    def svg(self) -> str:
        """The whole picture of the scene."""
        w, h = self.layout.size
        frames = "".join(self._frame(i) for i in range(len(self.story.scene.frames)))
        wires = "".join(self._wire(i) for i in range(len(self.story.wires)))
        cards = "".join(self._card(i) + self._door(i) for i in range(len(self.parts)))
        start = f'<svg xmlns="http://www.w3.org/2000/svg" id="{self.prefix}" class="scene" role="group" '
        about = f'aria-label="graph: {html.escape(self.story.scene.name)}" '
        return f'{start}{about}viewBox="0 0 {w:g} {h:g}" data-width="{w:g}" hidden="">{frames}{wires}{cards}</svg>\n'

    def largest(self, i: int) -> str:
        """The largest |gradient| in a group."""
        return number(max((abs(self.timeline.grads[m]) for m in self.parts[i].members), default=0.0))

    def _layout(self, direction: str, timeout: float) -> Layout:
        results = {i for i, part in enumerate(self.parts) if part.main is None or self.timeline.nodes[part.main].op}
        rooms = [(text_width(label, SMALL) + 8, 14.0) if label else None for label in self.labels]
        wires = zip(self.story.wires, rooms, strict=True)
        arrows = [(wire.tail, wire.head, room, wire.tail in results) for wire, room in wires]
        scopes = [scope for scope, _ in self.story.scene.frames]
        members = [[i for i, part in enumerate(self.parts) if part.path[: len(scope)] == scope] for scope in scopes]
        return lay_out(self.sizes, arrows, members, direction, timeout)

    def _rows(self, i: int) -> list[Row]:
        part = self.parts[i]
        if part.main is None:
            count = len(part.members)
            return [(f"{count:,} value{'s' * (count != 1)}", "", False), ("max |grad|", self.largest(i), True)]
        node = self.timeline.nodes[part.main]
        rows = [("data", number(node.data), False)]
        if node.is_constant:
            return rows
        grads = [term.total for term in self.story.terms.get(i, [])] or [self.timeline.grads[part.main]]
        return [*rows, ("grad", max(map(number, grads), key=lambda text: text_width(text, BODY)), True)]

    def _size(self, i: int) -> Point:
        part = self.parts[i]
        heading = text_width(short(part.name), NAME, bold=True)
        heading += GAP + text_width(part.operation, NAME, bold=True) if part.operation else 0
        heading += 20 if part.main is None else 0  # for the sign that it opens
        rows = [text_width(key, SMALL) + (GAP + text_width(text, BODY) if text else 0) for key, text, _ in self.rows[i]]
        return round(max(heading, *rows) + 2 * EDGE, 2), round(ROW * (1 + len(self.rows[i])) + 9, 2)

    def _frame(self, i: int) -> str:
        x1, y1, x2, y2 = self.layout.frames[i]
        title = html.escape(short(" / ".join(self.story.scene.frames[i][0])))
        box = f'<rect x="{x1:g}" y="{y1:g}" width="{x2 - x1:g}" height="{y2 - y1:g}" rx="10"/>'
        fold = _button(f"{self.prefix}f{i}", f"fold {title}", x1 + 16, y1 + 8, "")
        return f'<g class="frame">{box}<text x="{x1 + 30:g}" y="{y1 + 20:g}">{title}</text>{fold}</g>'

    def _wire(self, i: int) -> str:
        wire, curve = self.story.wires[i], self.layout.curves[i]
        start, *controls = curve[:-1]
        path = f"M{start[0]:g} {start[1]:g}C" + " ".join(f"{x:g} {y:g}" for x, y in controls)
        classes = "wire constant" if wire.constant else "wire"
        head = f'<polygon points="{_head(curve[-2], curve[-1])}"/>'
        label = ""
        if self.labels[i] and (spot := self.layout.labels[i]):
            label = f'<text x="{spot[0]:g}" y="{spot[1] + 3.5:g}">{html.escape(self.labels[i])}</text>'
        return f'<g class="{classes}" id="{self.prefix}w{i}"><path d="{path}"/>{head}{label}</g>'

    def _card(self, i: int) -> str:
        part, (x, y), (w, h) = self.parts[i], self.layout.cards[i], self.sizes[i]
        left, top = x - w / 2, y - h / 2
        classes = self._classes(part)
        radius = 3 if classes in ("leaf", "constant") else 9
        name = html.escape(short(part.name))
        body = f'<rect x="{left:g}" y="{top:g}" width="{w:g}" height="{h:g}" rx="{radius}"/>'
        baseline = top + ROW
        unnamed = part.main is not None and not self.timeline.nodes[part.main].label
        body += _text(left + EDGE, baseline, name, "name unnamed" if unnamed else "name")
        if part.operation:
            body += _text(left + w - EDGE, baseline, html.escape(part.operation), "op")
        for key, text, is_gradient in self.rows[i]:
            baseline += ROW
            body += _text(left + EDGE, baseline, key, "key")
            if text:
                body += _text(left + w - EDGE, baseline, "" if is_gradient else text, "grad" if is_gradient else "data")
        tip = f"<title>{html.escape(self._tip(part))}</title>"
        start = f'<g class="card {classes}" id="{self.prefix}n{i}" role="button" tabindex="0" aria-label="{name}">'
        return f"{start}{tip}{body}</g>"

    def _door(self, i: int) -> str:
        """The button that unfolds a group; "" if there is nothing to unfold."""
        part, (x, y), (w, h) = self.parts[i], self.layout.cards[i], self.sizes[i]
        if part.opens is None:
            return ""
        right, top = x - w / 2 + w - EDGE - 8, y - h / 2 + 5
        label = f"unfold {html.escape(short(part.name))}"
        return _button(f"{self.prefix}u{i}", label, right, top, f"M{right:g} {top + 4:g}v8")

    def _classes(self, part: Part) -> str:
        if part.main is None:
            return "group"
        return kind(self.timeline.nodes[part.main]) + " root" * (part.main == len(self.timeline.nodes) - 1)

    def _tip(self, part: Part) -> str:
        if part.main is None:
            return clean(part.name, 200)
        node = self.timeline.nodes[part.main]
        lines = [part.name, f"data {node.data!r}"]
        lines += [f"in {' / '.join(node.group)}"] * bool(node.group)
        if node.source:
            lines.append(f"at {node.source[0]}:{node.source[1]}")
        return clean("\n".join(lines), 400)


def _text(x: float, y: float, text: str, classes: str) -> str:
    return f'<text class="{classes}" x="{x:g}" y="{y:g}">{text}</text>'


def _button(name: str, label: str, x: float, y: float, upright: str) -> str:
    """A button with a minus, or a plus whose upright line is given; `x` is its middle and `y` its top."""
    return (
        f'<g class="fold" id="{name}" role="button" tabindex="0" aria-label="{label}">'
        f'<rect x="{x - 8:g}" y="{y:g}" width="16" height="16" rx="4"/>'
        f'<path d="M{x - 4:g} {y + 8:g}h8{upright}"/></g>'
    )


def _label(wire: Wire) -> str:
    """The local derivative, and the number of edges if there are several."""
    if wire.constant:
        return ""
    times = f"{wire.edges} ×" if wire.edges > 1 else ""
    if wire.local is None:
        return f"{wire.edges:,} edges" if times else ""
    return f"{times} {'' if wire.local == 1.0 else number(wire.local)}".strip()


def _head(base: Point, tip: Point) -> str:
    """An arrow's head as the corners of a triangle."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length * 3.6, dx / length * 3.6
    corners = [tip, (base[0] + nx, base[1] + ny), (base[0] - nx, base[1] - ny)]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)
