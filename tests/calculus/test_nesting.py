"""Derivatives inside derivatives: no confusion of variables, modes inside and outside, custom operations."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jvp, stop_gradient, vjp
from autograd.engine.value import number

mp = mpmath.MPContext()
mp.dps = 40


def cubic(x: Any) -> Any:
    return x[0] ** 3 * x[1] + 2.0 * x[1]


# ---- nesting


def derivative(f: Any, order: int) -> Any:
    for _ in range(order):
        f = grad(f)
    return f


def forward(f: Any) -> Any:
    return lambda x: jvp(f, x, 1.0)[1]


@pytest.mark.parametrize("order", range(1, 6))
def test_nested_to_order_five(order: int) -> None:
    exact = float(mp.diff(lambda x: mp.exp(mp.sin(x)) * x**5, mp.mpf(0.7), order))
    f = lambda x: ag.exp(ag.sin(x)) * x**5  # noqa: E731
    assert derivative(f, order)(0.7) == pytest.approx(exact, rel=1e-12)
    mixed = f
    for i in range(order):
        mixed = (grad, forward, jacobian)[i % 3](mixed)
    assert mixed(0.7) == pytest.approx(exact, rel=1e-12)
    assert type(mixed(0.7)) is float
    pushed = f
    for _ in range(order):
        pushed = forward(pushed)
    assert pushed(0.7) == pytest.approx(exact, rel=1e-12)


SMOOTH = [
    "exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "lgamma", "digamma", "sigmoid", "softplus", "gelu",
    "silu",
]  # fmt: skip
EXACT: dict[str, Callable[[Any], Any]] = {
    "exp2": lambda x: mp.power(2, x),
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "lgamma": mp.loggamma,
    "digamma": lambda x: mp.psi(0, x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "gelu": lambda x: x * mp.ncdf(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
}


@pytest.mark.parametrize("order", [3, 4])
@pytest.mark.parametrize("name", SMOOTH)
def test_third_and_fourth_derivatives(name: str, order: int) -> None:
    point = 1.7 if name == "acosh" else 0.45
    exact = mp.diff(EXACT.get(name) or getattr(mp, name), mp.mpf(point), order)
    assert derivative(getattr(ag, name), order)(point) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("way", [grad, forward, jacobian, lambda f: lambda x: vjp(f, x)[1](1.0)[0]])
def test_classic_perturbation_confusion(way: Any) -> None:
    """Siskind and Pearlmutter (2005): the inner derivative of x + y to y is 1, whatever x is."""
    assert way(lambda x: x * way(lambda y: x + y)(1.0))(1.0) == 1.0
    assert way(lambda x: x * way(lambda y: x * y)(2.0))(3.0) == 6.0
    assert way(lambda x: way(lambda y: x * y * y)(x))(3.0) == 12.0


@pytest.mark.parametrize("outer", [grad, forward, jacobian])
@pytest.mark.parametrize("inner", [grad, forward, jacobian])
def test_confusion_across_modes(outer: Any, inner: Any) -> None:
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert outer(lambda x: inner(lambda y: ag.sin(x * y))(2.0))(0.5) == pytest.approx(math.cos(1) - math.sin(1), rel=1e-15)


def test_amazing_bug() -> None:
    """Manzyuk et al. (2019): a derivative that returns a function, applied to another such."""

    def shift(f: Any) -> Any:
        """D of u -> (x -> f(x + u)) at 0: a function."""
        return lambda x: grad(lambda u: f(x + u))(0.0)

    assert shift(shift(ag.exp))(1.0) == pytest.approx(math.e, rel=1e-15)
    assert shift(shift(shift(lambda x: x**4)))(2.0) == 48.0


def test_inner_derivative_called_later() -> None:
    kept: list[Any] = []

    def outer(x: Any) -> Any:
        kept.append(grad(lambda y: x * y * y))
        return kept[-1](3.0) * x  # 6 x^2

    assert grad(outer)(2.0) == 24.0
    late = kept[-1](5.0)  # x is a Value now, still 2
    assert late.data == 20.0
    assert grad(lambda z: kept[-1](z) * z)(1.0).data == 8.0


def test_leaked_variable_is_a_constant() -> None:
    leaked: list[Any] = []

    def inner(y: Any) -> Any:
        leaked.append(y)
        return y * y

    def outer(x: Any) -> Any:
        grad(inner)(3.0)
        return x * leaked[-1]

    assert grad(outer)(2.0) == 3.0 and hessian(outer)(2.0) == 0.0
    assert jvp(outer, 2.0, 1.0) == (6.0, 3.0)


def test_leaked_variable_of_the_outer_one() -> None:
    leaked: list[Any] = []

    def outer(x: Any) -> Any:
        slope = grad(lambda y: (leaked.append(y), y**3)[1])(x)
        return slope * leaked[-1]  # 3 x^2 * x

    assert grad(outer)(2.0) == 36.0


def test_pullback_inside_another_derivative() -> None:
    value, pull = vjp(lambda x: x**3, 2.0)
    assert value == 8.0 and grad(lambda c: pull(c * c)[0])(3.0) == 72.0
    assert grad(lambda x: vjp(lambda y: y**3, x)[1](x)[0])(2.0) == 36.0


def test_variables_that_stand_for_constants() -> None:
    """A derivative with respect to a Value that is constant is an inner one all the same, as is one of what depends on it."""
    frozen = stop_gradient(Value(2.0))
    for constant in (frozen, frozen * 1.0):
        slope = grad(lambda x: x * grad(lambda y: x * y)(3.0))(constant)
        assert slope.data == 4.0
        assert jvp(lambda x: grad(lambda y: x * x * y)(3.0), constant, 1.0)[1].data == 4.0
        both = lambda z, x0=constant: grad(lambda x: x * grad(lambda y: x * y)(3.0))(x0) * z  # noqa: E731
        assert number(grad(both)(1.0)) == number(jvp(both, 1.0, 1.0)[1]) == 4.0


def test_plain_numbers_unless_operations_come_from_outside() -> None:
    """A constant leaf is a number; but nobody looks at what an operation of earlier depends on."""
    frozen = stop_gradient(Value(2.0))
    assert type(grad(lambda x: x * frozen)(3.0)) is float
    assert type(grad(lambda x: x * (frozen * 2.0))(3.0)) is float
    scaled = frozen * 2.0
    for way in (grad, jacobian, lambda f: lambda x: jvp(f, x, 1.0)[1], lambda f: lambda x: vjp(f, x)[1](1.0)[0]):
        slope = way(lambda x: x * scaled)(3.0)
        assert type(slope) is Value and slope.data == 4.0
    assert type(grad(lambda x: grad(lambda y: x * y * scaled)(3.0).data * x)(3.0)) is float


def test_pulling_back_in_threads() -> None:
    _, pull = vjp(lambda x: [x * x, ag.sin(x)], 2.0)
    wrong: list[Any] = []

    def work(k: float) -> None:
        for _ in range(200):
            found = pull([k, 0.0])[0]
            if found != 4.0 * k:
                wrong.append((k, found))

    threads = [threading.Thread(target=work, args=(float(k),)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_exception_inside() -> None:
    def fails(x: Any) -> Any:
        grad(lambda y: x * y)(1.0)
        raise KeyError("stop")

    for transform in (grad, hessian, jacobian):
        with pytest.raises(KeyError):
            transform(fails)(1.0)
    with pytest.raises(KeyError):
        grad(lambda x: x * grad(fails)(x))(1.0)
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    x = Value(2.0)
    (x * x).backward()
    assert x.grad == 4.0


def test_loops_and_recursion() -> None:
    def power(x: Any, n: int) -> Any:
        return 1.0 if n == 0 else x * power(x, n - 1)

    def newton(a: Any) -> Any:
        x = a
        for _ in range(40):
            x = 0.5 * (x + a / x)
        return x

    assert hessian(lambda x: power(x, 7))(2.0) == 42.0 * 32.0
    assert derivative(newton, 2)(2.0) == pytest.approx(-0.25 * 2.0**-1.5, rel=1e-12)

    def climb(x: Any, steps: int) -> Any:  # gradient descent, differentiated through
        return x if steps == 0 else climb(x - 0.1 * grad(lambda y: y * y)(x), steps - 1)

    assert grad(lambda x: climb(x, 10))(3.0) == pytest.approx(0.8**10, rel=1e-13)


def test_nested_minimisation() -> None:
    """Siskind and Pearlmutter's saddle: the inner minimum, found by inner derivatives, depends on the outer variable."""

    def argmin(f: Any, y: Any) -> Any:
        for _ in range(60):
            y = y - grad(f)(y) / derivative(f, 2)(y)
            y = y.detach() if type(y) is Value and abs(y.data) > 1e9 else y
        return y

    found = grad(lambda x: argmin(lambda y: (y - x * x) ** 2 + x, 0.0))(3.0)
    assert found == pytest.approx(6.0, rel=1e-12)


def test_threads() -> None:
    found: list[Any] = []
    shared = Value(2.0)

    def work(k: int) -> None:
        try:
            for _ in range(30):
                confusing = grad(lambda x: x * grad(lambda y: x * y + k * y)(1.0))(float(k))
                third = derivative(lambda x: x**4, 3)(float(k))
                closed = gradient(grad(lambda x: x * x * shared)(float(k)), shared)
                found.append((confusing, third, closed) == (3.0 * k, 24.0 * k, 2.0 * k))
        except Exception as error:
            found.append(repr(error))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 180 and shared.grad == 0.0


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(
    "bad", [ag.sqrt, ag.log, lambda x: 1.0 / x, lambda x: x**0.5, ag.cbrt], ids=["sqrt", "log", "1/x", "x**0.5", "cbrt"]
)
def test_branch_not_taken(bad: Any, order: int) -> None:
    f = lambda x: ag.where(x > 0.0, bad(x), x**3)  # noqa: E731
    expected = [None, 0.0, 0.0, 6.0][order]
    assert derivative(f, order)(0.0) == expected
    pushed = f
    for _ in range(order):
        pushed = forward(pushed)
    assert pushed(0.0) == expected


# ---- inside modes


def test_inside_no_grad() -> None:
    with ag.no_grad():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert derivative(lambda x: x**3, 3)(2.0) == 6.0
        assert hessian(cubic)([2.0, 3.0]) == [[36.0, 12.0], [12.0, 0.0]]
        assert hvp(cubic, [2.0, 3.0], [1.0, 0.0]) == [36.0, 12.0]
        assert jacobian(lambda x: [x, x * x])(3.0) == [1.0, 6.0]
        x = Value(2.0)
        assert (x * x).parents == ()
    assert (x * x).parents == (x, x)


def test_no_grad_inside_cuts() -> None:
    def f(x: Any) -> Any:
        with ag.no_grad():
            frozen = x * x
        return frozen * x

    assert grad(f)(3.0) == 9.0 and hessian(f)(3.0) == 0.0

    def slope_frozen(x: Any) -> Any:
        with ag.no_grad():
            slope = grad(lambda y: y**3)(x)
        return slope * x

    assert grad(slope_frozen)(2.0) == 12.0 and type(grad(slope_frozen)(2.0)) is float


def test_stop_gradient_inside() -> None:
    assert grad(lambda x: x * stop_gradient(x * x))(3.0) == 9.0
    assert derivative(lambda x: x**3 * stop_gradient(x), 2)(2.0) == 24.0
    assert hessian(lambda x: stop_gradient(x) ** 2)(2.0) == 0.0
    assert jvp(lambda x: stop_gradient(x) * x, 3.0, 1.0) == (9.0, 3.0)
    assert grad(lambda x: grad(lambda y: stop_gradient(x) * y * x)(2.0))(3.0) == 3.0


def test_scope_changes_no_derivative() -> None:
    with ag.scope("all"):
        assert hessian(cubic)([2.0, 3.0]) == [[36.0, 12.0], [12.0, 0.0]]
        assert grad(ag.scope("inside")(lambda x: x * x))(3.0) == 6.0


@pytest.mark.parametrize("name", SMOOTH)
def test_trap_of_smooth_functions(name: str) -> None:
    """What a rule computes for the case that does not apply is nobody's bad number."""
    f, point = getattr(ag, name), 2.0 if name in ("lgamma", "digamma", "acosh") else 0.5
    expected = derivative(f, 3)(point)
    with ag.trap():
        assert derivative(f, 3)(point) == expected


@pytest.mark.parametrize(
    ("f", "point"),
    [
        (lambda x: x**0, 0.0),
        (lambda x: x**2, -1.0),
        (ag.elu, 1000.0),
        (lambda x: ag.hypot(x, 0.0), 2.0),
        (lambda x: ag.where(x > 0.0, x, 2.0 * x), 0.0),
        (lambda x: ag.clip(x, -1.0, 1.0) ** 2, 0.5),
    ],
)
def test_trap_of_choices(f: Any, point: float) -> None:
    expected = derivative(f, 2)(point)
    with ag.trap():
        assert derivative(f, 2)(point) == expected


def test_trap_inside() -> None:
    with ag.trap():
        with pytest.raises(ag.DomainError):
            grad(ag.log)(0.0)
        with pytest.raises(ag.DomainError):
            grad(lambda x: grad(ag.sqrt)(x) * x)(0.0)
    assert grad(ag.log)(0.0) == math.inf


# ---- custom operations


def test_custom_operations() -> None:
    @ag.primitive(partials=[lambda x: 2.0 * ag.cos(2.0 * x)])
    def sin2(x: float) -> float:
        return math.sin(2.0 * x)

    @ag.primitive(partials=lambda x, y: (y * x ** (y - 1.0), x**y * ag.log(x)))
    def power(x: float, y: float) -> float:
        return x**y

    for order in range(1, 5):
        exact = float(mp.diff(lambda x: mp.sin(2 * x) * x, mp.mpf(0.3), order))
        assert derivative(lambda x: sin2(x) * x, order)(0.3) == pytest.approx(exact, rel=1e-12)
    np.testing.assert_allclose(
        hessian(lambda p: power(p[0], p[1]))([1.3, 2.1]), hessian(lambda p: p[0] ** p[1])([1.3, 2.1]), rtol=1e-13
    )
    assert jvp(sin2, 0.3, 1.0) == (math.sin(0.6), 2.0 * math.cos(0.6))


def test_custom_operations_written_with_math() -> None:
    @ag.primitive(partials=[lambda x: math.cos(x)])
    def sine(x: float) -> float:
        return math.sin(x)

    assert grad(sine)(0.5) == math.cos(0.5)
    with pytest.raises(TypeError, match=r"autograd\.sin"):
        grad(grad(sine))(0.5)


def test_variable_exponent_at_zero() -> None:
    """d/dy of d(x**y)/dx at y = 0 is 1/x, though d(x**y)/dx itself is 0 there."""
    assert grad(lambda y: grad(lambda x: x**y)(2.0))(0.0) == 0.5
    assert grad(lambda y: grad(lambda x: x**y)(0.0))(0.0) == 0.0
    assert grad(grad(grad(lambda x: x**2)))(0.0) == 0.0


def test_no_gradient_of_a_value_is_written() -> None:
    """Neither of one that the function makes, nor of one that it finds."""
    outside, inside = Value(5.0), []

    def f(x: Any) -> Any:
        inside.append(Value(2.0))
        return x * inside[-1] * x + ag.stop_gradient(outside) * x

    for derivative in (ag.grad(f), ag.value_and_grad(f), ag.jacobian(f, mode="reverse"), ag.hessian(f), ag.grad(ag.grad(f))):
        derivative(3.0)
    assert [node.grad for node in (outside, *inside)] == [0.0] * (1 + len(inside))
