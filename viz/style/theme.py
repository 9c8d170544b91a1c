"""Colours: themes, and the scale that turns a gradient into a tint.

Orange is positive, blue negative, strength logarithmic.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """The colours of a picture; `negative` and `positive` run from weak to strong."""

    background: str
    ink: str  # names and numbers
    key: str  # the words data, grad
    faint: str  # captions, edge labels, legend
    border: str
    zero: str  # the card of a gradient that is exactly 0
    nonfinite: str  # nan and infinities
    neutral: str  # cards without a gradient: constants, operations of the classic view
    negative: tuple[str, ...]
    positive: tuple[str, ...]
    negative_edge: tuple[str, str]
    positive_edge: tuple[str, str]
    zero_edge: str
    nonfinite_edge: str


THEMES = {
    "light": Theme(
        background="#FFFFFF", ink="#15191E", key="#333B45", faint="#57606B", border="#39424E",
        zero="#E6E8EB", nonfinite="#F5A8E1", neutral="#FFFFFF",
        negative=("#F3F8FD", "#DCE9F6", "#BCD7EE", "#9CC9EA", "#7BB6E4"),
        positive=("#FFF6EC", "#FEE8D0", "#FDD3A6", "#FCBE82", "#FBA55C"),
        negative_edge=("#8DB3D6", "#1F6FB2"), positive_edge=("#DDA27C", "#BF4A00"),
        zero_edge="#A8AEB6", nonfinite_edge="#B8148F",
    ),
    "dark": Theme(
        background="#14181D", ink="#F4F6F8", key="#CBD2DA", faint="#AEB6C0", border="#8B95A1",
        zero="#33383F", nonfinite="#8E1C74", neutral="#20262D",
        negative=("#1D2731", "#21374D", "#25486B", "#275B8C", "#2A6EAC"),
        positive=("#2F261F", "#4A321F", "#68401E", "#874E1B", "#A55C14"),
        negative_edge=("#4F7396", "#7DB8F0"), positive_edge=("#946A4B", "#F7A765"),
        zero_edge="#6B737C", nonfinite_edge="#F07BD3",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale of sizes.

    `top` is full strength, `top / 10**decades` and below the weakest.
    """

    top: float
    decades: int
    clipped: bool  # whether something is larger than top

    @classmethod
    def fit(cls, sizes: Iterable[float], clipped: bool = False) -> Scale:
        """The scale of these sizes, zeros, nan and infinities aside.

        Its top is 1, 2 or 5 times a power of ten.
        """
        sizes = [size for size in sizes if 0.0 < size < math.inf]
        if not sizes:
            return cls(1.0, 2, False)
        top = _round_up(max(sizes))
        spread = math.log10(top) - math.log10(min(sizes))
        return cls(top, min(max(math.ceil(spread - 1e-9), 2), 6), clipped)

    def strength(self, size: float) -> float:
        """0 for the weakest, 1 for `top` and more."""
        if size >= self.top:
            return 1.0
        return max(0.0, 1.0 + (math.log10(size) - math.log10(self.top)) / self.decades)

    def marks(self) -> list[float]:
        """One size a decade, weakest first."""
        return [mark for i in range(self.decades, -1, -1) if (mark := self.top / 10.0**i)]


def _round_up(x: float) -> float:
    """The next of ..., 0.1, 0.2, 0.5, 1, ... that is not below x."""
    exponent = math.floor(math.log10(x))
    for step in (f"1e{exponent}", f"2e{exponent}", f"5e{exponent}", f"1e{exponent + 1}"):
        if x <= float(step) < math.inf:
            return float(step)
    return x


def tint(theme: Theme, scale: Scale, gradient: float) -> str:
    """The fill of a card with this gradient."""
    if not math.isfinite(gradient):
        return theme.nonfinite
    if gradient == 0.0:
        return theme.zero
    stops = theme.positive if gradient > 0 else theme.negative
    return blend(stops, scale.strength(abs(gradient)))


def edge_colour(theme: Theme, scale: Scale, message: float) -> str:
    """The colour of an arrow along which this much gradient flows back."""
    if not math.isfinite(message):
        return theme.nonfinite_edge
    if message == 0.0:
        return theme.zero_edge
    return blend(theme.positive_edge if message > 0 else theme.negative_edge, scale.strength(abs(message)))


def edge_ink(theme: Theme, message: float) -> str:
    """The colour of the number on that arrow, readable however weak the gradient."""
    if not math.isfinite(message):
        return theme.nonfinite_edge
    if message == 0.0:
        return theme.faint
    return (theme.positive_edge if message > 0 else theme.negative_edge)[1]


def blend(stops: tuple[str, ...], t: float) -> str:
    """The colour at `t` (0 to 1) along `stops`."""
    place = t * (len(stops) - 1)
    i = min(int(place), len(stops) - 2)
    a, b = (tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5)) for colour in stops[i : i + 2])
    return "#" + "".join(f"{round(p + (q - p) * (place - i)):02X}" for p, q in zip(a, b, strict=True))
