"""A scene laid out for a page: the rows and sizes of cards, labels, all places."""

from __future__ import annotations

from viz.model.numbers import largest, number
from viz.stepper.layout import Layout, Point, lay_out
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
    """A scene, laid out; in the page its ids begin with `prefix`."""

    def __init__(self, story: Story, timeline: Timeline, prefix: str, direction: str, timeout: float) -> None:
        self.story, self.timeline, self.prefix = story, timeline, prefix
        self.parts = story.scene.parts
        self.rows = [self._rows(i) for i in range(len(self.parts))]
        self.sizes = [self._size(i) for i in range(len(self.parts))]
        self.labels = [_label(wire) for wire in story.wires]
        self.layout = self._layout(direction, timeout)

    def largest(self, i: int) -> str:
        """The largest |gradient| in a group; nan if one is nan."""
        return number(largest([self.timeline.grads[m] for m in self.parts[i].members]))

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
        heading += 20 if part.main is None else 0  # for the button that unfolds it
        rows = [text_width(key, SMALL) + (GAP + text_width(text, BODY) if text else 0) for key, text, _ in self.rows[i]]
        return round(max(heading, *rows) + 2 * EDGE, 2), round(ROW * (1 + len(self.rows[i])) + 9, 2)


def _label(wire: Wire) -> str:
    """The local derivative, and the number of edges if there are several."""
    if wire.constant or wire.cut:
        return ""
    times = f"{wire.edges} ×" if wire.edges > 1 else ""
    if wire.local is None:
        return f"{wire.edges:,} edges" if times else ""
    return f"{times} {'' if wire.local == 1.0 else number(wire.local)}".strip()
