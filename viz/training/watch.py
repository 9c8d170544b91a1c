"""watch(): a live view of training, in notebooks, terminals and files."""

from __future__ import annotations

import html
import importlib
import os
import sys
import time
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from autograd import Value
from viz.backend.display import kernel, selected
from viz.drawing.draw import draw
from viz.drawing.drawing import Drawing
from viz.drawing.page import html_page, svg_element
from viz.model.arguments import check_path
from viz.model.engine import atomic_write, real
from viz.model.numbers import number
from viz.style.escape import clean
from viz.style.theme import THEMES
from viz.training.curve import blocks, curve
from viz.training.snapshot import Snapshot

PACE = 10.0  # drawing and snapshots take at most one part in this many of the time
LARGE_GRAPH = 20_000  # values; of a larger graph not every step has a snapshot
CAPTION = "font:13px Helvetica,Arial,sans-serif;text-align:center"


class Watch:
    """A live view of training; made by `watch`.

    Call `update(loss)` at each step.

    Used with `with`, it shows the last state at the end, also after an error or Ctrl-C.

    Attributes:
        losses: all so far.
        picture: the last drawing, or None.

    Examples:
        >>> from viz import watch
        >>> with watch(every=0) as live:
        ...     live.update(0.5)
        step 0  loss 0.5  ▁
        >>> live
        <viz.Watch, 1 steps, loss 0.5>
    """

    def __init__(self, theme: str, every: float, name: str, stream: TextIO | None, options: dict[str, Any]) -> None:
        self.losses: list[float] = []
        self.picture: Drawing | None = None
        self._theme, self._every, self._name = THEMES[theme], every, name
        self._options = {"theme": theme, **options}
        self._stream = stream
        self._handle: Any = None
        self._next_show = -float("inf")
        self._snapshot: Snapshot | None = None  # of the last step, until it is drawn
        self._next_snapshot = -float("inf")
        self._picture_step = 0
        self._shown = 0  # how many losses there were when something was shown last

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        last = f", {self._name} {number(self.losses[-1])}" if self.losses else ""
        return f"<viz.Watch, {len(self.losses):,} steps{last}>"

    def update(self, loss: Value | float, root: Value | None = None) -> None:
        """Note the loss of one step, and show it if it is time.

        Call it after `backward()` and before the optimiser's step, so that values and gradients of the picture belong
        together.

        Args:
            loss: a number or a Value.
            root: the graph to be drawn, if it is not that of `loss`.

        Raises:
            TypeError: a loss that is no real number, or a root that is no Value.
        """
        if root is not None and not isinstance(root, Value):
            raise TypeError(f"update() needs a Value as root, not {type(root).__name__}")
        self.losses.append(loss.data if isinstance(loss, Value) else real(loss, "loss"))
        root = root if root is not None else loss if isinstance(loss, Value) else None
        is_time = time.monotonic() >= self._next_show
        if root is not None and root.op:
            if is_time and self._in_notebook():
                self._draw(root, len(self.losses) - 1)
            else:
                self._take_snapshot(root)
        if is_time:
            self._show(last=False)

    def close(self) -> None:
        """Show the last state, as the end of `with` does."""
        self._draw_snapshot()
        if self.losses and (self._shown < len(self.losses) or (self._handle is None and self._output().isatty())):
            self._show(last=True)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the curve and the last picture as one HTML page that loads nothing.

        Args:
            path: must end in .html.

        Returns:
            The path that was written.

        Raises:
            ValueError: another suffix.
            FileNotFoundError: the folder does not exist.
        """
        target = check_path(path, [".html"], "a watch")
        atomic_write(target, html_page(self._name, self._theme.background, self._html()).encode())
        return target

    def _in_notebook(self) -> bool:
        return self._stream is None and kernel() is not None

    def _show(self, last: bool) -> None:
        began = time.monotonic()
        if self._in_notebook():
            self._show_in_notebook()
            now = time.monotonic()
            self._next_show = now + max(self._every, PACE * (now - began))
        else:
            self._write(self._output(), last)
            self._next_show = began + self._every

    def _show_in_notebook(self) -> None:
        if self._handle is None:
            display: Any = importlib.import_module("IPython.display").display
            self._handle = display(self, display_id=True)
        else:
            self._handle.update(self)
        self._shown = len(self.losses)

    def _output(self) -> TextIO:
        return self._stream or sys.stdout

    def _take_snapshot(self, root: Value) -> None:
        """Keep what a later picture of this step needs."""
        began = time.monotonic()
        if began >= self._next_snapshot:
            self._snapshot = Snapshot.of(root, len(self.losses) - 1)
            is_large = self._snapshot.values > LARGE_GRAPH
            self._next_snapshot = time.monotonic() + PACE * (time.monotonic() - began) if is_large else began

    def _draw_snapshot(self) -> None:
        if self._snapshot is not None:
            self._draw(self._snapshot.restored(), self._snapshot.step)

    def _draw(self, root: Value, step: int) -> None:
        self.picture, self._snapshot = draw(root, **self._options), None
        self._picture_step = step

    def _write(self, stream: TextIO, last: bool) -> None:
        """Write a line over the last one; to a file, a new line now and then."""
        line = f"{self._line()}  {blocks(self.losses)}"
        try:
            line.encode(stream.encoding or "utf-8")
        except (UnicodeError, LookupError):
            line = self._line()
        if stream.isatty():
            stream.write(f"\r{line}\x1b[K" + "\n" * last)
        elif last or len(self.losses) > 2 * self._shown:  # a log stays short: twice as many steps as at the line before
            stream.write(line.rstrip() + "\n")
        else:
            return
        stream.flush()
        self._shown = len(self.losses)

    def _line(self) -> str:
        if not self.losses:
            return "no steps yet"
        return f"step {len(self.losses) - 1:,}  {clean(self._name)} {number(self.losses[-1])}"

    def _html(self) -> str:
        """The curve, and the picture, or a text where an engine is missing."""
        self._draw_snapshot()
        pieces = [curve(self.losses, self._theme, html.escape(clean(self._name)))]
        if self.picture is not None:
            bundle = self.picture._repr_mimebundle_()
            picture = bundle.get("image/svg+xml")
            shown = svg_element(picture) if picture else f"<pre>{html.escape(bundle['text/plain'])}</pre>"
            caption = f'<div style="{CAPTION};color:{self._theme.faint}">the graph at step {self._picture_step:,}</div>'
            pieces.append(shown + caption)
        style = f"background:{self._theme.background};display:flex;flex-wrap:wrap;gap:12px;align-items:center"
        cells = "".join(f'<div style="max-width:100%;overflow-x:auto">{piece}</div>' for piece in pieces)
        return f'<div style="{style}">{cells}</div>'

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None, **_: Any
    ) -> dict[str, str]:
        """What notebooks show; never raises for want of an engine."""
        bundle = {"text/plain": f"{self._line()}  {blocks(self.losses)}".rstrip(), "text/html": self._html()}
        return selected(bundle, include, exclude)


def watch(
    view: str = "neurons",
    *,
    theme: str = "light",
    every: float = 0.5,
    name: str = "loss",
    stream: TextIO | None = None,
    **options: Any,
) -> Watch:
    """Watch a training live: the curve of the loss, and the picture of its graph.

    In a notebook the output of the cell is updated. In a terminal it is one line that is written over, with the curve as
    blocks; in a file or a pipe a line now and then.

    Args:
        view: as for `draw`.
        theme: as for `draw`.
        every: the least number of seconds between two pictures; what is not shown costs next to nothing.
        name: what the loss is called.
        stream: a text stream to write to.
        **options: as for `draw`.

    Returns:
        The watch, a context manager; its `update(loss)` is called at each step.

    Raises:
        TypeError: as `draw`, or a name that is no str.
        ValueError: as `draw` for wrong choices, or `every` is negative.

    Examples:
        >>> from autograd import Value
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
    draw(Value(0.0), view, theme=theme, **options)  # wrong choices raise now, not in the middle of the training
    if not every >= 0.0:
        raise ValueError(f"every must be a number of seconds that is not negative, not {every!r}")
    if not isinstance(name, str):
        raise TypeError(f"name must be a str, not {type(name).__name__}")
    return Watch(theme, float(every), name, stream, {"view": view, **options})
