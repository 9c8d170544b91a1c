"""Expand partials into the rows that they are made of, as the eager engine records them: what can be differentiated again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.errors import ProgramError
from autograd.ops.expr import Domain, Symbol, parts, symbol
from autograd.ops.formulas import operand_names
from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import TABLE, Row
from autograd.program.code import P
from autograd.program.editing import reordered, with_code, with_constants
from autograd.program.instructions import COMPUTED, OPCODES, OPS, PARTIALS, READS

NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div", "<": "less", "<=": "less_equal", ">": "greater"}
NAMES |= {">=": "greater_equal", "==": "equal", "!=": "not_equal", "fabs": "abs"}
Template = tuple[
    tuple[Any, ...], ...
]  # instructions: opcode and operands, each a letter, a float, or a number of an instruction


class Recorded(Domain):
    """The domain of formulas as the engine records them: an operation on plain numbers is a plain number."""

    records = True

    def __getattr__(self, name: str) -> Callable[..., Any]:
        symbolic = super().__getattr__(name)

        def apply(*operands: Any) -> Any:
            plain = all([type(x) is not Symbol for x in operands])
            return getattr(FLOATS, name)(*operands) if plain else symbolic(*operands)

        return apply

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        if type(condition) is Symbol:
            return Symbol("where", (condition, symbol(x), symbol(y)))
        return x if condition else y


def _rule(row: Row, k: int, reads: bool) -> Callable[..., Any]:
    """Partial number k as a function of the row's operands and its result, or whether the operand is read."""
    if not reads:
        return row.partials[k]
    cut: Any = row.cut[k]
    return lambda m, *operands: m.where(cut(m, *operands[:-1]), 0.0, 1.0)


RULES = {
    partial.op: _rule(TABLE[OPS[op].name], k, table is READS)
    for table in (PARTIALS, READS)
    for op, row in table.items()
    for k, partial in enumerate(row)
    if partial.kind == COMPUTED and OPS[partial.op].name not in TABLE
}
ROWS = {
    partial.op: TABLE[OPS[op].name]
    for table in (PARTIALS, READS)
    for op, row in table.items()
    for partial in row
    if partial.op in RULES
}
EXPANDS = np.array([op in RULES for op in range(len(OPS))])


@lru_cache(1024)
def template(op: int, constants: tuple[float | None, ...] = ()) -> Template:
    """The instructions that compute a partial, where operands that are constants have these numbers.

    ProgramError where it is made of more than the rows of the table and its operands.
    """
    row, letters = ROWS[op], OPS[op].letters
    known = {letter: x for letter, x in zip(letters, constants, strict=False) if x is not None}
    operands = [known.get(letter, symbol(letter)) for letter in (*operand_names(row), "z")]
    formula = symbol(RULES[op](Recorded(), *operands))
    found: dict[Symbol, Any] = {}
    code: list[tuple[Any, ...]] = []
    for part in parts(formula):
        if part.op in ("name", "number"):
            found[part] = part.shown if part.op == "name" else float(part.shown)
            continue
        name = NAMES.get(part.op, part.op)
        if name not in TABLE or len(part.args) != TABLE[name].arity:
            raise ProgramError(f"no derivative of {OPS[op].name} is known")
        found[part] = len(code)
        code.append((OPCODES[name], *[found[x] for x in part.args]))
    code = code or [(OPCODES["identity"], found[formula])]
    if {x for _, *rest in code for x in rest if type(x) is str} - set(letters):
        raise ProgramError(f"no derivative of {OPS[op].name} is known")
    return tuple(code)


def expand(program: P) -> P:
    """The same program with rows in place of partials and of whether operands are read, so that it can be differentiated.

    ProgramError where a partial is made of anything else.
    """
    which = np.nonzero(EXPANDS[program.op])[0]
    if not len(which):
        return program
    groups: dict[tuple[int, tuple[float | None, ...]], list[int]] = {}
    constants = program.constants.tolist()
    for i in which.tolist():
        op = int(program.op[i])
        slots = (program.a[i], program.b[i], program.c[i])[: len(OPS[op].letters)]
        known = tuple([_known(constants[x - program.inputs]) if program.inputs <= x < program.first else None for x in slots])
        groups.setdefault((op, known), []).append(i)
    templates = {key: _template(*key) for key in groups}
    numbers = {repr(x): x for code in templates.values() for _, *rest in code for x in rest if type(x) is float}
    place_of = {name: k for k, name in enumerate(numbers)}
    program, base = with_constants(program, list(numbers.values()))
    columns, places = [program.matrix()], [np.arange(len(program), dtype=np.float64)]
    place, slot = np.arange(program.slots), program.slots
    for (op, known), members in groups.items():
        code, at = templates[op, known], np.array(members)
        letters = dict(zip(OPS[op].letters, (program.a[at], program.b[at], program.c[at]), strict=False))
        results: list[Any] = []
        for k, (opcode, *rest) in enumerate(code):
            new = np.zeros((4, len(at)), dtype=np.int32)
            new[0] = opcode
            for j, x in enumerate(rest):
                new[1 + j] = letters[x] if type(x) is str else base + place_of[repr(x)] if type(x) is float else results[x]
            results.append(np.arange(slot, slot + len(at)))
            slot += len(at)
            columns.append(new)
            places.append(at + (k - len(code)) / (len(code) + 1.0))
        place[program.first + at] = results[-1]
    kept = np.concatenate([~EXPANDS[program.op], np.ones(slot - program.slots, dtype=bool)])
    order = np.argsort(np.concatenate(places), kind="stable")
    start = program.reverse_start
    place = np.concatenate([place, np.arange(program.slots, slot)])
    order = order[kept[order]]
    longer = with_code(program, np.concatenate(columns, axis=1))
    position = np.concatenate(places)[order]  # its instructions stand where the partial stood
    return reordered(longer, order, place).replaced(reverse_start=int(np.count_nonzero(position <= start - 1.0)))


def _known(x: float) -> float | None:
    """A constant for which a template is made; not for 0 and -0, nor nan, which would be taken for others."""
    return x if x < 0.0 or x > 0.0 else None


def _template(op: int, known: tuple[float | None, ...]) -> Template:
    """The template for these constants, or for any, where a calculation with them raises."""
    try:
        return template(op, known)
    except (ArithmeticError, ValueError):
        return template(op)
