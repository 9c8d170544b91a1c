"""One step of the chain rule at a node, the same in reverse and forward: edges that are not cut, and terms that go along them.

A term is an adjoint or a tangent (a number, a Value or an array of directions) and *reached*: whether anything but cuts leads
there. That is True, for where nothing does there is no term. Only in a trace, where another call cuts others, it may be a Value
that is 0 or 1 at run time; where it is 0 the adjoint or tangent is 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd.engine.context import mode, tracing
from autograd.engine.functions import VALUES
from autograd.engine.modes import untrapped
from autograd.engine.node import has_cuts
from autograd.engine.value import Value, number, operands
from autograd.errors import DomainError

Term = tuple[Any, Any]
Edge = tuple[Value, Any, Any]  # an operand, the partial with respect to it, and whether it is read, as in `reached`


def edges(node: Value, active: set[int], record: bool) -> list[Edge]:
    """The edges to active operands, with the partials that were recorded with the node or, to `record`, computed anew."""
    held = operands(node)
    places = [i for i, x in enumerate(held) if type(x) is Value and id(x) in active]
    traced = record and tracing()
    if has_cuts(node) and not traced:
        cuts = node.cuts
        places = [i for i in places if not cuts[i]]
    if not places:
        return []
    if not record:
        partials = node.partials
        return [(held[i], partials[i], True) for i in places]
    with untrapped():  # a rule also computes the branch that it does not take
        rules = _by_rules(node, held, node.primitive.partials, places, node)
        conditions = _by_rules(node, held, node.primitive.cut, places) if traced else None
    if mode()[2]:
        _listen(node, rules)
    reads = [True] * len(places) if conditions is None else list(map(_is_read, conditions))
    return [(held[i], x, read) for i, x, read in zip(places, rules, reads, strict=True) if read is not False and x is not None]


def _by_rules(node: Value, held: Sequence[Any], rules: Sequence[Any], places: Sequence[int], *result: Value) -> list[Any]:
    """What a row's rules, of partials or of cuts, say of the operands at some places; None where there is no rule."""
    row = node.primitive
    if not rules:
        return [None] * len(places)
    if row.arity is not None:
        return [None if rules[i] is None else rules[i](VALUES, *held, *result) for i in places]
    size = len(held) // max(row.lists, 1)
    found = rules[0](VALUES, *[list(held[k : k + size]) for k in range(0, len(held), size)], *result)
    return [found[i] for i in places]


def _is_read(cut: Any) -> Any:
    """Whether an operand is read, from the condition on which it is cut: a bool, in a trace a Value if it depends on one."""
    return True if cut is None else VALUES.equal(cut, 0.0) if type(cut) is Value else not cut


def _listen(node: Value, partials: Sequence[Any]) -> None:
    """Under `trap()`, a derivative that is nan or infinite at a finite value is an error too."""
    for partial in partials:
        if partial is not None and math.isfinite(number(node)) and not math.isfinite(number(partial)):
            raise DomainError(f"a derivative of {node.op}, at the value {node!r}, is {number(partial)}")


def along(partial: Any, read: Any, term: Term) -> Term:
    """What becomes of a term along an edge; without a node for a factor that is plainly 1."""
    linear, reached = term
    if read is not True:
        reached = read if reached is True else reached * read
    elif type(partial) is float and partial == 1.0:
        return term
    elif type(linear) is float and linear == 1.0:
        return partial, reached
    elif reached is True:
        return partial * linear, True
    return VALUES.zmul(reached, partial, linear), reached


def from_zero(term: Term) -> Term:
    """A first term added to 0, if it may not be reached: then no sign of a zero in a result tells whether it was."""
    return term if term[1] is True else (0.0 + term[0], term[1])


def add(terms: dict[int, Term], node: Value, term: Term) -> None:
    """Add a term to what has come to a node."""
    before = terms.get(id(node))
    if before is not None:
        open_ways = before[1] is True or term[1] is True
        term = before[0] + term[0], True if open_ways else VALUES.maximum(before[1], term[1])
    terms[id(node)] = term
