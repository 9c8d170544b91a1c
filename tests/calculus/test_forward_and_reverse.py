"""Forward and reverse mode, and their products, give the same derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import grad, hessian, hvp, jacobian, jvp, vjp


def network(p: Any) -> Any:
    hidden = ag.tanh(p["w"] @ p["x"] + p["b"])
    return ag.log_softmax(hidden * p["s"]) + ag.hypot(p["s"], p["x"][0])


NETWORK = {
    "w": np.array([[0.3, -0.7, 0.2], [1.1, 0.4, -0.5]]),
    "x": np.array([0.5, -1.5, 2.5]),
    "b": np.array([0.1, -0.2]),
    "s": 1.7,
}


def close(a: Any, b: Any, bound: float) -> None:
    np.testing.assert_allclose(np.array(_leaves(a)), np.array(_leaves(b)), rtol=bound, atol=bound * 1e-1)


def _leaves(tree: Any) -> list[float]:
    tree = list(tree.values()) if isinstance(tree, dict) else tree
    if isinstance(tree, np.ndarray):
        return tree.ravel().tolist()
    return [x for item in tree for x in _leaves(item)] if isinstance(tree, (list, tuple)) else [tree]


def random_like(tree: Any, seed: int) -> Any:
    draw = np.random.default_rng(seed)
    return {k: draw.normal(size=np.shape(v)) if np.ndim(v) else draw.normal() for k, v in tree.items()}


def dot(a: Any, b: Any) -> float:
    return float(np.dot(_leaves(a), _leaves(b)))


def test_jvp_is_the_transpose_of_vjp() -> None:
    for seed in range(5):
        direction, weights = random_like(NETWORK, seed), np.random.default_rng(seed + 100).normal(size=2)
        value, tangent = jvp(network, NETWORK, direction)
        again, pull = vjp(network, NETWORK)
        np.testing.assert_array_equal(np.array(value, float), np.array(again, float))
        assert dot(tangent, weights) == pytest.approx(dot(pull(weights)[0], direction), rel=1e-13)


def test_jacobian_in_both_modes() -> None:
    for a, b in zip(*(_leaves(jacobian(network, mode=mode)(NETWORK)) for mode in ("forward", "reverse")), strict=True):
        assert a == pytest.approx(b, rel=1e-13, abs=1e-15)


NAN, INF = math.nan, math.inf
SPOILED: dict[str, tuple[Callable[..., Any], list[float], list[list[float]], list[list[float]]]] = {
    "infinite": (
        lambda p: [ag.sqrt(p[0]), p[1], p[0] + p[1]],
        [0.0, 1.0],
        [[INF, 0.0], [0.0, 1.0], [1.0, 1.0]],
        [[INF, NAN], [0.0, 1.0], [1.0, 1.0]],
    ),
    "nan": (
        lambda p: [p[0] ** p[1], p[0], p[1]],
        [-2.0, 3.0],
        [[12.0, NAN], [1.0, 0.0], [0.0, 1.0]],
        [[NAN, NAN], [1.0, 0.0], [0.0, 1.0]],
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_infinite_derivative(name: str) -> None:
    """With respect to one input, it spoils no other in a Jacobian; but a tangent of 0 is a number, and times infinity nan."""
    f, x, expected, products = SPOILED[name]
    for matrix in (jacobian(f)(x), jacobian(f, mode="forward")(x), jacobian(f, mode="reverse")(x)):
        np.testing.assert_array_equal(np.array(matrix, float), expected)
    columns = [jvp(f, (x,), ([1.0, 0.0],))[1], jvp(f, (x,), ([0.0, 1.0],))[1]]
    np.testing.assert_array_equal(np.transpose(columns), products)


def loss(p: Any) -> Any:
    return -network(p)[0] + 0.1 * ag.sum(p["w"] ** 2)


def test_forward_over_reverse_is_reverse_over_forward() -> None:
    direction = random_like(NETWORK, 3)
    over_reverse = hvp(loss, NETWORK, direction)
    over_forward = grad(lambda p: jvp(loss, p, direction)[1])(NETWORK)
    over_both = grad(lambda p: dot_of(grad(loss)(p), direction))(NETWORK)
    close(over_reverse, over_forward, 1e-12)
    close(over_reverse, over_both, 1e-12)


def dot_of(a: Any, b: Any) -> Any:
    return sum(ag.sumprod(np.ravel(a[k]), np.ravel(b[k])) for k in b)


def test_hvp_is_hessian_times_direction() -> None:
    def f(x: Any) -> Any:
        return ag.logsumexp(x) * x[0] + ag.sin(x[1] * x[2]) / x[3]

    x, v = np.array([0.3, -0.8, 1.2, 2.0]), np.array([1.0, -2.0, 0.5, 3.0])
    np.testing.assert_allclose(hvp(f, x, v), hessian(f)(x) @ v, rtol=1e-13)
    several = hvp(lambda a, b: a * a * b, (2.0, 3.0), (1, 10.0))
    assert several == (46.0, 4.0)


def test_hessian_is_exactly_symmetric() -> None:
    def f(x: Any) -> Any:
        return ag.logsumexp(x * x[::-1]) * ag.prod(ag.tanh(x)) + ag.sum(ag.sin(x[0] * x) / (1.5 + x))

    x = np.linspace(-0.9, 1.1, 9)
    for matrix in (hessian(f)(x), ag.data(hessian(f)(ag.asarray(x)))):
        assert (matrix == matrix.T).all()
        np.testing.assert_allclose(matrix, jacobian(grad(f), mode="forward")(x), rtol=1e-11, atol=1e-13)
