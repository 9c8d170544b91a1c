"""Local derivatives as formulas: the table's rules with the names of the nodes.

Choices are made as they hold at this point. A formula whose number is not the node's own is not given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import prod

from viz.model.engine import FLOATS, TABLE, at_point, expr, printers
from viz.model.node import Node, row_name

INFIX = {"pow": "**", "**": "**", "//": "//", "%": "%"}
MAX_OPERANDS = 4  # of a sum that are written out
OTHERS = "product of the others"


def _call(name: str, args: list[str]) -> str:
    if name in INFIX:
        return f" {INFIX[name]} ".join(f"({a})" if a.startswith("-") or " " in a else a for a in args)
    return printers.call("abs" if name == "fabs" else name, args)


PLAIN = printers.Language(_call, printers.MATHEMATICS.where, printers.MATHEMATICS.numbers)


def expression(node: Node, names: dict[int, str]) -> expr.Symbol:
    """How a node was made: x * w, tanh(h), sum(a, b, ...); its name if it is a leaf."""
    if not node.op:
        return _operand(node, names)
    operands = [_operand(parent, names) for parent in node.parents]
    if row_name(node) == "sumprod":
        half = len(operands) // 2
        terms = _few([expr.Symbol("*", pair) for pair in zip(operands[:half], operands[half:], strict=True)])
        return reduce(lambda a, b: expr.Symbol("+", (a, b)), terms)
    return expr.Symbol(node.op, tuple(_few(operands)))


def local_rule(node: Node, k: int, names: dict[int, str]) -> expr.Symbol | None:
    """The formula of the derivative with respect to operand k, that of the branch that holds at this point.

    It is the number nan outside the domain. None without a rule, and where the formula's number is not the recorded one: at
    infinity, where that may be a limit, and after an assignment to `.data`.
    """
    name, operands = row_name(node), [_operand(parent, names) for parent in node.parents]
    if not name:
        return None
    row, z = TABLE[name], expr.symbol(names[id(node)])
    values = {s.shown: p.data for s, p in zip([*operands, z], [*node.parents, node], strict=True) if s.op == "name"}
    if row.arity is None:
        values.setdefault(OTHERS, prod(p.data for i, p in enumerate(node.parents) if i != k))
        rule = _of_reduction(name, operands, k, z)
        return rule if rule and at_point.alike(at_point.at_point(rule, values)[1], node.partials[k]) else None
    rule = at_point.partial_at(row, k, operands, z, values, node.partials[k])
    return expr.Symbol("digamma′", tuple(operands)) if name == "digamma" and rule and rule.args else rule


def holds(node: Node) -> bool:
    """Whether a node's number is that of its operation on its operands' numbers: not so after an assignment to `.data`."""
    name, numbers = row_name(node), [parent.data for parent in node.parents]
    if not name:
        return True
    row, size = TABLE[name], len(numbers) // max(TABLE[name].lists, 1)
    operands = numbers if row.arity else [numbers[i : i + size] for i in range(0, len(numbers), size)]
    return at_point.alike(float(getattr(FLOATS, name)(*operands)), node.data)


def _operand(node: Node, names: dict[int, str]) -> expr.Symbol:
    return expr.symbol(node.data) if node.is_constant and not node.label else expr.symbol(names[id(node)])


def _few(operands: list[expr.Symbol]) -> list[expr.Symbol]:
    if len(operands) <= MAX_OPERANDS:
        return operands
    return [*operands[: MAX_OPERANDS - 1], expr.symbol("…"), operands[-1]]


def _of_reduction(name: str, xs: Sequence[expr.Symbol], k: int, z: expr.Symbol) -> expr.Symbol | None:
    if name == "sumprod":
        return xs[(k + len(xs) // 2) % len(xs)]
    if name == "prod":
        others = [*xs[:k], *xs[k + 1 :]]
        if not others or len(others) > MAX_OPERANDS:
            return expr.symbol(OTHERS) if others else expr.symbol(1.0)
        return reduce(lambda a, b: expr.Symbol("*", (a, b)), others)
    rules = {
        "sum": expr.symbol(1.0),
        "mean": expr.Symbol("/", (expr.symbol(1.0), expr.symbol(len(xs)))),
        "logsumexp": expr.Symbol("exp", (expr.Symbol("-", (xs[k], z)),)),
    }
    return rules.get(name)
