"""How one box looks in DOT: a card with name, operation, data and gradient, or the lecture's record."""

from __future__ import annotations

from viz.escape import html_text, number, tooltip
from viz.picture import Box
from viz.theme import Theme

Attributes = dict[str, str]
NAME, BODY, KEY, CAPTION = 12, 12, 10, 9  # points
CAPTION_LENGTH = 30


def card(box: Box, theme: Theme, fill: str, captions: bool = True) -> Attributes:
    """The node attributes of a value as a card; sharp corners for leaves, round ones for results."""
    if box.kind == "stub":
        return stub(box, theme)
    rows = _heading(box, theme)
    rows += _row("data", number(box.data), theme)
    if box.kind != "constant":
        rows += _row("grad", number(box.grad), theme)
    if captions:
        rows += "".join(map(_wide, _caption(box, theme)))
    table = f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>>'
    return _frame(box, theme, fill) | {"label": table, "margin": "0.08,0.04"}


def record(box: Box, theme: Theme, fill: str, captions: bool = True) -> Attributes:
    """The node attributes of a value as the lecture's record: name | data | grad, with a tint behind the gradient."""
    if box.kind == "stub":
        return stub(box, theme)
    names = [_font(html_text(box.label), NAME, theme.ink, "<B>{}</B>")] if box.label else []
    if captions and box.label:
        names += _caption(box, theme)
    cells = [f"<TD>{'<BR/>'.join(names)}</TD>"] if names else []
    cells.append(f"<TD>{_font(number(box.data), BODY, theme.ink)}</TD>")
    if box.kind != "constant":
        cells.append(f'<TD BGCOLOR="{fill}">{_font(number(box.grad), BODY, theme.ink)}</TD>')
    border = 2 if box.is_root else 0
    table = (
        f'<<TABLE BORDER="{border}" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4" COLOR="{theme.border}" '
        f'BGCOLOR="{theme.neutral}"><TR>{"".join(cells)}</TR></TABLE>>'
    )
    return {"shape": "plain", "label": table, "tooltip": describe(box)}


def stub(box: Box, theme: Theme) -> Attributes:
    """The node attributes of what stands for values that are left out."""
    text = _font(f"… {box.data:,.0f} more", BODY, theme.ink)
    about = tooltip(f"{box.data:,.0f} values that are not drawn")
    return {
        "shape": "box", "style": "rounded,dashed", "color": theme.faint, "label": f"<{text}>", "tooltip": about,
        "margin": "0.12,0.06",
    }  # fmt: skip


def describe(box: Box) -> str:
    """The tooltip: what the card says, with all digits."""
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
    return tooltip("\n".join(line for line in lines if line))


def _frame(box: Box, theme: Theme, fill: str) -> Attributes:
    leaf = box.kind != "operation"
    return {
        "shape": "box",
        "style": "filled" if leaf else "rounded,filled",
        "fillcolor": theme.neutral if box.kind == "constant" else fill,
        "color": theme.border,
        "penwidth": "2.6" if box.is_root else "1.6" if box.kind == "leaf" and box.label else "1",
        "tooltip": describe(box),
    }


def _heading(box: Box, theme: Theme) -> str:
    """Name left and operation right, in one size; whichever stands alone goes to the middle."""
    name = _font(html_text(box.label), NAME, theme.ink, "<B>{}</B>") if box.label else ""
    operation = _font(html_text(box.operation), NAME, theme.ink, "<B>{}</B>") if box.operation else ""
    if name and operation:
        return f'<TR><TD ALIGN="LEFT" COLSPAN="2">{name}</TD><TD ALIGN="RIGHT">{operation}</TD></TR>'
    return _wide(name or operation) if name or operation else ""


def _caption(box: Box, theme: Theme) -> list[str]:
    """The scope, unless there is none; constants have that of what uses them."""
    if not box.group or box.kind == "constant":
        return []
    return [_font(html_text(" / ".join(box.group), CAPTION_LENGTH), CAPTION, theme.key, "<I>{}</I>")]


def _row(key: str, text: str, theme: Theme) -> str:
    left, right = _font(key, KEY, theme.key), _font(text, BODY, theme.ink)
    return f'<TR><TD ALIGN="LEFT">{left}</TD><TD WIDTH="6"></TD><TD ALIGN="RIGHT">{right}</TD></TR>'


def _wide(text: str) -> str:
    return f'<TR><TD COLSPAN="3">{text}</TD></TR>'


def _font(text: str, size: int, colour: str, style: str = "{}") -> str:
    """A run of text; empty elements would not be valid."""
    return f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{style.format(text)}</FONT>' if text else ""
