"""Local derivatives as formulas: right for every operation, and read well."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import inf, isfinite, nan

import pytest

import autograd
from autograd import Value, primitive, relu
from autograd.engine.functions import FUNCTIONS
from autograd.ops.expr import Symbol
from autograd.ops.primitives import TABLE, Row
from viz import explain
from viz.derivation.names import name_nodes
from viz.derivation.rules import local_rule


def node_of(row: Row) -> Value:
    """A node of the operation, at a point where tests may take it."""
    operands = [Value(low + 0.37 * (high - low), letter) for (low, high), letter in zip(row.sample, "xyw", strict=False)]
    if row.arity is None:
        others = [Value(0.3 + i, f"a{i}") for i in range(3)]
        lists = [others, [*others[1:], Value(2.5, "b")]][: row.lists]
        return FUNCTIONS[row.name](*lists)
    return FUNCTIONS[row.name](*operands)


ROWS = [row for row in TABLE.values() if row.partials and row.name not in ("where", "digamma", "zeta")]


def number_of(f: Symbol, values: dict[str, float]) -> float:
    """A formula, computed."""
    if not f.args:
        return values[f.shown] if f.op == "name" else float(f.shown)
    args = [number_of(a, values) for a in f.args]
    rows = {"+": "add", "-": "sub", "*": "mul", "/": "div", "fabs": "abs"}
    return float(FUNCTIONS[rows.get(f.op, f.op)](*args))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_formula(row: Row) -> None:
    node = node_of(row)
    names = name_nodes([*node.parents, node])
    values = {names[id(v)]: v.data for v in (*node.parents, node)}
    for k, partial in enumerate(node.partials):
        rule = local_rule(node, k, names)
        assert rule is not None
        assert number_of(rule, values) == pytest.approx(partial, rel=1e-12, abs=1e-300)


NUMBERS = [0.0, -0.0, 1.0, -1.0, -2.5, 3.0, inf, -inf, nan, 1e308, 5e-324]


@pytest.mark.parametrize("row", [row for row in ROWS if row.arity], ids=lambda row: row.name)
def test_formulas_at_edges(row: Row) -> None:
    """They have the number that is recorded; at infinity, where that may be a limit, none need be given."""
    for numbers in itertools.product(NUMBERS if (row.arity or 0) < 3 else NUMBERS[::3], repeat=row.arity or 0):
        operands = [Value(x, letter) for x, letter in zip(numbers, "xyw", strict=False)]
        node = FUNCTIONS[row.name](*operands)
        names = name_nodes([*node.parents, node])
        values = {names[id(v)]: v.data for v in (*node.parents, node)}
        for k, (partial, is_cut) in enumerate(zip(node.partials, node.cuts, strict=True)):
            rule = local_rule(node, k, names)
            if rule is not None and not is_cut:
                assert number_of(rule, values) == pytest.approx(partial, rel=1e-6, abs=0.0, nan_ok=True), (numbers, k)
            assert rule is not None or is_cut or not all(map(isfinite, [*numbers, node.data])), (numbers, k)


@pytest.mark.parametrize("name", ["log", "log1p", "log2", "log10", "atanh"])
def test_outside_of_the_domain(name: str) -> None:
    """Only nan is said: no formula has that number."""
    x = Value(-3.0, "x")
    assert f"  ∂{name}(x)/∂x = nan\n" in str(explain(FUNCTIONS[name](x), x))


def test_assignment_to_data() -> None:
    """What was recorded is shown, without formulas that it is not the number of any more."""
    x, y = Value(2.0, "x"), Value(5.0, "y")
    z = (x * y) ** 2
    x.data = 0.0
    text = str(explain(z, y))
    assert "v1 = 10\n" in text and "∂(x * y)/∂y = 2\n" in text and "∂(v1 ** 2)/∂v1 = 2 * v1 = 20\n" in text


FORMULAS: list[tuple[Callable[[Value, Value], Value], str]] = [
    (lambda x, w: x * w, "∂(x * w)/∂w = x = 0.5"),
    (lambda x, w: w + x, "∂(w + x)/∂w = 1"),
    (lambda x, w: x - w, "∂(x - w)/∂w = -1"),
    (lambda x, w: w / x, "∂(w / x)/∂w = 1 / x = 2"),
    (lambda x, w: w**2, "∂(w ** 2)/∂w = 2 * w = 3"),
    (lambda x, w: w**3, "∂(w ** 3)/∂w = 3 * w ** 2 = 6.75"),
    (lambda x, w: w**1, "∂(w ** 1)/∂w = 1"),
    (lambda x, w: w * -2, "∂(w * (-2))/∂w = -2"),
    (lambda x, w: relu(w), "∂relu(w)/∂w = 1"),
    (lambda x, w: autograd.sigmoid(w), "∂sigmoid(w)/∂w = v1 * sigmoid(-w) = 0.149146"),
    (lambda x, w: autograd.exp(w), "∂exp(w)/∂w = v1 = 4.48169"),
    (lambda x, w: autograd.leaky_relu(-w), "∂leaky_relu(v1, 0.01)/∂v1 = 0.01"),
    (lambda x, w: autograd.sumprod([x, 2], [w, 3]), "∂(x * w + 2 * 3)/∂w = x = 0.5"),
    (lambda x, w: autograd.mean([x, w]), "∂mean(x, w)/∂w = 1 / 2 = 0.5"),
    (lambda x, w: autograd.prod([x, w, 3]), "∂prod(x, w, 3)/∂w = x * 3 = 1.5"),
    (lambda x, w: autograd.logsumexp([x, w]), "∂logsumexp(x, w)/∂w = exp(w - v1) = 0.731059"),
    (lambda x, w: w % x, "∂(w % x)/∂w = 1"),
    (lambda x, w: -w, "∂(-w)/∂w = -1"),
]


@pytest.mark.parametrize(("f", "line"), FORMULAS, ids=[line for _, line in FORMULAS])
def test_text_of_formulas(f: Callable[[Value, Value], Value], line: str) -> None:
    x, w = Value(0.5, "x"), Value(1.5, "w")
    assert f"  {line}\n" in str(explain(f(x, w), w)) + "\n"


def test_custom_operation() -> None:
    """It has its number, though no formula."""

    @primitive(partials=[lambda x: 3.0 * x * x])
    def cube(x: float) -> float:
        return x * x * x

    x = Value(2.0, "x")
    assert "  ∂cube(x)/∂x = 12\n" in str(explain(cube(x), x))
