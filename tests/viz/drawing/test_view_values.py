"""The views "values" and "classic": what edges say."""

from __future__ import annotations

import re

import pytest
from pictures import texts

from autograd import Value, tanh
from viz import draw

X = Value(0.5, "x")


@pytest.mark.parametrize("view", ["values", "classic"])
@pytest.mark.parametrize(
    ("value", "label"),
    [
        (-X, "-1"),
        (3.0 * X, "3"),
        (X * X + 1.0, "0.5"),
        (tanh(Value(1e-6, "x")), "≈ 1"),
    ],
)
def test_edge_labels(value: Value, label: str, view: str) -> None:
    assert label in texts(draw(value, view))


def test_repeated_operands() -> None:
    """An edge of the view "values" says how often a sum uses the operand."""
    assert "4 ×" in texts(draw(X + X + X + X))


@pytest.mark.parametrize("view", ["values", "classic"])
def test_edges_of_partial_one(view: str) -> None:
    """A local derivative that is exactly 1 is not written."""
    edges = [line for line in draw(X + 2.0, view).source.split("\n") if " -> " in line]
    assert edges
    assert not any(re.search(r"\blabel=", line) for line in edges)
