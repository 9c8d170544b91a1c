"""Glyphs and widths of text."""

from __future__ import annotations

import autograd
from viz.model.node import GLYPHS
from viz.style.fonts import unprintable
from viz.style.svg import finish


def test_png_can_show_every_operation() -> None:
    for row in autograd.ops.primitives.TABLE.values():
        assert not unprintable(GLYPHS.get(row.glyph, row.glyph)), row.name


def test_svg_text_keeps_its_width() -> None:
    svg = '<text x="1" font-weight="bold" font-size="10.00">a1&#45;</text>'
    svg += '<text font-size="9.00">漢</text><text font-size="9">σ</text>'
    assert finish(svg).count("textLength") == 2
    assert 'textLength="14.45"' in finish(svg) and finish(finish(svg)) == finish(svg)
