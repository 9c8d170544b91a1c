"""player(): a page that steps forward and backward through a computation."""

from __future__ import annotations

import html
import os
from collections.abc import Collection
from pathlib import Path

from autograd import Value
from viz.backend.display import selected
from viz.backend.run import TIMEOUT
from viz.derivation.names import name_nodes
from viz.model.arguments import check_choice, check_path, check_positive, check_value, check_whole
from viz.model.engine import atomic_write
from viz.model.graph import Graph
from viz.stepper.page import page
from viz.stepper.palette import Palette
from viz.stepper.scenes import make_scenes
from viz.stepper.stage import Stage
from viz.stepper.steps import make_story
from viz.stepper.timeline import make_timeline
from viz.style.escape import clean
from viz.style.theme import Scale

DIRECTIONS = ("BT", "TB", "LR", "RL")
PAGE_THEMES = ("auto", "light", "dark")


class Player:
    """A page that steps through a computation; made by `player`.

    Notebooks show it in a frame.

    Attributes:
        html: the page.

    Examples:
        >>> from autograd import Value
        >>> from viz import player
        >>> x = Value(3.0, "x")
        >>> player(x * x)
        <viz.Player of 'v1', 2 values, 6 steps>
    """

    def __init__(self, page: str, title: str, height: int) -> None:
        self.html = page
        self._title = title
        self._height = height

    def __repr__(self) -> str:
        return f"<viz.Player of {self._title}>"

    @property
    def frame(self) -> str:
        """An HTML element with the page inside, apart from the page around it."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" title="{html.escape(self._title)}" '
            f'style="width:100%;height:{self._height}px;border:0"></iframe>'
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, which is complete or not there.

        Args:
            path: must end in .html.

        Returns:
            The path that was written.

        Raises:
            ValueError: another suffix.
            FileNotFoundError: the folder does not exist.
        """
        target = check_path(path, [".html"], "a player")
        atomic_write(target, self.html.encode())
        return target

    def _repr_html_(self) -> str:
        """For front ends that know no bundles."""
        return self.frame

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None, **_: object
    ) -> dict[str, str]:
        """What notebooks show: the page in a frame."""
        return selected({"text/plain": repr(self), "text/html": self.frame}, include, exclude)


def player(
    root: Value,
    direction: str = "BT",
    theme: str = "auto",
    max_nodes: int = 300,
    *,
    height: int = 640,
    timeout: float = TIMEOUT,
) -> Player:
    """Make a page that steps through a computation.

    Values appear, then each use of a value adds to its gradient.

    No `.grad` is read or changed: the page shows what one `root.backward()` adds to leaves that start at 0, calculated
    here and to the last digit; the page itself calculates nothing, and loads nothing.

    Args:
        root: the result; its graph is read now, later changes do not show.
        direction: where the result is: "BT" (top), "TB" (bottom), "LR" (right), "RL" (left).
        theme: "auto" (as the reader's system), "light" or "dark"; the page has a switch.
        max_nodes: with more cards than this the page shows folded scopes (or levels) only, which can be unfolded one by one.
        height: of the frame in a notebook, in pixels.
        timeout: seconds that the layout engine may take for each level of detail.

    Returns:
        The player, which notebooks show and `.save("steps.html")` writes; `.frame` is an element for other pages.

    Raises:
        TypeError: a root that is no Value.
        ValueError: a choice that does not exist.
        EngineError: no layout engine is installed; it is a RuntimeError.

    Examples:
        >>> from autograd import Value
        >>> x, w = Value(0.5, "x"), Value(-0.6, "w")
        >>> y = x * w + w
        >>> y.label = "y"
        >>> player(y).html.startswith("<!DOCTYPE html>")
        True
    """
    check_value("player", "root", root)
    check_choice("direction", direction, DIRECTIONS)
    check_choice("theme", theme, PAGE_THEMES)
    check_whole("max_nodes", max_nodes)
    check_whole("height", height)
    check_positive("timeout", timeout)
    graph = Graph([root])
    timeline = make_timeline(graph)
    names = list(name_nodes(graph.nodes).values())
    stories = [make_story(scene, timeline) for scene in make_scenes(graph, names, max_nodes)]
    stages = [Stage(story, timeline, f"s{i}", direction, timeout) for i, story in enumerate(stories)]
    others = [abs(grad) for node, grad in zip(graph.nodes[:-1], timeline.grads, strict=False) if not node.is_constant]
    palette = Palette(Scale.fit(others or [1.0]))
    count = len(graph)
    title = f"{clean(names[-1])!r}, {count:,} value{'s' * (count != 1)}, {len(stories[0].steps):,} steps"
    heading = f"{clean(names[-1])}: forward and backward"
    return Player(page(heading, stages, timeline, names, palette, theme), title, height)
