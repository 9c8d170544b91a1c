"""The instruction set of programs, derived from the table: each row's value, and each partial that needs a computation.

An instruction has at most three operands, a, b, c. A value instruction takes the row's operands; a partial's instruction takes
those of x, y, w and the result z that its formula mentions. Three more read a list of operands from the pool: SUM, DOT, TAKE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograd.ops import expr
from autograd.ops.formulas import formulas, operand_names
from autograd.ops.primitives import TABLE, Row

LETTERS = ("x", "y", "w", "z")
CONSTANT, OPERAND, COMPUTED = 0, 1, 2  # kinds of partials


@dataclass(frozen=True)
class Op:
    """One instruction's meaning: its formula in the letters of its operands."""

    name: str
    formula: expr.Symbol
    letters: tuple[str, ...]


@dataclass(frozen=True)
class Partial:
    """A local derivative: `constant`, the operand `sources[0]` (its place in x, y, w, z), or `op` of the `sources`."""

    kind: int
    constant: float = 0.0
    op: int = 0
    sources: tuple[int, ...] = ()


BAD_INDEX = "take() got an index that is no whole number in the range of its items"
OPS: list[Op] = [Op("none", expr.symbol(0.0), ())]
NUMBERS: dict[str, int] = {}
PARTIALS: dict[int, tuple[Partial, ...]] = {}


def placed_letters(op: Op, operands: Sequence[str]) -> dict[expr.Symbol, str]:
    """What stands for each letter of the formula, for a language that writes it."""
    known = dict(zip(op.letters, operands, strict=True))
    return {part: known[part.shown] for part in expr.parts(op.formula) if part.op == "name"}


def _add(name: str, formula: expr.Symbol, letters: tuple[str, ...]) -> int:
    NUMBERS[name] = len(OPS)
    OPS.append(Op(name, formula, letters))
    return NUMBERS[name]


def _mentioned(formula: expr.Symbol) -> set[str]:
    return {part.shown for part in expr.parts(formula) if part.op == "name"}


def _plain_call(formula: expr.Symbol) -> bool:
    """Whether this is just another row's value of some operands."""
    row = TABLE.get(formula.op)
    return row is not None and row.arity == len(formula.args) and all(a.op == "name" for a in formula.args)


def _partial(row: Row, i: int, formula: expr.Symbol) -> Partial:
    if formula.op == "number":
        return Partial(CONSTANT, float(formula.shown))
    place = {letter: LETTERS.index(letter) for letter in LETTERS}
    if formula.op == "name":
        return Partial(OPERAND, sources=(place[formula.shown],))
    if _plain_call(formula):
        return Partial(COMPUTED, op=NUMBERS[formula.op], sources=tuple(place[a.shown] for a in formula.args))
    letters = tuple(letter for letter in LETTERS if letter in _mentioned(formula))
    if len(letters) > 3:
        raise ValueError(f"the partial {i} of {row.name} mentions more than three of its operands and result")
    return Partial(COMPUTED, op=_add(f"{row.name}'{i}", formula, letters), sources=tuple(place[x] for x in letters))


_rows = [row for row in TABLE.values() if row.arity]
for _row in _rows:
    _add(_row.name, formulas(_row)[0], tuple(operand_names(_row)))
for _row in _rows:
    PARTIALS[NUMBERS[_row.name]] = tuple(_partial(_row, i, f) for i, f in enumerate(formulas(_row)[1:]))
FIXED = len(OPS)  # operations below this number have at most three operands

SUM = _add("sum", expr.symbol("x"), ())  # init c plus the operands in the pool
DOT = _add("dot", expr.symbol("x"), ())  # init c plus the products of the first half of the pool's operands with the second
ZDOT = _add("zdot", expr.symbol("x"), ())  # the same, where a second factor that is exactly 0 makes its term 0
PIVOT = _add("pivot", expr.symbol("x"), ())  # the place of the first of the largest operands in the pool
LINK = _add("link", expr.symbol("x"), ())  # the first operand's value, and derivatives as the third part towards the second
TAKE = _add("take", expr.symbol("x"), ())  # of the operands after the first, the one whose number the first is
CALL = _add("call", expr.symbol("x"), ())  # a Python function: number c
POOLED = (SUM, DOT, ZDOT, PIVOT, LINK, TAKE, CALL)
