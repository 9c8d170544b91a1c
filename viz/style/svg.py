"""Finish an engine's SVG: text stays inside its card whatever font the viewer has."""

from __future__ import annotations

import html
import re
import unicodedata

from viz.style.fonts import BOLD, REGULAR, advance

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
    widths = BOLD if 'font-weight="bold"' in attributes else REGULAR
    room = sum(advance(c, widths) for c in text)
    if not text.isascii() and sum(_likely_advance(c, widths) for c in text) <= room:
        return match[0]  # fits; stretching letters of unknown width would only spoil them
    width = room * float(size[1]) / 1000
    return f'<text {attributes} textLength="{width:.2f}" lengthAdjust="spacingAndGlyphs">{match[2]}</text>'


def _likely_advance(c: str, widths: tuple[int, ...]) -> int:
    """The width of a character in a viewer's font, most likely."""
    if " " <= c <= "~":
        return widths[ord(c) - 32]
    if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0
    return 1100 if unicodedata.east_asian_width(c) in "WF" else 556
