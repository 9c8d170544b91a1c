"""The instruction set of programs, derived from the table of primitives: each row's value, partials and cuts to be computed.

An instruction has an opcode and at most three operands, a, b, c. One that computes a row's value takes the row's operands, one
that computes a partial, or whether an operand is read, takes those of x, y, w and the result z that its formula mentions. The
last ones (from opcode FIXED on) read any number of operands from the program's pool: a is where they start, b how many.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from autograd.ops.expr import DOMAIN, Symbol, parts, symbol
from autograd.ops.formulas import cuts, formulas, operand_names
from autograd.ops.primitives import TABLE

LETTERS = ("x", "y", "w", "z")
CONSTANT, OPERAND, COMPUTED = 0, 1, 2  # kinds of partials


@dataclass(frozen=True)
class Op:
    """The meaning of an opcode: its formula in the letters of its operands."""

    name: str
    formula: Symbol
    letters: tuple[str, ...]


@dataclass(frozen=True)
class Partial:
    """A local derivative: `constant`, the operand `sources[0]` (its place in x, y, w, z), or `op` of the `sources`."""

    kind: int
    constant: float = 0.0
    op: int = 0
    sources: tuple[int, ...] = ()


BAD_INDEX = "take() got an index that is no whole number in the range of its items"
OPS: list[Op] = [Op("none", symbol(0.0), ())]  # by opcode
OPCODES: dict[str, int] = {}  # by name
PARTIALS: dict[int, tuple[Partial, ...]] = {}  # by opcode of a row's value
READS: dict[int, tuple[Partial, ...]] = {}  # likewise: 1 where the operand is read, 0 where it is cut


def substitution(op: Op, operands: Sequence[str]) -> dict[Symbol, str]:
    """The text of an operand for each letter of the formula."""
    known = dict(zip(op.letters, operands, strict=True))
    return {part: known[part.shown] for part in parts(op.formula) if part.op == "name"}


def _add(name: str, formula: Symbol, letters: tuple[str, ...]) -> int:
    OPCODES[name] = len(OPS)
    OPS.append(Op(name, formula, letters))
    return OPCODES[name]


def _add_pooled(name: str) -> int:
    return _add(name, symbol("x"), ())


def _is_row(formula: Symbol) -> bool:
    """Whether this is the value of a row at some operands, and so has an opcode already."""
    row = TABLE.get(formula.op)
    return row is not None and row.arity == len(formula.args) and all(a.op == "name" for a in formula.args)


def _partial(name: str, formula: Symbol) -> Partial:
    if formula.op == "number":
        return Partial(CONSTANT, float(formula.shown))
    if formula.op == "name":
        return Partial(OPERAND, sources=(LETTERS.index(formula.shown),))
    if _is_row(formula):
        return Partial(COMPUTED, op=OPCODES[formula.op], sources=tuple(LETTERS.index(a.shown) for a in formula.args))
    mentioned = {part.shown for part in parts(formula) if part.op == "name"}
    letters = tuple(letter for letter in LETTERS if letter in mentioned)
    if len(letters) > 3:
        raise ValueError(f"{name} mentions more than three of its row's operands and result")
    opcode = _add(name, formula, letters)
    return Partial(COMPUTED, op=opcode, sources=tuple(map(LETTERS.index, letters)))


def _read(cut: Symbol | None) -> Symbol:
    """1 where an operand is read, from when it is cut; the number alone where that is never or always."""
    if cut is None or cut.op == "number":
        return symbol(1.0 if cut is None else 0.0)
    return symbol(DOMAIN.where(cut, 0.0, 1.0))


_rows = [row for row in TABLE.values() if row.arity]
for _row in _rows:
    _add(_row.name, formulas(_row)[0], tuple(operand_names(_row)))
for _row in _rows:
    PARTIALS[OPCODES[_row.name]] = tuple(_partial(f"{_row.name}'{i}", f) for i, f in enumerate(formulas(_row)[1:]))
for _row in _rows:
    READS[OPCODES[_row.name]] = tuple(_partial(f"{_row.name}'reads{i}", _read(cut)) for i, cut in enumerate(cuts(_row)))
FIXED = len(OPS)  # opcodes below have at most three operands

SUM = _add_pooled("sum")  # the initial value, slot c, plus the operands
DOT = _add_pooled("dot")  # slot c plus the products of the first half of the operands with the second
ZDOT = _add_pooled("zdot")  # the same of thirds, in which a term is 0 where the first, whether it is reached, is 0
PIVOT = _add_pooled("pivot")  # the place of the first of the largest operands
LINK = _add_pooled("link")  # the first operand; in a derivative the second part are its operands, the third their partials
TAKE = _add_pooled("take")  # of the operands after the first, the one whose place the first is
CALL = _add_pooled("call")  # a Python function: number c
SUMS = (SUM, DOT, ZDOT)  # those with an initial value

IDENTITY, STOP, ADD, MUL, NEG = (OPCODES[name] for name in ("identity", "stop", "add", "mul", "neg"))
ZMUL, WHERE, LESS, EQUAL = (OPCODES[name] for name in ("zmul", "where", "less", "equal"))
ARITY = array("i", [len(op.letters) for op in OPS])  # operands that are not in the pool, by opcode
