"""One value in DOT: a card, or the record of the well-known lecture."""

from __future__ import annotations

from viz.model.numbers import number
from viz.model.picture import Box
from viz.style.escape import html_text, tooltip
from viz.style.labels import BODY, CAPTION, NAME, font, heading, row, table, wide
from viz.style.theme import Theme

Attributes = dict[str, str]
CAPTION_LENGTH = 30


def card(box: Box, theme: Theme, fill: str, captions: bool = True) -> Attributes:
    """The node attributes of a value as a card; round corners for results."""
    if box.kind == "stub":
        return stub(box, theme)
    rows = [heading(box.label, box.operation, theme), row("data", number(box.data), theme)]
    if box.kind != "constant":
        rows.append(row("grad", number(box.grad), theme))
    if captions:
        rows += map(wide, _caption(box, theme))
    is_leaf = box.kind != "operation"
    return {
        "shape": "box",
        "style": "filled" if is_leaf else "rounded,filled",
        "fillcolor": theme.neutral if box.kind == "constant" else fill,
        "color": theme.border,
        "penwidth": "2.6" if box.is_root or box.is_centre else "1.6" if box.kind == "leaf" and box.label else "1",
        "margin": "0.08,0.04",
        "label": table(rows),
        "tooltip": _description(box),
    }


def record(box: Box, theme: Theme, fill: str, captions: bool = True) -> Attributes:
    """The node attributes of a value as the lecture's record: name | data | grad."""
    if box.kind == "stub":
        return stub(box, theme)
    names = [font(html_text(box.label), NAME, theme.ink, "<B>{}</B>")] if box.label else []
    if captions and box.label:
        names += _caption(box, theme)
    cells = [f"<TD>{'<BR/>'.join(names)}</TD>"] if names else []
    cells.append(f"<TD>{font(number(box.data), BODY, theme.ink)}</TD>")
    if box.kind != "constant":
        cells.append(f'<TD BGCOLOR="{fill}">{font(number(box.grad), BODY, theme.ink)}</TD>')
    border = 2 if box.is_root else 0
    label = (
        f'<<TABLE BORDER="{border}" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4" COLOR="{theme.border}" '
        f'BGCOLOR="{theme.neutral}"><TR>{"".join(cells)}</TR></TABLE>>'
    )
    return {"shape": "plain", "label": label, "tooltip": _description(box)}


def circle(box: Box, theme: Theme) -> Attributes:
    """The node attributes of the operation in front of a record."""
    label = f'<<FONT COLOR="{theme.ink}">{html_text(box.operation)}</FONT>>'
    return {
        "shape": "ellipse", "width": "0.3", "height": "0.3", "margin": "0.04,0.02", "style": "filled",
        "fillcolor": theme.neutral, "color": theme.border, "label": label, "tooltip": tooltip(box.operation),
    }  # fmt: skip


def stub(box: Box, theme: Theme) -> Attributes:
    """The node attributes of a stub, which counts the values that are left out."""
    label = font(f"… {box.data:,.0f} more", BODY, theme.ink)
    about = tooltip(f"{box.data:,.0f} values that are not drawn")
    return {
        "shape": "box", "style": "rounded,dashed", "color": theme.faint, "label": f"<{label}>", "tooltip": about,
        "margin": "0.12,0.06",
    }  # fmt: skip


def _description(box: Box) -> str:
    """The tooltip: the card's text, with all digits."""
    lines = [" ".join(part for part in (box.label, "=" if box.label and box.operation else "", box.operation) if part)]
    lines.append(f"data {box.data!r}")
    if box.kind != "constant":
        lines.append(f"grad {box.grad!r}")
    if box.constants:
        lines.append("constants " + ", ".join(map(repr, box.constants)))
    sums = len(box.folded) - len(box.constants)
    if sums:
        lines.append(f"{sums} intermediate {'sum' if sums == 1 else 'sums'} folded in")
    if box.group:
        lines.append("in " + " / ".join(box.group))
    if box.source:
        lines.append(f"at {box.source[0]}:{box.source[1]}")
    return tooltip("\n".join(line for line in lines if line))


def _caption(box: Box, theme: Theme) -> list[str]:
    """The scope, if there is one; constants have that of what uses them."""
    if not box.group or box.kind == "constant":
        return []
    return [font(html_text(" / ".join(box.group), CAPTION_LENGTH), CAPTION, theme.key, "<I>{}</I>")]
