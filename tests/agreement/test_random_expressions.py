"""Random expressions over the whole table, computed in every way there is: all ways agree."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from expressions import EXACT, JUMPS, NAMES, Expression, expressions, mp
from hypothesis import HealthCheck, assume, given, settings
from rounding import bound, difference, error

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jvp, topological_order, value_and_grad, vjp
from autograd.engine.functions import FUNCTIONS
from autograd.ops.primitives import TABLE

STEP = mp.mpf(10) ** -11
CLEAR = 1e-6  # as near to a kink or jump no numeric derivative is taken

examples = settings(
    max_examples=150,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def assert_close(found: Any, expected: Any, bound: float) -> None:
    """Within the bound of the largest number expected, or of 1."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    assert found.shape == expected.shape and (np.abs(found - expected) <= bound * scale).all(), (found, expected)


def built(e: Expression) -> tuple[Value, list[Value]]:
    leaves = [Value(x) for x in e.inputs]
    root = e(leaves)
    assume(type(root) is Value)  # not of constants alone
    return root, leaves


def swept(root: Value, leaves: Sequence[Value]) -> list[float]:
    ag.zero_grad(leaves)
    root.backward()
    return [x.grad for x in leaves]


# ---- every way


def test_every_operation_is_drawn() -> None:
    assert set(NAMES) >= {name for name, row in TABLE.items() if row.public}
    for name in NAMES:
        assert name in FUNCTIONS and (name in EXACT or hasattr(mp, name))


@examples
@given(expressions())
def test_the_value(e: Expression) -> None:
    """Of floats, Values, arrays of either, and mpmath's numbers.

    Values give the same bits alone and in arrays. So do floats, Values and NumPy's arrays for + - * /, square roots, sums
    and dot products. Other functions may differ in the last places: `lgamma` of floats is Python's own and of compiled
    Values C's, and NumPy has its own `tanh`, for instance. From there the difference grows with the derivative of the
    result with respect to that operation, which gives the bound; at a jump it has none.
    """
    number, points = e(e.inputs), [np.full(2, x) for x in e.inputs]
    root, _ = built(e)
    objects = e([np.array([Value(x), Value(x)]) for x in e.inputs])
    assert type(number) is float and [v.data for v in objects] == [root.data] * 2
    assume(e.distance(JUMPS) > CLEAR)
    clear = e.distance() > CLEAR
    apart = bound(e, difference) if clear else 1e-12 * max(1.0, abs(number))
    assert abs(root.data - number) <= apart and (np.abs(e(points) - number) <= apart).all()
    if clear:
        assert abs(number - e.precise([mp.mpf(x) for x in e.inputs])) <= bound(e, error)


@examples
@given(expressions())
def test_the_gradient(e: Expression) -> None:
    root, leaves = built(e)
    found = swept(root, leaves)
    assert_close(gradient(root, leaves), found, 1e-13)
    recorded = gradient(root, leaves, create_graph=True)
    assert {type(v) for v in recorded} == {Value}
    assert_close([v.data for v in recorded], found, 1e-12)
    x = list(e.inputs)
    units = np.eye(len(x)).tolist()
    assert_close([jvp(e, (x,), (unit,))[1] for unit in units], found, 1e-12)
    value, pull = vjp(e, x)
    assert value == root.data
    assert_close(pull(1.0)[0], found, 1e-13)
    assert_close(grad(e)(x), found, 1e-13)
    assert_close(grad(e)(np.array(x)), found, 1e-13)
    for mode in ("forward", "reverse"):
        assert_close(jacobian(e, mode=mode)(x), found, 1e-12)


@examples
@given(expressions())
def test_second_sweep(e: Expression) -> None:
    root, leaves = built(e)
    first = swept(root, leaves)
    root.backward()
    assert [x.grad for x in leaves] == [2.0 * g for g in first]
    for node in topological_order(root):
        assert len(node.parents) == len(node.partials)
    assert swept(root, leaves) == first
    again, others = built(e)
    assert again.data == root.data and swept(again, others) == first


@pytest.mark.slow
@examples
@given(expressions())
def test_through_pickle(e: Expression) -> None:
    root, leaves = built(e)
    loaded, others = pickle.loads(pickle.dumps((root, leaves)))
    assert [n.data for n in topological_order(loaded)] == [n.data for n in topological_order(root)]
    assert swept(loaded, others) == swept(root, leaves)
    again, hessians = [], []
    for y, xs in ((root, leaves), (loaded, others)):
        first = gradient(y, xs, create_graph=True)
        again.append([g.data for g in first])
        hessians.append([gradient(g, xs) for g in first])
    assert again[0] == again[1] and hessians[0] == hessians[1]


@examples
@given(expressions())
def test_the_second_derivatives(e: Expression) -> None:
    x = list(e.inputs)
    found = np.array(hessian(e)(x))
    assert (found == found.T).all()
    assert_close(jacobian(grad(e), mode="forward")(x), found, 1e-10)
    assert_close(jacobian(grad(e), mode="reverse")(x), found, 1e-10)
    direction = [1.0, -0.5, 0.25][: len(x)]
    assert_close(hvp(e, x, direction), found @ direction, 1e-10)
    assert_close(grad(lambda x: jvp(e, (x,), (direction,))[1])(x), found @ direction, 1e-10)
    forward = jvp(lambda x: jvp(e, (x,), (direction,))[1], (x,), (direction,))[1]
    assert_close(forward, direction @ found @ direction, 1e-10)


@pytest.mark.slow
@examples
@given(expressions())
def test_numeric_derivatives(e: Expression) -> None:
    """First and second, from differences in 40 digits."""
    assume(e.distance() > CLEAR)
    x = [mp.mpf(number) for number in e.inputs]

    def moved(i: int, j: int, signs: tuple[int, int]) -> Any:
        point = list(x)
        point[i] += signs[0] * STEP
        point[j] += signs[1] * STEP
        return e.precise(point)

    places = range(len(x))
    first = [(moved(i, i, (1, 0)) - moved(i, i, (-1, 0))) / (2 * STEP) for i in places]
    assert_close(grad(e)(list(e.inputs)), first, 1e-10)
    second = [
        [
            (moved(i, j, (1, 1)) - moved(i, j, (1, -1)) - moved(i, j, (-1, 1)) + moved(i, j, (-1, -1))) / (4 * STEP**2)
            for j in places
        ]
        for i in places
    ]
    assert_close(hessian(e)(list(e.inputs)), second, 1e-9)


@pytest.mark.slow
@examples
@given(expressions())
def test_traced(e: Expression) -> None:
    """Value, gradient and second derivatives: jit outside, inside, and with many points at once."""
    x = list(e.inputs)
    value, slopes = e(x), grad(e)(x)
    assert_close(ag.jit(e)(x), value, 1e-12)
    assert_close(ag.jit(grad(e))(x), slopes, 1e-11)
    assert_close(grad(ag.jit(e))(x), slopes, 1e-11)
    assert_close(ag.jit(value_and_grad(e))(x)[1], slopes, 1e-11)
    assert_close(ag.jit(jacobian(e, mode="forward"))(x), slopes, 1e-11)
    points = np.array([x, [0.5 * number for number in x], x])
    found = ag.vmap(e)(points)
    assert_close(found, [e(point) for point in points.tolist()], 1e-11)
    assert found[0] == found[2]
    assert_close(ag.vmap(grad(ag.jit(e)))(points), [grad(e)(point) for point in points.tolist()], 1e-11)


@pytest.mark.slow
@examples
@given(expressions())
def test_second_derivatives_traced(e: Expression) -> None:
    x = list(e.inputs)
    found = np.array(hessian(e)(x))
    assert_close(ag.jit(hessian(e))(x), found, 1e-9)
    assert_close(hessian(ag.jit(e))(x), found, 1e-9)
    assert_close(jacobian(grad(ag.jit(e)))(x), found, 1e-9)
    direction = [1.0, -0.5, 0.25][: len(x)]
    assert_close(ag.jit(lambda x: hvp(e, x, direction))(x), found @ direction, 1e-9)
    assert_close(ag.jit(lambda x: jvp(e, x, direction)[1])(x), np.array(grad(e)(x)) @ direction, 1e-11)
