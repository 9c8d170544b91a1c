"""Finishing an engine's SVG: text that stays inside its card whatever font the viewer has."""

from __future__ import annotations

import html
import re
import unicodedata

# Widths of the characters 32 to 126 in thousandths of the font size, as the layout engine takes them.
REGULAR = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
BOLD = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
)  # fmt: skip
_TEXT = re.compile(r"<text ([^<>]*)>([^<>]*)</text>")
_SIZE = re.compile(r'font-size="([0-9.]+)"')


def finish(svg: str) -> str:
    """`svg` with the width of every text fixed to what the layout left for it."""
    return _TEXT.sub(_fitted, svg)


def _fitted(match: re.Match[str]) -> str:
    attributes, text = match[1], html.unescape(match[2])
    size = _SIZE.search(attributes)
    if not size or not text.strip() or "textLength" in attributes:
        return match[0]
    table = BOLD if 'font-weight="bold"' in attributes else REGULAR
    left = sum(room(c, table) for c in text)
    if not text.isascii() and sum(_likely(c, table) for c in text) <= left:
        return match[0]  # fits; stretching letters of unknown width would only spoil them
    width = left * float(size[1]) / 1000
    return f'<text {attributes} textLength="{width:.2f}" lengthAdjust="spacingAndGlyphs">{match[2]}</text>'


def room(c: str, table: tuple[int, ...]) -> int:
    """What the engine leaves for a character: one it does not know gets a space for each byte."""
    return table[ord(c) - 32] if " " <= c <= "~" else table[0] * len(c.encode("utf-8", "replace"))


def _likely(c: str, table: tuple[int, ...]) -> int:
    """What a viewer's font is likely to take."""
    if " " <= c <= "~":
        return table[ord(c) - 32]
    if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0
    return 1100 if unicodedata.east_asian_width(c) in "WF" else 556
