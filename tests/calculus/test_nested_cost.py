"""What a derivative inside another one costs: its walks stop at what is older than its own variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jit, jvp, topological_order, vjp
from autograd.calculus import ad, call
from autograd.engine.backward import made_since

Function = Callable[[Any], Any]


def potential(x: Any) -> Any:
    return 1.0 - ag.cos(x)


def by_gradient(f: Function) -> Function:
    def slope(x: Any) -> Any:
        x = x if type(x) is Value else Value(x)
        return gradient(f(x), [x], create_graph=True)[0]

    return slope


def by_gradients(f: Function) -> Function:
    """Newton's method asks twice for derivatives with respect to one Value with a history."""

    def slope(x: Any) -> Any:
        x = x if type(x) is Value else Value(x)
        y = x * 1.0
        for _ in range(3):
            gradient(f(x) * y, {"x": x, "y": y}, create_graph=True)
        return gradient(f(x), x, create_graph=True)

    return slope


WAYS: dict[str, Callable[[Function], Function]] = {
    "grad": grad,
    "jvp": lambda f: lambda x: jvp(f, x, 1.0)[1],
    "vjp": lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    "jacobian": jacobian,
    "hvp": lambda f: lambda x: 0.5 * (hvp(lambda y: f(y) * y, x, 1.0) - x * hvp(f, x, 1.0)),
    "hessian": lambda f: lambda x: hessian(lambda y: 0.5 * y * y * f(1.0))(x) + grad(f)(x) - f(1.0),
    "closure": lambda f: lambda x: grad(lambda step: f(x + step))(0.0),
    "closure, jvp": lambda f: lambda x: jvp(lambda step: f(x + step), 0.0, 1.0)[1],
    "gradient": by_gradient,
    "gradients": by_gradients,
    "grad of jit": lambda f: grad(jit(f)),
}


def simulate(force: Function, steps: int, kept: list[Any] | None = None) -> Function:
    def run(q: Any) -> Any:
        p, h = 0.0, 0.01
        for _ in range(steps):
            p = p - h * force(q)
            q = q + h * p
            if kept is not None:
                kept.extend([p, q])
        return q

    return run


@pytest.fixture
def lengths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many nodes each walk of a recorded derivative lists."""
    found: list[int] = []

    def listening(level: int, roots: list[Any]) -> Any:
        nodes, outside = order_since(level, roots)
        found.append(len(nodes))
        return nodes, outside

    order_since = ad.order_since
    monkeypatch.setattr(ad, "order_since", listening)
    monkeypatch.setattr(call, "order_since", listening)
    return found


@pytest.mark.parametrize("run", ["eager", "jit"])
@pytest.mark.parametrize("way", WAYS)
def test_an_inner_derivative_walks_only_its_own_nodes(way: str, run: str, lengths: list[int]) -> None:
    force = WAYS[way](potential)
    force(1.0), force(Value(1.0))
    walks = []
    for steps in (10, 50):  # more than a program derives behind each other: jit records the sweeps
        lengths.clear()
        x = 1.0
        if run == "jit":
            jit(simulate(force, steps))(x)
        else:
            simulate(force, steps)(Value(x))
        walks.append((max(lengths), len(lengths)))
    assert walks[1][0] == walks[0][0] < 60
    assert walks[1][1] <= 5 * walks[0][1]


@pytest.mark.parametrize("way", WAYS)
def test_what_has_been_walked_is_not_walked_again(way: str, lengths: list[int]) -> None:
    """A sweep of the history, or a list of it, makes no later call but the next go through it."""
    force, x = WAYS[way](potential), Value(1.0)
    y = simulate(ag.sin, 200)(x)
    force(1.0), force(y)
    for disturb in (Value.backward, topological_order):
        disturb(y)
        force(y * 1.0)
        lengths.clear()
        force(y * 1.0)
        assert max(lengths) < 60


@pytest.mark.parametrize("way", WAYS)
def test_sweeps_in_numbers_keep_to_their_call_too(way: str) -> None:
    """They cannot be counted, but a node that one has passed has lost its age."""
    kept: list[Any] = []
    grad(simulate(WAYS[way](potential), 5, kept))(1.0)  # the outer sweep passes all
    assert not any(made_since([x]) for x in kept)
    kept = []
    ages = simulate(WAYS[way](potential), 20, kept)(Value(1.0))
    assert all(made_since([x]) for x in kept if type(x) is Value) and type(ages) is Value


@pytest.mark.parametrize("way", WAYS)
def test_the_force_of_a_pendulum(way: str) -> None:
    expected = grad(simulate(ag.sin, 40))(1.0)
    run = simulate(WAYS[way](potential), 40)
    assert grad(run)(1.0) == pytest.approx(expected, rel=1e-12)
    assert jvp(run, 1.0, 1.0)[1] == pytest.approx(expected, rel=1e-12)
    assert jit(grad(run))(1.0) == pytest.approx(expected, rel=1e-12)
    assert grad(jit(run))(1.0) == pytest.approx(expected, rel=1e-12)
    x = Value(1.0)
    run(x).backward()
    assert x.grad == pytest.approx(expected, rel=1e-12)
