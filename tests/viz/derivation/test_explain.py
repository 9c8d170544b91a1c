"""explain(): paths, formulas and numbers of the chain rule; their sum is the gradient, on any graph and of any number."""

from __future__ import annotations

import itertools
import math
import operator
import pathlib
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, gradient, log, primitive, relu, scope, sqrt, tanh
from autograd.engine.functions import FUNCTIONS
from autograd.ops.expr import Symbol
from autograd.ops.primitives import TABLE, Row
from autograd.ops.printers import MATHEMATICS
from viz import Explanation, draw, explain, player
from viz.__main__ import main
from viz.derivation.latex import latex_formula
from viz.derivation.names import name_nodes
from viz.derivation.rules import PLAIN, local_rule
from viz.model.graph import sweep_order
from viz.model.paths import Path, largest_paths
from viz.style.escape import markdown_text

# ---- the paths


def random_graph(seed: int, size: int = 14) -> tuple[Value, list[Value]]:
    dice = random.Random(seed)
    values = [Value(dice.uniform(-2, 2), f"x{i}") for i in range(3)]
    leaves = list(values)
    for _ in range(size):
        a, b = dice.choice(values[-5:]), dice.choice([*values[-5:], dice.choice([0.5, -1.5, 0.0])])
        made = dice.choice(
            [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: tanh(a), lambda a, b: a * a]
        )
        values.append(made(a, b))
    return autograd.sum(values[-3:]), leaves


def every_path(node: Value, wrt: Value) -> Iterator[list[float]]:
    """All of them, the slow way."""
    if node is wrt:
        yield []
        return
    for parent, partial in zip(node.parents, node.partials, strict=True):
        for rest in every_path(parent, wrt):
            yield [partial, *rest]


@pytest.mark.parametrize("seed", range(40))
def test_all_paths_are_found_and_their_products_add_up_to_the_gradient(seed: int) -> None:
    root, leaves = random_graph(seed)
    for leaf in leaves:
        expected = sorted((math.prod(path) for path in every_path(root, leaf)), key=abs, reverse=True)
        found = explain(root, leaf, max_paths=100_000)
        assert found.count == len(found.paths) == len(expected)
        assert [abs(path.product) for path in found.paths] == pytest.approx([abs(x) for x in expected], rel=1e-9)
        scale = math.fsum(map(abs, expected)) or 1.0
        assert math.fsum(path.product for path in found.paths) == pytest.approx(found.total, abs=1e-12 * scale)
        assert found.total == gradient(root, leaf)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("most", [1, 3, 10])
def test_of_many_paths_the_largest_are_shown(seed: int, most: int) -> None:
    root, leaves = random_graph(seed, 20)
    expected = sorted((abs(math.prod(path)) for path in every_path(root, leaves[0])), reverse=True)
    found = explain(root, leaves[0], max_paths=most)
    assert found.count == len(expected)
    assert [abs(path.product) for path in found.paths] == pytest.approx(expected[:most], rel=1e-9)
    if found.count > most and found.total:
        assert found.share == pytest.approx(sum(path.product for path in found.paths) / found.total)


def check_path(path: Path, root: Value, wrt: Value) -> None:
    assert path.nodes[0] is root and path.nodes[-1] is wrt
    for (a, b), k, partial in zip(itertools.pairwise(path.nodes), path.operands, path.partials, strict=True):
        assert a.parents[k] is b and a.partials[k] == partial


@pytest.mark.parametrize("seed", range(10))
def test_paths_are_paths_and_no_two_are_the_same(seed: int) -> None:
    root, leaves = random_graph(seed)
    paths = explain(root, leaves[1], max_paths=1000).paths
    for path in paths:
        check_path(path, root, leaves[1])
    assert len({(tuple(map(id, path.nodes)), path.operands) for path in paths}) == len(paths)


def ladder(x: Value, rungs: int, step: Callable[[Value], Value]) -> Value:
    for _ in range(rungs):
        x = step(x)
    return x


STEPS: dict[str, Callable[[Value], Value]] = {
    "equal": lambda y: y + y,
    "unequal": lambda y: y * 0.5 + y * 0.7,
    "signs": lambda y: y * 0.3 - y * 0.1,
    "nearly equal": lambda y: y * 0.1 + y * 0.30000000000000004 + y * 0.3,
    "zeros": lambda y: y * 0.0 + y,
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("most", [1, 10, 50])
def test_work_does_not_grow_with_the_number_of_paths(name: str, most: int) -> None:
    x = Value(1.0, "x")
    y = ladder(x, 60, STEPS[name])
    found = largest_paths(sweep_order(y), x, most)
    assert found.count == (3 if name == "nearly equal" else 2) ** 60
    assert len(found.paths) == most
    assert found.steps <= most * 181  # nodes on a path, 60 rungs of at most three
    sizes = [abs(path.product) for path in found.paths]
    assert sizes == pytest.approx(sorted(sizes, reverse=True), rel=1e-9)


def test_two_to_the_sixtieth_paths_are_counted_exactly_and_the_share_is_told() -> None:
    x = Value(1.0, "x")
    found = explain(ladder(x, 60, STEPS["equal"]), x)
    assert found.count == 2**60 == 1_152_921_504_606_846_976
    assert found.total == 2.0**60 and found.share == 10 / 2.0**60
    assert "sum of these 10 of 1,152,921,504,606,846,976 paths" in str(found)


def test_the_largest_paths_of_a_ladder_are_those_with_fewest_small_factors() -> None:
    x = Value(1.0, "x")
    found = explain(ladder(x, 60, STEPS["unequal"]), x, max_paths=61)
    assert found.paths[0].product == pytest.approx(0.7**60)
    assert [path.product for path in found.paths[1:]] == pytest.approx([0.7**59 * 0.5] * 60)


def test_products_too_small_for_a_float_are_still_ranked() -> None:
    x = Value(1.0, "x")
    y = x
    for factor in (1e-200, 1e-200):
        y = y * factor + y * (factor * 2)
    found = explain(y, x, max_paths=1)
    assert found.paths[0].partials == (1.0, 2e-200, 1.0, 2e-200)


def test_a_long_chain_is_one_path_and_its_middle_is_left_out_of_the_text() -> None:
    x = Value(1.0, "x")
    found = explain(ladder(x, 20_000, lambda y: y * 1.0001), x)
    assert found.count == 1 and len(found.paths[0].partials) == 20_000
    assert found.paths[0].product == pytest.approx(1.0001**20_000)
    for text in (str(found), found.markdown(), found.latex()):
        assert len(text) < 20_000
    assert "19,960 more local derivatives" in str(found)


def test_a_sum_of_many_operands_stays_readable() -> None:
    values = [Value(float(i), f"x{i}") for i in range(1000)]
    found = explain(autograd.sum(values), values[500])
    assert "∂sum(x0, x1, x2, …, x999)/∂x500 = 1" in str(found) and len(str(found)) < 300


def test_as_in_the_sweep_nothing_passes_a_derivative_of_0() -> None:
    x = Value(0.0, "x")
    y = sqrt(x) * 0.0
    found = explain(y, x)
    y.backward()
    assert found.paths[0].partials == (0.0, math.inf)
    assert found.paths[0].product == found.total == x.grad == 0.0


def test_nan_and_infinity_come_first_and_are_told() -> None:
    x = Value(0.0, "x")
    found = explain(log(x) + 3 * x, x)
    assert found.paths[0].product == math.inf == found.total
    x = Value(-1.0, "x")
    assert math.isnan(explain(5 * x + log(x), x).paths[0].product)


# ---- ends


def test_where_nothing_depends_on_it_the_derivative_is_0_and_the_reason_is_told() -> None:
    x, q = Value(1.0, "x"), Value(2.0, "q")
    y = x * 2
    y.label = "y"
    found = explain(y, q)
    assert (found.count, found.total, found.paths) == (0, 0.0, ())
    assert str(found) == "dy/dq = 0: no path leads from y to q: q is not among the values that y was made from"
    assert "the other way round" in explain(x, y).reason
    assert "leaf" in explain(x, q).reason
    for text in (found.markdown(), found.latex()):
        assert "no path leads" in text


def test_by_itself_the_derivative_is_1() -> None:
    x = Value(2.0, "x")
    found = explain(x, x)
    assert (found.count, found.total, found.share, found.paths[0].product) == (1, 1.0, 1.0, 1.0)


def test_a_node_between_can_be_asked_for() -> None:
    x = Value(2.0, "x")
    h = x * x
    y = h * h + x
    assert explain(y, h).total == 8.0 and explain(y, h).count == 2


def test_gradients_are_neither_needed_nor_changed() -> None:
    x = Value(2.0, "x")
    y = x * x
    x.grad = y.grad = 7.0
    assert explain(y, x).total == 4.0
    assert x.grad == y.grad == 7.0


@pytest.mark.parametrize("wrong", [1.0, "x", None, [Value(1.0)]])
def test_what_is_no_value_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"explain\(\) needs a Value as root, not"):
        explain(wrong, Value(1.0))
    with pytest.raises(TypeError, match=r"explain\(\) needs a Value as wrt, not"):
        explain(Value(1.0), wrong)


def test_a_wrong_number_of_paths_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        explain(Value(1.0), Value(1.0), max_paths=0)
    for wrong in (1.5, True, None):
        with pytest.raises(TypeError, match="whole number"):
            explain(Value(1.0), Value(1.0), max_paths=wrong)  # type: ignore[arg-type]


# ---- formulas


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
def test_every_formula_gives_the_local_derivative(row: Row) -> None:
    node = node_of(row)
    names = name_nodes([*node.parents, node])
    values = {names[id(v)]: v.data for v in (*node.parents, node)}
    for k, partial in enumerate(node.partials):
        rule = local_rule(node, k, names)
        assert rule is not None
        assert number_of(rule, values) == pytest.approx(partial, rel=1e-12, abs=1e-300)


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
def test_formulas_read_as_one_would_write_them(f: Callable[[Value, Value], Value], line: str) -> None:
    x, w = Value(0.5, "x"), Value(1.5, "w")
    assert f"  {line}\n" in str(explain(f(x, w), w)) + "\n"


def test_an_operation_of_the_user_has_its_number_though_no_formula() -> None:
    @primitive(partials=[lambda x: 3.0 * x * x])
    def cube(x: float) -> float:
        return x * x * x

    x = Value(2.0, "x")
    assert "  ∂cube(x)/∂x = 12\n" in str(explain(cube(x), x))


# ---- names and texts


def test_names_are_labels_or_short_and_never_the_same() -> None:
    a, b, c = Value(1.0, "v1"), Value(2.0, "x"), Value(3.0, "x")
    total = (a + b) * c
    names = name_nodes([a, b, c, *total.parents, total])
    assert names[id(a)] == "v1" and names[id(total)] == "v3"
    assert len(set(names.values())) == 5


def test_the_same_graph_gives_the_same_text() -> None:
    def text() -> str:
        root, leaves = random_graph(3)
        found = explain(root, leaves[0])
        return str(found) + found.markdown() + found.latex()

    assert text() == text()


def test_the_total_is_the_gradient_to_the_last_digit_shown() -> None:
    for seed in range(30):
        root, leaves = random_graph(seed)
        found = explain(root, leaves[0], max_paths=3)
        shown = re.match(r"d\S+/dx0 = (\S+?)[,:]? ", str(found) + " ")
        assert shown and float(shown[1]) == float(f"{gradient(root, leaves[0]):.6g}")


def test_notebooks_get_markdown_and_latex() -> None:
    x = Value(2.0, "x")
    found = explain(x * x, x)
    assert isinstance(found, Explanation)
    assert found._repr_markdown_() == found.markdown()
    assert found._repr_latex_() == f"$$\n{found.latex()}\n$$"
    assert repr(found) == "<viz.Explanation of dv1/dx = 4, the sum over 2 paths>"


def test_latex_of_the_lesson_s_symbols() -> None:
    x, w = Value(0.5, "x_1"), Value(1e-7, "ŷ")
    text = explain(tanh(x * w) / w, w).latex()
    assert text.startswith("\\begin{aligned}\n") and text.endswith("\n\\end{aligned}")
    assert r"\frac{\partial}{\partial \hat{y}} \left(x_{1} \cdot \hat{y}\right) &= x_{1} = 0.5" in text
    assert r"\times 10^{7}" in explain(1 / w, x * w).latex() + explain(1e7 * w, w).latex()


HOSTILE = [
    "<script>alert(1)</script>",
    "a|b",
    "*x*",
    "$x$",
    "\\input{f}",
    "a_b^{c}",
    "}{",
    "`x`",
    "[a](javascript:b)",
    "a\nb",
    "%#&~",
]
labels = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))


@settings(deadline=None)
@given(labels)
def test_labels_mean_nothing_in_markdown(label: str) -> None:
    x = Value(2.0, label)
    text = explain(x * x * 3, x).markdown()
    assert "<" not in text and not re.search(r"(?<!\\)[`$\[\]]", text)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows and {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}


@settings(deadline=None)
@given(labels)
def test_labels_mean_nothing_in_latex(label: str) -> None:
    x = Value(2.0, label)
    with scope(label):
        y = x * x
    text = explain(y, x).latex()
    assert not re.search(r"<\w|\\(input|write|def|catcode|href|include)", text)
    assert not re.search(r"(?<!\\)[$%#]", text.replace("\\\\", ""))
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text.replace("\\\\", "")):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_escaping_leaves_plain_text_as_it_is() -> None:
    assert markdown_text("abc ŷ 12") == "abc ŷ 12"
    assert PLAIN.write(Symbol("pow", (Symbol("name", (), "x"), Symbol("number", (), "-2.0")))) == "x ** (-2)"
    assert latex_formula(Symbol("pow", (Symbol("name", (), "x"), Symbol("number", (), "-2.0")))) == "x^{-2}"
    assert MATHEMATICS.numbers("2.0") == "2"


# ---- at poles and edges

OPERATORS = {name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "pow", "mod", "floordiv", "neg", "abs")}
EDGES = [0.0, -0.0, 1.0, -1.0, -2.5, math.inf, -math.inf, math.nan, 1e308, 5e-324]


def at_edges(name: str) -> Iterator[tuple[Value, list[Value]]]:
    """The operation at every pair of edge numbers (every third triple), as part of a larger expression."""
    row = TABLE[{"truediv": "div"}.get(name, name)]
    f: Callable[..., Any] = OPERATORS.get(name) or getattr(autograd, name)
    for numbers in itertools.product(EDGES if row.arity in (1, 2) else EDGES[::3], repeat=row.arity or 0):
        operands = [Value(x, "xyw"[i]) for i, x in enumerate(numbers)]
        root = f(*operands) * 2 + 1
        if isinstance(root, Value):
            yield root, operands


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*OPERATORS, *(n for n, row in TABLE.items() if row.arity and hasattr(autograd, n) and n != "abs")]
)
def test_no_number_stops_an_explanation(name: str) -> None:
    """What is inf or nan is shown as that, in every form; the total is the gradient of the engine."""
    for root, operands in at_edges(name):
        for x in operands:
            told = explain(root, x)
            assert str(told) and told.markdown() and told.latex()
            np.testing.assert_equal(told.total, gradient(root, x))
    page = player(root).html
    assert page.startswith("<!") and draw(root).source


@pytest.mark.parametrize(
    "expression", ["1/x", "x/x", "0/x", "log(x)", "sqrt(x)", "fmod(1, x)", "1 % x", "atan2(x, x)", "lgamma(x)"]
)
def test_poles_on_the_command_line(expression: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pole is no reason for a traceback."""
    assert main([expression, "x=0", "--explain", "x", "--player", str(tmp_path / "p.html"), "-o", str(tmp_path / "p.svg")]) == 0
    assert "path" in capsys.readouterr().out and (tmp_path / "p.html").exists()
