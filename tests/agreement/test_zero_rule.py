"""Zero and infinity: one rule in every way of computing, on the cases that decide it."""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from cases import Case
from ways import ORDER, text, ways

ONE_IN_C = ("ag.grad(f)", "ag.hessian(f)", "each(f, reverse, forward, reverse)")  # compiling takes its time
QUANTITIES = ("gradient", "hessian", "third derivatives")

# Expression, point, gradient, Hessian, third derivatives; a number stands for all entries.
INDEFINITE: list[tuple[str, list[float], Any, Any, Any]] = [
    (expression, point, nan, nan, nan)
    for expression, point in [
        ("ag.sqrt(x[0]) ** 2.0", [0.0]),
        ("v = ag.sqrt(x[0]); v * v", [0.0]),
        ("ag.exp(ag.log(x[0]))", [0.0]),
        ("ag.sigmoid(ag.log(x[0]))", [0.0]),
        ("ag.softplus(ag.log(x[0]))", [0.0]),
        ("ag.cbrt(x[0]) ** 3.0", [0.0]),
        ("ag.logsumexp([ag.log(x[0]), ag.log(0.5 + 0.0 * x[0])])", [0.0]),
        ("ag.log(ag.exp(x[0]))", [-800.0]),
        ("ag.log(ag.sigmoid(x[0]))", [-800.0]),
        ("ag.exp(-1.0 / x[0] ** 2.0)", [0.0]),
        ("ag.sqrt(x[0] * x[0] + x[1] * x[1]) ** 2.0", [0.0, 0.0]),
        ("ag.exp(1000.0 * x[0]) - ag.exp(1000.0 * x[0])", [1.0]),
        ("1.0 / (1.0 + ag.exp(-x[0]))", [-1000.0]),
        # a 0 that is a number: computed, literal, or chosen at a kink
        ("0.0 * ag.log(x[0])", [0.0]),
        ("ag.sqrt(abs(x[0]))", [0.0]),
        ("ag.sqrt(ag.hypot(x[0], x[1]))", [0.0, 0.0]),
        ("ag.log(x[0]) ** 0.0", [0.0]),
        ("ag.prod([ag.sqrt(x[0]), 0.0])", [0.0]),
        ("ag.leaky_relu(ag.log(x[0]), 0.0)", [0.0]),
    ]
]
CUT: list[tuple[str, list[float], Any, Any, Any]] = [
    (expression, point, 0.0, 0.0, 0.0)
    for expression, point in [
        ("ag.acos(ag.clip(x[0], -1.0, 1.0))", [1.5]),
        ("ag.acos(ag.clip(x[0], -1.0, 1.0))", [-1.5]),
        ("ag.sqrt(ag.relu(x[0]))", [-1.0]),
        ("ag.sqrt(ag.relu(x[0]))", [0.0]),
        ("ag.log(ag.relu(x[0]))", [-1.0]),
        ("ag.sqrt(ag.floor(x[0]))", [0.5]),
        ("ag.sqrt(ag.ceil(x[0]))", [-0.5]),
        ("ag.sqrt(ag.trunc(x[0]))", [0.5]),
        ("ag.sqrt(round(x[0]))", [0.25]),
        ("ag.sqrt(x[0] // 2.0)", [0.5]),
        ("ag.log(ag.sign(x[0]))", [0.0]),
        ("ag.sqrt(ag.maximum(x[0], 0.0))", [-1.0]),
        ("ag.log(ag.clip(x[0], 0.0, 1.0))", [-1.0]),
        ("ag.acos(ag.minimum(x[0], 1.0))", [1.0000001]),
        ("ag.sqrt(ag.stop_gradient(x[0]))", [0.0]),
        ("ag.maximum(1.0, ag.sqrt(x[0]))", [0.0]),
        ("ag.minimum(ag.log(x[0]), ag.sqrt(x[0])) // 1.0", [0.0]),
        ("ag.leaky_relu(1.0, ag.sqrt(x[0]))", [0.0]),
        ("ag.elu(1.0, ag.log(x[0]))", [0.0]),
        ("ag.clip(0.5, ag.log(x[0]), 1.0)", [0.0]),
        ("ag.where(ag.log(x[0]), 1.0 + 0.0 * x[1], x[1])", [0.0, 2.0]),
        ("ag.where(x[0] > 0.0, ag.log(x[0]), 0.0)", [0.0]),
        # where it guards a function outside its domain
        ("ag.where(x[0] > 0.0, x[0] * ag.log(x[0]), 0.0)", [-1.0]),
        ("ag.where(x[0] > 0.0, ag.sqrt(x[0]) * x[0], 0.0)", [0.0]),
        ("ag.where(x[0] > 0.0, 1.0 / x[0], 0.0)", [0.0]),
        ("ag.where(x[0] < 1.0, ag.acos(x[0]), 0.0)", [2.0]),
        ("ag.where(x[0] > 0.0, x[0] * ag.log(x[0] / x[1]), 0.0)", [0.0, 0.5]),
        ("ag.where(x[0] > 0.0, ag.log(x[0]) ** 2.0, 0.0)", [0.0]),
    ]
]
OTHERS: list[tuple[str, list[float], Any, Any, Any]] = [
    ("ag.where(x[0] > 0.0, ag.log(x[0]) ** 2.0, x[0])", [-1.0], 1.0, 0.0, 0.0),
    ("ag.where(x[0] != 0.0, ag.sin(x[0]) / x[0], 1.0 - x[0] * x[0] / 6.0)", [0.0], 0.0, -1.0 / 3.0, 0.0),
    ("ag.where(x[0] < 50.0, ag.exp(x[0]), x[0] * x[0])", [800.0], 1600.0, 2.0, 0.0),
    ("ag.take([ag.sqrt(x[0]), 3.0 * x[0] * x[0]], 1)", [0.0], 0.0, 6.0, 0.0),
    ("ag.leaky_relu(x[0], ag.sqrt(x[1]))", [0.0, 0.0], [0.0, nan], None, None),  # slope and alpha are read at 0
    ("ag.elu(x[0], ag.sqrt(x[1]))", [0.0, 0.0], [0.0, nan], None, None),
    ("x[0] - x[0]", [inf], 0.0, 0.0, 0.0),
    ("x[0] ** 0.0", [0.0], 0.0, 0.0, 0.0),
    ("ag.sqrt(x[0])", [0.0], inf, -inf, inf),
    ("ag.log(x[0])", [0.0], inf, -inf, inf),
    ("ag.log(x[0])", [-1.0], nan, None, None),
    ("ag.sqrt(ag.maximum(x[0], 0.0))", [0.0], inf, -inf, inf),
    ("x[0] * ag.exp(x[1])", [0.0, 1.0], [math.e, 0.0], [[0.0, math.e], [math.e, 0.0]], None),
    ("x[0] ** x[1]", [-2.0, 3.0], [12.0, nan], None, None),
]
CASES = [(row, k) for row in (*INDEFINITE, *CUT, *OTHERS) for k in range(3) if row[2 + k] is not None]


def check(expression: str, point: list[float], quantity: str, expected: Any, programs: bool) -> None:
    """All ways give what is expected, nan for nan; C is asked for the first function of each quantity."""
    case, wrong = Case(expression, point), []
    size = len(point)
    wanted = np.broadcast_to(np.array(expected), (size,) * ORDER[quantity])
    for way in ways(quantity):
        if (way[1] in ("eager", "arguments")) == programs or (way[1] == "C" and way[0] not in ONE_IN_C):
            continue
        result = case.result_of(way)
        if isinstance(result, str) or not np.allclose(result.ravel(), wanted.ravel(), rtol=1e-12, atol=0.0, equal_nan=True):
            wrong.append((text(way), way[1], result))
    assert not wrong, wrong


@pytest.mark.parametrize(("row", "order"), CASES, ids=lambda x: f"{x[0]} at {x[1]}" if isinstance(x, tuple) else QUANTITIES[x])
def test_every_eager_way_gives_one_answer(row: tuple[str, list[float], Any, Any, Any], order: int) -> None:
    check(row[0], row[1], QUANTITIES[order], row[2 + order], programs=False)


@pytest.mark.slow
@pytest.mark.parametrize(("row", "order"), CASES, ids=lambda x: f"{x[0]} at {x[1]}" if isinstance(x, tuple) else QUANTITIES[x])
def test_every_program_gives_one_answer(row: tuple[str, list[float], Any, Any, Any], order: int) -> None:
    check(row[0], row[1], QUANTITIES[order], row[2 + order], programs=True)
