"""The formula of a loss, and the pairs of target and output in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from viz.model.node import Node, glyph, row_name
from viz.model.numbers import number
from viz.model.operation_text import SUPERSCRIPTS

MAX_LENGTH = 36  # characters of a formula
MAX_OPERATIONS = 12
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4  # how strongly the parts of a formula hold together
INFIX = {"add": ("{} + {}", SUM), "sub": ("{} − {}", SUM), "mul": ("{} {}", PRODUCT), "div": ("{} / {}", PRODUCT)}
Part = tuple[str, int]  # a text, and how strongly it holds together


def formula(inside: Sequence[Node], name: Callable[[Node], str]) -> str:
    """The formula of the last of these values; "" if that is too long to be read.

    Operands come before results.

    `name` gives the name of a value that is not opened, "" of one that is.
    """
    if sum(bool(node.op) for node in inside) > MAX_OPERATIONS:
        return ""
    parts: dict[int, Part] = {}
    for node in inside:
        operands = [parts.get(id(parent)) or (name(parent) or _leaf(parent), ATOM) for parent in node.parents]
        parts[id(node)] = _operation(node, operands) if node.op else (name(node) or _leaf(node), ATOM)
        if len(parts[id(node)][0]) > MAX_LENGTH:
            return ""
    return parts[id(inside[-1])][0]


def _leaf(node: Node) -> str:
    return node.label or number(node.data)


def _operation(node: Node, operands: list[Part]) -> Part:
    row = row_name(node)
    if row in INFIX:
        return _infix(row, operands)
    if row == "pow" and node.parents[1].is_constant and operands[1][0].lstrip("-").isdigit():
        return _wrap(operands[0], ATOM) + operands[1][0].translate(SUPERSCRIPTS), POWER
    if row == "neg":
        return f"−{_wrap(operands[0], POWER)}", SUM
    return f"{glyph(node)}({', '.join(text for text, _ in operands)})", ATOM


def _infix(row: str, operands: list[Part]) -> Part:
    pattern, strength = INFIX[row]
    if row == "mul" and _is_number(operands[1][0]) and not _is_number(operands[0][0]):
        operands = operands[::-1]  # the factor comes first
    if row == "mul" and operands[0][0] == "0.5":
        operands = [("½", ATOM), operands[1]]
    left, right = _wrap(operands[0], strength), _wrap(operands[1], strength + (row in ("sub", "div")))
    if row == "mul" and not (_is_number(left) and right[0] == "("):
        pattern = "{} · {}"
    return pattern.format(left, right), strength


def _wrap(part: Part, strength: int) -> str:
    """The text, in parentheses if it holds together less than this."""
    text, own = part
    return text if own >= strength and not text.startswith("-") else f"({text})"


def _is_number(text: str) -> bool:
    return text.replace(".", "").isdigit() or text == "½"


def targets(inside: Sequence[Node], is_output: Callable[[Node], bool]) -> list[tuple[Node, Node]]:
    """The pairs of target and output in a loss.

    They are a leaf and an output whose difference is squared or taken absolutely.

    A leaf with a name may be subtracted for any purpose.
    """
    measured = {id(node.parents[0]) for node in inside if _is_distance(node)}
    pairs = []
    for node in inside:
        if row_name(node) == "sub":
            a, b = node.parents if is_output(node.parents[1]) else node.parents[::-1]
            if not a.op and is_output(b) and (a.label or id(node) in measured):
                pairs.append((a, b))
    return pairs


def _is_distance(node: Node) -> bool:
    row = row_name(node)
    return row in ("pow", "abs") or (row == "mul" and node.parents[0] is node.parents[1])
