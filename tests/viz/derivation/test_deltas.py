"""deltas(): the lesson's numbers, tables and quizzes."""

from __future__ import annotations

import random
from builtins import sum as python_sum
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import leaves

import autograd
from autograd import Value, scope, sigmoid, sumprod, tanh
from viz import Deltas, deltas


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


def test_exercise_a() -> None:
    found = steps(deltas(exercise_a()))
    assert [found["W1"], found["W2"]] == pytest.approx([0.00804047, 0.00555918], abs=5e-9)
    expected = [[1.77005547e-04, -5.11178506e-04], [3.54011093e-05, -1.02235701e-04], [-7.08022187e-05, 2.04471402e-04]]
    for i, line in enumerate(expected, 1):
        assert [found[f"w{i}1"], found[f"w{i}2"]] == pytest.approx(line, rel=1e-8)


def test_exercise_b() -> None:
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
def test_formulas_of_the_lesson(seed: int) -> None:
    """They hold in any such network."""
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


def test_grad_is_kept() -> None:
    error = exercise_b()
    before = deltas(error).rows
    error.backward()
    error.backward()
    assert deltas(error).rows == before


def test_a_linear_unit_has_slope_1() -> None:
    w, x, _ = leaves()
    net = sumprod(w, x)
    error = (net - 1) ** 2
    [row] = [row for row in deltas(error).rows if row["kind"] == "unit"]
    assert (row["activation"], row["slope"], row["net"]) == ("linear", 1.0, row["output"])
    assert row["delta"] == -2 * (net.data - 1)


def test_shared_weight_has_one_row() -> None:
    """With its whole gradient."""
    w, b = Value(0.5, "w"), Value(0.1, "b")
    outs = [tanh(w * Value(x, f"x{i}") + b) for i, x in enumerate([1.0, 2.0, 3.0])]
    error = autograd.sum([(out - 1) ** 2 for out in outs])
    rows = [row for row in deltas(error, rate=1.0).rows if row["kind"] != "unit"]
    assert [(row["weight"], row["kind"]) for row in rows] == [("w", "weight"), ("b", "bias")]
    assert [row["gradient"] for row in rows] == autograd.gradient(error, [w, b])
    assert rows[0]["unit"].endswith("and 2 more")


def test_same_text() -> None:
    assert str(deltas(exercise_a())) == str(deltas(exercise_a()))


@pytest.mark.parametrize("wrong", [1.0, None, "x", [Value(1.0)]])
def test_wrong_roots(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"deltas\(\) needs a Value as root"):
        deltas(wrong)


def test_wrong_rate() -> None:
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
def test_labels_in_tables_are_text(text: str) -> None:
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


@pytest.mark.parametrize("seed", range(20))
def test_quiz(seed: int) -> None:
    """It blanks cells and has their answers."""
    whole, asked = deltas(exercise_a()), deltas(exercise_a(), quiz=True, seed=seed)
    assert [answer["number"] for answer in asked.answers] == list(range(1, len(asked.answers) + 1))
    assert 5 <= len(asked.answers) <= 15
    for answer in asked.answers:
        assert asked.rows[answer["row"]][answer["key"]] is None
        assert answer["answer"] == whole.rows[answer["row"]][answer["key"]]
        assert str(asked).count(f"({answer['number']}) ____") == 1
        assert f"({answer['number']}) " in asked.answer_key()


@pytest.mark.parametrize("seed", range(20))
def test_quiz_hides_its_answers(seed: int) -> None:
    asked = deltas(exercise_a(), quiz=True, seed=seed)
    for answer in asked.answers:
        if answer["key"] == "output":
            unit = asked.rows[answer["row"]]["unit"]
            assert all(row["input"] is None for row in asked.rows if row.get("source") == unit)


def test_quiz_of_a_linear_unit() -> None:
    w, x, b = leaves()
    error = (sumprod(w, x) + b - 1) ** 2
    for seed in range(20):
        assert not {"output", "slope"} & {answer["key"] for answer in deltas(error, quiz=True, seed=seed).answers}


def test_seed_of_a_quiz() -> None:
    texts = {str(deltas(exercise_a(), quiz=True, seed=seed)) for seed in range(10)}
    assert len(texts) > 5
    assert str(deltas(exercise_a(), quiz=True, seed=4)) == str(deltas(exercise_a(), quiz=True, seed=4))
    assert deltas(exercise_a()).answers == [] and deltas(exercise_a()).answer_key() == ""
