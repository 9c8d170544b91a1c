"""Run a layout engine on DOT text: no shell, no files, no settings of the user."""

from __future__ import annotations

import os
import subprocess

from viz.backend.errors import EngineError, EngineTimeoutError
from viz.backend.find import INSTALL, find_engine

TIMEOUT = 20.0  # seconds
LONGEST_SIDE = 8192  # pixels of a raster picture
RASTER = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp", "tiff"})


def run_engine(source: str, fmt: str = "svg", layout: str = "dot", dpi: float = 96.0, timeout: float = TIMEOUT) -> bytes:
    """The picture of DOT text in a format.

    Args:
        source: the DOT text.
        fmt: the format, as "svg".
        layout: the layout algorithm, as "dot" or "neato".
        dpi: the resolution of a raster picture, whose longer side is at most LONGEST_SIDE.
        timeout: in seconds.

    Raises:
        NoEngineError: no installed engine writes the format.
        EngineTimeoutError: it took longer.
        EngineError: the engine failed; the message has its own words.
    """
    engine = find_engine(fmt)
    options = []
    if fmt in RASTER:
        side = LONGEST_SIDE / dpi
        options = [f"-Gdpi={dpi:g}", f"-Gsize={side:.4f},{side:.4f}"]
    command = engine.arguments(layout, fmt, options)
    try:
        process = subprocess.run(
            command,
            input=source.encode(),
            capture_output=True,
            timeout=timeout,
            env=environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineTimeoutError(
            f"{engine.name} did not finish within {timeout:g} s: draw less (max_nodes=) or allow more (timeout=)"
        ) from None
    except OSError as error:
        raise EngineError(f"{engine.command[0]} could not be run ({error}): {INSTALL}") from error
    if process.returncode != 0 or not process.stdout:
        message = complaints(process.stderr.decode(errors="replace")) or "nothing on stderr"
        raise EngineError(f"{engine.name} could not write {fmt} (exit code {process.returncode}): {message[:500]}")
    return process.stdout


def environment() -> dict[str, str]:
    """The process environment without what could change the picture or load a file."""
    hidden = ("GV", "GRAPHVIZ", "DOTFONTPATH")
    return {key: x for key, x in os.environ.items() if not key.upper().startswith(hidden)} | {"SERVER_NAME": "viz"}


def complaints(stderr: str) -> str:
    """The text on stderr without notes about fonts and the width of letters."""
    noise = (
        "no value for width of non-ASCII",
        "file loading is disabled",
        "size too small for label",
        "Pango-WARNING",
    )
    return "\n".join(line for line in stderr.splitlines() if line.strip() and not any(words in line for words in noise))
