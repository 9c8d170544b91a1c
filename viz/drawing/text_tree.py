"""The graph as a short text tree, for where no picture can be shown."""

from __future__ import annotations

from viz.model.numbers import number
from viz.model.picture import Box, Picture
from viz.style.escape import clean

MAX_LINES = 20


def text_tree(picture: Picture, limit: int = MAX_LINES) -> str:
    """One line a value, operands under their result.

    A value that was listed before is not opened again.

    >>> from autograd import Value
    >>> from viz.model.graph import Graph
    >>> from viz.model.picture import read_graph
    >>> x = Value(3.0, "x")
    >>> print(text_tree(read_graph(Graph([x * x + x]))))
    + data 12 grad 0
      × data 9 grad 0
        x data 3 grad 0
        x data 3 grad 0
      x data 3 grad 0
    """
    boxes = {box.id: box for box in picture.boxes}
    operands: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        operands.setdefault(arrow.head, []).append(arrow.tail)
    lines: list[str] = []
    opened: set[str] = set()
    stack = [(box.id, 0) for box in reversed(picture.roots)]
    while stack and len(lines) < limit:
        name, depth = stack.pop()
        again = name in opened and name in operands
        lines.append("  " * min(depth, 30) + _line(boxes[name]) + (" (as above)" if again else ""))
        if not again:
            opened.add(name)
            stack += [(tail, depth + 1) for tail in reversed(operands.get(name, []))]
    return "\n".join(lines + ["..."] * bool(stack))


def _line(box: Box) -> str:
    if box.kind == "stub":
        return f"... {box.data:,.0f} more"
    name = " = ".join(part for part in (clean(box.label).replace("\n", " "), box.operation) if part)
    grad = "" if box.kind == "constant" else f" grad {number(box.grad)}"
    return f"{name} data {number(box.data)}{grad}".strip()
