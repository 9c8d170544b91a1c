"""watch(): a live view of training, the loss curve and the picture of the graph; in a terminal a line of text."""

from __future__ import annotations

import copy
import html
import importlib
import os
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from autograd import Value
from autograd._files import atomic_write
from autograd._validate import real
from autograd.engine.value import topological
from viz.backend.files import page_of
from viz.drawing.draw import draw
from viz.drawing.drawing import Drawing
from viz.notebook import kernel
from viz.style.escape import clean, number
from viz.style.theme import THEMES
from viz.training.curve import blocks, curve

PACE = 10.0  # drawing takes at most one part in so many of the time
MANY = 20_000  # values; of larger graphs not every step is held
CAPTION = "font:13px Helvetica,Arial,sans-serif;text-align:center"


class Watch:
    """What watch() returns: `update(loss)` at each step; `losses`, all so far; `picture`, the last drawing, if there is one.

    `save("training.html")` writes what notebooks show. Used with `with`, it shows the last state at the end, also after an
    error or Ctrl-C.
    """

    def __init__(self, theme: str, every: float, name: str, stream: TextIO | None, options: dict[str, Any]) -> None:
        self.losses: list[float] = []
        self.picture: Drawing | None = None
        self._theme, self._every, self._name = THEMES[theme], every, name
        self._options = {"theme": theme, **options}
        self._stream = stream
        self._handle: Any = None
        self._due = -float("inf")
        self._held: tuple[Value, int, list[tuple[float, float]]] | None = None  # root, step, data and grad of the leaves
        self._holding = -float("inf")  # when a large graph may be held again
        self._pictured = 0  # the step that the picture is of
        self._shown = 0  # how many losses were there when something was shown last

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        last = f", {self._name} {number(self.losses[-1])}" if self.losses else ""
        return f"<viz.Watch, {len(self.losses):,} steps{last}>"

    def update(self, loss: Value | float, root: Value | None = None) -> None:
        """One step: note the loss, and show it if it is time.

        Arguments: `loss`, a number or a Value; `root`, the graph to be drawn, if it is not that of `loss`. Call it after
        `backward()` and before the optimiser's step, so that values and gradients of the picture belong together.
        Raises TypeError for a loss that is no real number or a root that is no Value.
        """
        if root is not None and not isinstance(root, Value):
            raise TypeError(f"update() needs a Value as root, not {type(root).__name__}")
        self.losses.append(loss.data if isinstance(loss, Value) else real(loss, "loss"))
        root = root if root is not None else loss if isinstance(loss, Value) else None
        due = time.monotonic() >= self._due
        if root is not None and root.op:
            if due and self._in_notebook():
                self._take(root)
            else:
                self._hold(root)
        if due:
            self._show(last=False)

    def close(self) -> None:
        """Show the last state."""
        self._draw()
        if self.losses and (self._shown < len(self.losses) or (self._handle is None and self._out().isatty())):
            self._show(last=True)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the curve and the last picture as one HTML page that loads nothing; the written path.

        Raises ValueError for another suffix than .html, FileNotFoundError without the folder.
        """
        target = Path(path)
        if target.suffix.lower() != ".html":
            raise ValueError(f"cannot save a watch as {target.name!r}: the name must end in .html")
        if not target.absolute().parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(target.parent)!r} to save {target.name!r} in")
        atomic_write(target, page_of(self._name, self._theme.background, self._html()).encode())
        return target

    def _in_notebook(self) -> bool:
        return self._stream is None and kernel() is not None

    def _show(self, last: bool) -> None:
        began = time.monotonic()
        if self._in_notebook():
            self._show_in_notebook()
            now = time.monotonic()
            self._due = now + max(self._every, PACE * (now - began))
        else:
            self._write(self._out(), last)
            self._due = began + self._every

    def _show_in_notebook(self) -> None:
        if self._handle is None:
            display: Any = importlib.import_module("IPython.display").display
            self._handle = display(self, display_id=True)
        else:
            self._handle.update(self)
        self._shown = len(self.losses)

    def _out(self) -> TextIO:
        return self._stream or sys.stdout

    def _hold(self, root: Value) -> None:
        """Keep what a later picture of this step needs: an optimiser changes leaves, and nothing else."""
        began = time.monotonic()
        if began >= self._holding:
            nodes = topological(root)
            self._held = (root, len(self.losses) - 1, [(leaf.data, leaf.grad) for leaf in _leaves(nodes)])
            self._holding = time.monotonic() + PACE * (time.monotonic() - began) if len(nodes) > MANY else began

    def _draw(self) -> None:
        """The picture of the step that was held, with its leaves as they were."""
        if self._held is not None:
            root, step, leaves = self._held
            root = copy.deepcopy(root)
            for leaf, (data, grad) in zip(_leaves(topological(root)), leaves, strict=True):
                leaf.data, leaf.grad = data, grad
            self._take(root, step)

    def _take(self, root: Value, step: int | None = None) -> None:
        self.picture, self._held = draw(root, **self._options), None
        self._pictured = len(self.losses) - 1 if step is None else step

    def _write(self, stream: TextIO, last: bool) -> None:
        """A line that is written over and over; where that cannot be done, a line now and then."""
        drawn = f"{self._line()}  {blocks(self.losses)}"
        try:
            drawn.encode(stream.encoding or "utf-8")
        except (UnicodeError, LookupError):
            drawn = self._line()
        if stream.isatty():
            stream.write(f"\r{drawn}\x1b[K" + "\n" * last)
        elif last or len(self.losses) > 2 * self._shown:  # a log stays short: twice as many steps as at the line before
            stream.write(drawn.rstrip() + "\n")
        else:
            return
        stream.flush()
        self._shown = len(self.losses)

    def _line(self) -> str:
        if not self.losses:
            return "no steps yet"
        return f"step {len(self.losses) - 1:,}  {clean(self._name)} {number(self.losses[-1])}"

    def _html(self) -> str:
        """The curve, and beside or under it the picture, or a text where an engine is missing."""
        self._draw()
        pieces = [curve(self.losses, self._theme, html.escape(clean(self._name)))]
        if self.picture is not None:
            bundle = self.picture._repr_mimebundle_()
            drawn = bundle.get("image/svg+xml")
            shown = drawn[drawn.index("<svg") :] if drawn else f"<pre>{html.escape(bundle['text/plain'])}</pre>"
            caption = f'<div style="{CAPTION};color:{self._theme.faint}">the graph at step {self._pictured:,}</div>'
            pieces.append(shown + caption)
        style = f"background:{self._theme.background};display:flex;flex-wrap:wrap;gap:12px;align-items:center"
        cells = "".join(f'<div style="max-width:100%;overflow-x:auto">{piece}</div>' for piece in pieces)
        return f'<div style="{style}">{cells}</div>'

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None, **_: Any
    ) -> dict[str, str]:
        """What notebooks show; never raises for want of an engine."""
        bundle = {"text/plain": f"{self._line()}  {blocks(self.losses)}".rstrip(), "text/html": self._html()}
        wanted = {kind: shown for kind, shown in bundle.items() if not include or kind in include}
        return {kind: shown for kind, shown in wanted.items() if not exclude or kind not in exclude}


def _leaves(nodes: Sequence[Value]) -> list[Value]:
    return [node for node in nodes if not node.op and not node.is_constant]


def watch(
    view: str = "neurons",
    *,
    theme: str = "light",
    every: float = 0.5,
    name: str = "loss",
    stream: TextIO | None = None,
    **options: Any,
) -> Watch:
    """A live view of training: the curve of the loss, and the picture of its graph as it is at this step.

    Arguments: `view`, `theme` and further `options` as for `draw`; `every`, the least number of seconds between two pictures
    (what is not shown costs next to nothing); `name`, what the loss is called; `stream`, a text stream to write to.
    In a notebook the output of the cell is updated. In a terminal it is one line that is written over, with the curve as
    blocks; in a file or a pipe a line now and then. Raises as `draw` for wrong choices, ValueError where `every` is negative.

    >>> w = Value(0.0, "w")
    >>> with watch(every=0) as live:
    ...     for step in range(3):
    ...         w.grad = 0.0
    ...         loss = (w * 2.0 - 1.0) ** 2
    ...         loss.backward()
    ...         live.update(loss)
    ...         w.data -= 0.1 * w.grad
    step 0  loss 1  ▁
    step 2  loss 0.0016  █▄▁
    >>> live.losses
    [1.0, 0.03999999999999998, 0.001600000000000003]
    """
    draw(Value(0.0), view, theme=theme, **options)  # wrong choices are told now, not in the middle of the training
    if not every >= 0.0:
        raise ValueError(f"every must be a number of seconds that is not negative, not {every!r}")
    if not isinstance(name, str):
        raise TypeError(f"name must be a str, not {type(name).__name__}")
    return Watch(theme, float(every), name, stream, {"view": view, **options})
