"""Implicit differentiation: the derivatives of a solution from its equation alone.

Whatever solver has found it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.calculus.sparse import check_flat
from autograd.calculus.transforms import jacobian
from autograd.engine.context import tracing
from autograd.engine.custom import primitive
from autograd.engine.functions import FUNCTIONS
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value, number
from autograd.errors import SweepError, TraceError

EXACT = 1e-12  # a Newton step relatively smaller than this is rounding
SINGULAR = 1e14  # the condition of a Jacobian that has lost all digits


def implicit(equation: Callable[..., Any], solution: Any, *args: Any, order: int = 2, tolerance: float = 1e-6) -> Any:
    """Make the solution x of `equation(x, *args) = 0` differentiable.

    Its derivatives with respect to everything else in the equation F are those of the implicit function theorem, dx =
    -(dF/dx)^-1 dF, so it does not matter how the solution was found. A fixed point of g is a solution of `x - g(x)`.
    From the solution, `order` Newton steps are recorded, with the inverse Jacobian as constant numbers: each makes the
    derivatives of one more order exact. Beyond `order` derivatives are nan, or a SweepError where they are recorded.

    Args:
        equation: a function of x and `args` that returns as many numbers as x has.
        solution: a root, a number, or a list or 1-D array of n numbers.
        *args: what the equation depends on: numbers, Values, and structures of them. Values that the function reaches
            from outside count too.
        order: the highest order of derivatives, at least 1; 2 by default. Each costs one evaluation of the equation.
        tolerance: how far from the root the solution may be, relative to max(1, |x|); 1e-6 by default.

    Returns:
        x in the structure of `solution`, polished by Newton's method; of Values, or of floats if no Value takes part.

    Raises:
        ValueError: if the solution does not solve the equation, the Jacobian there is singular or not finite, the
            counts of equations and unknowns differ, or `order` is below 1.
        TypeError: if `solution` is anything else.
        TraceError: (a TypeError) in a traced function.

    Examples:
        >>> from autograd import Value
        >>> a = Value(2.0)
        >>> root = implicit(lambda x, a: x * x - a, 1.414213562, a)
        >>> root.backward()
        >>> round(a.grad, 12)  # 1 / (2 sqrt(2))
        0.353553390593

    References:
        Griewank and Walther, Evaluating Derivatives, 2nd edition, 2008, chapter 15.
    """
    if order < 1:
        raise ValueError(f"implicit() needs an order of at least 1, not {order!r}")
    shape = Raveled(solution)
    if tracing():
        raise TraceError("implicit() looks at numbers, which a trace cannot repeat: call it outside of the jitted function")
    if not shape.is_number:
        check_flat("implicit()", shape, "the solution")

    def residuals(x: Sequence[Any]) -> list[Any]:
        found = Raveled(equation(shape.rebuild(x), *args)).numbers
        if len(found) != len(shape.numbers):
            raise ValueError(f"implicit() needs as many equations as unknowns, got {len(found)} for {len(shape.numbers)}")
        return found

    start, inverse = _polished(residuals, [float(number(x)) for x in shape.numbers], tolerance)
    x: list[Any] = start
    for step in range(order):
        errors = residuals(x)
        if step == 0:
            limit = _limit(errors, order)
        x = [xi - FUNCTIONS["sumprod"](row, errors) for xi, row in zip(x, inverse, strict=True)]
    return shape.rebuild([xi + limit if type(xi) is Value else xi for xi in x])


def _polished(residuals: Callable[..., Any], x: list[float], tolerance: float) -> tuple[list[float], list[list[float]]]:
    """The root next to x in numbers, and the inverse of the Jacobian there."""
    for attempt in range(3):
        errors = np.array([number(e) for e in residuals(x)], dtype=float)
        slopes = np.array([[number(s) for s in row] for row in jacobian(residuals, mode="reverse")(x)], dtype=float)
        if not (np.isfinite(errors).all() and np.isfinite(slopes).all()):
            raise ValueError(f"implicit(): the equation or its Jacobian is not finite at the solution {x}")
        if np.linalg.cond(slopes) > SINGULAR:
            raise ValueError(f"implicit(): the equation's Jacobian is singular at the solution {x}, so x has no derivatives")
        inverse = np.linalg.inv(slopes)
        step = inverse @ errors
        size = max(1.0, float(np.max(np.abs(x))))
        if attempt == 0 and np.max(np.abs(step)) > tolerance * size:
            raise ValueError(
                f"implicit(): the equation does not hold at the solution {x}: residuals up to {np.max(np.abs(errors)):.3g}, "
                f"and Newton's method would go {np.max(np.abs(step)):.3g} further (tolerance={tolerance:g})"
            )
        if np.max(np.abs(step)) <= EXACT * size:
            break
        x = (np.array(x) - step).tolist()
    return x, inverse.tolist()


# ---- no derivative beyond the order that is exact


def _limit(errors: Sequence[Any], order: int) -> Any:
    """A node of value 0 and derivative 0 by all that the equation depends on, up to an order; after that nan."""
    return _zero_up_to(FUNCTIONS["sum"](list(errors)), float(order))


def _next_order(x: Any, order: float) -> Any:
    if type(x) is not Value:
        return 0.0 if order > 0 else float("nan")
    if order <= 0:
        raise SweepError("a derivative of implicit()'s result of a higher order than it was made for: give it a higher order=")
    return _zero_up_to(x, order - 1.0)


@primitive(partials=[_next_order, lambda x, order: 0.0], symbol="order limit")
def _zero_up_to(x: float, order: float) -> float:
    return 0.0
