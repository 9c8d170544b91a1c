"""The object that draw() returns: graphviz.Digraph's interface, files of every format, and display that never fails."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import graphviz  # type: ignore[import-untyped]

from autograd._files import atomic_write
from viz.backend import run as engine
from viz.backend.files import html_page
from viz.backend.find import find
from viz.style import svg
from viz.style.fonts import unprintable

SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".html")


class Drawing:
    """A picture of a graph, ready for notebooks and files.

    It has the attributes of `graphviz.Digraph` (which is its `.dot`); `pipe`, `render` and `view` run the engine that
    is there. `str()` is the DOT text.

    >>> from autograd import Value
    >>> from viz import draw
    >>> x = Value(3.0, "x")
    >>> drawing = draw(x * x)
    >>> drawing.source.startswith("digraph")
    True
    >>> drawing.pipe(format="png")[1:4]
    b'PNG'
    """

    def __init__(
        self,
        dot: graphviz.Digraph,
        tree: str,
        title: str,
        letters: str,
        background: str,
        dpi: float,
        timeout: float,
    ) -> None:
        self.dot = dot
        self._tree = tree
        self._title = title
        self._letters = letters
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
        """The picture as bytes, or as str when `encoding` is given; `format` is "svg" unless said otherwise.

        Arguments that only steer the `dot` executable of `graphviz.Digraph.pipe` are accepted and not used.
        Raises ValueError for an unknown format, EngineError (a RuntimeError) when no engine can do it.
        """
        picture = self._run(format or str(self.format), engine or str(self.engine))
        return picture.decode(encoding) if encoding else picture

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to `path`, whose suffix decides: .svg .png .pdf .dot .html. The written path.

        The file is complete or not there: an error or an interrupt leaves what was there before.
        Raises ValueError for another suffix, FileNotFoundError without the folder, EngineError as `pipe`.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(f"cannot save as {target.name!r}: the name must end in one of {' '.join(SUFFIXES)}")
        if not target.absolute().parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(target.parent)!r} to save {target.name!r} in")
        if suffix == ".dot":
            content = self.source.encode()
        elif suffix == ".html":
            content = self.page().encode()
        else:
            content = self.pipe(suffix[1:])
        atomic_write(target, content)
        return target

    def page(self) -> str:
        """One self-contained HTML page with the picture; it loads nothing and runs nothing."""
        picture = self._run("svg", str(self.engine)).decode()
        return html_page(self._title, self._background, picture)

    def render(self, filename: Any = None, directory: Any = None, view: bool = False, cleanup: bool = False,
               format: str | None = None, *, engine: str | None = None, outfile: Any = None, **_: Any) -> str:  # fmt: skip
        """Write the picture to `filename.format` (or to `outfile`) and return that path; `view` opens it.

        As `graphviz.Digraph.render`, except that no DOT file is left beside the picture: `save("graph.dot")` writes one.
        """
        fmt = format or (Path(outfile).suffix[1:] if outfile else str(self.format))
        target = Path(outfile) if outfile else Path(directory or "", f"{filename or self.filename}.{fmt}")
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(target, self._run(fmt, engine or str(self.engine)))
        if view:
            graphviz.view(str(target))
        return str(target)

    def view(self, filename: Any = None, directory: Any = None, cleanup: bool = False, **_: Any) -> str:
        """Render to a file and open it in the system's viewer; the path."""
        return self.render(filename, directory, view=True)

    def _run(self, fmt: str, layout: str) -> bytes:
        if fmt not in graphviz.FORMATS:
            raise ValueError(f"unknown format {fmt!r}; common ones are svg, png, pdf, jpg, json, dot")
        if layout not in graphviz.ENGINES:
            raise ValueError(f"unknown layout engine {layout!r}; one of {', '.join(sorted(graphviz.ENGINES))}")
        source = self.source
        if fmt in engine.RASTER and find(fmt).name == "graphviz-pure":
            missing = unprintable(self._letters)
            if missing:
                warnings.warn(
                    f"no glyphs for {missing} in a {fmt} picture: save as .svg, or let VIZ_DOT name a `dot`",
                    stacklevel=3,
                )
        picture = engine.run(source, fmt, layout, self._dpi, self._timeout)
        return svg.finish(picture.decode()).encode() if fmt == "svg" else picture

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None, **_: Any
    ) -> dict[str, str]:
        """What notebooks show: SVG; without an engine a short tree and how to get one. Never raises."""
        bundle = {"text/plain": repr(self)}
        try:
            bundle["image/svg+xml"] = self._run("svg", "dot").decode()
        except Exception as error:
            bundle["text/plain"] = f"{self._tree}\n(no picture: {' '.join(str(error).split())[:300]})"
        wanted = {kind: shown for kind, shown in bundle.items() if not include or kind in include}
        return {kind: shown for kind, shown in wanted.items() if not exclude or kind not in exclude}
