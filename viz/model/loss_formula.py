"""The formula of a loss in the names of its operands, and the pairs of target and output in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from viz.model.fold import SUPERSCRIPTS, glyph
from viz.model.node import Node
from viz.model.units import row_name
from viz.style.escape import number

LONGEST = 36  # characters of a formula
OPERATIONS = 12
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4  # how strongly the parts of a formula hold together
INFIX = {"add": ("{} + {}", SUM), "sub": ("{} − {}", SUM), "mul": ("{} {}", PRODUCT), "div": ("{} / {}", PRODUCT)}


def formula(inside: Sequence[Node], name: Callable[[Node], str]) -> str:
    """How the last of these values is made, operands before results; "" if that is too long to be read.

    `name` says what stands for a value that is not opened, "" if it is to be.
    """
    if sum(bool(node.op) for node in inside) > OPERATIONS:
        return ""
    texts: dict[int, tuple[str, int]] = {}
    for node in inside:
        parts = [texts.get(id(parent)) or (name(parent) or _leaf(parent), ATOM) for parent in node.parents]
        texts[id(node)] = _joined(node, parts) if node.op else (name(node) or _leaf(node), ATOM)
        if len(texts[id(node)][0]) > LONGEST:
            return ""
    return texts[id(inside[-1])][0]


def _leaf(node: Node) -> str:
    return node.label or number(node.data)


def _joined(node: Node, parts: list[tuple[str, int]]) -> tuple[str, int]:
    row = row_name(node)
    if row in INFIX:
        pattern, strength = INFIX[row]
        if row == "mul" and _is_number(parts[1][0]) and not _is_number(parts[0][0]):
            parts = parts[::-1]  # the factor stands first
        if row == "mul" and parts[0][0] == "0.5":
            parts = [("½", ATOM), parts[1]]
        left, right = _held(parts[0], strength), _held(parts[1], strength + (row in ("sub", "div")))
        if row == "mul" and not (_is_number(left) and right[0] == "("):
            pattern = "{} · {}"
        return pattern.format(left, right), strength
    if row == "pow" and node.parents[1].is_constant and parts[1][0].lstrip("-").isdigit():
        return _held(parts[0], ATOM) + parts[1][0].translate(SUPERSCRIPTS), POWER
    if row == "neg":
        return f"−{_held(parts[0], POWER)}", SUM
    return f"{glyph(node)}({', '.join(text for text, _ in parts)})", ATOM


def _held(part: tuple[str, int], strength: int) -> str:
    text, own = part
    return text if own >= strength and not text.startswith("-") else f"({text})"


def _is_number(text: str) -> bool:
    return text.replace(".", "").isdigit() or text == "½"


def targets(inside: Sequence[Node], is_output: Callable[[Node], bool]) -> list[tuple[Node, Node]]:
    """The pairs of target and output: a leaf and an output whose difference is squared or taken absolutely.

    A leaf with a name may be subtracted for any purpose.
    """
    measured = {id(node.parents[0]) for node in inside if _is_distance(node)}
    found = []
    for node in inside:
        if row_name(node) == "sub":
            a, b = node.parents if is_output(node.parents[1]) else node.parents[::-1]
            if not a.op and is_output(b) and (a.label or id(node) in measured):
                found.append((a, b))
    return found


def _is_distance(node: Node) -> bool:
    row = row_name(node)
    return row in ("pow", "abs") or (row == "mul" and node.parents[0] is node.parents[1])
