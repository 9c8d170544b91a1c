"""The legend under a picture: what the colours mean, with numbers, and what was folded or left out."""

from __future__ import annotations

import math

from viz.escape import html_text, number
from viz.picture import Picture
from viz.theme import Scale, Theme, tint


def legend_table(picture: Picture, scale: Scale, theme: Theme) -> str:
    """An HTML-like label for the whole graph."""
    rows = [_colours(picture, scale, theme)]
    if any(arrow.kind == "operand" for arrow in picture.arrows):
        colour = "; its colour: the gradient it sends back" if _has_gradients(picture) else ""
        rows.append(_line(f"on an arrow: local derivative (none: 1){colour}", theme))
    rows.append(_line(counts(picture), theme))
    body = "".join(f"<TR><TD>{row}</TD></TR>" for row in rows if row)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{body}</TABLE>>'


def counts(picture: Picture) -> str:
    """How many values there are, and how many of them have a card of their own; "" if all have."""
    constants = sum(len(box.constants) for box in picture.boxes)
    sums = sum(len(box.folded) for box in picture.boxes) - constants
    shown = picture.values - constants - sums - picture.left_out
    if shown == picture.values:
        return ""
    text = f"{picture.values:,} values, {shown:,} shown"
    if picture.left_out:
        text += f" (those nearest the result), {picture.left_out:,} left out"
    hints = ["sums of sums are one Σ"] * bool(sums) + ["constants stand inside their operation"] * bool(constants)
    return f"{text}; {', '.join(hints)}" if hints else text


def _has_gradients(picture: Picture) -> bool:
    return any(box.grad for box in picture.boxes)


def _colours(picture: Picture, scale: Scale, theme: Theme) -> str:
    """Swatches from strong negative over zero to strong positive, each with its number."""
    grads = [box.grad for box in picture.boxes if box.kind in ("leaf", "operation")]
    if not _has_gradients(picture):
        return _line("all gradients are 0: call backward() on the result to fill them in", theme)
    marks = scale.marks()
    finite = any(math.isfinite(grad) and grad for grad in grads)
    numbers = [-mark for mark in reversed(marks)] * finite + [0.0] + marks * finite
    texts = [number(x) for x in numbers]
    if scale.clipped and finite:
        texts[0], texts[-1] = "≤ " + texts[0], "≥ " + texts[-1]
    colours = [tint(theme, scale, x) for x in numbers]
    if not all(map(math.isfinite, grads)):
        texts.append("nan, inf")
        colours.append(theme.nonfinite)
    swatches = "".join(f'<TD WIDTH="40" HEIGHT="9" BGCOLOR="{colour}"></TD>' for colour in colours)
    labels = "".join(f"<TD>{_font(text, 9, theme.ink)}</TD>" for text in texts)
    title = _font(_title(picture), 10, theme.ink)
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR><TD ROWSPAN="2">{title}</TD>'
        f'<TD ROWSPAN="2" WIDTH="8"></TD>{swatches}</TR><TR>{labels}</TR></TABLE>'
    )


def _title(picture: Picture) -> str:
    """What the gradients are derivatives of, when the picture can know."""
    roots = picture.roots
    if len(roots) == 1 and roots[0].label and roots[0].grad == 1.0:
        return f"gradient ∂{html_text(roots[0].label)}/∂(value)"
    return "gradient"


def _line(text: str, theme: Theme) -> str:
    return _font(text, 10, theme.faint) if text else ""


def _font(text: str, size: int, colour: str) -> str:
    return f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{text}</FONT>'
