"""draw(): from Values to a drawing, through one of the views."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value
from viz import dot
from viz.drawing import Drawing
from viz.engine import TIMEOUT
from viz.escape import clean
from viz.picture import read_graph
from viz.theme import THEMES
from viz.tree import text_tree

DIRECTIONS = ("BT", "TB", "LR", "RL")
VIEWS = {"values": (dot.values, "BT", True), "classic": (dot.classic, "LR", False)}  # how, direction, folding


def draw(
    root: Value | Iterable[Value],
    view: str = "values",
    direction: str | None = None,
    theme: str = "light",
    max_nodes: int | None = 400,
    *,
    groups: bool = False,
    fold: bool | None = None,
    dpi: float = 96.0,
    timeout: float = TIMEOUT,
) -> Drawing:
    """Draw the graph under `root`.

    Arguments:
        root: a Value, or several.
        view: "values" (each value a card, operations inside, local derivatives on the arrows) or "classic" (records
            and operation circles, as in the lecture).
        direction: where the result lies: "BT" (top), "TB" (bottom), "LR" (right), "RL" (left); None chooses.
        theme: "light" or "dark".
        max_nodes: of a graph with more values than this only the part nearest the root is drawn, and the picture says
            how many are left out; None draws all.
        groups: draw a frame around each `scope`; otherwise its name stands in the cards.
        fold: whether chains of + become one Σ and constants move into the operation; None: in the view "values".
        dpi: resolution of raster pictures.
        timeout: seconds that the layout engine may take.

    Returns a Drawing: shown by notebooks, `.save("graph.svg")`, and the interface of `graphviz.Digraph`.
    Raises TypeError for a root that is no Value, ValueError for a choice that does not exist.

    >>> from autograd import Value
    >>> x = Value(3.0, "x")
    >>> y = x * x + 1
    >>> y.label = "y"
    >>> y.backward()
    >>> draw(y)
    <viz.Drawing of 'y', 4 values>
    """
    roots = _roots(root)
    _choice("view", view, VIEWS)
    _choice("theme", theme, THEMES)
    how, usual, folding = VIEWS[view]
    if direction is not None:
        _choice("direction", direction, DIRECTIONS)
    if max_nodes is not None and (not isinstance(max_nodes, int) or max_nodes < 1):
        raise ValueError(f"max_nodes must be a positive whole number or None, not {max_nodes!r}")
    if not dpi > 0 or not timeout > 0:
        raise ValueError(f"dpi and timeout must be positive, not {dpi!r} and {timeout!r}")
    read = read_graph(roots, max_nodes, folding if fold is None else fold)
    graph = how(read, direction or usual, THEMES[theme], groups)
    names = ", ".join(repr(clean(value.label)) for value in roots[:3] if value.label)
    title = f"{names or 'a graph'}, {read.values:,} values"
    letters = "".join(clean(text) for box in read.boxes for text in (box.label, box.operation, *box.group))
    return Drawing(graph, text_tree(read), title, letters, THEMES[theme].background, dpi, timeout)


def _roots(root: Any) -> list[Value]:
    """The roots as a list; TypeError that names what is none."""
    if isinstance(root, Value):
        return [root]
    try:
        roots = list(root)
    except TypeError:
        raise TypeError(f"root must be a Value or a list of Values, not {type(root).__name__}") from None
    for item in roots:
        if not isinstance(item, Value):
            raise TypeError(f"root must be a Value or a list of Values, not a list with {type(item).__name__}")
    if not roots:
        raise ValueError("root is an empty list: there is nothing to draw")
    return roots


def _choice(what: str, given: Any, known: Iterable[str]) -> None:
    if given not in list(known):  # which need not be hashable
        raise ValueError(f"unknown {what} {given!r}; one of {', '.join(map(repr, known))}")
