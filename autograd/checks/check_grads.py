"""check_grads: compare derivatives with numeric ones, to any order.

What is wrong is named by operation and operand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isfinite, isnan, nan
from typing import Any

import numpy as np

from autograd._validate import real
from autograd.calculus.ad import dependents
from autograd.calculus.transforms import arguments_of, jacobian
from autograd.checks.check_node import check_node
from autograd.checks.compare import Comparison, Flat, Report, Wrong, along, slopes, weights
from autograd.checks.describe import describe
from autograd.checks.reasons import reason
from autograd.engine.backward import topological_order
from autograd.engine.modes import recording
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value, number, operands


class GradientError(AssertionError):
    """A derivative is not that of the function, as `check_grads` reports it.

    Attributes:
        order: the order of the derivative.
        argument: the place in the arguments that moved, as "args[0]"; "" if f's own derivative is right at this point.
        numeric: the numeric derivative.
        given: the derivative that is wrong.
        node: the first operation that is wrong, or None.
        operation: its name, or "".
        operand: to which of its operands, from 0; -1 if there is no such operation.
    """

    order = 0
    argument = operation = ""
    numeric = given = nan
    node: Value | None = None
    operand = -1


def check_grads(f: Callable[..., Any], args: Any, order: int = 2) -> Report:
    """Compare a function's derivatives with numeric ones, up to an order.

    Checked are the derivatives with respect to all numbers of `args`, and those of each operation in f's graph, also of
    one that contributes nothing at this point. The numeric derivatives are central differences, extrapolated over
    shrinking steps, each with an estimate of its error; the steps and tolerances follow from these.

    Args:
        f: a function of numbers, or of lists, tuples, dicts or arrays of them, that returns such a structure.
        args: the tuple of its arguments, or its only argument.
        order: the highest order of derivatives, at least 1; 2 by default.

    Returns:
        A report. Its `checked` is the number of comparisons, its `skipped` a list of what could not be judged, which is
        at a kink (where a derivative between those from the left and the right is right), at a jump, or at the border
        of a domain.

    Raises:
        GradientError: if a derivative is off by more than a part in a million; it names the operation.
        ValueError: for an order below 1.
        TypeError: if `args` holds anything but numbers.

    Examples:
        >>> from autograd import primitive
        >>> @primitive(partials=[lambda x, y: y, lambda x, y: -x])
        ... def times(x, y):
        ...     return x * y
        >>> check_grads(lambda x: (x + 1) ** 2, 3.0).skipped
        []
        >>> try:
        ...     check_grads(lambda x: times(x, x) + 1, 3.0)
        ... except GradientError as error:
        ...     print(error.operation, error.operand, error.given)
        times 1 -3.0

    References:
        Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4, 1982.
    """
    if type(order) is not int or order < 1:
        raise ValueError(f"check_grads() needs an order of at least 1, not {order!r}")
    arguments = arguments_of(f, args)[0]
    tree = Raveled(arguments)
    point = [x.data if type(x) is Value else real(x, "a number in args") for x in tree.numbers]
    places = list(Raveled(args).places("args"))

    def flat(*xs: Any) -> list[Any]:
        return Raveled(f(*tree.rebuild([x if type(x) is Value else Value(x) for x in xs]))).numbers

    report = Report()
    with recording():
        graph = _graph(f, flat, tree.rebuild(point), point)
        for k in range(1, order + 1) if point else ():
            whole = _check_function(flat, point, places, k, report)
            place = places[whole.coordinate] if whole and not whole.why else ""
            for node, active in graph:
                wrong = check_node(node, active, k, report)
                if wrong:
                    raise _error(k, place, wrong, whole, node, active) from wrong.cause
            if whole:

                def is_right(other: list[float], k: int = k) -> bool:
                    return _check_function(flat, other, places, k, Report()) is None

                why = "" if whole.why else reason(flat, point, places, whole, k, graph, is_right)
                raise _error(k, place, whole, whole, why=why) from whole.cause
    return report


def _graph(f: Callable[..., Any], flat: Flat, plain: Any, point: Sequence[float]) -> list[tuple[Value, list[int]]]:
    """The operations of f at the point, in forward order, each once for its operands, with the operands that move."""
    leaves = [Value(x) for x in point]
    try:
        outputs = flat(*leaves)
    except Exception as error:
        try:
            f(*plain)
        except Exception:
            raise error from None  # what goes wrong on plain numbers too is not about derivatives
        wrong = Wrong(why=str(error))
        raise _error(1, "", wrong, wrong) from error
    order = topological_order([y for y in outputs if type(y) is Value])
    active = dependents(order, set(map(id, leaves)))
    found: dict[Any, tuple[Value, list[int]]] = {}
    for node in order:
        held = operands(node)
        moving = [i for i, x in enumerate(held) if type(x) is Value and id(x) in active]
        if moving:
            found.setdefault((node.operation, *moving, *map(repr, map(number, held))), (node, moving))
    return list(found.values())


def _check_function(flat: Flat, point: list[float], places: list[str], order: int, report: Report) -> Wrong | None:
    """f's derivative of this order, by the reverse sweep, against forward mode and differences of the one before."""
    below = along(flat, order - 1)
    direction = weights(len(point))

    def title(output: int, coordinate: int) -> str:
        is_nan = isnan(matrix[output, coordinate]) and isfinite(values[output])
        return f"order {order}: output {output} of f by {places[coordinate]}" + ", which is nan: see autograd.diagnose" * is_nan

    try:
        values = [number(y) for y in flat(*point)]
        rows = jacobian(lambda *xs: below(*xs), range(len(point)), "reverse")(*point)
        matrix = np.array([number(x) for x in Raveled(rows).numbers]).reshape(-1, len(point))
        forward = np.array([number(x) for x in slopes(below, point, direction)])
    except Exception as error:
        return Wrong(why=f"there is none: {error}", cause=error)

    def known(*xs: Any) -> list[Any]:
        """Where f itself is not finite there is nothing to judge."""
        return [y if finite else nan for y, finite in zip(below(*xs), np.isfinite(values), strict=True)]

    with np.errstate(all="ignore"):
        alike = np.isclose(
            matrix @ direction, forward, rtol=0.0, atol=1e-9 * np.abs(matrix) @ np.abs(direction), equal_nan=True
        )
    if not np.all(alike):  # rounding or a mistake?
        wrong = Comparison(known, lambda d: slopes(below, point, d), np.array(point), title).first_wrong(Report())
        if wrong:
            return replace(wrong, why=f"numeric {wrong.numeric:.10g}, given {wrong.given:.10g} by forward mode")

    def given(d: Any) -> Any:
        return matrix[:, d != 0.0] @ d[d != 0.0]

    return Comparison(known, given, np.array(point), title).first_wrong(report)


def _error(
    order: int,
    place: str,
    wrong: Wrong,
    whole: Wrong | None,
    node: Value | None = None,
    active: Sequence[int] = (),
    why: str = "",
) -> GradientError:
    """The exception with its message: what is wrong with f, and with which operation."""
    lines = [f"derivative of order {order}" + (f" by {place}" if place else "") + f": {whole}"] if whole else []
    operand = -1
    if node is not None:
        operand = active[wrong.output if order > 1 else wrong.coordinate]
        then = f", derived by operand {active[wrong.coordinate] + 1}" * (order > 1 and not wrong.why)
        lines.append(f"wrong operation: {describe(node)}: its partial {operand + 1}{then} (order {order}): {wrong}")
        if order > 1 and not wrong.why and wrong.given == 0.0:
            lines.append("(a partial that is a plain number has no derivative: write it with this package's functions)")
    elif why:
        lines.append(why)
    error = GradientError("\n".join(lines))
    error.order, error.argument, error.numeric, error.given = order, place, wrong.numeric, wrong.given
    error.node, error.operation, error.operand = node, node.primitive.name if node is not None else "", operand
    return error
