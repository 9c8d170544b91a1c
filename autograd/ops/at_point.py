"""Formulas as they hold at a point: choices made, numbers combined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isclose, isnan, nan

from autograd.ops.expr import DOMAIN, Symbol, symbol
from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import Row
from autograd.ops.printers import tidy

ROW_OF_SIGN = {"+": "add", "-": "sub", "*": "mul", "/": "div", "neg": "neg", "fabs": "abs"}
COMPARISONS = {
    "<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__, "==": float.__eq__, "!=": float.__ne__,
}  # fmt: skip


def alike(a: float, b: float) -> bool:
    """Whether two numbers are the same in the digits that are shown."""
    return isclose(a, b, rel_tol=1e-7) or (isnan(a) and isnan(b))


def partial_at(
    row: Row, k: int, operands: Sequence[Symbol], z: Symbol, values: Mapping[str, float], number: float
) -> Symbol | None:
    """The formula of a row's partial in the branch that holds at this point, the number nan outside of the domain.

    None where its number is not the recorded one: at infinity, where that may be a limit, and after an assignment to `.data`.
    """
    chosen = at_point(symbol(row.partials[k](DOMAIN, *operands, z)), values)[0]
    for formula in (tidy(chosen), chosen):  # a 0 that is added matters at -0 only
        shown, value = at_point(formula, values)
        if alike(value, number):
            return shown
    return None


def at_point(f: Symbol, values: Mapping[str, float]) -> tuple[Symbol, float]:
    """The formula with its choices made and its numbers combined, and its value."""
    if not f.args:
        return f, values[f.shown] if f.op == "name" else float(f.shown)
    if f.op == "where":
        return at_point(f.args[1 if at_point(f.args[0], values)[1] else 2], values)
    args = [at_point(a, values) for a in f.args]
    numbers = [x for _, x in args]
    if f.op in COMPARISONS:
        return Symbol(f.op, tuple(a for a, _ in args)), float(COMPARISONS[f.op](*numbers))
    value = float(getattr(FLOATS, ROW_OF_SIGN.get(f.op, f.op))(*numbers))  # IEEE: Python's own division raises at a pole
    return _simplified(f.op, [a for a, _ in args], numbers, value), value


def _simplified(op: str, args: list[Symbol], numbers: list[float], value: float) -> Symbol:
    """The operation on these arguments, without factors and exponents of 1.

    Where all arguments are numbers it is one too, and where one is nan it is nan.
    """
    is_number = [a.op == "number" for a in args]
    if all(is_number) and op in ROW_OF_SIGN:
        return symbol(value)
    if op in ROW_OF_SIGN and any(is_a and isnan(x) for is_a, x in zip(is_number, numbers, strict=True)):
        return symbol(nan)
    if op == "pow" and is_number[1] and numbers[1] == 0.0:
        return symbol(1.0)
    if op in ("*", "/", "pow") and is_number[1] and numbers[1] == 1.0:
        return args[0]
    if op == "*" and is_number[0] and numbers[0] == 1.0:
        return args[1]
    return Symbol(op, tuple(args))
