"""player(): one page that steps forward and backward through a computation, and the object that holds it."""

from __future__ import annotations

import html
import os
from collections.abc import Collection
from pathlib import Path

from autograd import Value
from autograd._files import atomic_write
from viz.backend.run import TIMEOUT
from viz.derivation.rules import name_nodes
from viz.stepper.page import LIGHT_AND_DARK, page
from viz.stepper.scenes import scenes
from viz.stepper.stage import Palette, Stage
from viz.stepper.steps import story
from viz.stepper.timeline import timeline
from viz.style.escape import clean
from viz.style.theme import Scale

DIRECTIONS = ("BT", "TB", "LR", "RL")


class Player:
    """What player() returns: `.html`, the page; `.frame`, an element with it for pages of your own; `.save(path)`.

    Notebooks show it in such a frame.

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
        """An HTML element with the page inside, which it keeps apart from the page around it, its ids and its styles."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" title="{html.escape(self._title)}" '
            f'style="width:100%;height:{self._height}px;border:0"></iframe>'
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to `path`, which must end in .html; the written path.

        The file is complete or not there. Raises ValueError for another suffix, FileNotFoundError without the folder.
        """
        target = Path(path)
        if target.suffix.lower() != ".html":
            raise ValueError(f"cannot save a player as {target.name!r}: the name must end in .html")
        if not target.absolute().parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(target.parent)!r} to save {target.name!r} in")
        atomic_write(target, self.html.encode())
        return target

    def _repr_html_(self) -> str:
        """For front ends that know no bundles."""
        return self.frame

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None, **_: object
    ) -> dict[str, str]:
        """What notebooks show: the page in a frame."""
        bundle = {"text/plain": repr(self), "text/html": self.frame}
        wanted = {kind: shown for kind, shown in bundle.items() if not include or kind in include}
        return {kind: shown for kind, shown in wanted.items() if not exclude or kind not in exclude}


def player(
    root: Value,
    direction: str = "BT",
    theme: str = "auto",
    max_nodes: int = 300,
    *,
    height: int = 640,
    timeout: float = TIMEOUT,
) -> Player:
    """A page that steps through the computation of `root`: values appear, then each use of a value adds to its gradient.

    Arguments:
        root: the result; its graph is read now, later changes do not show.
        direction: where the result lies: "BT" (top), "TB" (bottom), "LR" (right), "RL" (left).
        theme: "auto" (as the reader's system), "light" or "dark"; the page has a switch.
        max_nodes: with more cards than this the page shows folded scopes (or levels) only, which can be unfolded one by one.
        height: of the frame in a notebook, in pixels.
        timeout: seconds that the layout engine may take for each level of detail.

    No `.grad` is read or changed: the page shows what one `root.backward()` adds to leaves that start at 0, calculated
    here and to the last digit; the page itself calculates nothing, and loads nothing.
    Returns a Player. Raises TypeError for a root that is no Value, ValueError for a choice that does not exist,
    EngineError (a RuntimeError) where no layout engine is installed.

    >>> x, w = Value(0.5, "x"), Value(-0.6, "w")
    >>> y = x * w + w
    >>> y.label = "y"
    >>> player(y).html.startswith("<!DOCTYPE html>")
    True
    """
    if not isinstance(root, Value):
        raise TypeError(f"player() needs a Value as root, not {type(root).__name__}")
    for what, given, known in (("direction", direction, DIRECTIONS), ("theme", theme, LIGHT_AND_DARK)):
        if given not in known:
            raise ValueError(f"unknown {what} {given!r}; one of {', '.join(map(repr, known))}")
    for what, whole in (("max_nodes", max_nodes), ("height", height)):
        if isinstance(whole, bool) or not isinstance(whole, int) or whole < 1:
            raise ValueError(f"{what} must be a positive whole number, not {whole!r}")
    if not timeout > 0:
        raise ValueError(f"timeout must be positive, not {timeout!r}")
    line = timeline(root)
    names = list(name_nodes(line.nodes).values())
    found = scenes(line.nodes, names, root, max_nodes)
    stages = [Stage(story(scene, line), line, f"s{i}", direction, timeout) for i, scene in enumerate(found)]
    others = [abs(grad) for node, grad in zip(line.nodes[:-1], line.grads, strict=False) if not node.is_constant]
    palette = Palette(Scale.fit(others or [1.0]))
    steps = len(stages[0].told.steps)
    count = len(line.nodes)
    title = f"{clean(names[-1])!r}, {count:,} value{'s' * (count != 1)}, {steps:,} steps"
    heading = f"{clean(names[-1])}: forward and backward"
    return Player(page(heading, stages, line, names, palette, theme), title, height)
