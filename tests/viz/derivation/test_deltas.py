"""deltas(): the lesson's numbers, how units are found in graphs however they are written, and quizzes."""

from __future__ import annotations

import random
from builtins import sum as python_sum
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, elu, leaky_relu, log, primitive, relu, scope, sigmoid, sumprod, tanh
from viz import Deltas, deltas
from viz.model.graph import Graph
from viz.model.units import Unit, find_units


def units_of(root: Value) -> list[Unit]:
    return find_units(Graph([root]))


# ---- the lesson


def network(x: list[float], weights: list[list[float]], output_weights: list[float], target: float) -> Value:
    """The lesson's network, written out."""
    inputs = [Value(number, f"x{i}") for i, number in enumerate(x, 1)]
    hidden = []
    with scope("hidden layer"):
        for j, column in enumerate(zip(*weights, strict=True), 1):
            w = [Value(number, f"w{i}{j}") for i, number in enumerate(column, 1)]
            a = sigmoid(python_sum(a * b for a, b in zip(inputs, w, strict=True)))
            a.label = f"a{j}"
            hidden.append(a)
    with scope("output layer"):
        w = [Value(number, f"W{j}") for j, number in enumerate(output_weights, 1)]
        y = sigmoid(python_sum(a * b for a, b in zip(hidden, w, strict=True)))
        y.label = "ŷ"
    return 0.5 * (Value(target, "y") - y) ** 2


def exercise_a() -> Value:
    return network([0.5, 0.1, -0.2], [[0.5, -0.6], [0.1, -0.2], [0.1, 0.7]], [0.1, -0.3], 0.6)


def exercise_b() -> Value:
    return network([0.1, 0.3], [[0.4], [-0.2]], [0.1], 1.0)


def steps(table: Deltas) -> dict[str, float]:
    return {row["weight"]: row["step"] for row in table.rows if row["kind"] == "weight"}


def test_the_steps_of_exercise_a() -> None:
    found = steps(deltas(exercise_a()))
    assert [found["W1"], found["W2"]] == pytest.approx([0.00804047, 0.00555918], abs=5e-9)
    expected = [[1.77005547e-04, -5.11178506e-04], [3.54011093e-05, -1.02235701e-04], [-7.08022187e-05, 2.04471402e-04]]
    for i, line in enumerate(expected, 1):
        assert [found[f"w{i}1"], found[f"w{i}2"]] == pytest.approx(line, rel=1e-8)


def test_the_table_of_exercise_b() -> None:
    hidden, output, *_ = rows = deltas(exercise_b()).rows
    assert (hidden["unit"], hidden["layer"], hidden["activation"]) == ("a1", "hidden layer", "sigmoid")
    assert hidden["net"] == pytest.approx(-0.02, rel=1e-12)
    assert hidden["output"] == pytest.approx(0.49500017, abs=5e-9)
    assert output["output"] == pytest.approx(0.51237248, abs=5e-9)
    assert output["delta"] == pytest.approx(0.12183224, abs=5e-9)
    assert hidden["delta"] == pytest.approx(0.0030455013, abs=5e-11)
    assert hidden["slope"] == pytest.approx(hidden["output"] * (1 - hidden["output"]))
    found = steps(deltas(exercise_b()))
    assert found["W1"] == pytest.approx(0.030153488, abs=5e-10)
    assert [found["w11"], found["w21"]] == pytest.approx([0.00015227507, 0.00045682520], abs=5e-12)
    assert [row["kind"] for row in rows] == ["unit", "unit", "weight", "weight", "weight"]


@pytest.mark.parametrize("seed", range(10))
def test_the_lesson_s_formulas_hold_in_any_such_network(seed: int) -> None:
    dice = random.Random(seed)
    error = network(
        [dice.uniform(-1, 1) for _ in range(3)],
        [[dice.uniform(-1, 1) for _ in range(4)] for _ in range(3)],
        [dice.uniform(-1, 1) for _ in range(4)],
        dice.random(),
    )
    table = deltas(error, rate=0.1)
    rows = {row["unit"]: row for row in table.rows if row["kind"] == "unit"}
    weights = [row for row in table.rows if row["kind"] == "weight"]
    output = rows["ŷ"]
    assert output["delta"] == pytest.approx((table.given["y"] - output["output"]) * output["slope"])
    for row in weights:
        if row["unit"] == "ŷ":
            unit = rows[row["source"]]
            assert unit["delta"] == pytest.approx(row["value"] * output["delta"] * unit["slope"])
    for row in weights:
        assert row["step"] == pytest.approx(0.1 * rows[row["unit"]]["delta"] * row["input"])
        assert row["gradient"] == pytest.approx(-row["step"] / 0.1)


def test_gradients_are_neither_needed_nor_changed() -> None:
    error = exercise_b()
    before = deltas(error).rows
    error.backward()
    error.backward()
    assert deltas(error).rows == before


# ---- units, however they are written

W = [0.4, -0.2, 0.7]
X = [0.1, 0.3, -0.5]


def leaves() -> tuple[list[Value], list[Value], Value]:
    return [Value(w, f"w{i}") for i, w in enumerate(W)], [Value(x, f"x{i}") for i, x in enumerate(X)], Value(0.25, "b")


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
def test_a_unit_is_found_however_its_sum_is_written(name: str) -> None:
    w, x, b = leaves()
    net = SUMS[name](w, x, b)
    out = tanh(net)
    [unit] = units_of((out - 1) ** 2)
    assert unit.node is out and unit.net is net and unit.activation == "tanh" and unit.bias is b and unit.others == ()
    assert described(unit) == [("w0", "x0"), ("w1", "x1"), ("w2", "x2")]


@pytest.mark.parametrize("name", [name for name in SUMS if name != "threshold"])
def test_a_linear_unit_is_found_however_its_sum_is_written(name: str) -> None:
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
def test_activations_are_found_and_their_slope_is_told(f: Callable[[Value], Any], name: str) -> None:
    w, x, b = leaves()
    h = sumprod(w, x) + b
    error = (f(h) - 1) ** 2
    [unit] = units_of(error)
    assert unit.activation == name
    row = deltas(error).rows[0]
    assert row["slope"] == autograd.grad(lambda number: f(number))(h.data)
    assert row["delta"] == -autograd.gradient(error, h)


def test_an_own_operation_can_be_an_activation() -> None:
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
def test_a_bias_and_weights_of_0_are_found_too(activation: Any) -> None:
    w, b, x = Value(0.0, "w"), Value(0.0, "b"), Value(0.0, "x")
    [unit] = units_of((activation(w * x + b) - 1) ** 2)
    assert unit.bias is b and unit.others == () and described(unit) == [("w", "x")]
    assert [row["kind"] for row in deltas((activation(w * x + b) - 1) ** 2).rows] == ["unit", "weight", "bias"]


def test_plain_numbers_as_weights() -> None:
    _, x, _ = leaves()
    [unit] = units_of(sigmoid(0.4 * x[0] + -0.2 * x[1]))
    assert [(weight.data, source.label) for weight, source in unit.inputs] == [(0.4, "x0"), (-0.2, "x1")]


def test_without_labels_the_shared_leaf_is_the_input() -> None:
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
def test_what_is_no_network_has_no_units(name: str) -> None:
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
def test_the_loss_is_no_unit(name: str, activation: Any) -> None:
    w, x, b = leaves()
    net = sumprod(w, x) + b
    out = activation(net) if activation else net
    assert [unit.node for unit in units_of(LOSSES[name](out, Value(1.0, "y")))] == [out]


def test_a_residual_term_is_kept_apart() -> None:
    w, x, _ = leaves()
    a = tanh(w[0] * x[0])
    [_, unit] = units_of(tanh(w[1] * a + exp_of(x[1])))
    assert described(unit) == [("w1", "")] and len(unit.others) == 1


def exp_of(x: Value) -> Value:
    return autograd.exp(x)  # type: ignore[no-any-return]


def test_a_sum_that_two_others_share_is_a_unit_of_its_own() -> None:
    w, x, b = leaves()
    shared = w[0] * x[0] + b
    first, second = shared + w[1] * x[1], shared + w[2] * x[2]
    found = units_of((first - second) ** 2)
    assert [unit.node for unit in found] == [shared, first, second]
    assert [described(unit) for unit in found] == [[("w0", "x0")], [("w1", "x1")], [("w2", "x2")]]
    assert [unit.others for unit in found] == [(), (shared,), (shared,)]


def test_a_linear_unit_has_slope_1() -> None:
    w, x, _ = leaves()
    net = sumprod(w, x)
    error = (net - 1) ** 2
    [row] = [row for row in deltas(error).rows if row["kind"] == "unit"]
    assert (row["activation"], row["slope"], row["net"]) == ("linear", 1.0, row["output"])
    assert row["delta"] == -2 * (net.data - 1)


def test_a_weight_that_units_share_has_one_row_with_its_whole_gradient() -> None:
    w, b = Value(0.5, "w"), Value(0.1, "b")
    outs = [tanh(w * Value(x, f"x{i}") + b) for i, x in enumerate([1.0, 2.0, 3.0])]
    error = autograd.sum([(out - 1) ** 2 for out in outs])
    rows = [row for row in deltas(error, rate=1.0).rows if row["kind"] != "unit"]
    assert [(row["weight"], row["kind"]) for row in rows] == [("w", "weight"), ("b", "bias")]
    assert [row["gradient"] for row in rows] == autograd.gradient(error, [w, b])
    assert rows[0]["unit"].endswith("and 2 more")


def test_deep_networks_are_walked_without_recursion() -> None:
    h = Value(0.1, "x")
    for i in range(3000):
        h = tanh(Value(0.9, f"w{i}") * h + 0.1)
    assert len(units_of(h)) == 3000


# ---- the table


def test_the_same_graph_gives_the_same_text() -> None:
    assert str(deltas(exercise_a())) == str(deltas(exercise_a()))


@pytest.mark.parametrize("wrong", [1.0, None, "x", [Value(1.0)]])
def test_what_is_no_value_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"deltas\(\) needs a Value as root"):
        deltas(wrong)


def test_a_wrong_rate_is_refused() -> None:
    with pytest.raises(TypeError, match="rate must be a real number"):
        deltas(exercise_b(), rate="fast")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rate must be finite"):
        deltas(exercise_b(), rate=float("nan"))


class Cells(HTMLParser):
    """The tags and the text of the cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


@settings(deadline=None)
@given(st.one_of(st.sampled_from(["<script>alert(1)</script>", "a|b\nc", "</td><td>", "*_`$", "&lt;"]), st.text(max_size=9)))
def test_labels_mean_nothing_in_the_tables(text: str) -> None:
    label = "w" + text  # by itself a text such as "Y" would say that the leaf is a target, and no weight
    a = sigmoid(Value(0.5, label) * Value(0.2, "x") + Value(0.3, label))
    a.label = label
    table = deltas((a - 1) ** 2)
    assert Cells(table.html()).tags == {"table", "caption", "tr", "th", "td"}
    lines = [line for line in table.markdown().split("\n") if line.startswith("|")]
    assert "<" not in table.markdown()
    counts = [len(line.replace("\\\\", "").replace("\\|", "").split("|")) for line in lines]
    assert counts == [9] * 3 + [9] * 4
    assert len(str(table).split("\n")) == 3 + 1 + 4


# ---- quizzes


@pytest.mark.parametrize("seed", range(20))
def test_a_quiz_blanks_cells_and_has_their_answers(seed: int) -> None:
    whole, asked = deltas(exercise_a()), deltas(exercise_a(), quiz=True, seed=seed)
    assert [answer["number"] for answer in asked.answers] == list(range(1, len(asked.answers) + 1))
    assert 5 <= len(asked.answers) <= 15
    for answer in asked.answers:
        assert asked.rows[answer["row"]][answer["key"]] is None
        assert answer["answer"] == whole.rows[answer["row"]][answer["key"]]
        assert str(asked).count(f"({answer['number']}) ____") == 1
        assert f"({answer['number']}) " in asked.answer_key()


@pytest.mark.parametrize("seed", range(20))
def test_a_quiz_does_not_give_its_answers_away(seed: int) -> None:
    asked = deltas(exercise_a(), quiz=True, seed=seed)
    for answer in asked.answers:
        if answer["key"] == "output":
            unit = asked.rows[answer["row"]]["unit"]
            assert all(row["input"] is None for row in asked.rows if row.get("source") == unit)


def test_of_a_linear_unit_the_output_is_not_asked() -> None:
    w, x, b = leaves()
    error = (sumprod(w, x) + b - 1) ** 2
    for seed in range(20):
        assert not {"output", "slope"} & {answer["key"] for answer in deltas(error, quiz=True, seed=seed).answers}


def test_the_seed_decides_what_is_asked() -> None:
    texts = {str(deltas(exercise_a(), quiz=True, seed=seed)) for seed in range(10)}
    assert len(texts) > 5
    assert str(deltas(exercise_a(), quiz=True, seed=4)) == str(deltas(exercise_a(), quiz=True, seed=4))
    assert deltas(exercise_a()).answers == [] and deltas(exercise_a()).answer_key() == ""
