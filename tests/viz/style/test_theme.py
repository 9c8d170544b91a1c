"""Colours: readable text, and a scale with round numbers."""

from __future__ import annotations

import math

import pytest

from viz.style.theme import THEMES, Scale, edge_ink


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, bright = sorted([luminance(one), luminance(other)])
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_text_is_readable_on_every_colour(name: str) -> None:
    theme = THEMES[name]
    for fill in (*theme.negative, *theme.positive, theme.zero, theme.nonfinite, theme.neutral):
        assert contrast(theme.ink, fill) >= 4.5, fill
    for fill in (*theme.negative, *theme.positive, theme.zero):
        assert contrast(theme.key, fill) >= 3.0, fill
    for size in (1e-9, 1.0, math.nan, 0.0):
        for sign in (1, -1):
            assert contrast(edge_ink(theme, sign * size), theme.background) >= 4.5


def test_scale_is_logarithmic_with_round_numbers() -> None:
    scale = Scale.fit([0.0, 0.3, 0.0004, math.nan, math.inf])
    assert (scale.top, scale.decades) == (0.5, 4)
    assert scale.marks() == pytest.approx([5e-5, 5e-4, 5e-3, 5e-2, 0.5])
    assert [scale.strength(mark) for mark in scale.marks()] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert scale.strength(1e-300) == 0.0 and scale.strength(7.0) == 1.0
    assert Scale.fit([5e-324]).strength(5e-324) >= 0.0 and Scale.fit([1.7e308]).strength(1.7e308) <= 1.0
