"""Functions for SciPy: arrays of floats in and out, with exact derivatives.

SciPy itself is not imported here.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any

import numpy as np

from autograd.calculus.ad import as_seeds, pull_back
from autograd.calculus.call import Call
from autograd.calculus.dense import gradient_row, gradient_rows, symmetric
from autograd.calculus.sparse import check_flat, sparse_hessian, sparse_jacobian
from autograd.engine.functions import FUNCTIONS
from autograd.engine.modes import recording
from autograd.engine.ravel import Raveled
from autograd.engine.value import number


class Point:
    """The graph of f at one point, and what has been derived from it; each part is computed when first asked for."""

    def __init__(self, f: Callable[..., Any], x: Any, args: tuple[Any, ...], sparse: bool) -> None:
        self.call = Call("scipy_objective()", f, (x, *args), {}, 0)
        self.outputs = Raveled(self.call.result)
        check_flat("scipy_objective()", self.outputs, "results")
        self.is_scalar = self.outputs.is_number
        self.sparse = sparse
        self._known: dict[str, Any] = {}

    def values(self) -> Any:
        return np.array([number(y) for y in self.outputs.numbers], dtype=float)

    def once(self, name: str, compute: Callable[[], Any]) -> Any:
        if name not in self._known:
            self._known[name] = compute()
        return self._known[name]

    def gradient(self) -> Any:
        return self.slope_of(self.outputs.numbers[0])

    def jacobian(self) -> Any:
        if self.sparse:
            return sparse_jacobian(self.outputs.numbers, self.call.variables, self.call.level)
        return gradient_rows(self.outputs.numbers, self.call.variables, self.call.level)

    def slopes(self) -> list[Any]:
        """The gradient, recorded."""
        with recording():
            return pull_back(as_seeds(self.outputs.numbers, [1.0]), self.call.variables, True, self.call.level)

    def hessian(self) -> Any:
        slopes = self.once("slopes", self.slopes)
        if self.sparse:
            return sparse_hessian(self.outputs.numbers[0], slopes, self.call.variables, self.call.level)
        return symmetric(gradient_rows(slopes, self.call.variables, self.call.level))

    def product(self, direction: Any) -> Any:
        """The Hessian times a direction: the gradient of the recorded gradient's product with it."""
        with recording():
            return self.slope_of(FUNCTIONS["sumprod"](self.once("slopes", self.slopes), direction))

    def slope_of(self, y: Any) -> Any:
        return np.array(gradient_row(y, self.call.variables, self.call.level), dtype=float)


class Objective:
    """What `scipy_objective` returns; the methods take an array of floats and f's further arguments."""

    def __init__(self, f: Callable[..., Any], sparse: bool) -> None:
        self._f, self._sparse = f, sparse
        self._lock = RLock()
        self._last: tuple[Any, Point] | None = None

    def __reduce__(self) -> Any:
        return scipy_objective, (self._f, self._sparse)

    def fun(self, x: Any, *args: Any) -> Any:
        """The value, a float; for a function with several results their array, as `residuals`."""
        with self._lock:
            point = self._at(x, args)
            return float(point.values()[0]) if point.is_scalar else point.values()

    def residuals(self, x: Any, *args: Any) -> Any:
        """The results as an array."""
        with self._lock:
            return self._at(x, args).values()

    def jac(self, x: Any, *args: Any) -> Any:
        """The gradient of a function with one result, the Jacobian of one with several."""
        with self._lock:
            point = self._at(x, args)
            return point.once("jac", point.gradient if point.is_scalar else point.jacobian).copy()

    def hess(self, x: Any, *args: Any) -> Any:
        """The Hessian."""
        with self._lock:
            point = self._scalar("hess", x, args)
            return point.once("hess", point.hessian).copy()

    def hessp(self, x: Any, p: Any, *args: Any) -> Any:
        """The Hessian times the direction `p`, at the cost of one gradient."""
        with self._lock:
            return self._scalar("hessp", x, args).product(np.asarray(p, dtype=float).ravel())

    def _scalar(self, name: str, x: Any, args: tuple[Any, ...]) -> Point:
        point = self._at(x, args)
        if not point.is_scalar:
            what = f"{len(point.outputs.numbers)}, in a list or array"
            raise TypeError(f"{name} needs a function that returns one number; this one returns {what}")
        return point

    def _at(self, x: Any, args: tuple[Any, ...]) -> Point:
        """The graph at this point: the last one again, if it was here (further arguments must be plain numbers or text)."""
        x = np.atleast_1d(np.asarray(x, dtype=float))
        if x.ndim > 1:
            raise TypeError(
                f"scipy_objective() needs x of shape (n,), not {x.shape}: for minimize() let the function return one number, "
                "not a list or array of one, whose derivative is a matrix"
            )
        simple = all([isinstance(a, (int, float, str, bool, type(None))) for a in args])
        key = (x.tobytes(), x.shape, repr(args)) if simple else None
        if self._last is None or key is None or self._last[0] != key:
            self._last = (key, Point(self._f, x, args, self._sparse))
        return self._last[1]


def scipy_objective(f: Callable[..., Any], sparse: bool = False) -> Objective:
    """Prepare a function, with exact derivatives, for `scipy.optimize`.

    Args:
        f: a function of an array of shape (n,), of Values when it is called, and maybe of further arguments. It returns
            one number, or a list or array of shape (m,): residuals, equations. It must depend on its arguments only,
            since what is computed at one point shares one evaluation.
        sparse: whether `jac` of several results and `hess` are SciPy's sparse arrays; False by default.

    Returns:
        An object. Its methods take an array of floats of shape (n,) and f's further arguments, and return floats.

        - `fun`, the value; of several results their array, as `residuals`;
        - `residuals`, the results, an array of shape (m,);
        - `jac`, the gradient, of shape (n,); of several results the Jacobian, of shape (m, n);
        - `hess`, the Hessian, of shape (n, n), of a function that returns one number;
        - `hessp`, its product with a direction, its second argument, of shape (n,), at the cost of one gradient.

    Raises:
        TypeError: if f is not a function or, at a call, returns anything else.

    Examples:
        >>> rosenbrock = scipy_objective(lambda x: (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2)
        >>> rosenbrock.fun([1.0, 2.0]), rosenbrock.jac([1.0, 2.0]).tolist()
        (100.0, [-400.0, 200.0])

        With SciPy: `minimize(rosenbrock.fun, x0, jac=rosenbrock.jac, hess=rosenbrock.hess, method="trust-exact")`,
        `least_squares(problem.residuals, x0, jac=problem.jac)`, `root(system.residuals, x0, jac=system.jac)`.
    """
    if not callable(f):
        raise TypeError(f"scipy_objective() takes a function, not {type(f).__name__}")
    return Objective(f, sparse)
