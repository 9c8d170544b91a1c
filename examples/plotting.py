"""Shared by the examples that plot: the option --out and one style."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

LOOK = {
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "0.9",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "savefig.dpi": 120,
}
BLUE, ORANGE, GREEN, RED, GREY = "#0072b2", "#d55e00", "#009e73", "#cc3377", "#777777"  # distinct for colour-blind readers too


def pyplot() -> ModuleType | None:
    """Import matplotlib.pyplot for drawing without a screen; None if not installed."""
    try:
        import matplotlib
    except ModuleNotFoundError:
        return None
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # its notice on the very first run
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update(LOOK)
    return plt


def begin(description: str) -> tuple[ModuleType, Path]:
    """Read the options; give pyplot and the folder to write to."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, default=Path("."), help="the folder to write the plot to")
    folder = parser.parse_args().out
    plt = pyplot()
    if plt is None:
        sys.exit(f"{Path(sys.argv[0]).name} plots with matplotlib, which is not installed: pip install 'matplotlib>=3.7'")
    return plt, folder


def save(figure: Any, folder: Path, name: str) -> None:
    """Write the figure to the folder as a PNG and say where it went."""
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / name)
    print(f"wrote {(folder / name).resolve()}")
