"""Text on its way into DOT: what users wrote comes out as plain text, whatever it contains; and how numbers are written."""

from __future__ import annotations

import html
import re

import graphviz  # type: ignore[import-untyped]

LABEL = 40  # characters of a label that a picture shows; the tooltip shows more
TOOLTIP = 400

# Not allowed in XML, or able to steer a terminal or turn the direction of writing.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def clean(text: str, limit: int = LABEL) -> str:
    """`text` without control characters, with newlines as they are, at most `limit` characters long.

    >>> clean("a\\x00b\\tc")
    'a\N{REPLACEMENT CHARACTER}b c'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _UNSAFE.sub("\ufffd", text[: 2 * limit])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def html_text(text: str, limit: int = LABEL) -> str:
    """`text` for a cell of an HTML-like label, which knows markup, entities and DOT's backslash escapes.

    >>> html_text("<b> & \\\\N")
    '&lt;b&gt; &amp; \\\\\\\\N'
    """
    lines = clean(text, limit).split("\n")
    escaped = [html.escape(line).replace("\\", "\\\\").replace("]", "&#93;") for line in lines]
    return "<BR/>".join(line or " " for line in escaped)


def tooltip(text: str, limit: int = TOOLTIP) -> str:
    """`text` for a tooltip, which the engines unescape twice; a str of its own kind, which is quoted even between < >."""
    quoted: str = graphviz.nohtml(clean(text, limit).replace("&", "&amp;").replace("\\", "\\" * 4))
    return quoted


def number(x: float) -> str:
    """`x` in four significant digits, whole numbers up to six digits in full, with an ASCII minus.

    >>> number(0.0287306), number(-7.08e-05), number(12345.0), number(-0.0), number(float("inf"))
    ('0.02873', '-7.08e-5', '12345', '-0', 'inf')
    """
    digits = f"{x:.6g}" if abs(x) < 1e6 and x == round(x, 0) else f"{x:.4g}"
    return re.sub(r"e([+-])0*(\d)", lambda m: "e" + m[1].replace("+", "") + m[2], digits)
