"""Which characters the fonts inside graphviz-pure can draw, for the warning before a PNG with empty boxes."""

from __future__ import annotations

COVERED = (
    (0x09, 0x0A), (0x20, 0x7E), (0xA0, 0x52F), (0x591, 0x5F4), (0x1D00, 0x1DF5), (0x1E00, 0x20BE), (0x2100, 0x214F),
    (0x2153, 0x2154), (0x215B, 0x215E), (0x2190, 0x2195), (0x2211, 0x2212), (0x2219, 0x221A), (0x221E, 0x221F),
    (0x2248, 0x2249), (0x2260, 0x2262), (0x2264, 0x2265), (0x226E, 0x2271), (0xFB01, 0xFB02), (0xFFFC, 0xFFFD),
)  # fmt: skip
ALSO = frozenset("∂∆∏∕∩∫■□▲►▼◄◊○●")


def unprintable(text: str) -> str:
    """The characters of `text`, each once, that would come out as empty boxes.

    >>> unprintable("σ(∇f) ≤ 漢")
    '∇漢'
    """
    return "".join(sorted({c for c in text if c not in ALSO and not any(low <= ord(c) <= high for low, high in COVERED)}))
