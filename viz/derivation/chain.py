"""The chain rule between two nodes as data: what every way of writing it down says, in the same order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograd import Value
from autograd.ops.expr import Symbol
from autograd.ops.printers import RANK
from viz.derivation.rules import PLAIN, expression, local_rule, name_nodes
from viz.model.node import Node, listing
from viz.model.paths import Path

LONG = 20  # steps shown at either end of a long path
FACTORS = 8  # factors or terms that are written out
FEW = 8  # operands of one operation whose numbers are told


@dataclass(frozen=True, eq=False)
class Chain:
    """The derivative `total` of `root` by `wrt`: a sum over `count` paths, of which `paths` are the largest.

    `share` is what part of the total these make; where there is no path, `reason` says why.
    """

    root: Value
    wrt: Value
    paths: tuple[Path, ...]
    count: int
    total: float
    share: float
    reason: str


@dataclass(frozen=True)
class Local:
    """One local derivative: of `made`, an operation, by the operand `name`; its formula, if the table has one."""

    made: Symbol
    name: str
    rule: Symbol | None
    number: float

    @property
    def derivative(self) -> str:
        """What it is, as plain text: ∂(x * w)/∂w."""
        text = PLAIN.write(self.made)
        return f"∂({text})/∂{self.name}" if self.made.op in (*RANK, "**", "//", "%") else f"∂{text}/∂{self.name}"

    @property
    def formula(self) -> str:
        """The formula as plain text, "" if it is no more than the number."""
        return PLAIN.write(self.rule) if self.rule and self.rule.op != "number" else ""


def digits(x: float, significant: int = 6) -> str:
    """`x` in so many significant digits.

    >>> digits(-7.08022187e-05), digits(1.0)
    ('-7.08022e-5', '1')
    """
    return re.sub(r"e([+-])0*(\d)", lambda m: "e" + m[1].replace("+", "") + m[2], f"{x:.{significant}g}")


def joined(shown: Sequence[str], sign: str, dots: str = "...") -> str:
    """Factors or terms, without the middle where there are many; negative ones in parentheses.

    >>> joined(["1", "-2"], " + ")
    '1 + (-2)'
    """
    texts = [f"({text})" if i and text.startswith("-") else text for i, text in enumerate(shown)]
    return sign.join(texts if len(texts) <= FACTORS else [*texts[:3], dots, *texts[-3:]])


def names_in(chain: Chain) -> dict[int, str]:
    """A name for each node that the steps shown speak of, operands before what is made of them."""
    nodes: list[Node] = [chain.wrt, chain.root]
    for path in chain.paths:
        for node, _ in _steps(path):
            nodes += [*(p for p in node.parents if p.label or not p.is_constant), node]
    place = {id(node): i for i, node in enumerate(listing([chain.root]))}
    return name_nodes(sorted(nodes, key=lambda node: place.get(id(node), -1)))


def way(path: Path, names: dict[int, str]) -> list[str]:
    """The names along a path; "..." for the middle of a long one."""
    shown = [names.get(id(node), "") for node in path.nodes]
    return shown if len(shown) <= 2 * LONG + 2 else [*shown[:LONG], "...", *shown[-LONG:]]


def locals_of(path: Path, names: dict[int, str]) -> tuple[list[Local], int]:
    """The local derivatives to be shown, and how many are left out in the middle of a long path."""
    shown = [
        Local(expression(node, names), _name(node.parents[k], names), local_rule(node, k, names), node.partials[k])
        for node, k in _steps(path)
    ]
    return shown, len(path.operands) - len(shown)


def definitions(chain: Chain, names: dict[int, str]) -> list[tuple[str, Symbol | None, float]]:
    """The names with their numbers, and how those on the paths are made; of many operands only the one on the path."""
    inner = {id(node) for path in chain.paths for node in path.nodes[:-1]}
    told: dict[int, tuple[str, Symbol | None, float]] = {}
    for path in chain.paths:
        for node, k in _steps(path):
            for value in (*(node.parents if len(node.parents) <= FEW else node.parents[k : k + 1]), node):
                if id(value) in names:
                    made = expression(value, names) if id(value) in inner and _is_named(value, names) else None
                    told[id(value)] = (names[id(value)], made, value.data)
    return [told[key] for key in names if key in told]


def _steps(path: Path) -> list[tuple[Node, int]]:
    every = list(zip(path.nodes, path.operands, strict=False))
    return every if len(every) <= 2 * LONG + 1 else every[:LONG] + every[-LONG:]


def _name(node: Node, names: dict[int, str]) -> str:
    return names[id(node)] if id(node) in names else digits(node.data)


def _is_named(node: Node, names: dict[int, str]) -> bool:
    """Whether everything that the node is made from has a name: not so in the middle of a long path."""
    return all(id(p) in names or (p.is_constant and not p.label) for p in node.parents)
