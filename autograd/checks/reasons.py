"""Why a derivative is wrong though each operation's is right: 0 times infinity, a kink, or a way out of the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np

from autograd.calculus.ad import gradient
from autograd.checks.check_node import rules_of
from autograd.checks.compare import Flat, Wrong, along, numbers, slopes, weights
from autograd.checks.describe import describe
from autograd.checks.diagnose import diagnose
from autograd.engine.backward import topological_order
from autograd.engine.functions import FUNCTIONS
from autograd.engine.registry import OPERATIONS
from autograd.engine.value import Value, number, operands

ASIDE = 1e-3  # how far from the point a derivative is looked at again
CLOSE, CLOSER = 1e-7, 1e-10  # distances at which a partial is compared: a jump is as large at both
REMEDIES = {
    "abs": "write x**2 for abs(x)**2",
    "hypot": "write x**2 + y**2 for hypot(x, y)**2",
    "maximum": "write x**2 for maximum(x, -x)**2",
    "minimum": "write x**2 for minimum(x, -x)**2",
}
Graph = Sequence[tuple[Value, list[int]]]  # operations, with the operands that move
IsRight = Callable[[list[float]], bool]


def reason(
    flat: Flat, point: Sequence[float], places: Sequence[str], wrong: Wrong, order: int, graph: Graph, is_right: IsRight
) -> str:
    """What is wrong with f at the point; `is_right` says whether its derivative is right at another one."""
    if not isfinite(wrong.given):
        return _not_finite(flat, point, places, wrong, order)
    kinks = [node for node, active in graph if _is_at_kink(node, active, order)]
    sides = _sides(point)
    if kinks and all(_operations(flat, side) == _operations(flat, point) and is_right(side) for side in sides):
        slopes_beside = [_slope(flat, side, wrong, order) for side in sides]
        return _at_kinks(kinks, is_smooth=bool(np.allclose(slopes_beside, wrong.numeric, 0.05, 0.05 * abs(wrong.given))))
    return "each operation is right: f leaves the graph (.data, stop_gradient, no_grad), jumps, or is random"


def _not_finite(flat: Flat, point: Sequence[float], places: Sequence[str], wrong: Wrong, order: int) -> str:
    leaves = [Value(x, place) for x, place in zip(point, places, strict=True)]
    y = flat(*leaves)[wrong.output]
    for _ in range(order - 1):
        y = FUNCTIONS["sumprod"](gradient(y, leaves, create_graph=True), weights(len(leaves)).tolist())
    return f"each operation is right, but the gradient is not finite: autograd.diagnose(root) finds where:\n{diagnose(y)}"


def _operations(flat: Flat, point: Sequence[float]) -> list[int]:
    """What f does at a point: another path through its branches is no kink."""
    outputs = flat(*map(Value, point))
    return [node.operation for node in topological_order([y for y in outputs if type(y) is Value])]


def _sides(point: Sequence[float]) -> list[list[float]]:
    """Two points beside the point, in opposite directions."""
    aside = ASIDE * max([1.0, *[abs(x) for x in point if isfinite(x)]]) * weights(len(point))
    return [(np.array(point) + sign * aside).tolist() for sign in (-1.0, 1.0)]


def _slope(flat: Flat, point: Sequence[float], wrong: Wrong, order: int) -> float:
    """f's derivative, of the output and by the coordinate that are wrong, at another point."""
    unit = np.eye(len(point))[wrong.coordinate]
    return float(number(slopes(along(flat, order - 1), point, unit)[wrong.output]))


def _at_kinks(kinks: Sequence[Value], is_smooth: bool) -> str:
    row = OPERATIONS[kinks[0].operation].row
    others = f" and {len(kinks) - 1} more" if len(kinks) > 1 else ""
    convention = f" ({row.kinks.partition(';')[0]})" if row.kinks else ""
    written = f"written with {describe(kinks[0])}{others} at a kink{convention}"
    if is_smooth:
        remedy = REMEDIES.get(row.name, "write it without")
        is_so = "each operation is right: the function is smooth, but is"
        return f"{is_so} {written};\nderivatives are those of what is written: {remedy}"
    return f"each operation is right: f is {written}, and what holds by convention at several kinks need not be a slope of f"


def _is_at_kink(node: Value, active: list[int], order: int) -> bool:
    """Whether a partial, or a derivative of one below this order, jumps where one of the operands that move goes on."""
    rules, size = rules_of(node, active)[1], len(active)
    point = [number(operands(node)[i]) for i in active]
    for k in range(order):
        below = along(rules, k)

        def jump(i: int, close: float, below: Flat = below) -> Any:
            reach = close * max(1.0, abs(point[i]))
            left, right = (numbers(below, [*point[:i], point[i] + h, *point[i + 1 :]], size) for h in (-reach, reach))
            return np.abs(right - left)

        with np.errstate(all="ignore"):
            if any(np.any((far := jump(i, CLOSE)) > 0.0) and np.any(jump(i, CLOSER) > 0.5 * far) for i in range(size)):
                return True
    return False
