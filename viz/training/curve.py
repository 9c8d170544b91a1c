"""The curve of a loss over the steps of training, as SVG and as a line of blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from viz.model.numbers import number
from viz.style.theme import Theme

WIDTH, HEIGHT = 420, 250
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 30, 34  # margins around the curve
MAX_POINTS = 400  # of a curve; longer ones show the span of several steps each
BLOCKS = "▁▂▃▄▅▆▇█"
LARGE = 20.0  # where the largest loss is this many times the smallest, the axis is logarithmic


def curve(losses: Sequence[float], theme: Theme, name: str = "loss") -> str:
    """The losses as one SVG picture; those not finite are left out and counted.

    >>> from viz.style.theme import THEMES
    >>> curve([1.0, 0.5], THEMES["light"]).startswith("<svg")
    True
    """
    points = [(i, x) for i, x in enumerate(losses) if math.isfinite(x)]
    parts = [_text(LEFT, 19, f"{name}, step {len(losses) - 1:,}: {number(losses[-1])}" if losses else name, theme.ink, 13)]
    if points:
        logarithmic = _is_logarithmic([x for _, x in points])
        parts += _axes(points, len(losses), logarithmic, theme)
        places = [f"{_x(i, len(losses)):.1f},{_y(x, points, logarithmic):.1f}" for i, x in _thinned(points)]
        line = theme.positive_edge[1]
        parts.append(
            f'<polyline points="{" ".join(places)}" fill="none" stroke="{line}" stroke-width="1.8" stroke-linejoin="round"/>'
        )
        x, y = places[-1].split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="3.2" fill="{line}"/>')
    if len(points) < len(losses):
        missing = f"{len(losses) - len(points):,} not finite"
        parts.append(_text(WIDTH - RIGHT, 19, missing, theme.nonfinite_edge, 11, "end"))
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{theme.background}"/>'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
    )
    about = f'aria-label="{name}, {len(losses):,} steps" font-family="Helvetica,Arial,sans-serif">'
    return head + about + ground + "".join(parts) + "</svg>"


def blocks(losses: Sequence[float], width: int = 32) -> str:
    """The curve as a line of blocks.

    >>> blocks([4.0, 3.0, 2.0, 1.0], 4)
    '█▆▃▁'
    """
    finite = [x for x in losses if math.isfinite(x)]
    if not finite:
        return ""
    logarithmic = _is_logarithmic(finite)
    shown = [finite[i * len(finite) // min(width, len(finite))] for i in range(min(width, len(finite)))][:-1] + finite[-1:]
    heights = [math.log(x) if logarithmic else x / 2 for x in shown]  # halves do not overflow
    low, high = min(heights), max(heights)
    top = len(BLOCKS) - 1
    return "".join(BLOCKS[round((h - low) / (high - low) * top) if high > low else 0] for h in heights)


def _is_logarithmic(losses: Sequence[float]) -> bool:
    return min(losses) > 0.0 and max(losses) > LARGE * min(losses)


def _thinned(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most about MAX_POINTS points: the extremes of each run of steps."""
    if len(points) <= MAX_POINTS:
        return list(points)
    length = math.ceil(len(points) / (MAX_POINTS // 2))
    extremes: list[tuple[int, float]] = []
    for start in range(0, len(points), length):
        run = points[start : start + length]
        extremes += sorted({min(run, key=lambda point: point[1]), max(run, key=lambda point: point[1])})
    return extremes if extremes[-1] == points[-1] else [*extremes, points[-1]]


def _x(step: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * step / max(count - 1, 1)


def _y(loss: float, points: Sequence[tuple[int, float]], logarithmic: bool) -> float:
    low, high = min(x for _, x in points), max(x for _, x in points)
    loss, low, high = (math.log(x) if logarithmic else x / 2 for x in (loss, low, high))  # halves do not overflow
    share = (loss - low) / (high - low) if high > low else 0.5
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _axes(points: Sequence[tuple[int, float]], count: int, logarithmic: bool, theme: Theme) -> list[str]:
    """Lines and numbers at losses, and the numbers of the first and last step.

    The losses are the smallest, the largest and powers of ten between.
    """
    low, high = min(x for _, x in points), max(x for _, x in points)
    marks = [low, high]
    if logarithmic:
        powers = [10.0**k for k in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
        marks += powers[:: max(1, math.ceil(len(powers) / 6))]
    parts: list[str] = []
    heights: list[float] = []  # of the numbers so far, which must not overlap
    for mark in dict.fromkeys(marks):
        y = _y(mark, points, logarithmic)
        if all(abs(y - other) > 13 for other in heights):
            heights.append(y)
            parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{theme.zero}" fill="none"/>')
            parts.append(_text(LEFT - 7, y + 4, number(mark), theme.key, 11, "end"))
    base = HEIGHT - BOTTOM + 17
    words = "step, logarithmic scale" if logarithmic else "step"
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, base + 12, words, theme.faint, 11, "middle"))
    parts.append(_text(LEFT, base, "0", theme.key, 11, "middle"))
    return [*parts, _text(WIDTH - RIGHT, base, f"{count - 1:,}", theme.key, 11, "end")] if count > 1 else parts


def _text(x: float, y: float, text: str, colour: str, size: int, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" text-anchor="{anchor}">{text}</text>'
