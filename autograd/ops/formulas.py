"""The rows of the table as formulas, numbered, ready to be printed in some language."""

from __future__ import annotations

from autograd.ops import expr
from autograd.ops.primitives import TABLE, Row

NAMES = list(TABLE)  # operation number n is row n - 1; 0 is a leaf
OPS = {name: number for number, name in enumerate(NAMES, 1)}
ELEMENTARY = [name for name, row in TABLE.items() if row.elementary] + ["fabs", "copysign"]


def operand_names(row: Row) -> list[str]:
    return ["x", "y", "w"][: row.arity or 0]


def formulas(row: Row) -> list[expr.Symbol]:
    """Value and partials of a row with 1 to 3 operands, as formulas in x, y, w and the result z."""
    names = [expr.symbol(letter) for letter in operand_names(row)]
    partials = [rule(expr.DOMAIN, *names, expr.symbol("z")) for rule in row.partials]
    return [expr.symbol(f) for f in (row.value(expr.DOMAIN, *names), *partials)]


def statements(formula: expr.Symbol, language: expr.Language, assign: str) -> tuple[list[str], str]:
    """Lines that name what the formula uses twice, and the formula in these names."""
    known: dict[expr.Symbol, str] = {}
    lines = []
    for part in expr.shared(formula):
        line = language.write(part, known)
        known[part] = f"t{len(known)}"
        lines.append(assign.format(known[part], line))
    return lines, language.write(formula, known)
