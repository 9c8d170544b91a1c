"""Derivatives inside of traces come from the program: the same numbers, and no function is traced twice."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from expressions import Expression, expressions
from hypothesis import HealthCheck, given, settings
from singular import CUT, NAN

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jit, jvp, value_and_grad, vjp, vmap
from autograd.engine.ravel import Raveled

Function = Callable[..., Any]
examples = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def numbers(x: Any) -> Any:
    return np.array([item.data if type(item) is Value else float(item) for item in Raveled(x).numbers])


def agree(found: Any, expected: Any, tolerance: float = 1e-10) -> None:
    """Of one structure; each number to rounding of the largest finite one, nan for nan, inf for inf."""
    assert Raveled(found).spec == Raveled(expected).spec and Raveled(found).shapes == Raveled(expected).shapes
    a, b = numbers(found), numbers(expected)
    scale = np.abs(b[np.isfinite(b)]).max(initial=1.0)
    assert np.allclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True), (a, b)


def pair(f: Function) -> Function:
    """A function of a list with several results."""
    return lambda x: [f(x), x[0] * f(x), x[-1]]


def scaled(f: Function) -> Function:
    return lambda x: [3.0 * item * item for item in grad(f)(x)]


DIRECTION = [1.0, -0.5, 2.0]
WAYS: dict[str, Callable[[Function], Function]] = {
    "jacobian": lambda f: jacobian(pair(f)),
    "jacobian, forward": lambda f: jacobian(pair(f), mode="forward"),
    "jacobian, reverse": lambda f: jacobian(pair(f), mode="reverse"),
    "hessian": hessian,
    "jvp": lambda f: lambda x: jvp(pair(f), x, DIRECTION[: len(x)]),
    "vjp": lambda f: lambda x: (lambda y, pull: (y, pull([1.0, 2.0, 0.5])))(*vjp(pair(f), x)),
    "hvp": lambda f: lambda x: hvp(f, x, DIRECTION[: len(x)]),
    "value_and_grad in a function": lambda f: lambda x: value_and_grad(f)(x),
    "grad of a function of grad": lambda f: grad(lambda x: sum(scaled(f)(x))),
    "grad(jvp)": lambda f: grad(lambda x: jvp(f, x, DIRECTION[: len(x)])[1]),
    "jacobian of a function of grad": lambda f: jacobian(scaled(f)),
    "has_aux": lambda f: jacobian(lambda x: (pair(f)(x), {"aux": x[0] * 2.0}), has_aux=True),
    "hessian with aux": lambda f: hessian(lambda x: (f(x), x[0]), has_aux=True),
}


def smooth(x: Any) -> Any:
    return (
        (ag.tanh(x[0] * x[1]) + ag.hypot(x[0], x[2]) * ag.sqrt(x[1]) + x[1] ** x[0] + x[2] ** 3 / x[1] + ag.relu(x[0] - x[2]))
        * ag.logsumexp(x)
        + ag.atan2(x[0], x[1]) * ag.prod(x)
        + ag.take(x, 1) * ag.sigmoid(x[2])
        + ag.clip(x[0], -1.0, 2.0)
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_traced_derivative_is_the_eager_one(way: str, executor: str) -> None:
    """And the function under it runs once in the trace: no sweep was recorded in a second one."""
    calls = []

    def counted(x: Any) -> Any:
        calls.append(1)
        return smooth(x)

    point, other = [0.7, 1.3, -0.4], [-0.2, 0.6, 1.9]
    expected = [WAYS[way](smooth)(x) for x in (point, other)]
    WAYS[way](counted)(point)
    once = len(calls)
    traced = jit(WAYS[way](counted))
    found = [traced(x) for x in (point, other)]
    assert len(calls) == 2 * once
    for a, b in zip(found, expected, strict=True):
        agree(a, b)


@pytest.mark.parametrize("way", [way for way in WAYS if "of" not in way])
@examples
@given(e=expressions())
def test_random_expressions(way: str, e: Expression) -> None:
    point = list(e.inputs)
    agree(jit(WAYS[way](lambda x: e(x)))(point), WAYS[way](lambda x: e(x))(point), 1e-8)


@pytest.mark.parametrize("name", {**CUT, **NAN})
def test_second_order_at_singular_points(name: str) -> None:
    """The Hessian is nan where the eager one is; forward over reverse and reverse over reverse too."""
    f, x = {**CUT, **NAN}[name]
    agree(jit(hessian(f))(x), hessian(f)(x))
    agree(jit(lambda y: hvp(f, y, 1.0))(x), hvp(f, x, 1.0))
    agree(jit(grad(grad(f)))(x), grad(grad(f))(x))


def test_inner_and_outer_variables_stay_apart() -> None:
    """Though they are copies of one number."""

    def f(x: Any) -> Any:
        return grad(lambda y: x * y * grad(lambda z: x * y * z * z)(x))(x) + jvp(lambda y: x * y * y, x, x)[1]

    assert jit(f)(1.5) == f(1.5)
    assert jit(grad(f))(1.5) == pytest.approx(grad(f)(1.5), rel=1e-13)
    assert jit(lambda a: grad(lambda y: a * y + 2.0 * y)(2.0))(3.0) == 5.0


def test_derivatives_by_plain_numbers() -> None:
    """They are calculated at once, and so is what is inside of them."""
    second = grad(lambda y: grad(lambda z: z * z * y)(y))
    assert jit(lambda x: x * second(2.0))(3.0) == 24.0
    assert jit(lambda x: x * jvp(lambda y: grad(lambda z: z * z * y)(y), 2.0, 1.0)[1])(3.0) == 24.0
    assert jit(lambda x: grad(lambda y: grad(lambda z: z * z * y * x)(y))(2.0))(3.0) == 24.0
    assert jit(lambda x: grad(lambda y, w: grad(lambda z: z * z * y * w)(y), (0, 1))(x, 2.0))(3.0) == (24.0, 18.0)
    assert jit(grad(lambda x: x * x * hessian(lambda y: y * y * y * x)(2.0)))(3.0) == 324.0


def test_a_branch_on_a_derivative_is_traced_with_its_number() -> None:
    def f(x: Any) -> Any:
        return 2.0 * x if grad(lambda y: y * y * y - y)(x) > 0.0 else -x

    traced = jit(f)
    assert [traced(x) for x in (2.0, 0.1, 3.0)] == [4.0, -0.1, 6.0]


def test_an_error_behind_a_derivative_is_the_functions_own() -> None:
    def f(x: Any) -> Any:
        slope = grad(lambda y: y * y)(x)
        raise KeyError("mine") if slope is not None else ValueError

    with pytest.raises(KeyError, match="mine"):
        jit(f)(1.0)


def test_a_caught_look_at_a_derivative_is_not_forgotten() -> None:
    def f(x: Any) -> Any:
        try:
            return 2.0 * x if grad(lambda y: y * y)(x) > 0.0 else -x
        except TypeError:
            return 100.0 * x

    assert jit(f)(3.0) == 6.0


def test_derivatives_in_a_long_row() -> None:
    """More than a program is derived for are recorded."""

    def f(x: Any) -> Any:
        for _ in range(12):
            x = x - 0.1 * grad(lambda y: 1.0 - ag.cos(y))(x)
        return x

    assert jit(f)(0.8) == pytest.approx(f(0.8), rel=1e-14)
    assert jit(grad(f))(0.8) == pytest.approx(grad(f)(0.8), rel=1e-13)


def test_custom_operations_inside() -> None:
    """Those that only Python can compute have derivatives where they had."""
    twice = ag.primitive(partials=[lambda x: 2.0 * x])(lambda x: x * x)
    f = lambda x: [twice(x[0]) * x[1], ag.sin(twice(x[1]))]  # noqa: E731
    point, ways = [0.3, 0.7], (jacobian(f), lambda x: jvp(f, x, x), hessian(lambda x: f(x)[1] * f(x)[0]))
    for way in ways:
        agree(jit(way)(point), way(point))


def test_a_derivative_that_nobody_knows_is_refused() -> None:
    """The partial is a function of floats, whose own derivative would have to be guessed."""
    cube = ag.primitive(partials=[lambda x: 3.0 * math.pow(float(x), 2.0)])(lambda x: x * x * x)
    assert jit(grad(cube))(2.0) == 12.0
    for way in (grad(grad(cube)), hessian(cube), lambda x: hvp(cube, x, 1.0), lambda x: jvp(grad(cube), x, 1.0)):
        with pytest.raises(TypeError):
            jit(way)(2.0)


def test_values_from_outside_and_among_the_arguments() -> None:
    outside = Value(0.6)
    f = lambda x: jvp(lambda y: ag.sin(y * outside) * y, x, 1.0)[1]  # noqa: E731
    traced = jit(f)
    for g in (traced, f):
        slopes = grad(g)(0.4), gradient(g(0.4), outside), grad(grad(g))(0.4)
        agree(slopes, (grad(f)(0.4), gradient(f(0.4), outside), grad(grad(f))(0.4)))


def test_many_points() -> None:
    points = np.array([[0.7, 1.3, -0.4], [-0.2, 0.6, 1.9], [0.1, 0.2, 0.3]])
    for way in (hessian(smooth), lambda x: hvp(smooth, x, np.array(DIRECTION))):
        agree(vmap(way)(points), np.array([way(x) for x in points]))


def chain(x: Any) -> Any:
    """A function of which most second derivatives are 0."""
    pieces = [ag.relu(x[i] * x[i + 1]) + ag.where(x[i] > 0.0, x[i] ** 2, x[i + 1] ** 3) for i in range(len(x) - 1)]
    return sum(pieces) + ag.logsumexp(x[:2]) * x[0] + ag.prod(x[-3:]) + grad(lambda y: y * y * x[1] * y)(x[0])


def each(x: Any) -> Any:
    return [x[i] * ag.sin(x[i + 1]) + ag.maximum(x[i], 0.2) for i in range(len(x) - 1)] + [x[0] + 2.0]


@pytest.mark.parametrize("order", ["hessian", "reverse", "forward", "either"])
def test_sparse_derivatives(order: str) -> None:
    """As many numbers as eagerly, wherever they are; at other points too."""
    mode = None if order == "either" else order
    way = hessian(chain, sparse=True) if order == "hessian" else jacobian(each, mode=mode, sparse=True)
    dense = hessian(chain) if order == "hessian" else jacobian(each)
    traced = jit(way)
    for point in ([0.3, 0.5, -0.2, 1.2, 0.7], [-0.3, 0.5, 0.2, -1.2, 0.0]):
        found, expected = traced(point), way(point)
        assert type(found) is type(expected) and found.shape == expected.shape and found.nnz >= expected.nnz
        assert np.allclose(found.toarray(), np.array(dense(point)), rtol=1e-12, atol=1e-14)
    held = jit(lambda x: {"matrix": way(x), "value": x[0]})([0.3, 0.5, -0.2, 1.2, 0.7])
    assert held["value"] == 0.3
    assert np.allclose(held["matrix"].toarray(), np.array(dense([0.3, 0.5, -0.2, 1.2, 0.7])), rtol=1e-12, atol=1e-14)


def test_sparse_derivatives_hold_numbers() -> None:
    for refused in (
        lambda: jit(hessian(chain, sparse=True))([Value(0.1), 0.2, 0.3, 0.4]),
        lambda: vmap(hessian(chain, sparse=True))(np.ones((2, 4))),
        lambda: grad(lambda x: hessian(chain, sparse=True)([x, x, x, x]).sum())(1.0),
    ):
        with pytest.raises(TypeError, match="sparse"):
            refused()
