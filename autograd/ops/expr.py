"""Symbolic expressions: a rule evaluated on symbols yields its formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any


class Symbol:
    """A formula: a name, a number, or an operation on formulas. Shared parts stay shared."""

    __slots__ = ("args", "op", "shown")
    __hash__ = object.__hash__

    def __init__(self, op: str, args: tuple[Symbol, ...] = (), shown: str = "") -> None:
        self.op, self.args, self.shown = op, args, shown

    def __neg__(self) -> Symbol:
        return Symbol("neg", (self,))


def _infix(op: str) -> tuple[Callable[..., Symbol], Callable[..., Symbol]]:
    return lambda a, b: Symbol(op, (a, symbol(b))), lambda b, a: Symbol(op, (symbol(a), b))


for _op, _name in {"+": "add", "-": "sub", "*": "mul", "/": "truediv"}.items():
    _left, _right = _infix(_op)
    setattr(Symbol, f"__{_name}__", _left)
    setattr(Symbol, f"__r{_name}__", _right)
for _op, _name in {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}.items():
    setattr(Symbol, f"__{_name}__", _infix(_op)[0])


def symbol(x: Any) -> Symbol:
    """A formula from a name, a number or a formula."""
    if isinstance(x, Symbol):
        return x
    return Symbol("name", (), x) if isinstance(x, str) else Symbol("number", (), repr(float(x)))


class Domain:
    """`m.exp(x)` is the formula exp(x), for any name; reductions over lists are written out."""

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args: Symbol(name, tuple(map(symbol, args)))

    def total(self, terms: Iterable[Any]) -> Any:
        result: Any = None
        for term in terms:
            result = term if result is None else result + term
        return 0.0 if result is None else result

    def count(self, xs: Sequence[Any]) -> float:
        return float(len(xs))

    def places(self, xs: Sequence[Any]) -> Iterable[int]:
        return range(len(xs))


DOMAIN = Domain()


def uses(formula: Symbol) -> dict[Symbol, int]:
    """How often the formula uses each of its parts, itself included; inner ones first."""
    counts: dict[Symbol, int] = {}
    order: list[Symbol] = []

    def visit(f: Symbol) -> None:
        counts[f] = counts.get(f, 0) + 1
        if counts[f] == 1:
            for a in f.args:
                visit(a)
            order.append(f)

    visit(formula)
    return {f: counts[f] for f in order}


def parts(formula: Symbol) -> list[Symbol]:
    """The formula and all it is made of, each once, inner ones first."""
    return list(uses(formula))


def shared(formula: Symbol) -> list[Symbol]:
    """The operations that the formula uses more than once, inner ones first."""
    return [f for f, count in uses(formula).items() if count > 1 and f.args]
