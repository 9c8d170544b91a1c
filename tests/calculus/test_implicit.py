"""Implicit differentiation against closed forms and against differentiating through the solver."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

import autograd as ag
from autograd import SweepError, Value, grad, gradient, hessian, implicit, jacobian, jvp


def kepler(anomaly: Any, mean: Any, e: Any) -> Any:
    return anomaly - e * ag.sin(anomaly) - mean


def solve_kepler(mean: float, e: float) -> float:
    found: float = brentq(lambda x: x - e * math.sin(x) - mean, mean - 1.0, mean + 1.0, xtol=1e-9)
    return found


def anomaly(p: Any, order: int = 2) -> Any:
    numbers = [v.data if isinstance(v, Value) else v for v in p]
    return implicit(kepler, solve_kepler(*numbers), *p, order=order)


def unrolled(p: Any) -> Any:
    x = p[0]
    for _ in range(12):
        x = x - kepler(x, *p) / (1 - p[1] * ag.cos(x))
    return x


ORBITS = [[0.7, 0.3], [2.5, 0.8], [-1.0, 0.05], [0.1, 0.9]]


@pytest.mark.parametrize("p", ORBITS)
def test_kepler_against_closed_forms(p: list[float]) -> None:
    x = solve_kepler(*p)
    for _ in range(3):
        x -= (x - p[1] * math.sin(x) - p[0]) / (1 - p[1] * math.cos(x))
    s, c, e = math.sin(x), math.cos(x), p[1]
    d = 1 - e * c
    np.testing.assert_allclose(grad(anomaly)(p), [1 / d, s / d], rtol=1e-12)
    mixed = (c * d - e * s * s) / d**3
    second = [[-e * s / d**3, mixed], [mixed, 2 * s * c / d**2 - e * s**3 / d**3]]
    np.testing.assert_allclose(hessian(anomaly)(p), second, rtol=1e-10)


@pytest.mark.parametrize("p", ORBITS)
def test_kepler_against_differentiated_newton_steps(p: list[float]) -> None:
    np.testing.assert_allclose(grad(anomaly)(p), grad(unrolled)(p), rtol=1e-11)
    np.testing.assert_allclose(hessian(anomaly)(p), hessian(unrolled)(p), rtol=1e-9)
    np.testing.assert_allclose(
        jvp(grad(anomaly), (p,), ([1.0, 2.0],))[1], np.array(hessian(unrolled)(p)) @ [1.0, 2.0], rtol=1e-9
    )
    third = [jacobian(hessian(f))(p) for f in (lambda q: anomaly(q, order=3), unrolled)]
    np.testing.assert_allclose(np.array(third[0]), np.array(third[1]), rtol=1e-8)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_order(order: int) -> None:
    """Derivatives are exact up to it, and refused beyond."""
    f: Any = lambda a: implicit(lambda x, a: x * x - a, 1.4142135623, a, order=order)  # noqa: E731
    expected, slope = math.sqrt(2), f
    for k in range(order):
        expected *= (0.5 - k) / 2
        slope = grad(slope)
        assert slope(2.0) == pytest.approx(expected, rel=1e-11)
    assert math.isnan(grad(slope)(2.0))
    with pytest.raises(SweepError, match="higher order="):
        grad(grad(slope))(2.0)


def test_nan_beyond_the_order() -> None:
    outside = Value(3.0)
    x = implicit(lambda x, a: x * a - outside, 1.5, Value(2.0), order=1)
    slope = gradient(x, outside, create_graph=True)
    assert slope.data == 0.5 and math.isnan(gradient(slope, outside))


# ---- calibration


def call_price(volatility: Any, spot: Any, strike: Any, years: Any, rate: Any) -> Any:
    width = volatility * ag.sqrt(years)
    d = (ag.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / width

    def normal(z: Any) -> Any:
        return 0.5 * ag.erfc(-z * math.sqrt(0.5))

    return spot * normal(d) - strike * ag.exp(-rate * years) * normal(d - width)


def test_implied_volatility() -> None:
    """It moves with the price by the inverse of vega."""
    market, volatility = (100.0, 110.0, 1.5, 0.02), 0.27
    price = call_price(volatility, *market)

    def implied(p: list[Any]) -> Any:
        return implicit(lambda s, target, *rest: call_price(s, *rest) - target, volatility, *p)

    slopes = grad(implied)([price, *market])
    greeks = grad(lambda q: call_price(*q))([volatility, *market])
    assert slopes[0] == pytest.approx(1 / greeks[0], rel=1e-12)
    np.testing.assert_allclose(slopes[1:], -np.array(greeks[1:]) / greeks[0], rtol=1e-11)
    vomma = hessian(lambda q: call_price(*q))([volatility, *market])[0][0]
    assert hessian(implied)([price, *market])[0][0] == pytest.approx(-vomma / greeks[0] ** 3, rel=1e-9)


# ---- systems and structures


def circle_and_line(x: Any, r: Any, k: Any) -> list[Any]:
    return [x[0] ** 2 + x[1] ** 2 - r * r, x[1] - k * x[0]]


def crossing(p: Any) -> Any:
    return [p[0] / ag.sqrt(1 + p[1] ** 2), p[0] * p[1] / ag.sqrt(1 + p[1] ** 2)]


@pytest.mark.parametrize("make", [list, tuple, np.array])
def test_system_of_two_equations(make: Any) -> None:
    p = [2.0, 0.75]
    start = make([1.6, 1.2])
    f: Any = lambda p: implicit(circle_and_line, start, *p)  # noqa: E731
    assert type(f(p)) is type(start)
    for i in range(2):
        found, expected = (lambda p, i=i: f(p)[i]), (lambda p, i=i: crossing(p)[i])
        np.testing.assert_allclose(grad(found)(p), grad(expected)(p), rtol=1e-12)
        np.testing.assert_allclose(hessian(found)(p), hessian(expected)(p), rtol=1e-10, atol=1e-12)


def test_fixed_point_and_backward() -> None:
    a = Value(0.9)
    x = 0.7
    for _ in range(200):
        x = math.cos(a.data * x)
    solution = implicit(lambda x, a: x - ag.cos(a * x), x, a)
    solution.backward()
    s = math.sin(a.data * x)
    assert solution.data == pytest.approx(x, rel=1e-15)
    assert a.grad == pytest.approx(-s * x / (1 + a.data * s), rel=1e-13)


def test_structures_and_values_from_outside() -> None:
    p = {"a": Value(3.0), "b": [Value(2.0)]}
    outside = Value(1.0)
    x = implicit(lambda x, p: [p["a"] * x[0] - p["b"][0] * outside], np.array([2 / 3]), p)
    x[0].backward()
    assert (p["a"].grad, p["b"][0].grad, outside.grad) == pytest.approx((-2 / 9, 1 / 3, 2 / 3), rel=1e-14)


def test_rough_solution_is_polished() -> None:
    root = implicit(lambda x, a: x * x - a, 1.4142137, Value(2.0))
    assert root.data == pytest.approx(math.sqrt(2), rel=1e-15)
    assert implicit(lambda x, a: x * x - a, 1.4142137, 2.0) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert type(implicit(lambda x: x - 1.0, 1)) is float


def test_wrong_arguments() -> None:
    a = Value(2.0)
    with pytest.raises(ValueError, match=r"does not hold at the solution \[1.5\]: residuals up to 0.25"):
        implicit(lambda x, a: x * x - a, 1.5, a)
    with pytest.raises(ValueError, match="Jacobian is singular"):
        implicit(lambda x, a: (x - a) ** 2, 2.0, a)
    with pytest.raises(ValueError, match="Jacobian is singular"):
        implicit(lambda x, a: [x[0] + x[1] - a, 2 * x[0] + 2 * x[1] - 2 * a], [1.0, 1.0], a)
    with pytest.raises(ValueError, match="not finite"):
        implicit(lambda x, a: ag.log(x) - a, -1.0, a)
    with pytest.raises(ValueError, match="as many equations as unknowns, got 1 for 2"):
        implicit(lambda x, a: [x[0] - a], [2.0, 1.0], a)
    with pytest.raises(ValueError, match="order of at least 1"):
        implicit(lambda x, a: x - a, 2.0, a, order=0)
    with pytest.raises(TypeError, match="one list or 1-D array"):
        implicit(lambda x, a: x, {"x": 1.0, "y": 2.0}, a)
