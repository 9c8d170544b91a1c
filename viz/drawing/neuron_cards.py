"""The cards of a network in DOT: inputs, units and losses."""

from __future__ import annotations

from viz.drawing.cards import Attributes
from viz.model.loss_formula import formula, targets
from viz.model.network import Card, Network
from viz.model.node import Node, glyph
from viz.model.numbers import number
from viz.model.units import Unit
from viz.style.escape import clean, html_text, tooltip
from viz.style.labels import CAPTION, NAME, font, heading, row, table, wide
from viz.style.theme import Theme

MAX_TARGETS = 4  # shown of one loss
SYMBOL_LENGTH = 6  # characters of a label that can be in ∂E/∂h
BOLD = "<B>{}</B>"


def loss_symbol(network: Network) -> str:
    """What the gradients are derivatives of: E, unless the result has a short name."""
    roots = network.of_kind("loss") or list(network.cards.values())[-1:]
    label = clean(roots[0].node.label) if len(roots) == 1 else ""
    return label if _is_short(label) else "E"


def derivative(loss: str, label: str, otherwise: str) -> str:
    """∂E/∂h, with a general name in the place of a long one; escaped."""
    return f"∂{html_text(loss)}/∂{html_text(label if _is_short(clean(label)) else otherwise)}"


def _is_short(label: str) -> bool:
    return 0 < len(label) <= SYMBOL_LENGTH and "\n" not in label


def neuron_card(card: Card, network: Network, theme: Theme, fill: str) -> Attributes:
    """The node attributes of a card."""
    loss = loss_symbol(network)
    if card.unit:
        rows = _unit_rows(card, card.unit, theme, loss, has_loss=bool(network.of_kind("loss")))
    elif card.kind == "loss":
        rows = _loss_rows(card, network, theme)
    else:
        rows = [
            heading(card.name or ("input" if card.kind == "input" else ""), card.operation, theme),
            row("value", number(card.node.data), theme),
            row(derivative(loss, card.name, "x"), number(card.node.grad), theme),
        ]
    return {
        "shape": "box",
        "style": "filled" if card.kind == "input" else "rounded,filled",
        "fillcolor": theme.neutral if card.kind == "loss" else fill,
        "color": theme.border,
        "penwidth": "2.6" if card.kind == "loss" else "1.6" if card.kind == "unit" else "1",
        "margin": "0.09,0.05",
        "label": table(rows),
        "tooltip": tooltip(_description(card, loss)),
    }


def _unit_rows(card: Card, unit: Unit, theme: Theme, loss: str, has_loss: bool) -> list[str]:
    net, bias = unit.net, unit.bias
    rows = [heading(unit.name, card.operation, theme)]
    net_label = net.label if net.label != unit.name and len(clean(net.label)) <= SYMBOL_LENGTH else ""
    if bias is not None:
        label = bias.label if bias.label != "bias" else ""
        rows.append(row(f"bias {html_text(label)}".strip(), number(bias.data), theme))
    if unit.activation:
        rows.append(row(f"net input {html_text(net_label)}".strip(), number(net.data), theme))
        rows.append(row("output", number(unit.node.data), theme, BOLD))
        rows.append(row("slope", number(unit.node.partials[0]), theme))
    else:
        rows.append(row("output = net input", number(net.data), theme, BOLD))
    gradient = derivative(loss, net_label or ("" if unit.activation else unit.node.label), "net")
    if bias is not None and not bias.is_constant:
        of_bias = derivative(loss, bias.label, "bias")
        if number(bias.grad) == number(net.grad):
            gradient = f"{gradient} = {of_bias}"
        else:
            rows.append(row(of_bias, number(bias.grad), theme))
    rows.append(row(gradient, number(net.grad), theme))
    if has_loss:
        rows.append(row("error term δ", number(-net.grad if net.grad else 0.0), theme, BOLD))
    return rows


def _loss_rows(card: Card, network: Network, theme: Theme) -> list[str]:
    inside = network.inside.get(card.id, [])
    text = formula(inside, lambda node: "" if node is card.node else _name(node, network))
    title = html_text(card.node.label or "E")
    pairs = targets(inside, lambda node: network.card_of(node) is not None)
    is_loss = bool(pairs) or card.node.label in ("", "E", "L", "J", "C")
    rows = [wide(font(f"loss {title}" if is_loss and len(title) <= 3 else title, NAME, theme.ink, BOLD))]
    for target, output in pairs[:MAX_TARGETS]:
        name = html_text(target.label, 12) if target.label else "target"
        rows.append(row(f"target {name}" if name != "target" else name, number(target.data), theme))
        error = f"error {name} − {html_text(_name(output, network), 12)}"
        rows.append(row(error, number(target.data - output.data), theme))
    if len(pairs) > MAX_TARGETS:
        rows.append(wide(font(f"… {len(pairs) - MAX_TARGETS} more targets", CAPTION, theme.key)))
    rows.append(row(html_text(text) if text else "value", number(card.node.data), theme, BOLD))
    return rows


def _name(node: Node, network: Network) -> str:
    """The name on a node's card; "" if it has none."""
    card = network.card_of(node)
    return "" if card is None else card.name or glyph(card.node)


def _description(card: Card, loss: str) -> str:
    """The tooltip: the card's text, with all digits."""
    lines = [card.name or card.kind]
    if card.unit:
        net = card.unit.net
        lines += [f"net input {net.data!r}", f"output {card.node.data!r}"]
        lines += [f"∂{loss}/∂output {card.node.grad!r}", f"∂{loss}/∂net {net.grad!r}"]
        if card.unit.bias is not None:
            lines.append(f"bias {card.unit.bias.data!r}, ∂{loss}/∂bias {card.unit.bias.grad!r}")
    else:
        lines += [f"data {card.node.data!r}", f"grad {card.node.grad!r}"]
    if card.node.group:
        lines.append("in " + " / ".join(card.node.group))
    return "\n".join(lines)
