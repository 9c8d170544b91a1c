"""Check one operation of a graph: its partials, and their derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np

from autograd.checks.compare import Comparison, Flat, Report, Wrong, along, numbers, slopes
from autograd.checks.describe import describe, in_table
from autograd.engine.functions import FUNCTIONS, VALUES
from autograd.engine.registry import OPERATIONS
from autograd.engine.value import Value, leaf, number, operands
from autograd.ops.kernels import FLOATS, printed


def check_node(node: Value, active: list[int], order: int, report: Report) -> Wrong | None:
    """A node's partials, or their derivatives, against differences of its value, or of its partials.

    A nan of the table's own rules is no mistake, but left out: there is 0 times infinity in them.
    """
    wrong = _first_wrong(node, active, order, report)
    if wrong and isnan(wrong.given) and not wrong.cause and in_table(node.primitive):
        report.skipped.append(f"order {order}: {describe(node)} by operand {active[wrong.coordinate] + 1}, which is nan")
        return None
    return wrong


def _first_wrong(node: Value, active: list[int], order: int, report: Report) -> Wrong | None:
    values, rules = rules_of(node, active)
    point = np.array([number(operands(node)[i]) for i in active])
    recorded = np.array([node.partials[i] for i in active])

    def title(output: int, coordinate: int) -> str:
        return f"order {order}: {describe(node)} by operand {active[coordinate] + 1}"

    if order == 1:
        return Comparison(values, lambda d: [recorded[d != 0.0] @ d[d != 0.0]], point, title).first_wrong(report)
    below = along(rules, order - 2)
    try:
        anew = numbers(rules, point.tolist(), len(active))
        for i in np.flatnonzero(~np.isclose(anew, recorded, rtol=1e-9, atol=1e-300, equal_nan=True)):
            return Wrong(int(i), int(i), given=float(anew[i]), why=f"{recorded[i]} of floats, but {anew[i]} of Values")
        return Comparison(below, lambda d: slopes(below, point.tolist(), d), point, title).first_wrong(report)
    except Exception as error:
        return Wrong(why=f"it cannot be differentiated again: {error}", cause=error)


def rules_of(node: Value, active: Sequence[int]) -> tuple[Flat, Flat]:
    """An operation's value on floats, and its partials on Values, as functions of the operands that move."""
    row, held, own = node.primitive, [number(x) for x in operands(node)], OPERATIONS[node.operation].function
    size = len(held) // max(row.lists, 1)

    def arguments(xs: Sequence[Any]) -> list[Any]:
        filled = list(held)
        for i, x in zip(active, xs, strict=True):
            filled[i] = x
        return filled if row.arity else [filled[k : k + size] for k in range(0, len(filled), size)]

    def values(*xs: float) -> list[Any]:
        if own or not row.arity:
            return [row.value(None if own else FLOATS, *arguments(xs))]
        return [printed(row.name)(*arguments(xs))]

    def rules(*xs: Any) -> list[Any]:
        given = arguments([x if type(x) is Value else leaf(x) for x in xs])
        z = (own or FUNCTIONS[row.name])(*given) if own or in_table(row) else node
        found = None if row.arity else row.partials[0](VALUES, *given, z)
        return [found[i] if found else row.partials[i](VALUES, *given, z) for i in active]

    return values, rules
