"""draw(): from Values to a drawing, through one of the views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Value
from viz.backend.run import TIMEOUT
from viz.drawing.drawing import Drawing
from viz.drawing.views import VIEWS, Options
from viz.model.arguments import check_choice, check_whole
from viz.model.graph import Graph
from viz.style.escape import clean
from viz.style.theme import THEMES

DIRECTIONS = ("BT", "TB", "LR", "RL")
VIEW_NAMES, THEME_NAMES = tuple(VIEWS), tuple(THEMES)


def draw(
    root: Value | Iterable[Value],
    view: str = "values",
    direction: str | None = None,
    theme: str = "light",
    max_nodes: int | None = 400,
    *,
    groups: bool = False,
    fold: bool | None = None,
    depth: int | None = None,
    expand: Sequence[str] = (),
    around: Value | None = None,
    radius: int = 2,
    top: int | None = None,
    dpi: float = 96.0,
    timeout: float = TIMEOUT,
) -> Drawing:
    """Draw the graph under `root`.

    Args:
        root: a Value, or several.
        view: "values" (each value a card, operations inside, local derivatives on the arrows), "neurons" (each unit
            of a network a card with its error term, weights on the arrows), "groups" (each scope a box with a
            histogram of its gradients) or "classic" (records and operation circles, as in the lecture).
        direction: where the result is: "BT" (top), "TB" (bottom), "LR" (right), "RL" (left); None chooses.
        theme: "light" or "dark".
        max_nodes: a graph with more values than this is folded, and the picture says how: by its scopes; without scopes by
            making each sum of products one card; where that is not enough, by levels. None draws all. (The view "classic"
            draws the part nearest the root.)
        groups: draw a frame around each `scope`; otherwise its name is on the cards that are used outside of it.
        fold: whether chains of + become one Σ and constants move into the operation; None: in the view "values".
        depth: how deep nested scopes are told apart in the view "groups", which it implies; None chooses.
        expand: names of scopes whose inside is shown there; "outer / inner" names one of several. Implies "groups", too.
        around: a value of the graph: the view "values" shows only what is within `radius` arrows of it, of a graph
            of any size, and stubs for what follows.
        radius: see `around`.
        top: the view "values" shows only this number of paths from the root to leaves, those of the largest gradients (the
            product of the local derivatives along the path is what it adds to its leaf's), and stubs for the rest.
        dpi: resolution of raster pictures, in pixels per inch.
        timeout: seconds that the layout engine may take.

    Returns:
        The drawing, which notebooks show and `.save("graph.svg")` writes; it has the interface of `graphviz.Digraph`.

    Raises:
        TypeError: a root or `around` that is no Value, `expand` that is a str.
        ValueError: a choice that does not exist, options that do not go together, `around` that is not in the graph.

    Examples:
        >>> from autograd import Value
        >>> x = Value(3.0, "x")
        >>> y = x * x + 1
        >>> y.label = "y"
        >>> y.backward()
        >>> draw(y)
        <viz.Drawing of 'y', 4 values>
    """
    roots = _roots(root)
    check_choice("view", view, VIEW_NAMES)
    check_choice("theme", theme, THEME_NAMES)
    if direction is not None:
        check_choice("direction", direction, DIRECTIONS)
    check_whole("max_nodes", max_nodes, or_none=True)
    if not dpi > 0 or not timeout > 0:
        raise ValueError(f"dpi and timeout must be positive, not {dpi!r} and {timeout!r}")
    check_whole("depth", depth, or_none=True)
    if around is not None and (not isinstance(around, Value) or view != "values"):
        raise TypeError("around must be a Value, and goes with the view 'values'")
    if not isinstance(radius, int) or radius < 0:
        raise ValueError(f"radius must be a whole number that is not negative, not {radius!r}")
    check_whole("top", top, or_none=True)
    if top is not None and (view != "values" or around is not None or len(roots) > 1):
        raise ValueError("top goes with the view 'values', one root, and without around")
    if isinstance(expand, str):
        raise TypeError(f"expand must be a list of names of scopes, not the str {expand!r}")
    if (depth is not None or expand) and view not in ("groups", "values"):
        raise ValueError(f"depth and expand go with the view 'groups', not {view!r}")
    colours = THEMES[theme]
    options = Options(direction, colours, max_nodes, groups, fold, depth, tuple(expand), around, radius, top)
    drawn = VIEWS[view](Graph(roots), options)
    names = ", ".join(repr(clean(value.label)) for value in roots[:3] if value.label)
    title = f"{names or 'a graph'}, {drawn.values:,} values"
    return Drawing(drawn, title, colours.background, dpi, timeout)


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
