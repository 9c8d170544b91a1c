"""Patterns, colourings, and sparse Jacobians and Hessians against dense ones."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import rosen_der, rosen_hess
from scipy.sparse import csr_array

import autograd as ag
from autograd import Value, hessian, jacobian, sparsity
from autograd.calculus.coloring import distinct_columns, star_colouring
from autograd.calculus.dependence import curvature
from autograd.calculus.sparsity import Graph
from autograd.engine.functions import FUNCTIONS as FUNCTIONS_OF_THE_TABLE
from autograd.engine.registry import OPERATIONS
from autograd.ops.formulas import OPS
from autograd.ops.primitives import TABLE


def pattern(f: Callable[[Any], Any], n: int, order: int = 2) -> set[tuple[int, int]]:
    """The index pairs of the pattern at a generic point."""
    x = [0.3 + 0.1 * i for i in range(n)]
    return {(int(i), int(j)) for i, j in np.argwhere(sparsity(f, x, order).toarray())}


def both(*pairs: tuple[int, int]) -> set[tuple[int, int]]:
    return {q for p in pairs for q in (p, p[::-1])}


def rosenbrock(x: Sequence[Any]) -> Any:
    return sum(100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


def arrow(x: Sequence[Any]) -> Any:
    return sum(ag.sin(x[0] * v) for v in x[1:])


# ---- patterns

HESSIANS = [
    (lambda x: x[0] + 2 * x[1] - x[2] / 3, set()),
    (lambda x: x[0] * x[1] + x[2], both((0, 1))),
    (lambda x: x[0] * x[1] * x[2], both((0, 1), (0, 2), (1, 2))),
    (lambda x: ag.prod(x), both((0, 1), (0, 2), (1, 2))),
    (lambda x: x[0] / x[1], both((0, 1), (1, 1))),
    (lambda x: 1 / x[0] + x[1], {(0, 0)}),
    (lambda x: ag.exp(x[0] + x[1]) + x[2], both((0, 0), (0, 1), (1, 1))),
    (lambda x: ag.sumprod([x[0], 2.0], [x[1], x[2]]), both((0, 1))),
    (lambda x: ag.sumprod([x[0], x[1]], [x[0], x[2]]), both((0, 0), (1, 2))),
    (lambda x: ag.sum([x[0] * x[1], x[2]]) + ag.mean([x[1], x[2]]), both((0, 1))),
    (lambda x: ag.logsumexp([x[0], x[2]]), both((0, 0), (0, 2), (2, 2))),
    (lambda x: ag.relu(x[0]) * x[1] + abs(x[2]), both((0, 1))),
    (lambda x: ag.maximum(x[0], x[1]) + ag.minimum(x[1], x[2]) + ag.clip(x[0], 0.0, 1.0), set()),
    (lambda x: ag.floor(x[0] * x[1]) + ag.sign(x[2] ** 2) * x[0] ** 2, {(0, 0)}),
    (lambda x: ag.leaky_relu(x[0] * x[1], 0.1), both((0, 1))),
    (lambda x: (x[0] * x[1] + x[2]) ** 2, {(i, j) for i in range(3) for j in range(3)}),
    (lambda x: ag.where(x[0] > 0, x[1] ** 2, x[2] ** 2), {(1, 1)}),
    (lambda x: (x[0] * x[1]).detach() * x[2], set()),
    (lambda x: 3.0, set()),
    (lambda x: x[1], set()),
]


@pytest.mark.parametrize("f, expected", HESSIANS)
def test_pattern_of_a_hessian(f: Any, expected: set[tuple[int, int]]) -> None:
    assert pattern(f, 3) == expected


def test_pattern_of_a_jacobian() -> None:
    f = lambda x: [x[0] * x[1], x[2], 5.0, ag.floor(x[0]) + ag.exp(x[1]), x[0] - x[0] + x[2]]  # noqa: E731
    assert pattern(f, 3, order=1) == {(0, 0), (0, 1), (1, 2), (3, 1), (4, 0), (4, 2)}
    assert pattern(lambda x: x[0] * x[2], 3, order=1) == {(0, 0), (0, 2)}


def test_linear_operations_follow_from_their_rows() -> None:
    """Where the rules say that there is no second derivative, numbers say so too."""
    for op, (row, *_) in enumerate(OPERATIONS[1 : len(TABLE) + 1], 1):
        if row.arity is None or row.name == "zeta":  # the derivative to zeta's first operand is not known
            continue
        found = curvature(op)
        rule: Any = FUNCTIONS_OF_THE_TABLE[row.name]
        point = [low + 0.37 * (high - low) for low, high in row.sample]
        second = np.array(hessian(lambda x, rule=rule: rule(*x))(point))
        for i, j in itertools.product(range(row.arity), repeat=2):
            if j not in (found[i] or ()) and i not in (found[j] or ()):
                assert second[i, j] == 0.0, (row.name, i, j)


LINEAR = ["add", "sub", "neg", "identity", "abs", "relu", "minimum", "maximum", "floor", "ceil", "trunc", "round", "sign"]


@pytest.mark.parametrize("name", LINEAR)
def test_piecewise_linear_operations_have_no_second_derivatives(name: str) -> None:
    assert not any(curvature(OPS[name]))


def test_custom_operations_count_as_nonlinear() -> None:
    @ag.primitive(partials=[lambda x, y: y, lambda x, y: x])
    def product(x: float, y: float) -> float:
        return x * y

    assert pattern(lambda x: product(x[0], x[1]) + x[2], 3) == both((0, 0), (0, 1), (1, 1))


def test_long_chain_of_additions_costs_no_sets() -> None:
    x = [Value(1.0) for _ in range(30)]
    read = Graph([0.5 * sum(v * v for v in x)], x, whole=False).sources.values()
    assert sorted(map(len, read)) == [0] * 30 + [2] * 30
    assert pattern(lambda x: 0.5 * sum(v * v for v in x), 3000) == {(i, i) for i in range(3000)}


def test_patterns_inside_no_grad_and_of_derivatives() -> None:
    with ag.no_grad():
        assert pattern(lambda x: x[0] * x[1], 2) == both((0, 1))
    assert pattern(lambda x: ag.grad(lambda y: y**2 * x[0])(x[1]), 2, order=1) == {(0, 0), (0, 1)}


# ---- colourings


def graphs(n: int, seed: int, share: float) -> list[set[int]]:
    rng = random.Random(seed)
    found: list[set[int]] = [set() for _ in range(n)]
    for i, j in itertools.combinations(range(n), 2):
        if rng.random() < share:
            found[i].add(j)
            found[j].add(i)
    return found


def is_star_colouring(graph: list[set[int]], colours: Sequence[int]) -> bool:
    """By the definition, path by path."""
    if any(colours[i] == colours[j] for i in range(len(graph)) for j in graph[i]):
        return False
    paths = ((a, b, c, d) for b in range(len(graph)) for c in graph[b] for a in graph[b] - {c} for d in graph[c] - {a, b})
    return all(len({colours[v] for v in path}) > 2 for path in paths)


def fewest(is_valid: Callable[[Sequence[int]], bool], n: int) -> int:
    return next(k for k in range(1, n + 1) if any(is_valid(c) for c in itertools.product(range(k), repeat=n)))


@pytest.mark.parametrize("seed", range(60))
def test_star_colorings_are_valid(seed: int) -> None:
    graph = graphs(14, seed, 0.1 + 0.01 * seed)
    assert is_star_colouring(graph, star_colouring(graph))


def test_star_colorings_of_all_small_graphs() -> None:
    edges = list(itertools.combinations(range(5), 2))
    waste = []
    for chosen in itertools.product([False, True], repeat=len(edges)):
        graph: list[set[int]] = [set() for _ in range(5)]
        for (i, j), present in zip(edges, chosen, strict=True):
            if present:
                graph[i].add(j)
                graph[j].add(i)
        colours = star_colouring(graph)
        assert is_star_colouring(graph, colours)
        if len(waste) < 250:
            waste.append(max(colours) + 1 - fewest(lambda c, graph=graph: is_star_colouring(graph, c), 5))
    assert max(waste) <= 1


@pytest.mark.parametrize("seed", range(40))
def test_column_colorings(seed: int) -> None:
    rng = random.Random(seed)
    rows = [{j for j in range(6) if rng.random() < 0.3} for _ in range(5)]

    def valid(colours: Sequence[int]) -> bool:
        return all(len({colours[j] for j in row}) == len(row) for row in rows)

    colours = distinct_columns(rows, 6)
    assert valid(colours)
    assert max(colours) + 1 <= fewest(valid, 6) + 1


def test_bands_and_arrows_need_few_colors() -> None:
    n = 300
    assert max(star_colouring([{j for j in (i - 1, i + 1) if 0 <= j < n} for i in range(n)])) + 1 == 3
    assert max(star_colouring([set(range(1, n)), *[{0}] * (n - 1)])) + 1 == 2
    assert max(distinct_columns([[j for j in (i - 1, i, i + 1) if 0 <= j < n] for i in range(n)], n)) + 1 == 3
    assert star_colouring([]) == [] and distinct_columns([], 0) == []


# ---- derivatives

POINT = [0.3, -1.2, 0.7, 2.1, -0.4, 1.5]


def test_hessian_of_chained_rosenbrock() -> None:
    x = np.linspace(-2, 2, 200)
    found = hessian(rosenbrock, sparse=True)(x)
    assert isinstance(found, csr_array) and found.nnz == 598
    np.testing.assert_allclose(found.toarray(), rosen_hess(x), rtol=1e-13, atol=1e-12)
    assert (found != found.T).nnz == 0
    residuals = lambda x: [10 * (b - a**2) for a, b in itertools.pairwise(x)] + [1 - a for a in x[:-1]]  # noqa: E731
    slopes, r = jacobian(residuals, sparse=True)(x), np.array(residuals(x))
    np.testing.assert_allclose(2 * r @ slopes, rosen_der(x), rtol=1e-12)


@pytest.mark.slow
def test_ten_thousand_inputs() -> None:
    x = np.linspace(-1, 1, 10_000)
    found = hessian(rosenbrock, sparse=True)(x)
    assert found.nnz == 29_998
    np.testing.assert_allclose(found.diagonal()[1:-1], 1200 * x[1:-1] ** 2 - 400 * x[2:] + 202, rtol=1e-12)
    np.testing.assert_allclose(found.diagonal(1), -400 * x[:-1], rtol=1e-12)


FUNCTIONS: list[Callable[[Any], Any]] = [
    rosenbrock,
    arrow,
    lambda x: ag.logsumexp(x[:3]) * x[4],
    lambda x: ag.prod(x[1:4]) + ag.sumprod(x[:3], x[3:]),
    lambda x: x[0] * x[1] / x[3] + ag.relu(x[2] * x[1]) + ag.tanh(x[5]) ** 2,
    lambda x: ag.maximum(x[0] * x[3], x[1]) ** 2 + x[4] % 0.3,
    lambda x: ag.grad(lambda y: ag.exp(y * x[0]) * x[2])(x[1]) + x[5],
    lambda x: x[0] + 2,
    lambda x: x[2],
    lambda x: 1.0,
]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_sparse_hessians_equal_dense_ones(f: Any) -> None:
    np.testing.assert_allclose(hessian(f, sparse=True)(POINT).toarray(), hessian(f)(POINT), rtol=1e-12, atol=1e-12)


MAPS: list[Callable[[Any], Any]] = [
    lambda x: [a * b for a, b in itertools.pairwise(x)],
    lambda x: [ag.sum(x), *[ag.sin(v) for v in x]],
    lambda x: [x[0] * v for v in x],
    lambda x: [2.0, x[3], x[3]],
    lambda x: np.array([ag.exp(x[0]) * x[5], x[1]]),
    lambda x: x[0] * x[1],
    lambda x: [],
]


@pytest.mark.parametrize("f", MAPS)
@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
def test_sparse_jacobians_equal_dense_ones(f: Any, mode: str | None) -> None:
    x = np.array(POINT)
    dense = np.array(jacobian(f)(x), dtype=float).reshape(-1, len(POINT))
    np.testing.assert_allclose(jacobian(f, mode=mode, sparse=True)(x).toarray(), dense, rtol=1e-12)


NODES = st.lists(
    st.tuples(
        st.sampled_from(["add", "sub", "mul", "div", "atan2", "minimum", "relu", "sin", "tanh", "floor", "sum", "prod"]),
        st.integers(0, 40),
        st.integers(0, 40),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=25,
)


def build(nodes: list[Any], x: Sequence[Any]) -> list[Any]:
    values = list(x)
    for name, *places in nodes:
        a, b, c = [values[k % len(values)] for k in places]
        row = TABLE[name]
        if name in ("sum", "prod"):
            values.append(getattr(ag, name)([a, b, c]))
        elif name in ("add", "sub", "mul"):
            values.append({"add": a + b, "sub": a - b, "mul": a * b}[name])
        elif name == "div":
            values.append(a / (b * b + 1.0))
        elif name == "atan2":
            values.append(ag.atan2(a, b * b + 1.0))  # nan at the origin, even times a derivative that is always 0
        else:
            values.append(getattr(ag, name)(*[a, b][: row.arity]))
    return values


@settings(max_examples=100, deadline=None)
@given(NODES)
def test_random_graphs(nodes: list[Any]) -> None:
    scalar = lambda x: ag.tanh(build(nodes, x)[-1]) + build(nodes, x)[-2]  # noqa: E731
    np.testing.assert_allclose(hessian(scalar, sparse=True)(POINT).toarray(), hessian(scalar)(POINT), rtol=1e-8, atol=1e-8)
    results = lambda x: build(nodes, x)[-4:]  # noqa: E731
    np.testing.assert_allclose(jacobian(results, sparse=True)(POINT).toarray(), jacobian(results)(POINT), rtol=1e-8, atol=1e-8)


# ---- refusals, and life without SciPy


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="order=2"):
        sparsity(rosenbrock, POINT, order=3)
    with pytest.raises(TypeError, match="one list or 1-D array"):
        sparsity(rosenbrock, np.ones((2, 2)))
    with pytest.raises(TypeError, match="one list or 1-D array"):
        hessian(lambda p: p["a"] ** 2, sparse=True)({"a": 1.0})
    with pytest.raises(TypeError, match="returns one number"):
        sparsity(lambda x: [x[0]], POINT, order=2)
    with pytest.raises(TypeError, match="as results"):
        jacobian(lambda x: {"a": x[0], "b": x[1]}, sparse=True)(POINT)
    outside = Value(2.0)
    for transform in (
        lambda: hessian(lambda x: outside * x[0], sparse=True),
        lambda: jacobian(lambda x: [outside], sparse=True),
    ):
        with pytest.raises(TypeError, match="Values from outside"):
            transform()(POINT)


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    assert sparsity(lambda x: x[0] * x[1], [1.0, 2.0, 3.0], order=2).tolist() == [[0, 1], [1, 0]]
    assert hessian(lambda x: x[0] * x[1], sparse=True)([1.0, 2.0]).tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert jacobian(lambda x: [x[1] * 3], sparse=True)([1.0, 2.0]).tolist() == [[0.0, 3.0]]
