"""How the cards of a network look: inputs, units with net input, output, slope and error term, and losses."""

from __future__ import annotations

from viz.drawing.cards import Attributes
from viz.model.fold import glyph
from viz.model.loss_formula import formula, targets
from viz.model.network import Card, Network, operation
from viz.style.escape import clean, html_text, number, tooltip
from viz.style.labels import CAPTION, NAME, font, heading, row, table, wide
from viz.style.theme import Theme

TARGETS = 4  # shown of one loss
SYMBOL = 6  # characters of a label that can stand in ∂E/∂h
BOLD = "<B>{}</B>"


def symbol(network: Network) -> str:
    """What the gradients are derivatives of: E, unless the result has a short name."""
    roots = network.of_kind("loss") or list(network.cards.values())[-1:]
    label = clean(roots[0].node.label) if len(roots) == 1 else ""
    return label if 0 < len(label) <= SYMBOL and "\n" not in label else "E"


def derivative(top: str, below: str, fallback: str) -> str:
    """∂E/∂h, with a general name in the place of a long one; escaped."""
    usable = 0 < len(clean(below)) <= SYMBOL and "\n" not in clean(below)
    return f"∂{html_text(top)}/∂{html_text(below if usable else fallback)}"


def attributes(card: Card, network: Network, theme: Theme, fill: str) -> Attributes:
    """The node attributes of a card."""
    top = symbol(network)
    if card.kind == "unit":
        rows = _unit(card, network, theme, top)
    elif card.kind == "loss":
        rows = _loss(card, network, theme)
    else:
        rows = [heading(card.name or ("input" if card.kind == "input" else ""), operation(card), theme)]
        rows += [row("value", number(card.node.data), theme)]
        rows += [row(derivative(top, card.name, "x"), number(card.node.grad), theme)]
    return {
        "shape": "box",
        "style": "filled" if card.kind == "input" else "rounded,filled",
        "fillcolor": theme.neutral if card.kind == "loss" else fill,
        "color": theme.border,
        "penwidth": "2.6" if card.kind == "loss" else "1.6" if card.kind == "unit" else "1",
        "margin": "0.09,0.05",
        "label": table(rows),
        "tooltip": tooltip(_describe(card, top)),
    }


def _unit(card: Card, network: Network, theme: Theme, top: str) -> list[str]:
    unit = card.unit
    assert unit is not None
    net, bias = unit.net, unit.bias
    rows = [heading(unit.name, operation(card), theme)]
    short = net.label if net.label != unit.name and len(clean(net.label)) <= SYMBOL else ""
    if bias is not None:
        label = bias.label if bias.label != "bias" else ""
        rows.append(row(f"bias {html_text(label)}".strip(), number(bias.data), theme))
    if unit.activation:
        rows.append(row(f"net input {html_text(short)}".strip(), number(net.data), theme))
        rows.append(row("output", number(unit.node.data), theme, BOLD))
        rows.append(row("slope", number(unit.node.partials[0]), theme))
    else:
        rows.append(row("output = net input", number(net.data), theme, BOLD))
    slope = derivative(top, short or ("" if unit.activation else unit.node.label), "net")
    if bias is not None and not bias.is_constant:
        towards = derivative(top, bias.label, "bias")
        if number(bias.grad) == number(net.grad):
            slope = f"{slope} = {towards}"
        else:
            rows.append(row(towards, number(bias.grad), theme))
    rows.append(row(slope, number(net.grad), theme))
    if network.of_kind("loss"):
        rows.append(row("error term δ", number(-net.grad if net.grad else 0.0), theme, BOLD))
    return rows


def _loss(card: Card, network: Network, theme: Theme) -> list[str]:
    inside = network.inside.get(card.id, [])
    text = formula(inside, lambda node: _name(node, network) if id(node) in network.names and node is not card.node else "")
    title = html_text(card.node.label or "E")
    pairs = targets(inside, lambda node: id(node) in network.names)
    is_loss = bool(pairs) or card.node.label in ("", "E", "L", "J", "C")
    rows = [wide(font(f"loss {title}" if is_loss and len(title) <= 3 else title, NAME, theme.ink, BOLD))]
    for target, output in pairs[:TARGETS]:
        name, out = _of_leaf(target, "target"), html_text(_name(output, network), 12)
        rows.append(row(f"target {name}" if name != "target" else name, number(target.data), theme))
        rows.append(row(f"error {name} − {out}", number(target.data - output.data), theme))
    if len(pairs) > TARGETS:
        rows.append(wide(font(f"… {len(pairs) - TARGETS} more targets", CAPTION, theme.key)))
    rows.append(row(html_text(text) if text else "value", number(card.node.data), theme, BOLD))
    return rows


def _of_leaf(target: object, otherwise: str) -> str:
    label = getattr(target, "label", "")
    return html_text(label, 12) if label else otherwise


def _name(node: object, network: Network) -> str:
    card = network.cards[network.names[id(node)]]
    return card.name or glyph(card.node)


def _describe(card: Card, top: str) -> str:
    """The tooltip: what the card says, with all digits."""
    lines = [card.name or card.kind]
    if card.unit:
        net = card.unit.net
        lines += [f"net input {net.data!r}", f"output {card.node.data!r}"]
        lines += [f"∂{top}/∂output {card.node.grad!r}", f"∂{top}/∂net {net.grad!r}"]
        if card.unit.bias is not None:
            lines.append(f"bias {card.unit.bias.data!r}, ∂{top}/∂bias {card.unit.bias.grad!r}")
    else:
        lines += [f"data {card.node.data!r}", f"grad {card.node.grad!r}"]
    if card.node.group:
        lines.append("in " + " / ".join(card.node.group))
    return "\n".join(lines)
