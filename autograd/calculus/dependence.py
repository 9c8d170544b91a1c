"""Abstract domain of variable sets: what a rule's result depends on smoothly.

A partial that does not depend on an operand has no second derivative towards it: so the rows themselves tell which operations
are linear in which operands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from autograd.engine.registry import OPERATIONS
from autograd.ops.formulas import NAMES
from autograd.ops.primitives import TABLE, zero
from autograd.ops.reductions import Lists

Reach = frozenset[int]
NOTHING: Reach = frozenset()


class Reads:
    """What a formula depends on. Arithmetic unites; a comparison is a step, which has no derivative."""

    __slots__ = ("of",)

    def __init__(self, of: Reach) -> None:
        self.of = of

    def _with(self, other: Any) -> Reads:
        return united((self, other))

    def _alone(self) -> Reads:
        return self

    def _step(self, other: Any) -> Reads:
        return Reads(NOTHING)

    __hash__ = object.__hash__
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _with
    __neg__ = _alone
    __lt__ = __le__ = __gt__ = __ge__ = _step
    __eq__ = __ne__ = _step  # type: ignore[assignment]


def united(terms: Iterable[Any]) -> Reads:
    """What a formula of all these reads; numbers read nothing."""
    return Reads(union([term.of for term in terms if type(term) is Reads]))


def union(sets: Sequence[Reach]) -> Reach:
    """The union; the set itself where there is only one, so that chains share theirs."""
    several = {id(s): s for s in sets if s}
    return NOTHING.union(*several.values()) if len(several) > 1 else next(iter(several.values()), NOTHING)


class Domain(Lists):
    """The functions of the table on what is read: those without derivative towards an operand do not read it."""

    def __getattr__(self, name: str) -> Callable[..., Reads]:
        rules = TABLE[name].partials if name in TABLE else ()
        return lambda *xs: united(x for i, x in enumerate(xs) if i >= len(rules) or rules[i] is not zero)

    def where(self, condition: Any, x: Any, y: Any) -> Reads:
        return united((x, y))

    def total(self, terms: Iterable[Any]) -> Reads:
        return united(terms)

    def pivot(self, xs: Any) -> int:
        return -1  # none is apart

    largest = total


DOMAIN = Domain()


@cache
def curvature(op: int) -> tuple[Reach | None, ...]:
    """For each operand the operands that its partial depends on; None where the partial is always 0.

    An operation of the user's own may depend on everything.
    """
    row = OPERATIONS[op].row
    places = frozenset(range(row.arity))
    if op > len(NAMES):
        return (places,) * len(places)
    xs = [Reads(frozenset([i])) for i in places]
    found = [None if rule is zero else united([rule(DOMAIN, *xs, Reads(places))]).of for rule in row.partials]
    return tuple(found)


@cache
def is_linear(op: int) -> bool:
    """Whether no partial of this reduction over lists depends on an operand."""
    return not any(of_lists(op, [Reads(frozenset([i])) for i in range(3 * max(OPERATIONS[op].row.lists, 1))]))


def of_lists(op: int, xs: Sequence[Reads]) -> list[Reach]:
    row = OPERATIONS[op].row
    size = len(xs) // max(row.lists, 1)
    lists = [list(xs[k : k + size]) for k in range(0, len(xs), size)] if size else []
    return [united([partial]).of for partial in row.partials[0](DOMAIN, *lists, united(xs))]
