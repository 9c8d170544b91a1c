"""The object that draw() returns, with the interface of graphviz.Digraph."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import graphviz  # type: ignore[import-untyped]

from viz.backend.display import selected
from viz.backend.find import find_engine
from viz.backend.run import RASTER, run_engine
from viz.drawing.page import html_page, svg_element
from viz.drawing.views import View
from viz.model.arguments import check_path
from viz.model.engine import atomic_write
from viz.style import svg
from viz.style.fonts import unprintable

SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".html")


class Drawing:
    """A picture of a graph, for notebooks and files; made by `draw`.

    It has the attributes of `graphviz.Digraph` (which is its `.dot`); `pipe`, `render` and `view` run the engine that
    is there. `str()` is the DOT text.

    Examples:
        >>> from autograd import Value
        >>> from viz import draw
        >>> x = Value(3.0, "x")
        >>> drawing = draw(x * x)
        >>> drawing.source.startswith("digraph")
        True
        >>> drawing.pipe(format="png")[1:4]
        b'PNG'
    """

    def __init__(self, view: View, title: str, background: str, dpi: float, timeout: float) -> None:
        self.dot: graphviz.Digraph = view.dot
        self._tree = view.text
        self._user_text = view.user_text
        self._title = title
        self._background = background
        self._dpi = dpi
        self._timeout = timeout

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "dot":
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(self.dot, name)

    def __repr__(self) -> str:
        return f"<viz.Drawing of {self._title}>"

    def __str__(self) -> str:
        return self.source

    def __iter__(self) -> Iterator[str]:
        return iter(self.dot)

    @property
    def source(self) -> str:
        """The DOT text; the same for the same graph in every process."""
        return str(self.dot.source)

    def pipe(self, format: str | None = None, *, engine: str | None = None, encoding: str | None = None, **_: Any) -> Any:
        """Lay the picture out in a format.

        Args:
            format: "svg" (unless said otherwise), "png", "pdf" or another that the engine writes.
            engine: the layout algorithm, as "dot" or "neato"; unless given, that of the view.
            encoding: decode the picture, which is then a str.
            **_: what only steers the `dot` executable of `graphviz.Digraph.pipe` is accepted and not used.

        Returns:
            Bytes, or a str with `encoding`.

        Raises:
            ValueError: an unknown format or layout algorithm.
            EngineError: no engine can do it; it is a RuntimeError.
        """
        picture = self._run(format or str(self.format), engine or str(self.engine))
        return picture.decode(encoding) if encoding else picture

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file.

        The file is complete or not there: an error or an interrupt leaves what was there before.

        Args:
            path: its suffix decides the format: .svg .png .pdf .dot .html.

        Returns:
            The path that was written.

        Raises:
            ValueError: another suffix.
            FileNotFoundError: the folder does not exist.
            EngineError: as `pipe`.
        """
        target = check_path(path, SUFFIXES)
        suffix = target.suffix.lower()
        if suffix == ".dot":
            content = self.source.encode()
        elif suffix == ".html":
            content = self.page().encode()
        else:
            content = self.pipe(suffix[1:])
        atomic_write(target, content)
        return target

    def page(self) -> str:
        """Make an HTML page with the picture; it loads nothing and runs nothing.

        Returns:
            The page.

        Raises:
            EngineError: as `pipe`.
        """
        picture = self._run("svg", str(self.engine)).decode()
        return html_page(self._title, self._background, svg_element(picture))

    def render(self, filename: Any = None, directory: Any = None, view: bool = False, cleanup: bool = False,
               format: str | None = None, *, engine: str | None = None, outfile: Any = None, **_: Any) -> str:  # fmt: skip
        """Write the picture to a file, as `graphviz.Digraph.render`.

        Except that no DOT file is left beside the picture: `save("graph.dot")` writes one.

        Args:
            filename: the name without the format.
            directory: the folder; it is made if it does not exist.
            view: open the picture.
            cleanup: accepted and not used.
            format: as `pipe`.
            engine: as `pipe`.
            outfile: the whole path, instead of `filename` and `directory`.
            **_: accepted and not used.

        Returns:
            The path that was written, `filename.format` or `outfile`.

        Raises:
            ValueError: as `pipe`.
            EngineError: as `pipe`.
        """
        fmt = format or (Path(outfile).suffix[1:] if outfile else str(self.format))
        target = Path(outfile) if outfile else Path(directory or "", f"{filename or self.filename}.{fmt}")
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(target, self._run(fmt, engine or str(self.engine)))
        if view:
            graphviz.view(str(target))
        return str(target)

    def view(self, filename: Any = None, directory: Any = None, cleanup: bool = False, **_: Any) -> str:
        """Write the picture with `render` and open it in the system's viewer.

        Args:
            filename: as `render`.
            directory: as `render`.
            cleanup: accepted and not used.
            **_: accepted and not used.

        Returns:
            The path that was written.

        Raises:
            EngineError: as `pipe`.
        """
        return self.render(filename, directory, view=True)

    def _run(self, fmt: str, layout: str) -> bytes:
        if fmt not in graphviz.FORMATS:
            raise ValueError(f"unknown format {fmt!r}; common ones are svg, png, pdf, jpg, json, dot")
        if layout not in graphviz.ENGINES:
            raise ValueError(f"unknown layout engine {layout!r}; one of {', '.join(sorted(graphviz.ENGINES))}")
        source = self.source
        if fmt in RASTER and find_engine(fmt).name == "graphviz-pure":
            missing = unprintable(self._user_text)
            if missing:
                warnings.warn(
                    f"no glyphs for {missing} in a {fmt} picture: save as .svg, or let VIZ_DOT name a `dot`",
                    stacklevel=3,
                )
        picture = run_engine(source, fmt, layout, self._dpi, self._timeout)
        return svg.finish(picture.decode()).encode() if fmt == "svg" else picture

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None, **_: Any
    ) -> dict[str, str]:
        """The MIME bundle for notebooks: SVG, or a text tree and a hint. Never raises."""
        bundle = {"text/plain": repr(self)}
        try:
            bundle["image/svg+xml"] = self._run("svg", "dot").decode()
        except Exception as error:
            bundle["text/plain"] = f"{self._tree}\n(no picture: {' '.join(str(error).split())[:300]})"
        return selected(bundle, include, exclude)
