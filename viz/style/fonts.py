"""The fonts inside graphviz-pure: their characters, and how wide these are."""

from __future__ import annotations

COVERED = (
    (0x09, 0x0A), (0x20, 0x7E), (0xA0, 0x52F), (0x591, 0x5F4), (0x1D00, 0x1DF5), (0x1E00, 0x20BE), (0x2100, 0x214F),
    (0x2153, 0x2154), (0x215B, 0x215E), (0x2190, 0x2195), (0x2211, 0x2212), (0x2219, 0x221A), (0x221E, 0x221F),
    (0x2248, 0x2249), (0x2260, 0x2262), (0x2264, 0x2265), (0x226E, 0x2271), (0xFB01, 0xFB02), (0xFFFC, 0xFFFD),
)  # fmt: skip
ALSO = frozenset("∂∆∏∕∩∫■□▲►▼◄◊○●")

# Widths of the characters 32 to 126 in thousandths of the font size.
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


def unprintable(text: str) -> str:
    """The characters of `text`, each once, that would come out as empty boxes.

    >>> unprintable("σ(∇f) ≤ 漢")
    '∇漢'
    """
    return "".join(sorted({c for c in text if c not in ALSO and not any(low <= ord(c) <= high for low, high in COVERED)}))


def advance(c: str, widths: tuple[int, ...]) -> int:
    """The width that the engine leaves for a character.

    One that it does not know gets a space for each byte.
    """
    return widths[ord(c) - 32] if " " <= c <= "~" else widths[0] * len(c.encode("utf-8", "replace"))
