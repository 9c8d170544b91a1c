"""Escape text of users for DOT, HTML, Markdown and LaTeX.

It comes out as plain text, whatever it contains.
"""

from __future__ import annotations

import html
import re

import graphviz  # type: ignore[import-untyped]

LABEL_LENGTH = 40  # characters of a label that a picture shows; the tooltip shows more
TOOLTIP_LENGTH = 400

# Not allowed in XML, or able to steer a terminal or turn the direction of writing.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def clean(text: str, limit: int = LABEL_LENGTH) -> str:
    """`text` without control characters but newlines, at most `limit` characters.

    >>> clean("a\\x00b\\tc")
    'a\N{REPLACEMENT CHARACTER}b c'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _UNSAFE.sub("\ufffd", text[: 2 * limit])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def html_text(text: str, limit: int = LABEL_LENGTH) -> str:
    """`text` for a cell of an HTML-like label.

    Such a label knows markup, entities and DOT's backslash escapes.

    >>> html_text("<b> & \\\\N")
    '&lt;b&gt; &amp; \\\\\\\\N'
    """
    lines = clean(text, limit).split("\n")
    escaped = [html.escape(line).replace("\\", "\\\\").replace("]", "&#93;") for line in lines]
    return "<BR/>".join(line or " " for line in escaped)


def tooltip(text: str, limit: int = TOOLTIP_LENGTH) -> str:
    """`text` for a tooltip, which the engines unescape twice.

    It is of a subclass of str that is quoted even between < >.
    """
    quoted: str = graphviz.nohtml(clean(text, limit).replace("&", "&amp;").replace("\\", "\\" * 4))
    return quoted


def markdown_text(text: str) -> str:
    """`text` for Markdown, in which nothing is markup.

    >>> markdown_text("<b>*x*|")
    '&lt;b&gt;\\\\*x\\\\*\\\\|'
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:@^=])", r"\\\1", html.escape(text, quote=False))


def latex_words(text: str) -> str:
    """`text` for LaTeX's text mode, without what could be a command there."""
    return re.sub(r"[^\w ,.:()]", " ", text.replace("_", " "))
