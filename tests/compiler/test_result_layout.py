"""Results of traced functions in every form."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, jit
from autograd.errors import TraceError

Pair = namedtuple("Pair", "a b")

FORMS: list[Callable[[Any], Any]] = [
    lambda x: None,
    lambda x: x,
    lambda x: 3.0,
    lambda x: 3,
    lambda x: "text",
    lambda x: x > 1,
    lambda x: (x > 1, {"a": x == 2.0}),
    lambda x: Pair(x, (x, [2 * x, {"k": x}])),
    lambda x: {"a": x, "n": None, "s": "t", "l": [x, 1, "z"], "t": (True, x)},
    lambda x: [[], (), {}, x],
    lambda x: [],
    lambda x: [x] * 20,
    lambda x: (x > 0) + (x > 1) + 0.5,
    lambda x: np.float32(2.5),
    lambda x: OrderedDict(a=x),
]


@pytest.mark.parametrize("f", FORMS)
def test_results_of_every_form(f: Callable[[Any], Any], executor: str) -> None:
    traced = jit(f)
    for x in (1.0, 2.0, 0.5, 2.0):
        assert traced(x) == f(x) and isinstance(f(x), type(traced(x)))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.array([x, 1.0]),
        lambda x: np.array([[x, x], [x, 1.0]]),
        lambda x: np.array([1, 2]),
        lambda x: np.array([True, False]),
        lambda x: np.array(["a", "bc"]),
        lambda x: np.zeros((0, 3)),
        lambda x: np.argsort([x, 1.5, 0.0]),
    ],
)
def test_results_that_are_arrays(f: Callable[[Any], Any]) -> None:
    traced = jit(f)
    for x in (1.0, 2.0, 1.0):
        np.testing.assert_array_equal(traced(x), f(x), strict=True)


def test_results_are_the_callers_own() -> None:
    f = jit(lambda x: ([1.0, 2.0], {"a": x}, np.array([1.0, 2.0])))
    for _ in range(2):
        first, second, third = f(1.0)
        assert (first, second, third.tolist()) == ([1.0, 2.0], {"a": 1.0}, [1.0, 2.0])
        first.append(3.0), second.clear(), third.fill(0.0)
    with pytest.raises(TraceError, match="cannot return a set"):
        jit(lambda x: {1, 2})(1.0)


def test_results_with_values() -> None:
    """Numbers are nodes, comparisons bools, as without jit."""
    x = Value(2.0)
    truth, double, text, nothing = jit(lambda x: (x > 1, 2 * x, "s", None))(x)
    assert truth is True and (double.data, text, nothing) == (4.0, "s", None)
    double.backward()
    assert x.grad == 2.0
