"""The size of a label made by labels.py, for layouts not left to the engine."""

from __future__ import annotations

import html
import re

from viz.style.fonts import BOLD, REGULAR, advance

_ROW = re.compile(r"<TR>(.*?)</TR>")
_RUN = re.compile(r'<FONT POINT-SIZE="(\d+)"[^>]*>(.*?)</FONT>')
LINE = 1.2  # height of a line, in sizes of its letters
PADDING = 2.0  # of a cell, on both sides together


def measure(label: str) -> tuple[float, float]:
    """Width and height in points.

    >>> measure('<<TABLE><TR><TD><FONT POINT-SIZE="10">ab</FONT></TD></TR></TABLE>>')
    (13.12, 14.0)
    """
    sizes = [_row(row) for row in _ROW.findall(label)]
    return max((width for width, _ in sizes), default=0.0), round(sum(height for _, height in sizes), 2)


def _row(row: str) -> tuple[float, float]:
    width = height = 0.0
    for size, text in _RUN.findall(row):
        widths = BOLD if "<B>" in text else REGULAR
        lines = [html.unescape(re.sub(r"</?[BI]>", "", line)) for line in text.split("<BR/>")]
        width += max(sum(advance(c, widths) for c in line.replace("\\\\", "\\")) for line in lines) * int(size) / 1000
        height = max(height, LINE * int(size) * len(lines))
    gaps = [int(gap) for gap in re.findall(r'<TD WIDTH="(\d+)"></TD>', row)]
    cells = row.count("<TD")
    return round(width + sum(gaps) + PADDING * cells, 2), height + PADDING
