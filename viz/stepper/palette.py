"""The colours of a page as classes: one for each pair of light and dark."""

from __future__ import annotations

from dataclasses import dataclass, field

from viz.model.numbers import number
from viz.style.theme import THEMES, Scale, edge_colour, tint


@dataclass
class Palette:
    """The classes asked for so far, which name a colour in each theme."""

    scale: Scale
    classes: dict[tuple[str, str], str] = field(default_factory=dict)

    def fill(self, gradient: float) -> str:
        """The class of a card with this gradient."""
        return self._named(tint(THEMES["light"], self.scale, gradient), tint(THEMES["dark"], self.scale, gradient))

    def line(self, message: float) -> str:
        """The class of an arrow along which this gradient went back."""
        return self._named(*(edge_colour(THEMES[name], self.scale, message) for name in ("light", "dark")))

    def _named(self, light: str, dark: str) -> str:
        return self.classes.setdefault((light, dark), f"c{len(self.classes)}")

    def css(self) -> str:
        """The rules of all classes."""
        light = "".join(f".{name}{{--c:{colour}}}" for (colour, _), name in self.classes.items())
        return light + "".join(f"[data-theme=dark] .{name}{{--c:{colour}}}" for (_, colour), name in self.classes.items())

    def legend(self) -> str:
        """Swatches from strong negative to strong positive, five of them with numbers."""
        marks = self.scale.marks()
        numbers = [-mark for mark in reversed(marks)] + [0.0] + marks
        last = len(numbers) - 1
        labelled = {0, len(numbers) // 4, len(marks), last - len(numbers) // 4, last}
        swatch = '<li><svg viewBox="0 0 10 4" aria-hidden="true"><rect class="{}" width="10" height="4"/></svg>{}</li>'
        return "".join(swatch.format(self.fill(x), number(x) if i in labelled else "") for i, x in enumerate(numbers))
