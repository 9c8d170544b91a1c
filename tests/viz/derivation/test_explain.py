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

import autograd
from autograd import Value, gradient, log, sqrt, tanh
from autograd.ops.primitives import TABLE
from viz import draw, explain, player
from viz.__main__ import main
from viz.derivation.names import name_nodes
from viz.model.graph import sweep_order
from viz.model.paths import Path, largest_paths


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
def test_paths_add_up_to_the_gradient(seed: int) -> None:
    """All are found, and their products add up to it."""
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
def test_largest_paths(seed: int, most: int) -> None:
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
def test_paths_are_distinct(seed: int) -> None:
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
def test_work_is_bounded(name: str, most: int) -> None:
    """It does not grow with the number of paths."""
    x = Value(1.0, "x")
    y = ladder(x, 60, STEPS[name])
    found = largest_paths(sweep_order(y), x, most)
    assert found.count == (3 if name == "nearly equal" else 2) ** 60
    assert len(found.paths) == most
    assert found.steps <= most * 181  # nodes on a path, 60 rungs of at most three
    sizes = [abs(path.product) for path in found.paths]
    assert sizes == pytest.approx(sorted(sizes, reverse=True), rel=1e-9)


def test_count_of_2_to_the_60_paths() -> None:
    """The count is exact, and the share of those shown is given."""
    x = Value(1.0, "x")
    found = explain(ladder(x, 60, STEPS["equal"]), x)
    assert found.count == 2**60 == 1_152_921_504_606_846_976
    assert found.total == 2.0**60 and found.share == 10 / 2.0**60
    assert "sum of these 10 of 1,152,921,504,606,846,976 paths" in str(found)


def test_largest_paths_of_a_ladder() -> None:
    """They are those with the fewest small factors."""
    x = Value(1.0, "x")
    found = explain(ladder(x, 60, STEPS["unequal"]), x, max_paths=61)
    assert found.paths[0].product == pytest.approx(0.7**60)
    assert [path.product for path in found.paths[1:]] == pytest.approx([0.7**59 * 0.5] * 60)


def test_ranking_of_tiny_products() -> None:
    """Products too small for a float."""
    x = Value(1.0, "x")
    y = x
    for factor in (1e-200, 1e-200):
        y = y * factor + y * (factor * 2)
    found = explain(y, x, max_paths=1)
    assert found.paths[0].partials == (1.0, 2e-200, 1.0, 2e-200)


def test_long_chain() -> None:
    """It is one path; its middle is left out of the text."""
    x = Value(1.0, "x")
    found = explain(ladder(x, 20_000, lambda y: y * 1.0001), x)
    assert found.count == 1 and len(found.paths[0].partials) == 20_000
    assert found.paths[0].product == pytest.approx(1.0001**20_000)
    for text in (str(found), found.markdown(), found.latex()):
        assert len(text) < 20_000
    assert "19,960 more local derivatives" in str(found)


def test_sum_of_many_operands() -> None:
    values = [Value(float(i), f"x{i}") for i in range(1000)]
    found = explain(autograd.sum(values), values[500])
    assert "∂sum(x0, x1, x2, …, x999)/∂x500 = 1" in str(found) and len(str(found)) < 300


def test_0_times_infinity() -> None:
    """Is nan, as in the sweep."""
    x = Value(0.0, "x")
    y = sqrt(x) * 0.0
    found = explain(y, x)
    y.backward()
    assert found.paths[0].partials == (0.0, math.inf)
    assert all(map(math.isnan, (found.paths[0].product, found.total, x.grad)))
    assert repr(found) == "<viz.Explanation of dv2/dx = nan, by one path>"
    assert "product = 0 * inf = nan" in str(found) and "nan" in found.markdown() and "nan" in found.latex()


def test_cut_paths_are_left_out() -> None:
    """And it says so."""
    x = Value(-1.0, "x")
    y = 3 * x + sqrt(autograd.relu(x)) + autograd.maximum(2 * x, x * x)
    y.label = "y"
    found = explain(y, x)
    y.backward()
    assert (found.count, found.cut, found.total, x.grad) == (3, 2, 1.0, 1.0)
    assert [path.product for path in found.paths] == [3.0, -1.0, -1.0]
    assert str(found).startswith("dy/dx = 1, the sum over 3 paths; 2 more are cut\n") and "relu" not in str(found)
    assert "; 2 more are cut" in found.markdown()
    only = explain(sqrt(autograd.relu(x)), x)
    assert (only.count, only.cut, only.total, only.paths) == (0, 1, 0.0, ())
    assert str(only) == "dv1/dx = 0: the only path is cut, by an operation that does not read its operand here"
    assert "the only path is cut" in only.markdown() and "the only path is cut" in only.latex()
    both = explain(autograd.floor(x) * autograd.ceil(x), x)
    assert str(both).endswith(": all 2 paths are cut, by an operation that does not read its operand here")


def test_infinity_does_not_distribute() -> None:
    """Where the sum over single paths is another number than the derivative, both are given, and why."""
    x = Value(0.0, "x")
    a = 1 / x
    a.label = "a"
    y = a + a - a
    found = explain(y, x)
    assert found.total == gradient(y, x) == -math.inf
    note = "backward() adds up where paths meet before it goes on"
    for text in (str(found), found.markdown().replace("\\", "")):
        assert f"sum = -inf + (-inf) + inf = nan; the total is -inf: {note}" in text
    assert note in found.latex() and "not nan" in found.latex()
    assert note not in str(explain(a - a, x)) and "sum = -inf + inf = nan" in str(explain(a - a, x))


def test_an_operand_that_occurs_twice() -> None:
    """Each place has its own local derivative."""
    a = Value(3.0, "a")
    text = str(explain(a - a, a))
    assert "∂(a - a)/∂(operand 1) = 1\n" in text and "∂(a - a)/∂(operand 2) = -1\n" in text


def test_infinite_share() -> None:
    x = Value(0.0, "x")
    assert str(explain(1 / x + 2 * x, x, max_paths=1)).endswith("sum of these 1 of 2 paths = -inf, the total is -inf")


def test_nan_and_infinity_come_first() -> None:
    x = Value(0.0, "x")
    found = explain(log(x) + 3 * x, x)
    assert found.paths[0].product == math.inf == found.total
    x = Value(-1.0, "x")
    assert math.isnan(explain(5 * x + log(x), x).paths[0].product)


def test_independent_of_wrt() -> None:
    """The derivative is 0, and the reason is given."""
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


def test_of_itself() -> None:
    x = Value(2.0, "x")
    found = explain(x, x)
    assert (found.count, found.total, found.share, found.paths[0].product) == (1, 1.0, 1.0, 1.0)


def test_interior_node() -> None:
    x = Value(2.0, "x")
    h = x * x
    y = h * h + x
    assert explain(y, h).total == 8.0 and explain(y, h).count == 2


def test_grad_is_kept() -> None:
    x = Value(2.0, "x")
    y = x * x
    x.grad = y.grad = 7.0
    assert explain(y, x).total == 4.0
    assert x.grad == y.grad == 7.0


@pytest.mark.parametrize("wrong", [1.0, "x", None, [Value(1.0)]])
def test_wrong_roots(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"explain\(\) needs a Value as root, not"):
        explain(wrong, Value(1.0))
    with pytest.raises(TypeError, match=r"explain\(\) needs a Value as wrt, not"):
        explain(Value(1.0), wrong)


def test_wrong_number_of_paths() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        explain(Value(1.0), Value(1.0), max_paths=0)
    for wrong in (1.5, True, None):
        with pytest.raises(TypeError, match="whole number"):
            explain(Value(1.0), Value(1.0), max_paths=wrong)  # type: ignore[arg-type]


def test_names() -> None:
    """They are labels, or short, and distinct."""
    a, b, c = Value(1.0, "v1"), Value(2.0, "x"), Value(3.0, "x")
    total = (a + b) * c
    names = name_nodes([a, b, c, *total.parents, total])
    assert names[id(a)] == "v1" and names[id(total)] == "v3"
    assert len(set(names.values())) == 5


def test_same_text() -> None:
    def text() -> str:
        root, leaves = random_graph(3)
        found = explain(root, leaves[0])
        return str(found) + found.markdown() + found.latex()

    assert text() == text()


def test_total_is_the_gradient() -> None:
    """To the last digit shown."""
    for seed in range(30):
        root, leaves = random_graph(seed)
        found = explain(root, leaves[0], max_paths=3)
        shown = re.match(r"d\S+/dx0 = (\S+?)[,:]? ", str(found) + " ")
        assert shown and float(shown[1]) == float(f"{gradient(root, leaves[0]):.6g}")


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
def test_every_function_at_its_edges(name: str) -> None:
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
