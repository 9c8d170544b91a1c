"""The plain pass: products that do not look at what is reached, where only a nan in an output can tell."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import nan
from typing import Any

import numpy as np

from autograd.ops.expr import Symbol, parts
from autograd.ops.formulas import ELEMENTARY, formulas, operand_names
from autograd.ops.primitives import TABLE
from autograd.program import _walks
from autograd.program.code import P
from autograd.program.editing import with_code
from autograd.program.instructions import ADD, CALL, FIXED, IDENTITY, MUL, NEG, OPCODES, OPS, ZDOT, ZMUL
from autograd.program.passes import finish, gather

LINEAR = (ADD, IDENTITY, OPCODES["sub"], MUL, NEG, ZMUL)  # the sign of an operand's 0 shows in nothing but that of a 0
STRICT = {"+", "-", "*", "/", "neg", *ELEMENTARY} - {"pow", "hypot", "copysign"}  # nan if any operand is
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def plain(program: P) -> P:
    """A faster program with the same outputs wherever none of its own is nan; the same program if there is nothing to gain.

    Where a product is not reached one factor is 0. So is then the plain product, or nan if the other is no number. A product is
    made plain if nothing reads the sign of its zeros and its nan would make an output nan. A finished program, or nearly so.
    """
    products = (program.op == ZMUL) | (program.op == ZDOT)
    if not products.any() or (program.op == CALL).any():  # nor shall Python functions run twice
        return program
    code, pool = program.matrix(), program.pool.copy()
    signed, visible = (np.zeros(program.slots, dtype=np.int32) for _ in range(2))
    signed[program.outputs] = signed[program.guards] = visible[program.outputs] = 1
    numbers = program.constants
    zeros = np.zeros(program.slots, dtype=np.int32)
    zeros[program.inputs : program.first] = (numbers == 0.0) & ~np.signbit(numbers)
    linear, spread = _tables()
    if not _walks.make_plain(code, pool, program.first, linear, spread, zeros, signed, visible):
        return program
    return gather(finish(with_code(program, code, pool=pool)))


@cache
def _tables() -> tuple[Any, Any]:
    """By opcode: whether it is in LINEAR, and a bit for each operand whose nan makes the result nan."""
    linear, spread = (np.zeros(len(OPS), dtype=np.int32) for _ in range(2))
    linear[list(LINEAR)] = 1
    for opcode, op in enumerate(OPS[:FIXED]):
        spread[opcode] = sum(_spreads(op.formula, letter) << k for k, letter in enumerate(op.letters))
    return linear, spread


def _spreads(formula: Symbol, letter: str) -> bool:
    """Whether the formula is nan wherever the letter is, whatever the others are."""
    return _at_nan(formula, {letter: nan}) is nan


def _at_nan(formula: Symbol, letters: Mapping[str, Any]) -> Any:
    """What is known of a formula: nan, True or False, or None."""
    known: dict[Symbol, Any] = {}
    for part in parts(formula):
        known[part] = _part_at_nan(part, [known[a] for a in part.args], letters)
    return known[formula]


def _part_at_nan(part: Symbol, args: list[Any], letters: Mapping[str, Any]) -> Any:
    if part.op in ("name", "number"):
        return letters.get(part.shown) if part.op == "name" else nan if part.shown == "nan" else None
    if part.op == "where":
        condition, x, y = args
        return x if condition is True or x is y else y if condition is False else None
    if not any(x is nan for x in args):
        return None
    if part.op in COMPARISONS:
        return part.op == "!="
    if part.op in STRICT:
        return nan
    row = TABLE[part.op] if part.op in TABLE and part.op not in ELEMENTARY else None
    return _at_nan(formulas(row)[0], dict(zip(operand_names(row), args, strict=True))) if row else None
