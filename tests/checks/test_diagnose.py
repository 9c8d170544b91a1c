"""diagnose: the first bad number of a graph, forward and backward, and the operation that made it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from math import inf, nan
from typing import Any

import pytest

import autograd
from autograd import Value, diagnose, exp, gradient, log, scope, sqrt, topological_order, where
from autograd.engine.functions import FUNCTIONS
from autograd.ops.primitives import TABLE


def x_at(number: float) -> Value:
    return Value(number, label="x")


# ---- sources: the function, x, operation of the first bad value, operation of the first bad derivative and its operand

SOURCES: dict[str, tuple[Callable[[Value], Any], float, str, str, int]] = {
    "log(0)": (lambda x: log(x), 0.0, "log", "log", 0),
    "log(0) * 0": (lambda x: log(x) * 0, 0.0, "log", "log", 0),
    "0 * log(0), both moving": (lambda x: x * log(x), 0.0, "log", "mul", 0),
    "log(-1)": (lambda x: log(x) + 1, -1.0, "log", "log", 0),
    "sqrt(0)": (lambda x: sqrt(x) + 1, 0.0, "", "sqrt", 0),
    "sqrt(0) * 0": (lambda x: sqrt(x) * 0 + x, 0.0, "", "sqrt", 0),
    "sqrt(-1)": (lambda x: sqrt(x), -1.0, "sqrt", "sqrt", 0),
    "inf - inf": (lambda x: exp(x) - exp(x), 1000.0, "exp", "exp", 0),
    "overflow": (lambda x: 2 * exp(x), 1000.0, "exp", "exp", 0),
    "overflow of a product": (lambda x: x * x * 3, 1e200, "mul", "", -1),
    "1 / 0": (lambda x: 3 * (1 / x), 0.0, "div", "div", 1),
    "0 / 0": (lambda x: x / x, 0.0, "div", "div", 0),
    "power": (lambda x: x**0.5, 0.0, "", "pow", 0),
    "power of a negative base": (lambda x: x**0.5, -2.0, "pow", "pow", 0),
    "a constant nan": (lambda x: x + 1 + nan, 1.0, "add", "", -1),
    "times a constant inf": (lambda x: (x + 1) * inf, 1.0, "mul", "mul", 0),
    "lgamma at a pole": (lambda x: autograd.lgamma(x), -1.0, "lgamma", "lgamma", 0),
    "hidden in a sum": (lambda x: autograd.sum([x, sqrt(x), x]), 0.0, "", "sqrt", 0),
    "n-ary": (lambda x: autograd.logsumexp([-exp(x), -exp(x)]), 1000.0, "exp", "logsumexp", 0),
    "sigmoid of a large number": (lambda x: autograd.sigmoid(x), -1e6, "", "", -1),
    "branch not taken": (lambda x: where(x > 0, log(x), x * 2), 0.0, "", "", -1),
    "branch not taken, a sqrt": (lambda x: where(x == 0, 1 + x, sqrt(x) / x), 0.0, "", "", -1),
    "clip's open bounds": (lambda x: autograd.clip(x), 1.0, "", "", -1),
    "an inf that passes by": (lambda x: 1 / (1 + exp(-x)), -1000.0, "exp", "exp", 0),
    "behind a cut": (lambda x: autograd.maximum(sqrt(x), 1.0) + autograd.floor(log(x + 1)), 0.0, "", "", -1),
    "through a cut": (lambda x: autograd.relu(-autograd.cbrt(x)) + x, 0.0, "", "", -1),
}


@pytest.mark.parametrize(("f", "number", "value", "partial", "index"), SOURCES.values(), ids=SOURCES)
def test_source(f: Callable[[Value], Any], number: float, value: str, partial: str, index: int) -> None:
    found = diagnose(f(x_at(number)))
    assert (found.value_node.primitive.name if found.value_node is not None else "") == value
    assert (found.partial_node.primitive.name if found.partial_node is not None else "") == partial
    assert found.partial_index == index
    assert found.ok == (not value and not partial) == (str(found).split("\n")[0] == "all finite")
    assert ("first value" in str(found)) == bool(value) and ("first derivative" in str(found)) == bool(partial)


@pytest.mark.parametrize(("f", "number", "value", "partial", "index"), SOURCES.values(), ids=SOURCES)
def test_fields_are_what_the_graph_says(f: Any, number: float, value: str, partial: str, index: int) -> None:
    root = f(x_at(number))
    found, order = diagnose(root), topological_order(root)
    assert found.size == len(order)
    bad = [node for node in order if not math.isfinite(node.data)]
    assert found.value_node is (bad[0] if bad else None)
    if found.value_node is not None:
        assert order[found.position] is found.value_node
    if found.partial_node is not None:
        assert order[found.partial_position] is found.partial_node
        assert math.isfinite(found.adjoint)
        assert repr(found.partial) == repr(found.partial_node.partials[index])
        assert not math.isfinite(found.adjoint * found.partial)
    x = next(node for node in order if node.label == "x")
    if not partial:
        assert math.isfinite(gradient(root, x))


def test_bad_leaves() -> None:
    found = diagnose(Value(2.0) * Value(nan, label="w"))
    assert found.value_node is not None and found.value_node.label == "w" and "'w'" in str(found)
    root = Value(2.0) * nan
    assert root.parents[1].is_constant  # now a leaf of the graph
    found = diagnose(root)
    assert found.value_node is root and found.size == 2
    assert diagnose(Value(inf)).value_node is not None and diagnose(Value(1.0)).ok


def test_overflow_of_the_gradient_alone() -> None:
    """Each local derivative is finite, their product is not."""
    x = x_at(1e-200)
    y = 1e200 * x
    found = diagnose((y * 1e200) * 1e-300)
    assert found.ok
    found = diagnose(1e200 * (1e200 * x))
    assert found.value_node is None and found.partial_node is not None
    assert (found.adjoint, found.partial, found.partial_position) == (1e200, 1e200, 1)


def test_overflow_where_gradients_meet() -> None:
    x = x_at(0.0)
    found = diagnose(1e308 * x + 1e308 * x)
    assert found.value_node is None and found.partial_node is not None and found.partial_node.op == "*"


def test_message() -> None:
    x = x_at(0.0)
    with scope("net"), scope("layer 2"):
        h = log(x + 0.0)
        h.label = "hidden"
    text = str(diagnose(h * 2 + 1))
    first, second = text.split("\n")
    assert first == "first value that is not finite: -inf, node 3 of 5, log(0.0), label 'hidden', group 'net/layer 2'"
    assert second == (
        "first derivative that is not finite: to operand 1, local derivative inf times gradient 2.0, node 3 of 5, "
        "log(0.0), label 'hidden', group 'net/layer 2'"
    )
    assert "log(x=0.0)" in str(diagnose(log(x)))


def test_message_of_a_long_operation() -> None:
    text = str(diagnose(autograd.sum([Value(1.0)] * 999 + [1000 * exp(Value(800.0)) * 0])))
    assert len(text) < 500
    text = str(diagnose(autograd.sum([Value(1e308)] * 1000)))
    assert "... 1000 in all" in text and len(text) < 500


def test_first_in_forward_order() -> None:
    x = x_at(0.0)
    a = log(x)
    found = diagnose(sqrt(a) + exp(-a))
    assert found.value_node is a


def test_grad_is_kept() -> None:
    x = x_at(0.0)
    y = log(x) * 2
    x.grad, y.grad = 3.0, 4.0
    diagnose(y)
    assert (x.grad, y.grad) == (3.0, 4.0)


@pytest.mark.parametrize("wrong", [1.0, None, "x", [Value(1.0)]])
def test_wrong_arguments(wrong: Any) -> None:
    with pytest.raises(TypeError, match="diagnose"):
        diagnose(wrong)


def test_large_graphs() -> None:
    x = v = x_at(1.0)
    for _ in range(100_000):
        v = v + v * 0.0
    assert diagnose(v).ok and diagnose(v).size == 200_001
    found = diagnose(v * log(v - x))
    assert found.value_node is not None and found.value_node.op == "log"


@pytest.mark.parametrize("row", [r for r in TABLE.values() if r.arity == 1], ids=lambda row: row.name)
@pytest.mark.parametrize("number", [0.0, -0.0, 1.0, -1.0, 1000.0, -1000.0, 1e300])
def test_every_function_at_its_edges(row: Any, number: float) -> None:
    x = x_at(number)
    node = FUNCTIONS[row.name](x)
    found = diagnose(node)
    assert (found.value_node is node) == (not math.isfinite(node.data))
    assert (found.partial_node is node) == (not math.isfinite(node.partials[0]))
    assert found.ok == (math.isfinite(node.data) and math.isfinite(node.partials[0]))


# ---- a nan: which zero met which infinity


def lines(root: Value) -> list[str]:
    return str(diagnose(root)).split("\n")


def test_zero_that_meets_an_infinite_local_derivative() -> None:
    """With the formula in the operands' labels, and where the 0 was passed on."""
    first, second = lines(sqrt(x_at(0.0)) ** 2)
    assert "local derivative 0.5 / sqrt(x) = inf times gradient 0.0, node 2 of 3, sqrt(x=0.0)" in first
    passed = "to operand 1, local derivative 0.0 times gradient 1.0, node 3 of 3, pow(0.0, 2.0)"
    assert second == f"  0 times infinity; the 0.0 was passed on {passed}"


def test_infinity_that_meets_a_local_derivative_of_0() -> None:
    x = x_at(0.0)
    _, first, second = lines(sqrt(x * x))
    assert first.startswith("first derivative that is nan: to operand 1, local derivative x = 0.0 times gradient inf, node 2")
    passed = "to operand 1, local derivative inf times gradient 1.0, node 3 of 3, sqrt(0.0)"
    assert second == f"  0 times infinity; the inf was passed on {passed}"


@pytest.mark.parametrize("length", [0, 1, 7])
@pytest.mark.parametrize("step", [lambda h: h + 1.0, lambda h: h * 2.0, lambda h: -h, lambda h: autograd.sinh(h * 0.5)])
def test_origin_of_zero(length: int, step: Callable[[Value], Value]) -> None:
    """However far above: it is the one with the local derivative 0."""
    h = sqrt(x_at(0.0))
    for _ in range(length):
        h = step(h)
    zero = autograd.cosh(h - h.data)  # of derivative 0 there
    found = diagnose(zero * 3.0)
    assert found.origin is not None and found.origin.node is zero and found.origin.adjoint == 3.0
    assert found.passed_nan is found.passed is not None and found.passed_nan.node.op == "sqrt"


def test_terms_that_cancel() -> None:
    y = sqrt(x_at(0.0))
    assert lines(y - y)[-1] == "  0 times infinity; the 0.0 is a sum of terms that cancel"
    found = diagnose(y - y)
    assert found.origin is None and found.passed_nan is not None and found.passed_nan.node is y


def test_infinity_minus_infinity() -> None:
    x = x_at(0.0)
    assert lines(sqrt(x) - sqrt(x))[-1] == "  infinity minus infinity; inf is added to -inf"
    assert lines(Value(inf) - Value(inf))[1:] == [
        "first value that is nan: node 3 of 3, sub(inf, inf)",
        "  infinity minus infinity",
    ]


VALUES: list[tuple[Callable[[Value], Value], str]] = [
    (lambda x: x * (1 / x), "0 times infinity; operand 2 is div(1.0, x=0.0)"),
    (lambda x: autograd.sumprod([x, 1.0], [1 / x, 2.0]), "0 times infinity; operand 3 is div(1.0, x=0.0)"),
    (lambda x: autograd.prod([x, log(x), 2.0]), "0 times infinity; operand 2 is log(x=0.0)"),
    (lambda x: x / (x * 2), "0 divided by 0; operand 2 is mul(x=0.0, 2.0)"),
    (lambda x: (1 / x) / (2 / x), "infinity divided by infinity; operand 1 is div(1.0, x=0.0); operand 2 is div(2.0, x=0.0)"),
    (lambda x: autograd.sum([1 / x, log(x)]), "infinity minus infinity; operand 1 is div(1.0, x=0.0); operand 2 is log(x=0.0)"),
    (lambda x: log(x - 1), "outside of the domain"),
    (lambda x: x + nan, "operand 2 is nan"),
]


@pytest.mark.parametrize(("f", "why"), VALUES, ids=[why for _, why in VALUES])
def test_why_a_value_is_nan(f: Callable[[Value], Value], why: str) -> None:
    assert f"  {why}" in lines(f(x_at(0.0)))


def test_derivative_of_higher_order() -> None:
    """A recorded derivative is a graph like any other."""
    x = x_at(0.0)
    first = gradient(autograd.cbrt(x) ** 4, x, create_graph=True)
    found = diagnose(first)
    assert math.isnan(first.data) and found.nan_node is first
    assert "0 times infinity" in str(found)


def test_cuts_that_stop_a_nan_are_named() -> None:
    x = x_at(-1.0)
    stopped = sqrt(autograd.relu(x)) + x
    found = diagnose(stopped)
    assert [(node.op, k) for node, k in found.cuts] == [("relu", 0)] and found.passed_nan is None
    assert lines(stopped)[-1] == "cut, so that no nan passes: operand 1 of relu(x=-1.0)"
    below = autograd.maximum(sqrt(x + 1.0), 2.0)
    assert [(node, k) for node, k in diagnose(below).cuts] == [(below, 0)]
    harmless = autograd.relu(x) + autograd.maximum(x, 2.0)
    assert diagnose(harmless).cuts == () and str(diagnose(harmless)) == "all finite"
    behind = autograd.maximum(autograd.relu(sqrt(x + 1.0) - 1.0), 2.0)  # not reached: the upper cut stops all
    assert len(diagnose(behind).cuts) == 0
    many = autograd.sum([sqrt(autograd.relu(x_at(-1.0))) for _ in range(9)])
    assert lines(many)[-1] == "... and 6 more cuts" and len(diagnose(many).cuts) == 9


@pytest.mark.parametrize("seed", range(200))
def test_random_expressions_at_zeros(seed: int) -> None:
    """A nan is found if and only if a sweep gives one; what it says is what the node has."""
    draw = random.Random(seed)
    values = [Value(draw.choice([0.0, -0.0, 1.0, -1.0, inf]), name) for name in "xyz"]
    leaves = list(values)
    for _ in range(draw.randrange(2, 12)):
        a, b = draw.choice(values), draw.choice(values)
        made: list[Callable[[], Value]] = [
            lambda a=a, b=b: a * b, lambda a=a, b=b: a + b, lambda a=a, b=b: a - b, lambda a=a, b=b: a / b, lambda a=a: sqrt(a),
            lambda a=a: log(a), lambda a=a: autograd.relu(a), lambda a=a, b=b: autograd.maximum(a, b), lambda a=a: a**2,
        ]  # type: ignore[misc]  # fmt: skip
        values.append(draw.choice(made)())
    root = values[-1]
    found = diagnose(root)
    nodes = [node for node in topological_order(root) if not node.is_constant]
    adjoints = gradient(root, nodes)
    assert (found.passed_nan is not None) == any(map(math.isnan, adjoints))
    assert (found.passed is not None) == (not all(map(math.isfinite, adjoints)))
    assert (found.nan_node is not None) == any(math.isnan(node.data) for node in nodes)
    step, origin = found.passed_nan, found.origin
    if step is not None:
        assert repr(step.partial) == repr(step.node.partials[step.operand]) and not math.isnan(step.adjoint)
        if math.isnan(step.partial * step.adjoint) and not math.isnan(step.partial):
            assert {0.0, inf} == {abs(step.partial), abs(step.adjoint)} and "0 times infinity" in str(found)
            assert origin is not None or step.adjoint == 0.0
    if origin is not None:
        assert math.isfinite(origin.adjoint) and origin.adjoint != 0.0
    assert leaves[0].grad == 0.0
