"""Test problems of Moré, Garbow and Hillstrom (1981), with known minimisers, through SciPy's optimisers as they are."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.optimize import NonlinearConstraint, least_squares, minimize, root, rosen, rosen_der, rosen_hess, rosen_hess_prod

import autograd as ag
from autograd import Value, scipy_objective
from autograd.calculus.scipy_objective import Objective


class Problem(NamedTuple):
    """Residuals, the usual start, the least sum of squares, and where it is taken (None: in several places)."""

    residuals: Callable[[Sequence[Any]], list[Any]]
    start: list[float]
    least: float
    minimiser: list[float] | None


def rosenbrock(x: Sequence[Any]) -> list[Any]:
    return [10 * (x[1] - x[0] ** 2), 1 - x[0]]


def freudenstein_roth(x: Sequence[Any]) -> list[Any]:
    return [-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]]


def beale(x: Sequence[Any]) -> list[Any]:
    return [y - x[0] * (1 - x[1] ** k) for k, y in enumerate((1.5, 2.25, 2.625), 1)]


def helical_valley(x: Sequence[Any]) -> list[Any]:
    turn = ag.atan(x[1] / x[0]) / (2 * math.pi) + ag.where(x[0] > 0, 0.0, 0.5)
    return [10 * (x[2] - 10 * turn), 10 * (ag.hypot(x[0], x[1]) - 1), x[2]]


def box(x: Sequence[Any]) -> list[Any]:
    ts = [0.1 * i for i in range(1, 11)]
    return [ag.exp(-t * x[0]) - ag.exp(-t * x[1]) - x[2] * (math.exp(-t) - math.exp(-10 * t)) for t in ts]


def powell_singular(x: Sequence[Any]) -> list[Any]:
    return [
        x[0] + 10 * x[1],
        math.sqrt(5) * (x[2] - x[3]),
        (x[1] - 2 * x[2]) ** 2,
        math.sqrt(10) * (x[0] - x[3]) ** 2,
    ]


def wood(x: Sequence[Any]) -> list[Any]:
    return [
        10 * (x[1] - x[0] ** 2),
        1 - x[0],
        math.sqrt(90) * (x[3] - x[2] ** 2),
        1 - x[2],
        math.sqrt(10) * (x[1] + x[3] - 2),
        (x[1] - x[3]) / math.sqrt(10),
    ]


def extended_rosenbrock(x: Sequence[Any]) -> list[Any]:
    return [r for i in range(0, len(x), 2) for r in (10 * (x[i + 1] - x[i] ** 2), 1 - x[i])]


def trigonometric(x: Sequence[Any]) -> list[Any]:
    n, cosines = len(x), ag.sum([ag.cos(v) for v in x])
    return [n - cosines + (i + 1) * (1 - ag.cos(v)) - ag.sin(v) for i, v in enumerate(x)]


def brown_almost_linear(x: Sequence[Any]) -> list[Any]:
    n, total = len(x), ag.sum(x)
    return [*[v + total - (n + 1) for v in x[:-1]], ag.prod(x) - 1]


PROBLEMS = {
    "rosenbrock": Problem(rosenbrock, [-1.2, 1.0], 0.0, [1.0, 1.0]),
    "freudenstein_roth": Problem(freudenstein_roth, [6.0, 3.0], 0.0, [5.0, 4.0]),
    "freudenstein_roth local": Problem(freudenstein_roth, [0.5, -2.0], 48.98425367924, [11.41277900, -0.89680525]),
    "beale": Problem(beale, [1.0, 1.0], 0.0, [3.0, 0.5]),
    "helical_valley": Problem(helical_valley, [-1.0, 0.0, 0.0], 0.0, [1.0, 0.0, 0.0]),
    "box": Problem(box, [0.0, 10.0, 20.0], 0.0, None),
    "powell_singular": Problem(powell_singular, [3.0, -1.0, 0.0, 1.0], 0.0, [0.0] * 4),
    "wood": Problem(wood, [-3.0, -1.0, -3.0, -1.0], 0.0, [1.0] * 4),
    "extended_rosenbrock": Problem(extended_rosenbrock, [-1.2, 1.0] * 5, 0.0, [1.0] * 10),
    "trigonometric": Problem(trigonometric, [1 / 50] * 5, 0.0, None),
    "brown_almost_linear": Problem(brown_almost_linear, [0.5] * 5, 0.0, None),
}
FLAT = {"powell_singular": 2e-2}  # its Hessian is singular at the minimiser: x is found to the fourth root only


def squares(problem: Problem) -> Objective:
    return scipy_objective(lambda x: ag.sum([r * r for r in problem.residuals(x)]))


def check(name: str, x: Any) -> None:
    """x is the known minimiser, or where there are several takes the known least value."""
    problem = PROBLEMS[name]
    assert sum(float(r) ** 2 for r in problem.residuals([float(v) for v in x])) == pytest.approx(
        problem.least, rel=1e-9, abs=1e-7
    )
    if problem.minimiser is not None:
        np.testing.assert_allclose(x, problem.minimiser, rtol=1e-4, atol=FLAT.get(name, 1e-4))


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("method", ["trust-exact", "Newton-CG", "BFGS"])
def test_minimize(name: str, method: str) -> None:
    f, start = squares(PROBLEMS[name]), PROBLEMS[name].start
    more = {"trust-exact": {"hess": f.hess}, "Newton-CG": {"hessp": f.hessp}, "BFGS": {}}[method]
    options = {"maxiter": 2000} if method == "Newton-CG" else {"gtol": 1e-8}  # on wood it strays for 850 to 1000 steps
    found = minimize(f.fun, start, jac=f.jac, method=method, options=options, **more)
    check(name, found.x)


@pytest.mark.parametrize("name", PROBLEMS)
def test_least_squares(name: str) -> None:
    f = scipy_objective(PROBLEMS[name].residuals)
    found = least_squares(f.residuals, PROBLEMS[name].start, jac=f.jac, xtol=1e-12, ftol=1e-15, gtol=1e-12, max_nfev=2000)
    check(name, found.x)


@pytest.mark.parametrize(
    "name", ["rosenbrock", "powell_singular", "extended_rosenbrock", "brown_almost_linear", "helical_valley"]
)
def test_root(name: str) -> None:
    problem = PROBLEMS[name]
    f = scipy_objective(problem.residuals)
    found = root(f.residuals, problem.start, jac=f.jac, method="hybr", options={"xtol": 1e-12})
    assert found.success or name == "powell_singular"  # where progress is slow at a singular root
    check(name, found.x)


# ---- what the object gives


def chained(x: Sequence[Any]) -> Any:
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))


X = np.array([0.3, -1.1, 0.8, 1.7])
P = np.array([1.0, -2.0, 0.5, 3.0])


def test_derivatives_agree_with_scipy() -> None:
    f = scipy_objective(chained)
    assert type(f.fun(X)) is float and f.fun(X) == pytest.approx(rosen(X), rel=1e-14)
    for found, expected in (
        (f.jac(X), rosen_der(X)),
        (f.hess(X), rosen_hess(X)),
        (f.hessp(X, P), rosen_hess_prod(X, P)),
        (scipy_objective(chained, sparse=True).hess(X).toarray(), rosen_hess(X)),
    ):
        assert found.dtype == float
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-11)


def test_one_point_is_evaluated_once() -> None:
    calls = []

    def counted(x: Any, shift: float = 0.0) -> Any:
        calls.append(1)
        return chained(x) + shift

    f = scipy_objective(counted)
    f.fun(X), f.jac(X), f.hess(X), f.hessp(X, P), f.hessp(X, -P), f.fun(X.copy())
    assert len(calls) == 1
    assert f.fun(X, 2.0) == pytest.approx(rosen(X) + 2.0, rel=1e-14) and len(calls) == 2
    f.fun(X + 1), f.fun(X)
    assert len(calls) == 4


def test_cache_shares_no_array() -> None:
    f, x = scipy_objective(chained), X.copy()
    f.jac(x)[:] = 7.0
    f.hess(x)[:] = 7.0
    np.testing.assert_allclose(f.jac(x), rosen_der(X), rtol=1e-13)
    np.testing.assert_allclose(f.hess(x), rosen_hess(X), rtol=1e-13)
    x += 1.0
    np.testing.assert_allclose(f.jac(x), rosen_der(X + 1.0), rtol=1e-13)


def test_further_argument_changes_between_calls() -> None:
    f, many = scipy_objective(lambda x, w: ag.sumprod(x, w)), np.ones(2000)  # more than its repr shows
    weights = many.copy()
    assert f.fun(many, weights) == 2000.0
    weights[1000] = 3.0
    assert f.fun(many, weights) == 2002.0
    weights = np.ones(4)
    assert f.fun(X, weights) == pytest.approx(X.sum())
    weights *= 2
    assert f.fun(X, weights) == pytest.approx(2 * X.sum())
    assert minimize(f.fun, X, args=(weights,), jac=f.jac, method="L-BFGS-B", bounds=[(0, 1)] * 4).x.tolist() == [0.0] * 4


def test_values_from_outside_count_as_numbers() -> None:
    scale = Value(2.0)
    f = scipy_objective(lambda x: scale * x[0] ** 2 * x[1])
    assert f.fun([3.0, 1.0]) == 18.0 and f.jac([3.0, 1.0]).tolist() == [12.0, 18.0]
    assert f.hess([3.0, 1.0]).tolist() == [[4.0, 12.0], [12.0, 0.0]] and f.hessp([3.0, 1.0], [1.0, 0.0]).tolist() == [4.0, 12.0]
    assert scale.grad == 0.0


def test_constant_results_have_derivatives_0() -> None:
    f = scipy_objective(lambda x: 1.0)
    assert f.fun(X) == 1.0 and not f.jac(X).any() and f.hess(X).shape == (4, 4) and f.hessp(X, P).tolist() == [0.0] * 4
    assert scipy_objective(lambda x: [x[0], 1.0]).jac(X).tolist() == [[1.0, 0.0, 0.0, 0.0], [0.0] * 4]


def test_sparse_jacobians_and_hessians() -> None:
    f = scipy_objective(extended_rosenbrock, sparse=True)
    found = least_squares(f.residuals, [-1.2, 1.0] * 50, jac=f.jac, method="trf", xtol=1e-12)
    np.testing.assert_allclose(found.x, np.ones(100), rtol=1e-6)
    g, circle = scipy_objective(chained, sparse=True), scipy_objective(lambda x: [x[0] ** 2 + x[1] ** 2])
    disk = NonlinearConstraint(circle.residuals, -np.inf, 1.0, jac=circle.jac)
    bound = minimize(
        g.fun, [0.0, 0.0], jac=g.jac, hess=g.hess, method="trust-constr", constraints=[disk], options={"gtol": 1e-9}
    )
    np.testing.assert_allclose(bound.x, [0.78641515, 0.61769831], atol=1e-5)


def test_scalar_unknown() -> None:
    f = scipy_objective(lambda x: ag.cos(x[0]) - x[0])
    assert root(f.fun, 1.0, jac=f.jac).x[0] == pytest.approx(0.7390851332151607, rel=1e-12)


def test_threads_share_an_objective() -> None:
    f, wrong = scipy_objective(chained), []

    def work(k: int) -> None:
        for i in range(20):
            x = X + k + 0.01 * i
            wrong.append(not np.allclose(f.jac(x), rosen_der(x), rtol=1e-12))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wrong) == 80 and not any(wrong)


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match="takes a function"):
        scipy_objective(3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="hess needs a function that returns one number; this one returns 2"):
        scipy_objective(rosenbrock).hess([1.0, 2.0])
    one = scipy_objective(lambda x: [x[0] ** 2])
    with pytest.raises(TypeError, match="hess needs a function that returns one number; this one returns 1, in a list"):
        one.hess([1.0])
    with pytest.raises(TypeError, match=r"x of shape \(n,\), not \(1, 1\): for minimize\(\) let the function return one num"):
        minimize(one.fun, [2.0], jac=one.jac)
    with pytest.raises(TypeError, match="as results"):
        scipy_objective(lambda x: {"a": x[0], "b": x[1]}).fun([1.0, 2.0])
