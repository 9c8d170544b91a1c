"""Units are found in graphs however they are written."""

from __future__ import annotations

from builtins import sum as python_sum
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pictures import leaves

import autograd
from autograd import Value, elu, leaky_relu, log, primitive, relu, scope, sigmoid, sumprod, tanh
from viz import deltas
from viz.model.graph import Graph
from viz.model.units import Unit, find_units


def units_of(root: Value) -> list[Unit]:
    return find_units(Graph([root]))


SUMS: dict[str, Callable[[list[Value], list[Value], Value], Value]] = {
    "chain": lambda w, x, b: w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + b,
    "factors the other way round": lambda w, x, b: x[0] * w[0] + x[1] * w[1] + x[2] * w[2] + b,
    "nested": lambda w, x, b: (w[0] * x[0] + b) + (x[1] * w[1] + w[2] * x[2]),
    "bias first": lambda w, x, b: python_sum((p * q for p, q in zip(w, x, strict=True)), b),
    "python's sum": lambda w, x, b: python_sum(p * q for p, q in zip(w, x, strict=True)) + b,
    "a start of 0.0": lambda w, x, b: python_sum((p * q for p, q in zip(w, x, strict=True)), 0.0) + b,
    "sum": lambda w, x, b: autograd.sum([*(p * q for p, q in zip(w, x, strict=True)), b]),
    "sumprod": lambda w, x, b: sumprod(w, x) + b,
    "sumprod the other way round": lambda w, x, b: b + sumprod(x, w),
    "numpy's @": lambda w, x, b: np.array(x, dtype=object) @ np.array(w, dtype=object) + b,
    "threshold": lambda w, x, b: sumprod(w, x) - b,
}


def described(unit: Unit) -> list[tuple[str, str]]:
    return sorted((weight.label, source.label) for weight, source in unit.inputs)


@pytest.mark.parametrize("name", SUMS)
def test_ways_of_writing_a_unit(name: str) -> None:
    """It is found however its sum is written."""
    w, x, b = leaves()
    net = SUMS[name](w, x, b)
    out = tanh(net)
    [unit] = units_of((out - 1) ** 2)
    assert unit.node is out and unit.net is net and unit.activation == "tanh" and unit.bias is b and unit.others == ()
    assert described(unit) == [("w0", "x0"), ("w1", "x1"), ("w2", "x2")]


@pytest.mark.parametrize("name", [name for name in SUMS if name != "threshold"])
def test_ways_of_writing_a_linear_unit(name: str) -> None:
    """It is found however its sum is written."""
    w, x, b = leaves()
    net = SUMS[name](w, x, b)
    [unit] = units_of((Value(1.0, "y") - net) ** 2)
    assert unit.node is unit.net is net and unit.activation == "" and unit.bias is b
    assert described(unit) == [("w0", "x0"), ("w1", "x1"), ("w2", "x2")]


ACTIVATIONS: list[tuple[Callable[[Value], Any], str]] = [
    (sigmoid, "sigmoid"), (tanh, "tanh"), (relu, "relu"), (autograd.gelu, "gelu"), (autograd.silu, "silu"),
    (autograd.softplus, "softplus"), (autograd.sin, "sin"), (autograd.erf, "erf"),
    (leaky_relu, "leaky_relu"), (lambda h: leaky_relu(h, 0.2), "leaky_relu"), (elu, "elu"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "name"), ACTIVATIONS)
def test_activations(f: Callable[[Value], Any], name: str) -> None:
    """They are found, with their slope."""
    w, x, b = leaves()
    h = sumprod(w, x) + b
    error = (f(h) - 1) ** 2
    [unit] = units_of(error)
    assert unit.activation == name
    row = deltas(error).rows[0]
    assert row["slope"] == autograd.grad(lambda number: f(number))(h.data)
    assert row["delta"] == -autograd.gradient(error, h)


def test_custom_activation() -> None:
    @primitive(partials=[lambda x: 2.0 * x])
    def square(x: float) -> float:
        return x * x

    w, x, _ = leaves()
    [unit] = units_of(square(sumprod(w, x)))
    assert unit.activation == "square"


def test_plain_numbers_as_inputs_and_a_constant_bias() -> None:
    w, _, _ = leaves()
    [unit] = units_of(relu(w[0] * 0.5 + 2 * w[1] + 3.0))
    assert [(weight.label, source.data) for weight, source in unit.inputs] == [("w0", 0.5), ("w1", 2.0)]
    assert unit.bias is not None and unit.bias.is_constant and unit.bias.data == 3.0
    rows = deltas(relu(w[0] * 0.5 + 2 * w[1] + 3.0)).rows
    assert [row["kind"] for row in rows] == ["unit", "weight", "weight"]  # what is constant has no step


@pytest.mark.parametrize("activation", [tanh, lambda h: h])
def test_bias_and_weights_of_0(activation: Any) -> None:
    w, b, x = Value(0.0, "w"), Value(0.0, "b"), Value(0.0, "x")
    [unit] = units_of((activation(w * x + b) - 1) ** 2)
    assert unit.bias is b and unit.others == () and described(unit) == [("w", "x")]
    assert [row["kind"] for row in deltas((activation(w * x + b) - 1) ** 2).rows] == ["unit", "weight", "bias"]


def test_plain_numbers_as_weights() -> None:
    _, x, _ = leaves()
    [unit] = units_of(sigmoid(0.4 * x[0] + -0.2 * x[1]))
    assert [(weight.data, source.label) for weight, source in unit.inputs] == [(0.4, "x0"), (-0.2, "x1")]


def test_inputs_without_labels() -> None:
    """The shared leaf is the input."""
    x = [Value(0.1), Value(0.2)]
    w = [[Value(0.3), Value(0.4)], [Value(0.5), Value(0.6)]]
    hidden = [tanh(x[0] * row[0] + x[1] * row[1]) for row in w]
    found = units_of(hidden[0] + hidden[1])
    assert [[weight for weight, _ in unit.inputs] for unit in found] == w
    assert all(source is x[i] for unit in found for i, (_, source) in enumerate(unit.inputs))


def test_layers_by_depth_or_by_scope() -> None:
    x = Value(1.0, "x")
    a = tanh(Value(0.5, "w1") * x + 1)
    b = tanh(Value(0.5, "w2") * a + 1)
    assert [(unit.layer, unit.depth) for unit in units_of(b)] == [("layer 1", 1), ("layer 2", 2)]
    with scope("net"):
        outputs = []
        for i in range(2):
            with scope("hidden"), scope(f"neuron {i}"):
                outputs.append(tanh(Value(0.5, f"w{i}") * x + 1))
        with scope("output"):
            y = outputs[0] * Value(1.0, "v0") + outputs[1] * Value(1.0, "v1")
    assert [unit.layer for unit in units_of(y)] == ["net / hidden", "net / hidden", "net / output"]


NONE: dict[str, Callable[[Value, Value, Value], Value]] = {
    "an expression": lambda a, b, c: a * b,
    "a mean": lambda a, b, c: sigmoid(autograd.mean([a, b, c])),
    "a sum": lambda a, b, c: tanh(a + b + c),
    "squares": lambda a, b, c: a * a + b * b,
    "a loss of squares": lambda a, b, c: (a - b) ** 2 * 0.5 + (a - c) ** 2 * 0.5,
    "a leaf": lambda a, b, c: a,
}


@pytest.mark.parametrize("name", NONE)
def test_graphs_without_units(name: str) -> None:
    root = NONE[name](Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c"))
    assert units_of(root) == []
    with pytest.raises(ValueError, match="there are no units below root"):
        deltas(root)


LOSSES: dict[str, Callable[[Value, Value], Value]] = {
    "squared error": lambda out, y: 0.5 * (y - out) ** 2,
    "product of differences": lambda out, y: (out - y) * (out - y),
    "cross entropy": lambda out, y: -(y * log(out) + (1 - y) * log(1 - out)),
    "hinge": lambda out, y: relu(1 + -y * out),
    "logistic": lambda out, y: autograd.softplus(-(y * out)),
    "penalty": lambda out, y: (out - y) ** 2 + Value(0.1, "alpha") * (Value(0.4, "w9") ** 2),
    "mean": lambda out, y: autograd.mean([(out - y) ** 2, (out - 1) ** 2]),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("activation", [sigmoid, None])
def test_loss_is_not_a_unit(name: str, activation: Any) -> None:
    w, x, b = leaves()
    net = sumprod(w, x) + b
    out = activation(net) if activation else net
    assert [unit.node for unit in units_of(LOSSES[name](out, Value(1.0, "y")))] == [out]


def test_residual_term() -> None:
    w, x, _ = leaves()
    a = tanh(w[0] * x[0])
    [_, unit] = units_of(tanh(w[1] * a + exp_of(x[1])))
    assert described(unit) == [("w1", "")] and len(unit.others) == 1


def exp_of(x: Value) -> Value:
    return autograd.exp(x)  # type: ignore[no-any-return]


def test_shared_sum_is_a_unit() -> None:
    """A sum that two others share."""
    w, x, b = leaves()
    shared = w[0] * x[0] + b
    first, second = shared + w[1] * x[1], shared + w[2] * x[2]
    found = units_of((first - second) ** 2)
    assert [unit.node for unit in found] == [shared, first, second]
    assert [described(unit) for unit in found] == [[("w0", "x0")], [("w1", "x1")], [("w2", "x2")]]
    assert [unit.others for unit in found] == [(), (shared,), (shared,)]


def test_deep_networks() -> None:
    """No recursion."""
    h = Value(0.1, "x")
    for i in range(3000):
        h = tanh(Value(0.9, f"w{i}") * h + 0.1)
    assert len(units_of(h)) == 3000
