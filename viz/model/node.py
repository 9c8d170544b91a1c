"""A node of a graph as pictures read it: a Value, or what has its attributes."""

from __future__ import annotations

from typing import Any, Protocol

from viz.model.engine import TABLE

GLYPHS = {"∛": "³√", "⌊÷⌋": "//", "xʸ": "x^y"}  # in place of glyphs that common fonts lack


class Node(Protocol):
    """A number and how it was made; the attributes are those of `autograd.Value`."""

    @property
    def data(self) -> float: ...
    @property
    def grad(self) -> float: ...
    @property
    def label(self) -> str: ...
    @property
    def op(self) -> str: ...
    @property
    def parents(self) -> tuple[Any, ...]: ...
    @property
    def partials(self) -> tuple[float, ...]: ...
    @property
    def cuts(self) -> tuple[bool, ...]: ...
    @property
    def group(self) -> tuple[str, ...]: ...
    @property
    def primitive(self) -> Any: ...
    @property
    def source(self) -> tuple[str, int] | None: ...
    @property
    def is_constant(self) -> bool: ...


def kind(node: Node) -> str:
    """One of "operation", "constant", "leaf"."""
    return "operation" if node.op else "constant" if node.is_constant else "leaf"


def row_name(node: Node) -> str:
    """The name of the node's row in the table; "" if it has none."""
    name: str = node.primitive.name if node.op else ""
    return name if name in TABLE and TABLE[name] is node.primitive else ""


def glyph(node: Node) -> str:
    """The symbol of the operation; "" for a leaf."""
    row = node.primitive
    return "" if row is None else GLYPHS.get(row.glyph, row.glyph)


def edges(node: Node) -> list[float | None]:
    """The local derivative towards each operand; None towards one that is cut, to which nothing passes."""
    return [None if cut else partial for partial, cut in zip(node.partials, node.cuts, strict=True)]
