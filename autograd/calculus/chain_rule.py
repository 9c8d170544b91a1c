"""One step of the chain rule at a node, the same in reverse and forward: edges that are not cut, and terms that go along them.

A term is an adjoint or a tangent (a number, a Value or an array of directions) and *reached*: whether anything but cuts leads
there. That is True, for where nothing does there is no term. Only in a trace, where another call cuts others, it may be a Value
that is 0 or 1 at run time; where it is 0 the adjoint or tangent is 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import repeat
from typing import Any

from autograd.engine.context import mode, tracing
from autograd.engine.functions import VALUES
from autograd.engine.modes import untrapped
from autograd.engine.node import edges as recorded
from autograd.engine.node import has_cuts
from autograd.engine.value import Value, constant, number, operands
from autograd.errors import DomainError
from autograd.ops.primitives import Row

Term = tuple[Any, Any]  # an adjoint or tangent, and whether it is reached
Edge = tuple[Value, Any, Any]  # an operand, the partial with respect to it, and whether it is read, as in `reached`


def edges(node: Value, active: set[int], record: bool) -> list[Edge]:
    """The edges to active operands, with the partials that were recorded with the node or, to `record`, computed anew."""
    held = operands(node)
    if not record:
        pairs = zip(held, recorded(node), strict=True)
        return [(x, d, True) for x, d in pairs if type(x) is Value and d is not None and id(x) in active]
    places = [i for i, x in enumerate(held) if type(x) is Value and id(x) in active]
    if not places:
        return []
    if tracing():
        return _traced_edges(node, held, places)
    if has_cuts(node):
        cuts = node.cuts
        places = [i for i in places if not cuts[i]]
    partials = _partials(node, held, places)
    return [(held[i], partial, True) for i, partial in zip(places, partials, strict=True) if partial is not None]


def _traced_edges(node: Value, held: Sequence[Any], places: Sequence[int]) -> list[Edge]:
    """The same where another call cuts others: the conditions are recorded too."""
    cut = node.primitive.cut
    reads = map(_is_read, _by_rules(node, cut, held, places)) if cut else repeat(True)
    partials = _partials(node, held, places)
    found = zip([held[i] for i in places], partials, reads, strict=False)
    return [(x, partial, read) for x, partial, read in found if read is not False and partial is not None]


def _partials(node: Value, held: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """The partials as recorded Values and numbers; under `trap()` none may be nan or infinite at a finite value."""
    rules = node.primitive.partials
    if not mode().trapping:
        return _by_rules(node, rules, held, places, node)
    with untrapped():  # a rule also computes the branch that it does not take
        partials = _by_rules(node, rules, held, places, node)
    for partial in partials:
        if partial is not None and math.isfinite(number(node)) and not math.isfinite(number(partial)):
            raise DomainError(f"a derivative of {node.op}, at the value {node!r}, is {number(partial)}")
    return partials


def _by_rules(node: Value, rules: Sequence[Any], held: Sequence[Any], places: Sequence[int], *result: Value) -> list[Any]:
    """What a row's rules, of partials or of cuts, say of the operands at some places; None where there is no rule."""
    try:
        return _evaluated(node.primitive, rules, held, places, *result)
    except ArithmeticError:  # of Python's floats; those in Values divide by 0 as IEEE says
        return _evaluated(node.primitive, rules, list(map(constant, held)), places, *result)


def _evaluated(row: Row, rules: Sequence[Any], held: Sequence[Any], places: Sequence[int], *result: Value) -> list[Any]:
    if row.arity is not None:
        return [None if rules[i] is None else rules[i](VALUES, *held, *result) for i in places]
    size = len(held) // max(row.lists, 1)
    found = rules[0](VALUES, *[list(held[k : k + size]) for k in range(0, len(held), size)], *result)
    return [found[i] for i in places]


def _is_read(cut: Any) -> Any:
    """Whether an operand is read, from the condition on which it is cut: a bool, in a trace a Value if it depends on one."""
    return True if cut is None else VALUES.equal(cut, 0.0) if type(cut) is Value else not cut


class Terms:
    """The terms that have come to nodes, by the identities of these."""

    def __init__(self, terms: dict[int, Any]) -> None:
        self.linear = terms  # adjoints or tangents
        self.reached: dict[int, Any] = {}  # only where it is a Value

    def result(self, key: int) -> Term:
        """A node's term; added to 0 if it may not be reached, so that no sign of a zero tells whether it was."""
        term, reached = self.linear[key], self.reached.get(key, True)
        return (term if reached is True else 0.0 + term), reached

    def drop(self, key: int) -> None:
        """Forget a node's term."""
        del self.linear[key]
        self.reached.pop(key, None)

    def send(self, source: int, target: int, partial: Any, read: Any) -> None:
        """Send a node's term along an edge, and add what becomes of it to what has come to the node there.

        There is no node for a factor that is plainly 1.
        """
        term = self.linear[source]
        before = self.linear.get(target)
        if read is not True or self.reached:
            term = self._times(source, target, partial, read, before is None)
        elif type(term) is float and term == 1.0:
            term = partial
        elif type(partial) is not float or partial != 1.0:
            term = partial * term
        self.linear[target] = term if before is None else before + term

    def _times(self, source: int, target: int, partial: Any, read: Any, first: bool) -> Any:
        """The product where a cut may stand between, which notes what is reached."""
        term, reached = self.linear[source], self.reached.get(source, True)
        if read is not True:
            reached = read if reached is True else reached * read
        before = False if first else self.reached.get(target, True)
        if reached is True or before is True:
            self.reached.pop(target, None)
        else:
            self.reached[target] = reached if first else VALUES.maximum(before, reached)
        if read is True and type(partial) is float and partial == 1.0:
            return term
        return partial * term if reached is True else VALUES.zmul(reached, partial, term)
