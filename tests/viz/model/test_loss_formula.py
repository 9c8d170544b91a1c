"""Formulas of losses, and their targets."""

from __future__ import annotations

import autograd
from autograd import Value
from viz.model.graph import Graph
from viz.model.loss_formula import formula, targets


def formula_of(y: Value) -> str:
    return formula(Graph([y]).nodes, lambda node: "")


def test_formulas_and_targets_of_losses() -> None:
    y, t, a = Value(0.5, "y"), Value(1.0, "t"), Value(2.0, "a")
    assert formula_of((t - y) ** 2 * 0.5) == "½ (t − y)²"
    assert formula_of((t - y) ** 2 / 2 + a * y) == "(t − y)² / 2 + a · y"
    assert formula_of(t - (y - a)) == "t − (y − a)" and formula_of(t / (y * a)) == "t / (y · a)"
    assert formula_of(-autograd.log(y)) == "−log(y)" and formula_of((-y) ** 2) == "(−y)²"
    assert formula_of(a * (-3.0)) == "a · (-3)" or formula_of(a * (-3.0)) == "(-3) · a"
    assert formula_of(autograd.sum([autograd.exp(y * a) for _ in range(20)])) == ""
    inside = Graph([(y - t) ** 2 + abs(y - a) + autograd.exp(y - 7.0)]).nodes
    assert targets(inside, lambda node: node is y) == [(t, y), (a, y)]
