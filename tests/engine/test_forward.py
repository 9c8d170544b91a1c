"""The forward sweep over a call, and the reverse one, against the same in dicts; what they do to the nodes."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from helpers import same

import autograd as ag
from autograd import Value, grad, jvp, vjp
from autograd.calculus.ad import as_seeds, pull_back, push_forward
from autograd.engine.backward import adjoints
from autograd.engine.forward import tangents
from autograd.engine.value import next_level, variables

POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, math.inf, math.nan]
STEPS: list[Any] = [
    lambda a, b, c: a * b + c,
    lambda a, b, c: a / b - 0.0 * c,
    lambda a, b, c: ag.maximum(a, b) * c,
    lambda a, b, c: ag.clip(a, b, c),
    lambda a, b, c: ag.where(a, b, c),
    lambda a, b, c: ag.sum([a, b, 1.0, c, a]),
    lambda a, b, c: ag.sumprod([a, b], [c, 3.0]),
    lambda a, b, c: ag.logsumexp([a, b, c]),
    lambda a, b, c: ag.sqrt(a) + ag.relu(b) - ag.floor(c),
    lambda a, b, c: a**b,
]


def graph(seed: int) -> tuple[int, list[Any], list[Any], list[float]]:
    """The level of a call, its variables, some results and directions."""
    dice = random.Random(seed)
    level = next_level()
    leaves = variables([dice.choice(POINTS) for _ in range(4)], level)
    nodes = [*leaves, ag.stop_gradient(leaves[0] * 2.0), leaves[1] * 1.0]
    for _ in range(dice.randrange(1, 12)):
        nodes.append(dice.choice(STEPS)(*[dice.choice(nodes) for _ in range(3)]))
    return level, leaves, dice.sample(nodes, 3), [dice.choice(POINTS) for _ in range(4)]


@pytest.mark.parametrize("seed", range(200))
def test_sweeps_in_nodes_agree_with_sweeps_in_dicts(seed: int) -> None:
    level, leaves, roots, directions = graph(seed)
    expected = push_forward(roots, as_seeds(leaves, directions), False, level)
    for _ in range(2):
        assert all(map(same, tangents(roots, level, leaves, directions) or (), expected))
        for root in roots:
            slopes = pull_back(as_seeds([root], [1.0]), leaves, False, level)
            assert [0.0 + x for x in adjoints(root, level, leaves) or ()] == pytest.approx(slopes, rel=0, abs=0, nan_ok=True)
        (roots[0] * roots[1]).backward()  # leaves adjoints in the nodes


def test_gradients_of_leaves_stay() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        y = Value(5.0)
        y.grad = x.grad = 7.0
        kept[:] = [x, y]
        return x * y + ag.stop_gradient(x)

    for run in (lambda: grad(f)(2.0), lambda: jvp(f, 2.0, 1.0)[1], lambda: vjp(f, 2.0)[1](1.0)[0]):
        assert run() == 5.0
        assert [x.grad for x in kept] == [7.0, 7.0]


def test_they_refuse_values_from_outside() -> None:
    outside, older = Value(2.0), Value(3.0) * 1.0
    older.backward()
    older.grad = 0.25
    level = next_level()
    x = variables([1.0], level)
    for root in (x[0] * outside, x[0] * older, outside, older):
        assert adjoints(root, level, x) is None and tangents([root], level, x, [1.0]) is None
    assert older.grad == 0.25 and outside.grad == 0.0
    assert adjoints(x[0] * 3.0, level, x) == tangents([x[0] * 3.0], level, x, [1.0]) == [3.0]


def test_no_tangent_is_not_a_tangent_of_0() -> None:
    f = lambda x, y: ag.sqrt(x) * y  # noqa: E731
    assert math.isnan(jvp(f, (0.0, 2.0), (0.0, 1.0))[1])
    assert jvp(lambda y: f(ag.stop_gradient(y) * 0.0, y), 2.0, 1.0) == (0.0, 0.0)
    assert jvp(lambda x: ag.sqrt(ag.relu(x)), -1.0, 1.0) == (0.0, 0.0)
    assert jvp(lambda x: [3.0, x, ag.stop_gradient(x)], 2.0, 5.0)[1] == [0.0, 5.0, 0.0]


def test_pulling_back_from_several_results() -> None:
    def f(x: Any, y: Any) -> Any:
        z = x * y
        return {"z": z, "again": z, "x": x, "number": 4.0, "apart": ag.sin(1.0)}

    value, pull = vjp(f, 2.0, 3.0)
    assert list(value.values())[:4] == [6.0, 6.0, 2.0, 4.0]
    zeros = dict.fromkeys(value, 0.0)
    for _ in range(2):
        assert pull(zeros | {"z": 1.0, "again": 10.0, "x": 100.0, "number": 9.0}) == (133.0, 22.0)
        assert pull(zeros) == (0.0, 0.0)
    _, pull = vjp(lambda x: [ag.sqrt(x), 1.0], 0.0)
    assert math.isnan(pull([0.0, 1.0])[0])
    assert vjp(lambda x: [1.0, 2.0], 0.0)[1]([1.0, 1.0]) == (0.0,)
