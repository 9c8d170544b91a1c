"""The rows of the table as formulas, numbered, ready to be printed in some language."""

from __future__ import annotations

from autograd.ops.expr import DOMAIN, Symbol, shared, symbol
from autograd.ops.primitives import TABLE, Row
from autograd.ops.printers import Language

NAMES = list(TABLE)  # operation number n is row n - 1; 0 is a leaf
OPS = {name: number for number, name in enumerate(NAMES, 1)}
ELEMENTARY = [name for name, row in TABLE.items() if row.elementary] + ["fabs", "copysign"]


def operand_names(row: Row) -> list[str]:
    return ["x", "y", "w"][: row.arity or 0]


def formulas(row: Row) -> list[Symbol]:
    """Value and partials of a row with 1 to 3 operands, as formulas in x, y, w and the result z."""
    names = [symbol(letter) for letter in operand_names(row)]
    partials = [rule(DOMAIN, *names, symbol("z")) for rule in row.partials]
    return [symbol(f) for f in (row.value(DOMAIN, *names), *partials)]


def cuts(row: Row) -> list[Symbol | None]:
    """When each operand of a row with 1 to 3 operands is cut, as a formula in x, y, w; None: never; the number 1: always."""
    names = [symbol(letter) for letter in operand_names(row)]
    return [None if rule is None else symbol(rule(DOMAIN, *names)) for rule in row.cut or [None] * len(names)]


def statements(formula: Symbol, language: Language, assign: str) -> tuple[list[str], str]:
    """Lines that name what the formula uses twice, and the formula in these names."""
    known: dict[Symbol, str] = {}
    lines = []
    for part in shared(formula):
        line = language.write(part, known)
        known[part] = f"t{len(known)}"
        lines.append(assign.format(known[part], line))
    return lines, language.write(formula, known)
