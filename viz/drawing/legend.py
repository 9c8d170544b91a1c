"""The legend under a picture: colours, and how much is folded or left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from viz.model.numbers import number
from viz.model.picture import Picture
from viz.style.escape import html_text
from viz.style.labels import CAPTION, KEY, font, table
from viz.style.theme import Scale, Theme, tint

NO_GRADIENTS = "all gradients are 0: call backward() on the result to fill them in"


def picture_legend(picture: Picture, scale: Scale, theme: Theme) -> str:
    """The legend of the views "values" and "classic"."""
    grads = [box.grad for box in picture.boxes if box.kind in ("leaf", "operation")]
    rows = [colours(grads, scale, theme, _title(picture))]
    if any(arrow.kind == "operand" for arrow in picture.arrows):
        colour = "; its colour: the gradient it sends back" if any(grads) else ""
        rows.append(line(f"on an arrow: local derivative (none: 1){colour}", theme))
    if any(arrow.kind == "cut" for arrow in picture.arrows):
        rows.append(line("a dashed arrow is cut: no derivative passes", theme))
    rows += [line(_counts(picture), theme), line(html_text(picture.note, 200), theme)]
    return legend(rows)


def legend(rows: Iterable[str]) -> str:
    """Rows under each other, with some air above; empty ones are left out."""
    air = '<TR><TD HEIGHT="8"></TD></TR>'
    return table([air, *(f"<TR><TD>{row}</TD></TR>" for row in rows if row)], padding=2)


def line(text: str, theme: Theme) -> str:
    """A line of explanation."""
    return font(text, KEY, theme.faint)


def colours(grads: Sequence[float], scale: Scale, theme: Theme, title: str) -> str:
    """Swatches from strong negative to strong positive, each with its number."""
    if not any(grads):
        return line(NO_GRADIENTS, theme)
    marks = scale.marks()
    finite = any(math.isfinite(grad) and grad for grad in grads)
    numbers = [-mark for mark in reversed(marks)] * finite + [0.0] + marks * finite
    texts = [number(x) for x in numbers]
    if scale.clipped and finite:
        texts[0], texts[-1] = "≤ " + texts[0], "≥ " + texts[-1]
    fills = [tint(theme, scale, x) for x in numbers]
    if not all(map(math.isfinite, grads)):
        texts.append("nan, inf")
        fills.append(theme.nonfinite)
    swatches = "".join(f'<TD WIDTH="40" HEIGHT="9" BGCOLOR="{fill}"></TD>' for fill in fills)
    labels = "".join(f"<TD>{font(text, CAPTION, theme.ink)}</TD>" for text in texts)
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
        f'<TR><TD ROWSPAN="2">{font(title, KEY, theme.ink)}</TD>'
        f'<TD ROWSPAN="2" WIDTH="8"></TD>{swatches}</TR><TR>{labels}</TR></TABLE>'
    )


def _counts(picture: Picture) -> str:
    """How many values there are and how many have a card; "" if all have."""
    constants = sum(len(box.constants) for box in picture.boxes)
    sums = sum(len(box.folded) for box in picture.boxes) - constants
    shown = picture.values - constants - sums - picture.left_out
    if shown == picture.values:
        return ""
    text = f"{picture.values:,} values, {shown:,} shown"
    if picture.left_out:
        text += f" ({html_text(picture.which, 100)}), {picture.left_out:,} left out"
    products = any(box.folded and box.operation.startswith("Σ×") for box in picture.boxes)
    hints = [f"sums of {'products are one Σ×' if products else 'sums are one Σ'}"] * bool(sums)
    hints += ["constants stand inside their operation"] * bool(constants)
    return f"{text}; {', '.join(hints)}" if hints else text


def _title(picture: Picture) -> str:
    """What the gradients are derivatives of, where the picture can know."""
    roots = picture.roots
    if len(roots) == 1 and roots[0].label and roots[0].grad == 1.0:
        return f"gradient ∂{html_text(roots[0].label)}/∂(value)"
    return "gradient"
