"""Find the layout engine for a format, and the command that runs it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from viz.backend.errors import NoEngineError

PURE = frozenset({"svg", "png", "jpg", "jpeg", "json", "dot", "xdot", "plain", "plain-ext"})  # what graphviz-pure writes
INSTALL = "pip install graphviz-pure, or install Graphviz (https://graphviz.org/download/), or set VIZ_DOT to its `dot`"
PDF = "PDF needs Graphviz's own `dot` (https://graphviz.org/download/), or pip install pygraphviz"

CHILD = """\
import sys
sys.path[:] = [folder for folder in sys.path if folder]
import pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
for option in sys.argv[3:]:
    key, _, setting = option[2:].partition("=")
    graph.graph_attr[key] = setting
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog=sys.argv[2]))
"""


@dataclass(frozen=True)
class Engine:
    """A command that reads DOT and writes a picture."""

    name: str  # "graphviz-pure", "dot" or "pygraphviz"
    command: tuple[str, ...]

    def arguments(self, layout: str, fmt: str, options: list[str]) -> list[str]:
        """The command with its arguments."""
        if self.name == "pygraphviz":
            return [*self.command, fmt, layout, *options]
        return [*self.command, f"-K{layout}", f"-T{fmt}", *options]


def find_engine(fmt: str) -> Engine:
    """The engine for a format.

    VIZ_DOT, else graphviz-pure, else the system's dot, else pygraphviz.

    Raises:
        NoEngineError: there is none; the message names the remedies.
    """
    chosen = os.environ.get("VIZ_DOT")
    if chosen:
        path = shutil.which(chosen)
        if path is None:
            raise NoEngineError(f"VIZ_DOT is {chosen!r}, which is no executable: unset it or let it name a `dot`")
        return Engine("dot", (str(Path(path).absolute()),))
    pure = _graphviz_pure() if fmt in PURE else None
    if pure:
        return Engine("graphviz-pure", (pure,))
    path = shutil.which("dot")
    if path:
        return Engine("dot", (str(Path(path).absolute()),))
    if _has_pygraphviz():
        return Engine("pygraphviz", (sys.executable, "-c", CHILD))
    if fmt == "pdf":
        raise NoEngineError(f"{PDF}; svg and png work without")
    if fmt not in PURE and _graphviz_pure():
        raise NoEngineError(
            f"graphviz-pure does not write {fmt!r}, only {', '.join(sorted(PURE))}; for others install Graphviz"
        )
    raise NoEngineError(f"no layout engine found: {INSTALL}")


def _graphviz_pure() -> str | None:
    """The executable of the graphviz-pure wheel, which need not be on the PATH."""
    names = ("graphviz-pure", "graphviz-pure.exe")
    try:
        files = importlib.metadata.files("graphviz-pure") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    places = [Path(str(file.locate())) for file in files if file.name in names]
    places += [Path(sysconfig.get_path("scripts")) / name for name in names]
    for place in places:
        if place.is_file() and os.access(place, os.X_OK):
            return str(place.resolve())
    return shutil.which("graphviz-pure")


def _has_pygraphviz() -> bool:
    """Whether pygraphviz is there with its own Graphviz inside, as from version 2."""
    try:
        version = importlib.metadata.version("pygraphviz")
    except importlib.metadata.PackageNotFoundError:
        return False
    return int(version.split(".")[0]) >= 2 and importlib.util.find_spec("pygraphviz") is not None
