"""Edges, kinks and tails: one IEEE rule for value and derivative, in every way of computing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import product
from math import inf, nan
from typing import Any

import mpmath
import numpy as np
import pytest
from helpers import ulps

import autograd
from autograd import Value, gradient
from autograd.engine.functions import FUNCTIONS
from autograd.ops.kernels import ARRAYS
from autograd.ops.primitives import TABLE, Row

SEED = 1
mp = mpmath.MPContext()
mp.dps = 50


def derived(name: str, *operands: float) -> tuple[float, ...]:
    """Value and partials of an operation on leaves, read from the node and checked against `backward`."""
    leaves = [Value(x) for x in operands]
    node = FUNCTIONS[name](*leaves)
    node.backward()
    assert np.array_equal([x.grad for x in leaves], node.partials, equal_nan=True)
    return (node.data, *node.partials)


# ---- the table of the documentation: operation, operands, value, partials


EDGES: list[tuple[Any, ...]] = [
    ("log", (0.0,), -inf, inf),
    ("log", (-0.0,), -inf, inf),
    ("log", (-1.0,), nan, nan),
    ("log", (inf,), inf, 0.0),
    ("log2", (0.0,), -inf, inf),
    ("log2", (-0.0,), -inf, inf),
    ("log2", (-1.0,), nan, nan),
    ("log10", (0.0,), -inf, inf),
    ("log10", (-0.0,), -inf, inf),
    ("log10", (-1.0,), nan, nan),
    ("log1p", (-1.0,), -inf, inf),
    ("log1p", (-2.0,), nan, nan),
    ("sqrt", (0.0,), 0.0, inf),
    ("sqrt", (-0.0,), -0.0, inf),
    ("sqrt", (-1.0,), nan, nan),
    ("cbrt", (0.0,), 0.0, inf),
    ("cbrt", (-0.0,), -0.0, inf),
    ("cbrt", (-8.0,), -2.0, 1 / 12),
    ("asin", (2.0,), nan, nan),
    ("acos", (-2.0,), nan, nan),
    ("asin", (1.0,), math.pi / 2, inf),
    ("acos", (1.0,), 0.0, -inf),
    ("acosh", (1.0,), 0.0, inf),
    ("acosh", (0.5,), nan, nan),
    ("atanh", (1.0,), inf, inf),
    ("atanh", (-1.0,), -inf, inf),
    ("atanh", (2.0,), nan, nan),
    ("exp", (1000.0,), inf, inf),
    ("exp", (-1000.0,), 0.0, 0.0),
    ("lgamma", (0.0,), inf, nan),
    ("lgamma", (-2.0,), inf, nan),
    ("digamma", (0.0,), nan, inf),
    ("digamma", (-3.0,), nan, inf),
    ("div", (1.0, 0.0), inf, inf, -inf),
    ("div", (1.0, -0.0), -inf, -inf, -inf),
    ("div", (-1.0, 0.0), -inf, inf, inf),
    ("div", (0.0, 0.0), nan, inf, nan),
    ("sub", (inf, inf), nan, 1.0, -1.0),
    ("mul", (0.0, inf), nan, inf, 0.0),
    # kinks
    ("relu", (0.0,), 0.0, 0.0),
    ("relu", (-0.0,), 0.0, 0.0),
    ("relu", (nan,), nan, nan),
    ("relu", (-inf,), 0.0, 0.0),
    ("relu", (inf,), inf, 1.0),
    ("abs", (0.0,), 0.0, 0.0),
    ("abs", (-0.0,), 0.0, -0.0),
    ("abs", (-2.0,), 2.0, -1.0),
    ("sign", (0.0,), 0.0, 0.0),
    ("sign", (-5.0,), -1.0, 0.0),
    ("sign", (nan,), nan, 0.0),
    ("leaky_relu", (0.0, 0.1), 0.0, 0.1, 0.0),
    ("leaky_relu", (nan, 0.1), nan, nan, nan),
    ("elu", (0.0, 2.0), 0.0, 2.0, 0.0),
    ("elu", (-inf, 2.0), -2.0, 0.0, -1.0),
    ("maximum", (1.0, 2.0), 2.0, 0.0, 1.0),
    ("maximum", (2.0, 2.0), 2.0, 0.5, 0.5),
    ("maximum", (nan, 2.0), nan, nan, nan),
    ("maximum", (2.0, nan), nan, nan, nan),
    ("maximum", (inf, inf), inf, 0.5, 0.5),
    ("minimum", (1.0, 2.0), 1.0, 1.0, 0.0),
    ("minimum", (2.0, 2.0), 2.0, 0.5, 0.5),
    ("minimum", (nan, 2.0), nan, nan, nan),
    ("minimum", (-inf, -inf), -inf, 0.5, 0.5),
    ("clip", (1.0, 1.0, 2.0), 1.0, 1.0, 0.0, 0.0),
    ("clip", (2.0, 1.0, 2.0), 2.0, 1.0, 0.0, 0.0),
    ("clip", (0.5, 1.0, 2.0), 1.0, 0.0, 1.0, 0.0),
    ("clip", (2.5, 1.0, 2.0), 2.0, 0.0, 0.0, 1.0),
    ("clip", (-inf, 1.0, 2.0), 1.0, 0.0, 1.0, 0.0),
    ("clip", (nan, 1.0, 2.0), nan, nan, 0.0, 0.0),
    ("floor", (2.0,), 2.0, 0.0),
    ("floor", (-0.5,), -1.0, 0.0),
    ("floor", (inf,), inf, 0.0),
    ("ceil", (-0.5,), -0.0, 0.0),
    ("trunc", (-1.7,), -1.0, 0.0),
    ("trunc", (nan,), nan, 0.0),
    ("round", (0.5,), 0.0, 0.0),
    ("round", (1.5,), 2.0, 0.0),
    ("round", (2.5,), 2.0, 0.0),
    ("round", (-0.5,), -0.0, 0.0),
    ("round", (-inf,), -inf, 0.0),
    # powers
    ("pow", (0.0, 0.5), 0.0, inf, 0.0),
    ("pow", (-2.0, 0.5), nan, nan, nan),
    ("pow", (0.0, 0.0), 1.0, 0.0, -inf),
    ("pow", (-3.0, 0.0), 1.0, 0.0, nan),
    ("pow", (inf, 0.0), 1.0, 0.0, inf),
    ("pow", (5.0, 0.0), 1.0, 0.0, math.log(5.0)),
    ("pow", (-2.0, 2.0), 4.0, -4.0, nan),
    ("pow", (-2.0, 3.0), -8.0, 12.0, nan),
    ("pow", (-2.0, -1.0), -0.5, -0.25, nan),
    ("pow", (-2.0, 1.0), -2.0, 1.0, nan),
    ("pow", (0.0, 1.0), 0.0, 1.0, 0.0),
    ("pow", (0.0, 2.0), 0.0, 0.0, 0.0),
    ("pow", (0.0, -1.0), inf, -inf, -inf),
    ("pow", (-0.0, 0.5), 0.0, inf, 0.0),
    ("pow", (-inf, 0.5), inf, 0.0, nan),
    # remainders
    ("mod", (7.0, 3.0), 1.0, 1.0, -2.0),
    ("mod", (-7.0, 3.0), 2.0, 1.0, 3.0),
    ("mod", (7.0, -3.0), -2.0, 1.0, 3.0),
    ("mod", (-7.0, -3.0), -1.0, 1.0, -2.0),
    ("mod", (6.0, 3.0), 0.0, 1.0, -2.0),
    ("mod", (-6.0, 3.0), 0.0, 1.0, 2.0),
    ("fmod", (7.0, 3.0), 1.0, 1.0, -2.0),
    ("fmod", (-7.0, 3.0), -1.0, 1.0, 2.0),
    ("fmod", (7.0, -3.0), 1.0, 1.0, 2.0),
    ("fmod", (-7.0, -3.0), -1.0, 1.0, -2.0),
    ("floordiv", (-7.0, 3.0), -3.0, 0.0, 0.0),
    ("floordiv", (1.0, 0.0), inf, 0.0, 0.0),
    ("floordiv", (1.0, 0.1), 9.0, 0.0, 0.0),
    # no overflow on the way
    ("hypot", (3e200, 4e200), 5e200, 0.6, 0.8),
    ("hypot", (3e-200, 4e-200), 5e-200, 0.6, 0.8),
    ("hypot", (0.0, 0.0), 0.0, 0.0, 0.0),
    ("atan2", (3e200, 4e200), math.atan2(3.0, 4.0), 4 / 25 / 1e200, -3 / 25 / 1e200),
    # far out
    ("sigmoid", (1000.0,), 1.0, 0.0),
    ("sigmoid", (-1000.0,), 0.0, 0.0),
    ("sigmoid", (inf,), 1.0, 0.0),
    ("sigmoid", (-inf,), 0.0, 0.0),
    ("tanh", (1000.0,), 1.0, 0.0),
    ("tanh", (-1000.0,), -1.0, 0.0),
    ("softplus", (1000.0,), 1000.0, 1.0),
    ("softplus", (-1000.0,), 0.0, 0.0),
    ("silu", (1000.0,), 1000.0, 1.0),
    ("silu", (-1000.0,), -0.0, 0.0),
    ("gelu", (1000.0,), 1000.0, 1.0),
    ("gelu", (-1000.0,), -0.0, 0.0),
    ("erf", (1000.0,), 1.0, 0.0),
    ("erfc", (1000.0,), 0.0, -0.0),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge[0]}{edge[1]}")
def test_edge(edge: tuple[Any, ...]) -> None:
    name, operands, *expected = edge
    for found, wanted in zip(derived(name, *operands), expected, strict=True):
        if wanted == 0.0:  # the sign of a zero derivative is nobody's promise
            assert found == 0.0
        else:
            assert ulps(found, wanted) <= 4, (found, wanted)
    assert ulps(FUNCTIONS[name](*operands), derived(name, *operands)[0]) <= 2


@pytest.mark.parametrize("function", ["maximum", "minimum"])
def test_the_same_node_twice_gives_1(function: str) -> None:
    x = Value(2.0)
    y = FUNCTIONS[function](x, x)
    y.backward()
    assert x.grad == 1.0
    assert gradient(y, x, create_graph=True).data == 1.0


def test_difference_with_itself_at_infinity() -> None:
    x = Value(inf)
    y = x - x
    y.backward()
    assert math.isnan(y.data) and x.grad == 0.0
    assert gradient(y, x) == gradient(y, x, create_graph=True).data == 0.0


@pytest.mark.parametrize("base", [0.0, -0.0, 1.0, -2.0, inf, -inf, nan, 5e-324])
def test_power_0(base: float) -> None:
    x = Value(base)
    y = x**0
    assert (y.data, gradient(y, x)) == (1.0, 0.0)
    assert gradient(gradient(y, x, create_graph=True), x) == 0.0


@pytest.mark.parametrize(("base", "exponent"), list(product([-2.0, -0.5, 0.0, 3.0], [1, 2, 3, 4])))
def test_derivatives_of_integer_powers(base: float, exponent: int) -> None:
    x = Value(base)
    slope: Any = x**exponent
    factor = 1.0
    for order in range(1, 5):
        slope = gradient(slope, x, create_graph=True)
        factor *= exponent - order + 1
        assert slope.data == pytest.approx(factor * base ** max(exponent - order, 0), rel=1e-15, abs=0.0)


@pytest.mark.parametrize("name", ["relu", "abs", "sign", "floor", "ceil", "trunc", "round"])
@pytest.mark.parametrize("x", [0.0, 1.0, -1.0])
def test_second_derivative_at_kinks_is_0(name: str, x: float) -> None:
    leaf = Value(x)
    slope = gradient(FUNCTIONS[name](leaf), leaf, create_graph=True)
    assert gradient(slope, leaf) == 0.0


# ---- tails: 1e-14 relative, in value and derivative


TAILS = {
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "tanh": mp.tanh,
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "log1p": mp.log1p,
    "expm1": mp.expm1,
    "asinh": mp.asinh,
    "sinh": mp.sinh,
    "erf": mp.erf,
    "erfc": mp.erfc,
    "gelu": lambda x: x * mp.ncdf(x),
}
FAR = [40.0, 20.0, 5.0, 1e-3, 1e-10, 1e-20, -1e-20, -1e-10, -1e-3, -0.5, -5.0, -20.0, -40.0]


@pytest.mark.parametrize(("name", "x"), [(n, x) for n in TAILS for x in FAR if n != "log1p" or x > -1.0])
def test_tails_keep_full_relative_precision(name: str, x: float) -> None:
    gaussian = name in ("erf", "erfc", "gelu")  # exp(-x * x) is off by x * x times the rounding of x * x
    bound = 1e-14 + (4e-16 * x * x if gaussian else 0.0)
    with mp.workdps(120):
        expected = [mp.mpf(TAILS[name](mp.mpf(x))), mp.diff(TAILS[name], mp.mpf(x))]
        for found, wanted in zip(derived(name, x), expected, strict=True):
            if abs(wanted) > 1e-300:
                assert abs(found / wanted - 1) < bound, (found, mp.nstr(wanted, 20))


def test_tails_named_in_the_documentation() -> None:
    assert derived("sigmoid", 40.0)[1] == pytest.approx(4.248354255291589e-18, rel=1e-14, abs=0.0)
    assert derived("tanh", 20.0)[1] == pytest.approx(1.6993417021166355e-17, rel=1e-14, abs=0.0)


@pytest.mark.parametrize("x", [40.0, -40.0, 20.0])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus"])
def test_tails_of_second_derivatives(name: str, x: float) -> None:
    leaf = Value(x)
    slope = gradient(FUNCTIONS[name](leaf), leaf, create_graph=True)
    with mp.workdps(150):
        expected = mp.diff(TAILS[name], mp.mpf(x), 2)
        assert abs(gradient(slope, leaf) / expected - 1) < 1e-13


@pytest.mark.parametrize("x", [1e-8, 1e-3, 0.1, 1.0, 1.2, 1.4, 1.5, 3.0, 12.5, 1e3, 1e8, -0.3, -0.5, -1.7, -10.25, -100.5])
def test_digamma_and_its_derivatives(x: float) -> None:
    leaf = Value(x)
    y = autograd.digamma(leaf)
    slope = gradient(y, leaf, create_graph=True)
    for order, found in enumerate([y.data, slope.data, gradient(slope, leaf)]):
        expected = mp.polygamma(order, mp.mpf(x))
        scale = abs(expected) if order < 2 else max(1, abs(expected))
        assert abs(found - expected) < 1e-13 * 10**order * scale, (order, found)


LISTS = {
    "huge": [1000.0, 1001.0, 999.5],
    "tiny": [-1000.0, -1001.0, -999.5],
    "apart": [0.0, -40.0, -50.0],
    "equal": [0.0, 0.0, 0.0],
    "one": [-3.5],
    "far apart": [700.0, 0.0, -700.0],
}


@pytest.mark.parametrize("xs", LISTS.values(), ids=LISTS)
def test_logsumexp_softmax_and_log_softmax(xs: list[float]) -> None:
    leaves = [Value(x) for x in xs]
    node = autograd.logsumexp(leaves)
    exact = [mp.mpf(x) for x in xs]
    whole = mp.log(mp.fsum(map(mp.exp, exact)))
    shares = [mp.exp(x - whole) for x in exact]
    assert node.data == pytest.approx(float(whole), rel=1e-15, abs=0.0)
    assert autograd.logsumexp(xs) == node.data
    for found in (node.partials, autograd.softmax(xs), autograd.data(autograd.softmax(leaves)), gradient(node, leaves)):
        assert list(found) == pytest.approx([float(s) for s in shares], rel=1e-14, abs=0)
    for found in (autograd.log_softmax(xs), autograd.data(autograd.log_softmax(leaves))):
        assert list(found) == pytest.approx([float(mp.log(s)) for s in shares], rel=1e-13, abs=1e-17)


def test_logsumexp_of_small_terms_beside_0() -> None:
    assert autograd.logsumexp([0.0, -40.0]) == pytest.approx(math.exp(-40.0), rel=1e-14, abs=0.0)
    assert autograd.log_softmax([0.0, -40.0])[0] == pytest.approx(-math.exp(-40.0), rel=1e-14, abs=0.0)


@pytest.mark.parametrize(("xs", "expected"), [([inf, 0.0], inf), ([-inf, 0.0], 0.0), ([-inf, -inf], -inf), ([nan, 0.0], nan)])
def test_logsumexp_at_infinity(xs: list[float], expected: float) -> None:
    assert ulps(autograd.logsumexp(xs), expected) == 0
    assert ulps(autograd.logsumexp([Value(x) for x in xs]).data, expected) == 0


def test_logsumexp_of_minus_infinity() -> None:
    assert autograd.logsumexp([Value(-inf), Value(0.0)]).partials == (0.0, 1.0)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        ([-inf, 0.0], [0.0, 1.0]),
        ([inf, 0.0], [1.0, 0.0]),
        ([inf, inf], [nan, nan]),
        ([-inf, -inf], [nan, nan]),
        ([nan, 0.0], [nan, nan]),
        ([0.0, nan], [nan, nan]),
    ],
)
def test_softmax_at_infinity(name: str, xs: list[float], expected: list[float]) -> None:
    """What of two infinities is more nobody can say; nothing raises."""
    for found in (FUNCTIONS[name](xs), autograd.data(FUNCTIONS[name]([Value(x) for x in xs]))):
        with np.errstate(divide="ignore"):
            wanted = np.log(expected) if name == "log_softmax" else expected
        assert np.array_equal(found, wanted, equal_nan=True), found


def shares(xs: Sequence[float]) -> tuple[list[Any], list[Any]]:
    """Softmax to 60 digits, and of each share what is left of 1, as a sum of the others."""
    with mp.workdps(400):  # exp(-350) beside 1
        weights = [mp.exp(x) for x in xs]
        total = mp.fsum(weights)
        others = [mp.fsum(weights[:i] + weights[i + 1 :]) / total for i in range(len(xs))]
        return [weight / total for weight in weights], others


FAR = [[40.0, 0.0], [0.0, 60.0, -3.0], [50.0, 49.5, -200.0], [0.1, 0.2, 0.3], [-300.0, 0.0, 50.0, 1.0]]


@pytest.mark.parametrize("xs", FAR)
def test_tails_of_softmax_and_logsumexp(xs: list[float]) -> None:
    share, other = shares(xs)
    places = range(len(xs))
    first = [[share[i] * (other[i] if i == j else -share[j]) for j in places] for i in places]
    found = {
        "softmax": (autograd.jacobian(lambda x: list(autograd.softmax(x)))(xs), first),
        "logsumexp, second": (autograd.hessian(autograd.logsumexp)(xs), first),
        "log_softmax": (
            autograd.jacobian(lambda x: list(autograd.log_softmax(x)))(xs),
            [[other[i] if i == j else -share[j] for j in places] for i in places],
        ),
        "softmax, second": (
            [autograd.grad(lambda x, i=i: autograd.grad(lambda y: autograd.softmax(y)[i])(x)[i])(xs) for i in places],
            [[first[i][j] * (other[i] - share[i]) for j in places] for i in places],
        ),
    }
    for name, (given, expected) in found.items():
        for i in places:
            for j in places:
                assert float(abs(given[i][j] / expected[i][j] - 1)) < 1e-14, (name, i, j, given[i][j])


@pytest.mark.parametrize("x", [1e300, inf])
def test_derivatives_at_infinity(x: float) -> None:
    def partials(f: Callable[..., Any], *point: float) -> tuple[float, ...]:
        leaves = [Value(p) for p in point]
        return tuple(0.0 + d for d in autograd.gradient(f(*leaves), leaves))

    for sign in (1.0, -1.0):
        assert partials(autograd.hypot, sign * x, 2.0)[0] == partials(autograd.hypot, 2.0, sign * x)[1] == sign
        assert abs(partials(autograd.atan2, 2.0, sign * x)[0]) <= 1e-300 >= abs(partials(autograd.atan2, sign * x, 2.0)[1])
        assert all(abs(p) <= 1e-300 for p in partials(autograd.atan2, sign * x, x))
    assert partials(autograd.digamma, x)[0] <= 1e-300
    assert abs(autograd.grad(autograd.grad(autograd.digamma))(x)) <= 1e-300
    assert all(map(math.isnan, partials(autograd.hypot, inf, -inf)))


@pytest.mark.parametrize(("y", "expected"), [(1.0, -inf), (1.5, 0.0), (2.0, 0.0), (3.0, 0.0), (0.0, 0.0)])
def test_mixed_second_derivatives_of_a_power_at_zero(y: float, expected: float) -> None:
    def power(x: Any, y: Any) -> Any:
        return x**y

    for first, second in ((0, 1), (1, 0)):
        assert autograd.grad(autograd.grad(power, first), second)(0.0, y) == expected
    assert autograd.grad(power, (0, 1))(0.0, y) == (1.0 if y == 1.0 else 0.0, 0.0 if y else -inf)


@pytest.mark.parametrize("zero", [1.0, 2.0])
def test_lgamma_near_its_zeros(zero: float) -> None:
    draw = random.Random(f"{SEED} lgamma {zero}")
    for step in [10.0 ** draw.uniform(-14.0, -0.5) for _ in range(300)]:
        for x in (zero - step, zero + step):
            with mp.workdps(50):
                expected = mp.loggamma(mp.mpf(x))
            assert float(abs(autograd.lgamma(x) / expected - 1)) < 2e-14, x
            assert float(abs(autograd.lgamma(Value(x)).data / expected - 1)) < 2e-14, x
    assert autograd.lgamma(zero) == autograd.lgamma(Value(zero)).data == 0.0


def test_product_is_differentiable_at_zeros() -> None:
    assert autograd.prod([Value(2.0), Value(0.0), Value(5.0)]).partials == (0.0, 10.0, 0.0)
    assert autograd.prod([Value(0.0), Value(0.0), Value(5.0)]).partials == (0.0, 0.0, 0.0)


# ---- every row at every edge point, in every way of computing


POINTS = [0.0, -0.0, 1.0, -1.0, inf, -inf, nan, 1e308, -1e308, 5e-324, -5e-324, 1e-300, 0.5, -0.5, 2.0, -2.5, 3.0, 40.0, -1e3]
SMALL = [pytest.param(row, id=row.name) for row in TABLE.values() if row.arity in (1, 2)]
OUTSIDE = {"zeta": lambda s, x: s <= 1.0 or x <= 0.0}  # where the row says that it does not hold
LIBRARIES = {"lgamma": 100, "digamma": 16, "cbrt": 5}  # ulps between the C library, Python's own and NumPy's


def points(row: Row) -> list[tuple[float, ...]]:
    outside = OUTSIDE.get(row.name, lambda *operands: False)
    return [operands for operands in product(POINTS, repeat=row.arity or 0) if not outside(*operands)]


@pytest.mark.parametrize("row", SMALL)
def test_floats_values_and_arrays_at_edges(row: Row) -> None:
    where = points(row)
    columns = [np.array(column) for column in zip(*where, strict=True)]
    array = FUNCTIONS[row.name](*columns)
    bound = LIBRARIES.get(row.name, 2)
    for operands, of_array in zip(where, array, strict=True):
        of_float = FUNCTIONS[row.name](*operands)
        of_value = FUNCTIONS[row.name](*map(Value, operands)).data
        assert type(of_float) is type(of_value) is float
        assert ulps(of_float, of_value) <= bound, (operands, of_float, of_value)
        assert ulps(of_float, float(of_array)) <= bound, (operands, of_float, of_array)


@pytest.mark.parametrize("row", [row for row in SMALL if row.values[0].arity == 2])
def test_arrays_with_one_number_at_edges(row: Row) -> None:
    """NumPy has other paths for one number beside an array: np.power(-inf, 0.5) is one."""
    column = np.array(POINTS)
    for y in POINTS:
        for found, pairs in (
            (FUNCTIONS[row.name](column, y), [(x, y) for x in POINTS]),
            (FUNCTIONS[row.name](y, column), [(y, x) for x in POINTS]),
        ):
            for operands, of_array in zip(pairs, found, strict=True):
                if not OUTSIDE.get(row.name, lambda *_: False)(*operands):
                    of_float = FUNCTIONS[row.name](*operands)
                    assert ulps(of_float, float(of_array)) <= 2, (operands, of_float, of_array)


@pytest.mark.parametrize("row", SMALL)
def test_partials_of_arrays_at_edges(row: Row) -> None:
    where = points(row)
    columns = [np.array(column) for column in zip(*where, strict=True)]
    with np.errstate(all="ignore"):
        z = row.value(ARRAYS, *columns)
        rules = [np.broadcast_to(rule(ARRAYS, *columns, z), z.shape) for rule in row.partials]
    bound = LIBRARIES.get(row.name, 4)
    for k, operands in enumerate(where):
        for found, of_array in zip(derived(row.name, *operands)[1:], [rule[k] for rule in rules], strict=True):
            assert ulps(found, float(of_array)) <= bound, (operands, found, of_array)


@pytest.mark.parametrize("row", SMALL)
def test_recorded_derivatives_at_edges(row: Row) -> None:
    """What `create_graph` records by the rule on Values has the numbers that the node holds."""
    for operands in points(row):
        leaves = [Value(x) for x in operands]
        node = FUNCTIONS[row.name](*leaves)
        recorded = [x.data for x in gradient(node, leaves, create_graph=True)]
        for found, partial in zip(recorded, node.partials, strict=True):
            assert found == partial or ulps(found, partial) <= 16, (operands, found, partial)


def test_silu_and_gelu_at_infinity() -> None:
    for f in (autograd.silu, autograd.gelu):
        for value, derivative, at in ((0.0, 0.0, -math.inf), (math.inf, 1.0, math.inf)):
            x = Value(at)
            y = f(x)
            y.backward()
            assert (y.data, x.grad) == (value, derivative)
