"""Pieces of HTML-like labels: runs of text, rows, tables.

Text is escaped already, but for that of `heading`.
"""

from __future__ import annotations

from collections.abc import Iterable

from viz.style.escape import html_text
from viz.style.theme import Theme

NAME, BODY, KEY, CAPTION = 12, 12, 10, 9  # points


def font(text: str, size: int, colour: str, style: str = "{}") -> str:
    """A run of text; empty elements would not be valid."""
    return f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{style.format(text)}</FONT>' if text else ""


def row(key: str, text: str, theme: Theme, style: str = "{}") -> str:
    """A key on the left and a number on the right, with some air between them."""
    left, right = font(key, KEY, theme.key, style), font(text, BODY, theme.ink, style)  # alike, or their lines differ
    air = '<TR><TD HEIGHT="2" COLSPAN="3"></TD></TR>' if style != "{}" else ""  # styled lines are higher than plain ones
    return f'{air}<TR><TD ALIGN="LEFT">{left}</TD><TD WIDTH="6"></TD><TD ALIGN="RIGHT">{right}</TD></TR>'


def wide(text: str) -> str:
    """A row that takes the whole width."""
    return f'<TR><TD COLSPAN="3">{text}</TD></TR>'


def heading(name: str, operation: str, theme: Theme) -> str:
    """Name left and operation right; one alone goes to the middle.

    Both are escaped here.
    """
    name, operation = (font(html_text(text), NAME, theme.ink, "<B>{}</B>") if text else "" for text in (name, operation))
    if name and operation:
        return f'<TR><TD ALIGN="LEFT" COLSPAN="2">{name}</TD><TD ALIGN="RIGHT">{operation}</TD></TR>'
    return wide(name or operation) if name or operation else ""


def table(rows: Iterable[str], padding: int = 1) -> str:
    """A whole HTML-like label without lines between its cells."""
    body = "".join(rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{body}</TABLE>>'


def beside(texts: Iterable[str], direction: str) -> str:
    """The label of an arrow, with some air towards it.

    It is right of the arrow or, in horizontal pictures, above it.
    """
    texts = [text for text in texts if text]
    if direction in ("BT", "TB"):
        air = f'<TD WIDTH="5" ROWSPAN="{len(texts)}"></TD>'
        return table((f"<TR>{air if i == 0 else ''}<TD>{text}</TD></TR>" for i, text in enumerate(texts)), padding=0)
    return table([*(f"<TR><TD>{text}</TD></TR>" for text in texts), '<TR><TD HEIGHT="6"></TD></TR>'], padding=0)
