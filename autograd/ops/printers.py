"""Print symbolic expressions as Python or as plain mathematics."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd.ops.expr import Symbol, symbol

RANK = {"!=": 1, "==": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "neg": 4}  # of infix operators
ATOM = 9  # the rank of what never needs brackets
CONSTANTS = {
    math.log(2.0): "log(2)",
    math.log(10.0): "log(10)",
    2.0 / math.sqrt(math.pi): "2/√π",
    -2.0 / math.sqrt(math.pi): "-2/√π",
    math.sqrt(0.5): "√½",
    math.sqrt(2.0 * math.pi): "√(2π)",
    math.pi: "π",
}


class Language:
    """How formulas are written: a style for calls, for choices and for numbers."""

    def __init__(self, call: Callable[[str, list[str]], str], where: str, numbers: Callable[[str], str]) -> None:
        self.call, self.where, self.numbers = call, where, numbers

    def write(self, formula: Symbol, known: dict[Symbol, str] | None = None) -> str:
        """The text of one formula; parts in `known` are written by their names."""
        return self._write(formula, known or {})[0]

    def _write(self, f: Symbol, known: dict[Symbol, str]) -> tuple[str, int]:
        if f in known:
            return known[f], ATOM
        if f.op == "name":
            return f.shown, ATOM
        if f.op == "number":
            return self.numbers(f.shown), RANK["*"] if f.shown.startswith("-") else ATOM
        parts = [self._write(a, known) for a in f.args]
        rank = RANK.get(f.op, ATOM)
        if f.op == "neg":
            return "-" + _wrap(parts[0], rank), rank
        if f.op == "where":
            return self.where.format(*(text for text, _ in parts)), ATOM
        if f.op in RANK:
            left = rank + (rank == RANK["=="])  # comparisons do not chain
            return f"{_wrap(parts[0], left)} {f.op} {_wrap(parts[1], rank + 1)}", rank
        return self.call(f.op, [text for text, _ in parts]), ATOM


def _wrap(part: tuple[str, int], rank: int) -> str:
    return part[0] if part[1] >= rank else f"({part[0]})"


def call(name: str, args: list[str]) -> str:
    """A function call, as in Python, C and mathematics."""
    return f"{name}({', '.join(args)})"


def number(shown: str, nan: str, inf: str) -> str:
    """A number with the language's names of nan and infinity."""
    value = float(shown)
    return nan if math.isnan(value) else shown if math.isfinite(value) else inf if value > 0 else "-" + inf


PYTHON = Language(call, "({1} if {0} else {2})", lambda shown: number(shown, "nan", "inf"))
MATHEMATICS = Language(call, "{1} if {0} else {2}", lambda shown: CONSTANTS.get(float(shown), f"{float(shown):g}"))


def tidy(f: Symbol) -> Symbol:
    """The formula as one would write it: without `+ 0`, `1 *`, the nan outside the domain, needless choices and brackets."""
    args = tuple(tidy(a) for a in f.args)
    if f.op == "+" and args[1].shown == "0.0":
        return args[0]
    if f.op == "*" and args[0].shown == "1.0":
        return args[1]
    if f.op == "where":
        return _choice(*args)
    if f.op == "*" and args[1].op == "*":
        return tidy(Symbol("*", (Symbol("*", (args[0], args[1].args[0])), args[1].args[1])))
    if f.op == "neg" and args[0].op == "*" and args[0].args[0].op == "number":
        return Symbol("*", (symbol(-float(args[0].args[0].shown)), args[0].args[1]))
    return Symbol(f.op, args, f.shown)


def _choice(condition: Symbol, first: Symbol, second: Symbol) -> Symbol:
    if condition.op == "number":
        return first if float(condition.shown) else second
    if condition.op == "where":
        test, *conditions = condition.args
        return _choice(test, *[_choice(c, first, second) for c in conditions])
    return first if _is_nan(second) else Symbol("where", (condition, first, second))


def _is_nan(f: Symbol) -> bool:
    return f.shown == "nan" or (f.op == "*" and _is_nan(f.args[0]))
