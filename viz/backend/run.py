"""Run a layout engine on DOT text, within limits: no shell, no files, none of the user's settings."""

from __future__ import annotations

import os
import subprocess

from viz.backend.find import INSTALL, find
from viz.errors import EngineError, EngineTimeoutError

TIMEOUT = 20.0  # seconds
LONGEST_SIDE = 8192  # pixels of a raster picture
RASTER = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp", "tiff"})


def run(source: str, fmt: str = "svg", layout: str = "dot", dpi: float = 96.0, timeout: float = TIMEOUT) -> bytes:
    """The picture of DOT text. Raises EngineError, or one that refines it, with the engine's own words."""
    engine = find(fmt)
    options = []
    if fmt in RASTER:
        side = LONGEST_SIDE / dpi
        options = [f"-Gdpi={dpi:g}", f"-Gsize={side:.4f},{side:.4f}"]
    command = engine.arguments(layout, fmt, options)
    try:
        done = subprocess.run(
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
    if done.returncode != 0 or not done.stdout:
        said = complaints(done.stderr.decode(errors="replace")) or "nothing on stderr"
        raise EngineError(f"{engine.name} could not write {fmt} (exit code {done.returncode}): {said[:500]}")
    return done.stdout


def environment() -> dict[str, str]:
    """The process environment, so that the engine loads no file and no setting of the user's changes the picture."""
    hidden = ("GV", "GRAPHVIZ", "DOTFONTPATH")
    return {key: text for key, text in os.environ.items() if not key.upper().startswith(hidden)} | {"SERVER_NAME": "viz"}


def complaints(said: str) -> str:
    """What an engine says on stderr, without its notes about fonts and the width of letters."""
    noise = (
        "no value for width of non-ASCII",
        "file loading is disabled",
        "size too small for label",
        "Pango-WARNING",
    )
    return "\n".join(line for line in said.splitlines() if line.strip() and not any(words in line for words in noise))
