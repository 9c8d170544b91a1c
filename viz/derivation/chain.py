"""The chain rule between two nodes as data: names, definitions and steps.

Every form in which it is written down shows these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograd import Value
from viz.derivation.names import name_nodes
from viz.derivation.rules import PLAIN, expression, holds, local_rule
from viz.model.engine import expr, printers
from viz.model.graph import Graph
from viz.model.node import Node
from viz.model.numbers import digits
from viz.model.paths import Path

MAX_STEPS = 20  # shown at either end of a long path
MAX_FACTORS = 8  # factors or terms that are written out
MAX_OPERANDS = 8  # of one operation whose numbers are given


@dataclass(frozen=True, eq=False)
class Chain:
    """The derivative of `root` with respect to `wrt` as a sum over paths.

    `total` is the sum over `count` paths, of which `paths` are the largest.

    `share` is the part of the total that these make; where there is no path, `reason` says why. `cut` more paths are left
    out, as nothing passes along them.
    """

    root: Value
    wrt: Value
    paths: tuple[Path, ...]
    count: int
    total: float
    share: float
    reason: str
    cut: int = 0


@dataclass(frozen=True)
class Local:
    """The derivative of `operation` with respect to its operand `name`.

    `rule` is its formula, if the table has one. An operand that occurs twice is named by its place: each has a derivative.
    """

    operation: expr.Symbol
    name: str
    rule: expr.Symbol | None
    number: float

    @property
    def derivative(self) -> str:
        """What it is, as plain text: ∂(x * w)/∂w."""
        text = PLAIN.write(self.operation)
        is_infix = self.operation.op in (*printers.RANK, "**", "//", "%")
        return f"∂({text})/∂{self.name}" if is_infix else f"∂{text}/∂{self.name}"

    @property
    def formula(self) -> str:
        """The formula as plain text, "" if it is no more than the number."""
        return PLAIN.write(self.rule) if self.rule and self.rule.op != "number" else ""


def joined(texts: Sequence[str], sign: str, dots: str = "...") -> str:
    """Factors or terms, negative ones in parentheses, without the middle of many.

    >>> joined(["1", "-2"], " + ")
    '1 + (-2)'
    """
    texts = [f"({text})" if i and text.startswith("-") else text for i, text in enumerate(texts)]
    return sign.join(texts if len(texts) <= MAX_FACTORS else [*texts[:3], dots, *texts[-3:]])


def names_in(chain: Chain) -> dict[int, str]:
    """A name for each node of the steps shown, operands before what is made of them."""
    nodes: list[Node] = [chain.wrt, chain.root]
    for path in chain.paths:
        for node, _ in _steps(path):
            nodes += [*(p for p in node.parents if p.label or not p.is_constant), node]
    place = Graph([chain.root]).index
    return name_nodes(sorted(nodes, key=lambda node: place.get(id(node), -1)))


def names_along(path: Path, names: dict[int, str]) -> list[str]:
    """The names along a path; "..." for the middle of a long one."""
    along = [names.get(id(node), "") for node in path.nodes]
    return along if len(along) <= 2 * MAX_STEPS + 2 else [*along[:MAX_STEPS], "...", *along[-MAX_STEPS:]]


def locals_of(path: Path, names: dict[int, str]) -> tuple[list[Local], int]:
    """The local derivatives to be shown, and how many a long path leaves out."""
    locals_ = [
        Local(expression(node, names), _operand_name(node, k, names), local_rule(node, k, names), node.partials[k])
        for node, k in _steps(path)
    ]
    return locals_, len(path.operands) - len(locals_)


def definitions(chain: Chain, names: dict[int, str]) -> list[tuple[str, expr.Symbol | None, float]]:
    """The names with their numbers, and the operations of those on the paths.

    Of many operands only the one on the path is among them.
    """
    inner = {id(node) for path in chain.paths for node in path.nodes[:-1]}
    defined: dict[int, tuple[str, expr.Symbol | None, float]] = {}
    for path in chain.paths:
        for node, k in _steps(path):
            operands = node.parents if len(node.parents) <= MAX_OPERANDS else node.parents[k : k + 1]
            for value in (*operands, node):
                if id(value) in names:
                    is_opened = id(value) in inner and _operands_have_names(value, names) and holds(value)
                    made_as = expression(value, names) if is_opened else None
                    defined[id(value)] = (names[id(value)], made_as, value.data)
    return [defined[key] for key in names if key in defined]


def _steps(path: Path) -> list[tuple[Node, int]]:
    """The nodes of a path with the operand taken, without the middle of a long one."""
    steps = list(zip(path.nodes, path.operands, strict=False))
    return steps if len(steps) <= 2 * MAX_STEPS + 1 else steps[:MAX_STEPS] + steps[-MAX_STEPS:]


def _operand_name(node: Node, k: int, names: dict[int, str]) -> str:
    operand = node.parents[k]
    if sum(parent is operand for parent in node.parents) > 1:
        return f"(operand {k + 1})"
    return names[id(operand)] if id(operand) in names else digits(operand.data)


def _operands_have_names(node: Node, names: dict[int, str]) -> bool:
    """Whether all operands have names: not so in the middle of a long path."""
    return all(id(p) in names or (p.is_constant and not p.label) for p in node.parents)
