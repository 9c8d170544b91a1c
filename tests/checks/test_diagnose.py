"""diagnose: the first bad number of a graph, forward and backward, and the operation that made it."""

from __future__ import annotations

import math
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
    assert found.ok == (not value and not partial) == (str(found) == "all finite")
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
