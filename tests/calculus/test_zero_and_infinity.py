"""Zero and infinity: what is cut gives nothing, any other 0 times infinity is nan, alike in every way of differentiating."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from singular import CUT, NAN, Function

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jvp, value_and_grad, vjp


def swept(f: Function, x: float) -> float:
    v = Value(x)
    f(v).backward()
    return v.grad


def recorded(f: Function, x: float) -> float:
    v = Value(x)
    return gradient(f(v), v, create_graph=True).data  # type: ignore[no-any-return]


FIRST: dict[str, Callable[[Function, float], Any]] = {
    "backward": swept,
    "gradient": lambda f, x: (lambda v: gradient(f(v), v))(Value(x)),
    "gradient, recorded": recorded,
    "grad": lambda f, x: grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[1],
    "jacobian, forward": lambda f, x: jacobian(lambda p: [f(p[0])], mode="forward")([x])[0][0],
    "jacobian, reverse": lambda f, x: jacobian(lambda p: [f(p[0])], mode="reverse")([x])[0][0],
    "jacobian, sparse": lambda f, x: jacobian(lambda p: [f(p[0])], sparse=True)([x]).toarray()[0, 0],
    "jvp": lambda f, x: jvp(f, x, 1.0)[1],
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
}
SECOND: dict[str, Callable[[Function, float], Any]] = {
    "grad of grad": lambda f, x: grad(grad(f))(x),
    "hessian": lambda f, x: hessian(f)(x),
    "hessian, sparse": lambda f, x: hessian(lambda p: f(p[0]), sparse=True)([x]).toarray()[0, 0],
    "jacobian of grad": lambda f, x: jacobian(grad(f), mode="forward")(x),
    "hvp": lambda f, x: hvp(f, x, 1.0),
    "grad of jvp": lambda f, x: grad(lambda y: jvp(f, y, 1.0)[1])(x),
    "jvp of jvp": lambda f, x: jvp(lambda y: jvp(f, y, 1.0)[1], x, 1.0)[1],
    "vjp of vjp": lambda f, x: vjp(lambda y: vjp(f, y)[1](1.0)[0], x)[1](1.0)[0],
    "grad of gradient": lambda f, x: grad(lambda y: gradient(f(y), y, create_graph=True))(x),
}

# ---- behind a cut there is nothing


@pytest.mark.parametrize("way", FIRST)
@pytest.mark.parametrize("name", CUT)
def test_nothing_passes_a_cut(name: str, way: str) -> None:
    f, x = CUT[name]
    assert FIRST[way](f, x) == 0.0


@pytest.mark.parametrize("way", SECOND)
@pytest.mark.parametrize("name", CUT)
def test_nothing_passes_a_cut_to_the_second_order(name: str, way: str) -> None:
    f, x = CUT[name]
    assert SECOND[way](f, x) == 0.0


def test_nothing_passes_a_cut_to_the_third_order() -> None:
    for name, (f, x) in CUT.items():
        assert grad(grad(grad(f)))(x) == 0.0, name
        assert hvp(grad(f), x, 1.0) == 0.0, name
        assert grad(hessian(f))(x) == 0.0, name


# ---- every other 0 is a number


@pytest.mark.parametrize("way", FIRST)
@pytest.mark.parametrize("name", NAN)
def test_0_times_infinity_is_nan(name: str, way: str) -> None:
    f, x = NAN[name]
    assert math.isnan(FIRST[way](f, x))


@pytest.mark.parametrize("way", SECOND)
@pytest.mark.parametrize("name", [name for name in NAN if name != "outside the domain"])
def test_0_times_infinity_is_nan_to_the_second_order(name: str, way: str) -> None:
    f, x = NAN[name]
    assert math.isnan(SECOND[way](f, x))


def test_a_zero_of_the_caller_is_a_number() -> None:
    """As the seed of a sweep, as a cotangent and as a tangent."""
    v = Value(0.0)
    ag.sqrt(v).backward(0.0)
    assert math.isnan(v.grad)
    assert math.isnan(vjp(ag.sqrt, 0.0)[1](0.0)[0])
    assert math.isnan(jvp(ag.sqrt, 0.0, 0.0)[1])
    assert math.isnan(jvp(lambda p: ag.sqrt(p[0]) + p[1], ([0.0, 1.0],), ([0.0, 1.0],))[1])
    assert math.isnan(hvp(lambda p: ag.sqrt(p[0]) + p[1] ** 2, [0.0, 1.0], [0.0, 1.0])[0])
    w = Value(-1.0)
    ag.relu(w).backward(0.0)
    assert w.grad == 0.0


def test_unit_vectors_are_structure() -> None:
    """A derivative by one input that is infinite or nan spoils no other."""
    f = lambda p: [ag.sqrt(p[0]), p[1], p[0] ** 0.5 + p[1]]  # noqa: E731
    for mode in ("forward", "reverse", None):
        assert jacobian(f, mode=mode)([0.0, 1.0]) == [[inf, 0.0], [0.0, 1.0], [inf, 1.0]]
    g = lambda p: [p[0] ** p[1], 0.0 * ag.log(p[0]) + p[1]]  # noqa: E731
    for mode in ("forward", "reverse"):
        np.testing.assert_array_equal(jacobian(g, mode=mode)([-2.0, 3.0]), [[12.0, nan], [nan, 1.0]])


def test_a_cut_direction_leads_nowhere() -> None:
    """In the forward mode of many directions too: what only a cut reaches stays 0 behind an infinite derivative."""
    f = lambda p: [ag.sqrt(ag.relu(p[0]) + 0.0 * p[1]), ag.sqrt(ag.relu(p[0]) + p[1])]  # noqa: E731
    for mode in ("forward", "reverse"):
        np.testing.assert_array_equal(jacobian(f, mode=mode)([-1.0, 0.0]), [[0.0, nan], [0.0, inf]])


def test_cuts_are_structure_not_adjoints_of_0() -> None:
    e = math.exp(1.5)
    f = lambda p: p[0] * ag.exp(p[1])  # noqa: E731
    assert hessian(f)([0.0, 1.5]) == [[0.0, e], [e, 0.0]]
    g = lambda p: ag.relu(p[0]) * ag.exp(p[1])  # noqa: E731
    assert hessian(g)([-1.0, 1.5]) == [[0.0, 0.0], [0.0, 0.0]]
    assert grad(g)([-1.0, 1.5]) == [0.0, 0.0]


def test_whether_an_operand_is_a_literal_does_not_decide() -> None:
    functions: list[Callable[[Any, Any], Any]] = [
        lambda x, y: y * ag.sqrt(x),
        lambda x, y: ag.sqrt(x) ** (2.0 + y),
        lambda x, y: ag.maximum(y + 1.0, ag.sqrt(x)),
        lambda x, y: ag.clip(ag.sqrt(x) - 1.0, y, 1.0),
        lambda x, y: ag.sqrt(x) ** y,
        lambda x, y: ag.leaky_relu(-ag.sqrt(x), y),
    ]
    for f in functions:
        found = [grad(f)(0.0, 0.0), grad(lambda x, f=f: f(x, Value(0.0)))(0.0), grad(lambda p, f=f: f(*p))([0.0, 0.0])[0]]
        assert len({repr(float(x)) for x in found}) == 1, found


# ---- a Hessian keeps the nan of either triangle


def test_nan_in_either_triangle_of_a_hessian() -> None:
    expected = [[-12.0, nan], [nan, 0.0]]
    for f in (lambda p: p[0] ** p[1], lambda p: (lambda q: q[1] ** q[0])(p[::-1])):
        np.testing.assert_array_equal(hessian(f)([-2.0, 3.0])[0], expected[0])
        assert math.isnan(hessian(f)([-2.0, 3.0])[1][0])
    upper = jacobian(grad(lambda p: p[0] ** p[1]))([-2.0, 3.0])
    assert math.isnan(upper[0][1])
    nested = grad(lambda t: ag.sum(np.array(hessian(lambda p: t * p[0] ** p[1])([-2.0, 3.0])).ravel()))(1.0)
    assert math.isnan(nested)


# ---- what was finite stays finite


def test_masks() -> None:
    xs = [0.5, -0.3, 1.2]
    for mask in ([1, 0, 1], [0, 0, 1], [1, 1, 1]):
        for f in (
            lambda x, mask=mask: ag.logsumexp([ag.where(m, v, -inf) for m, v in zip(mask, x, strict=True)]),
            lambda x, mask=mask: ag.softmax([v + (0.0 if m else -inf) for m, v in zip(mask, x, strict=True)])[2],
            lambda x, mask=mask: ag.log_softmax([v + (0.0 if m else -inf) for m, v in zip(mask, x, strict=True)])[2],
        ):
            assert all(map(math.isfinite, grad(f)(xs)))
            assert np.isfinite(np.array(hessian(f)(xs), float)).all()


def test_relu_network() -> None:
    rows = np.array([[1.0, -2.0], [0.5, 0.25], [-1.0, -1.0]])

    def f(x: Any) -> Any:
        hidden = ag.relu(rows @ x)
        return ag.sum([ag.softplus(h) for h in hidden]) + ag.log(ag.clip(ag.sum(list(hidden)), 1e-3, 10.0))

    for x in ([1.0, 1.0], [0.0, 0.0], [-3.0, 2.0]):
        assert np.isfinite(grad(f)(np.array(x))).all()
        assert np.isfinite(hessian(f)(np.array(x))).all()


# ---- what a node says of itself


def test_cuts_of_nodes() -> None:
    x, y = Value(-1.0), Value(2.0)
    assert ag.relu(x).cuts == (True,) and ag.relu(y).cuts == (False,)
    assert ag.maximum(x, y).cuts == (True, False) and ag.minimum(x, y).cuts == (False, True)
    assert ag.maximum(x, x).cuts == (False, False)
    assert ag.clip(x, 0.0, y).cuts == (True, False, True) and ag.clip(x, -1.0, y).cuts == (False, True, True)
    assert (x * 0.0).cuts == (False, False) and abs(Value(0.0)).cuts == (False,) and x.cuts == ()
    assert ag.floor(x).cuts == (True,) and (x // y).cuts == (True, True)
    assert ag.sum([x, y]).cuts == (False, False)
    assert ag.clip(x, 0.0, y).partials == (0.0, 1.0, 0.0)
