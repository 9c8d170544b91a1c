"""Lossless folding: chains of + become one Σ, constants move into the operation; nothing named or shared is folded.

Sums of products can be folded too, as sumprod is drawn: the local derivative on each arrow is then the other factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograd.ops.primitives import TABLE
from viz.model.node import Node
from viz.style.escape import number

Operand = tuple[int, float]  # which node, and the local derivative towards it
GLYPHS = {"∛": "³√", "⌊÷⌋": "//", "xʸ": "x^y"}  # in place of glyphs that common fonts lack
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PATTERNS = {  # how an operation with a constant reads: the constant second, the constant first
    "add": ("+ {}", "+ {}"), "sub": ("− {}", "{} − x"), "mul": ("× {}", "× {}"), "div": ("÷ {}", "{} ÷ x"),
    "mod": ("mod {}", "{} mod x"), "floordiv": ("// {}", "{} // x"), "pow": ("x^{}", "{}^x"),
}  # fmt: skip


@dataclass
class Shown:
    """A node that is drawn: the operands with arrows, the text of its operation, the nodes folded into it."""

    index: int
    operands: list[Operand]
    operation: str
    folded: list[int] = field(default_factory=list)
    constants: list[float] = field(default_factory=list)  # those of the folded nodes that are constants


def unfolded(nodes: Sequence[Node]) -> list[Shown]:
    """Every node as it is."""
    index = {id(node): i for i, node in enumerate(nodes)}
    return [Shown(i, _operands(node, index), glyph(node)) for i, node in enumerate(nodes)]


def fold(nodes: Sequence[Node], roots: Sequence[Node], products: bool = False) -> list[Shown]:
    """The nodes to be drawn, in order; with `products`, sums of products as one."""
    index = {id(node): i for i, node in enumerate(nodes)}
    users: dict[int, list[int]] = {}
    for i, node in enumerate(nodes):
        for parent in node.parents:
            users.setdefault(index[id(parent)], []).append(i)
    free = {i for i, by in users.items() if len(by) == 1 and not nodes[i].label} - {index[id(r)] for r in roots}
    inner = {i for i in free if _is_partial_sum(nodes[i], nodes[users[i][0]])}
    factors = {i for i in free if _is_term(nodes[i], nodes[users[i][0]])} if products else set()
    shown = [_shown(i, nodes, index, inner, factors, free) for i in range(len(nodes)) if i not in inner]
    folded = {i for item in shown for i in item.folded}
    return [item for item in shown if item.index not in folded]


def fewest(nodes: Sequence[Node]) -> int:
    """A number of cards that folding will not fall below; cheaper than folding."""
    sums = (TABLE["add"], TABLE["mul"])
    return sum(bool(node.label) or (node.primitive not in sums if node.op else not node.is_constant) for node in nodes)


def glyph(node: Node) -> str:
    """The symbol of the operation; "" for a leaf."""
    row = node.primitive
    return "" if row is None else GLYPHS.get(row.glyph, row.glyph)


def _operands(node: Node, index: dict[int, int]) -> list[Operand]:
    return [(index[id(parent)], partial) for parent, partial in zip(node.parents, node.partials, strict=True)]


def _is_partial_sum(node: Node, user: Node) -> bool:
    """Whether Σ at the user says everything about this node: it is the sum of its terms and has the same gradient."""
    if node.primitive is not TABLE["add"] or user.primitive not in (TABLE["add"], TABLE["sum"]) or node.group != user.group:
        return False
    left, right = node.parents
    return same(node.data, left.data + right.data) and same(node.grad, user.grad)


def _is_term(node: Node, user: Node) -> bool:
    """Whether the node is a product that a sum can take in."""
    sums = (TABLE["add"], TABLE["sum"])
    return node.primitive is TABLE["mul"] and user.primitive in sums and node.group == user.group and same(node.grad, user.grad)


def same(x: float, y: float) -> bool:
    """Equal, or both nan."""
    return x == y or (x != x and y != y)


def _shown(i: int, nodes: Sequence[Node], index: dict[int, int], inner: set[int], factors: set[int], free: set[int]) -> Shown:
    """Node i with the sums and products inside it opened and its constants taken in."""
    item = Shown(i, [], glyph(nodes[i]))
    stack = _operands(nodes[i], index)[::-1]
    while stack:
        operand = stack.pop()
        if operand[0] in inner or operand[0] in factors:
            item.folded.append(operand[0])
            opened = _operands(nodes[operand[0]], index)
            told = [i for i, _ in opened if operand[0] in factors and nodes[i].is_constant and i in free][:1]
            item.folded += told  # a constant factor is the local derivative on the arrow of the other
            item.constants += [nodes[i].data for i in told]
            stack += [pair for pair in opened[::-1] if pair[0] not in told]
        else:
            item.operands.append(operand)
    if item.folded:
        row = "sum" if factors.isdisjoint(item.folded) else "sumprod"
        item.operation = GLYPHS.get(TABLE[row].glyph, TABLE[row].glyph)
    _take_constants(item, nodes, free)
    return item


def _take_constants(item: Shown, nodes: Sequence[Node], free: set[int]) -> None:
    """Move constants from the operands into the text of the operation, where that tells their number and place."""
    places = [k for k, (i, _) in enumerate(item.operands) if nodes[i].is_constant and i in free]
    if not places or len(places) == len(item.operands):
        return
    row = nodes[item.index].primitive
    name = next((name for name in (*PATTERNS, "sum", "sumprod", "where") if TABLE[name] is row), "")
    summed = name == "sum" or bool(item.folded)
    constants = [nodes[item.operands[k][0]].data for k in places]
    if name == "sumprod":
        places = _factors(item, places, nodes)
    elif summed and len(places) == 1:
        item.operation += f" + {_factor(constants[0])}"
    elif not summed and name in PATTERNS:
        item.operation = _with_constant(name, constants[0], first=places == [0])
    elif not summed and 2 <= len(item.operands) <= 3:
        names = iter("xyz")
        words = [number(constants[places.index(k)]) if k in places else next(names) for k in range(len(item.operands))]
        item.operation = f"{name or item.operation}({', '.join(words)})"
    else:
        return
    taken = set(places)
    item.folded += [item.operands[k][0] for k in places]
    item.constants += [nodes[item.operands[k][0]].data for k in places]
    item.operands = [operand for k, operand in enumerate(item.operands) if k not in taken]


def _with_constant(name: str, constant: float, first: bool) -> str:
    if name == "pow" and not first and number(constant).lstrip("-").isdigit():
        return "x" + number(constant).translate(SUPERSCRIPTS)
    return PATTERNS[name][first].format(_factor(constant))


def _factor(constant: float) -> str:
    return f"({number(constant)})" if number(constant).startswith("-") else number(constant)


def _factors(item: Shown, places: list[int], nodes: Sequence[Node]) -> list[int]:
    """The constants of a dot product that are the local derivative on the arrow of the other factor."""
    half = len(item.operands) // 2
    pairs = {k: (k + half) % (2 * half) for k in places}
    return [
        k for k, other in pairs.items() if other not in pairs and item.operands[other][1] == nodes[item.operands[k][0]].data
    ]
