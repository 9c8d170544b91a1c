"""The card of a group in DOT: counts, and the distribution of its gradients."""

from __future__ import annotations

import math

from viz.drawing.cards import Attributes
from viz.model.group_stats import Group
from viz.model.numbers import number
from viz.style.escape import html_text, tooltip
from viz.style.labels import CAPTION, KEY, NAME, font, row, table, wide
from viz.style.theme import Theme

HEIGHT, BAR = 40, 14  # points


def group_card(group: Group, title: str, has_frame: bool, span: tuple[int, int], theme: Theme) -> Attributes:
    """The node attributes of a group.

    One that has a frame is for the values of a scope that are in none of its inner scopes.
    """
    rows = [wide(font(html_text(title), NAME, theme.ink, "<B>{}</B>"))]
    if has_frame:
        rows.append(wide(font("beside its inner scopes", CAPTION, theme.key, "<I>{}</I>")))
    rows.append(wide(font(f"{group.values:,} value{'s' * (group.values != 1)}", KEY, theme.key)))
    rows.append(wide(font(_kinds(group), CAPTION, theme.key)))
    if group.sizes():
        rows.append(wide(_histogram(group, span, theme)))
        rows.append(wide(_signs(group, theme)))
        rows.append(row("median |grad|", number(group.median()), theme))
    if group.largest() != 0.0:
        rows.append(row("max |grad|", number(group.largest()), theme))
    elif group.grads:
        rows.append(wide(font("all gradients 0", KEY, theme.key)))
    nonfinite = sum(not math.isfinite(grad) for grad in group.grads)
    if nonfinite:
        rows.append(wide(font(f"{nonfinite:,} nan or inf", KEY, theme.nonfinite_edge, "<B>{}</B>")))
    return {
        "shape": "box", "style": "rounded,filled", "fillcolor": theme.neutral, "color": theme.border, "penwidth": "1.6",
        "margin": "0.1,0.06", "label": table(rows), "tooltip": tooltip(_description(group)),
    }  # fmt: skip


def _kinds(group: Group, constants: bool = False) -> str:
    """How many values there are of each kind.

    Constants are counted where they are all, or are asked for.
    """
    words = [(group.leaves, "leaf", "leaves"), (group.results, "result", "results")]
    if constants or group.constants == group.values:
        words.append((group.constants, "constant", "constants"))
    return ", ".join(f"{count:,} {one if count == 1 else many}" for count, one, many in words if count)


def _histogram(group: Group, span: tuple[int, int], theme: Theme) -> str:
    """A bar a decade, negative gradients below positive ones, on a common axis."""
    low, high = span
    positive, negative = group.histogram(low, high, 1), group.histogram(low, high, -1)
    top = max(p + n for p, n in zip(positive, negative, strict=True))
    bars = "".join(f"<TD>{_bar(_height(p, top), _height(n, top), theme)}</TD>" for p, n in zip(positive, negative, strict=True))
    spare = max(len(positive) - 1, 1)
    ends = f'<TD ALIGN="LEFT" COLSPAN="{(spare + 1) // 2}">{font(_power(low), CAPTION, theme.key)}</TD>'
    ends += f'<TD ALIGN="RIGHT" COLSPAN="{len(positive) - (spare + 1) // 2}">{font(_power(high), CAPTION, theme.key)}</TD>'
    if len(positive) == 1:
        ends = f"<TD>{font(f'{_power(low)} to {_power(high)}', CAPTION, theme.key)}</TD>"
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="0"><TR>{bars}</TR><TR>{ends}</TR></TABLE>'


def _height(count: int, top: int) -> int:
    """The height of a bar; a single value among thousands still has one point."""
    return max(round(HEIGHT * count / top), 1) if count else 0


def _bar(positive: int, negative: int, theme: Theme) -> str:
    parts = [(HEIGHT + 1 - positive - negative, ""), (positive, theme.positive_edge[1]), (negative, theme.negative_edge[1])]
    parts += [(0, "")] if positive or negative else [(1, theme.zero_edge)]
    rows = "".join(
        f'<TR><TD WIDTH="{BAR}" HEIGHT="{height}" FIXEDSIZE="TRUE"{f""" BGCOLOR="{colour}" """ if colour else ""}></TD></TR>'
        for height, colour in parts
        if height > 0
    )
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>'


def _signs(group: Group, theme: Theme) -> str:
    """The share of each sign, in its colour."""
    shares = [(-1, "−", theme.negative_edge[1]), (0, "zero", theme.faint), (1, "+", theme.positive_edge[1])]
    cells = [font(f"{word} {100 * group.share(sign):.3g} %", KEY, colour) for sign, word, colour in shares if group.share(sign)]
    return "&#160;&#160;".join(cells)


def _power(exponent: int) -> str:
    return "1" if exponent == 0 else f"1e{exponent}"


def _description(group: Group) -> str:
    """The tooltip."""
    lines = [" / ".join(group.path), f"{group.values:,} values: {_kinds(group, constants=True)}"]
    if group.largest() != 0.0:
        lines += [f"median |grad| {group.median()!r}"] * bool(group.sizes()) + [f"max |grad| {group.largest()!r}"]
        lines.append(f"{sum(grad == 0.0 for grad in group.grads):,} gradients are 0")
    return "\n".join(lines)
