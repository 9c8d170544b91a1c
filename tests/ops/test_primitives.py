"""Every row of the table is tested by what the row says: value and node; derivatives are in test_derivatives.py."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd
from autograd import Value, gradient
from autograd.engine.functions import FUNCTIONS, VALUES
from autograd.engine.value import number
from autograd.ops.kernels import ARRAYS, FLOATS, printed
from autograd.ops.primitives import TABLE, Row, always, zero

SEED = int(os.environ.get("AUTOGRAD_TEST_SEED", "1"))  # another seed, other points
SIZE = 3  # operands in each list of a reduction
POINTS = 5  # random points for each row

mp = mpmath.MPContext()
mp.dps = 50


def _trunc(x: Any) -> Any:
    return mp.floor(x) if x >= 0 else mp.ceil(x)


OWN: dict[str, Callable[..., Any]] = {
    "where": lambda condition, x, y: x if condition else y,
    "exp2": lambda x: mp.power(2, x),
    "log2": lambda x: mp.log(x, 2),
    "log10": lambda x: mp.log(x, 10),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "pow": mp.power,
    "lgamma": mp.loggamma,
    "fabs": mp.fabs,
    "round": mp.nint,
    "trunc": _trunc,
    "fmod": lambda x, y: x - y * _trunc(x / y),
    "copysign": lambda x, y: abs(x) if y >= 0 else -abs(x),
    "total": mp.fsum,
    "count": lambda xs: mp.mpf(len(xs)),
    "places": lambda xs: range(len(xs)),
    "largest": max,
    "shift": max,
    "pivot": lambda xs: xs.index(max(xs)),
} | {
    name: getattr(mp, name)
    for name in ["exp", "expm1", "log", "log1p", "sqrt", "hypot", "erf", "erfc", "floor", "ceil", "atan2"]
    + [a + name + h for name in ("sin", "cos", "tan") for a in ("", "a") for h in ("", "h")]
}


class Precise:
    """The domain of mpmath: rules calculated to 50 digits. Elementary functions are its own, the rest the table's."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return OWN.get(name) or (lambda *operands: TABLE[name].value(self, *operands))


PRECISE = Precise()


@dataclass(frozen=True)
class Case:
    """A row as a function of flat operands, or, of a row whose result is a list, one item of that."""

    row: Row
    part: int | None = None

    def arguments(self, flat: Sequence[Any]) -> list[Any]:
        if self.row.arity:
            return list(flat)
        return [list(flat[k * SIZE : (k + 1) * SIZE]) for k in range(self.row.lists)]

    def __call__(self, *flat: Any) -> Any:
        return self._pick(FUNCTIONS[self.row.name](*self.arguments(flat)))

    def precise(self, *flat: Any) -> Any:
        return self._pick(self.row.value(PRECISE, *self.arguments(flat)))

    def _pick(self, result: Any) -> Any:
        return result if self.part is None else result[self.part]

    def points(self) -> list[list[float]]:
        draw = random.Random(f"{SEED} {self.row.name}")
        per_operand = self.row.sample if self.row.arity else [s for s in self.row.sample for _ in range(SIZE)]
        return [[draw.uniform(*interval) for interval in per_operand] for _ in range(POINTS)]


CASES = [
    pytest.param(Case(row, part), id=row.name if part is None else f"{row.name}[{part}]")
    for row in TABLE.values()
    if not row.decreed
    for part in ([None] if row.partials else range(SIZE))
]
ROWS = [
    pytest.param(Case(row), id=row.name) for row in TABLE.values() if row.partials and row.name != "where" and not row.decreed
]


def assert_close(found: float, expected: Any, bound: float, where: Any) -> None:
    """Within `bound` of the larger of 1 and the expected number."""
    difference = abs(mp.mpf(found) - expected)
    assert difference <= bound * max(1, abs(expected)), f"{found!r} is not {mp.nstr(expected, 20)} at {where} (seed {SEED})"


def relative_error(found: float, expected: Any) -> float:
    return float(abs(mp.mpf(found) - expected) / abs(expected)) if expected else abs(found)


# ---- what a row says about itself


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_row_is_complete(row: Row) -> None:
    assert TABLE[row.name] is row
    assert row.symbol and row.glyph
    assert len(row.sample) == (row.arity or row.lists)
    assert all(low < high for low, high in row.sample)
    assert len(row.partials) == (row.arity or len(row.partials))
    assert row.public == (row.name in autograd.__all__)


# ---- cuts

CUT = [pytest.param(row, id=row.name) for row in TABLE.values() if row.cut]
EDGES = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, -0.5, 2.0, 1e308]


def is_cut(row: Row, operands: Sequence[float]) -> list[bool]:
    """Which operands are cut, alike in the domains of floats, arrays and Values."""
    floats, *others = (
        [condition is not None and bool(condition(domain, *converted)) for condition in row.cut]
        for domain, converted in (
            (FLOATS, operands),
            (ARRAYS, list(map(np.float64, operands))),
            (VALUES, list(map(Value, operands))),
        )
    )
    assert all(found == floats for found in others), (operands, floats, others)
    return floats


@pytest.mark.parametrize("row", CUT)
def test_a_cut_operand_has_the_partial_0_in_every_domain(row: Row) -> None:
    seen = [0] * len(row.cut)
    for operands in product(EDGES, repeat=len(row.cut)):
        z, *partials = printed(row.name, "012"[: len(operands)])(*operands)
        values = list(map(Value, operands))
        with np.errstate(all="ignore"):
            arrays = [rule(ARRAYS, *map(np.float64, operands), np.float64(z)) for rule in row.partials]
        recorded = [number(rule(VALUES, *values, Value(z))) for rule in row.partials]
        for i in (i for i, cut in enumerate(is_cut(row, operands)) if cut):
            assert [*map(repr, (partials[i], float(arrays[i]), float(recorded[i])))] == ["0.0"] * 3, (operands, i)
            seen[i] += 1
    assert all(bool(count) == (condition is not None) for count, condition in zip(seen, row.cut, strict=True))


@pytest.mark.parametrize("row", CUT)
def test_the_value_does_not_read_what_is_cut(row: Row) -> None:
    """While the same operands are cut they may be any numbers, but for the steps of staircases and what saturates."""
    numbers = [x for x in EDGES if not math.isnan(x)]
    for operands in product(numbers, repeat=len(row.cut)):
        cut = is_cut(row, operands)
        for i in (i for i in range(len(cut)) if cut[i] and row.cut[i] is not always and (row.name, i) != ("clip", 0)):
            for other in numbers:
                changed = [*operands[:i], other, *operands[i + 1 :]]
                if is_cut(row, changed) == cut:
                    assert printed(row.name)(*changed) == printed(row.name)(*operands), (operands, i, other)


def test_only_a_partial_that_is_zero_by_its_row_is_always_cut() -> None:
    for row in TABLE.values():
        assert [condition is always for condition in row.cut or [None] * len(row.partials)] == [
            rule is zero for rule in row.partials
        ]


# ---- values


@pytest.mark.parametrize("case", CASES)
def test_value_at_50_digits(case: Case) -> None:
    for point in case.points():
        expected = case.precise(*map(mp.mpf, point))
        found = case(*point)
        assert isinstance(found, float)
        assert_close(found, expected, 1e-14, point)
        assert relative_error(found, expected) < 1e-13


MEANINGS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "mod": lambda x, y: x - y * mp.floor(x / y),
    "floordiv": lambda x, y: mp.floor(x / y),
    "digamma": mp.digamma,
    "zeta": mp.zeta,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "relu": lambda x: max(x, 0),
    "leaky_relu": lambda x, slope: max(x, 0) + slope * min(x, 0),
    "elu": lambda x, alpha: max(x, 0) + alpha * mp.expm1(min(x, 0)),
    "gelu": lambda x: x * mp.ncdf(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "sign": mp.sign,
    "minimum": min,
    "maximum": max,
    "clip": lambda x, low, high: min(max(x, low), high),
    "where": lambda c, x, y: x if c else y,
    "prod": lambda x, y, z: x * y * z,
    "mean": lambda x, y, z: (x + y + z) / 3,
    "sumprod": lambda x, y, z, a, b, c: x * a + y * b + z * c,
    "logsumexp": lambda x, y, z: mp.log(mp.exp(x) + mp.exp(y) + mp.exp(z)),
}


@pytest.mark.parametrize("name", MEANINGS)
def test_value_of_public_functions(name: str) -> None:
    """An account of each rule that owes nothing to the table."""
    case = Case(TABLE[name])
    for point in case.points():
        expected = MEANINGS[name](*map(mp.mpf, point))
        assert relative_error(case(*point), expected) < 1e-13, (point, SEED)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_value_of_lists(name: str) -> None:
    xs = Case(TABLE[name]).points()[0]
    whole = sum(mp.exp(mp.mpf(x)) for x in xs)
    for x, found in zip(xs, FUNCTIONS[name](xs), strict=True):
        share = mp.exp(mp.mpf(x)) / whole
        assert relative_error(found, share if name == "softmax" else mp.log(share)) < 1e-13


# ---- the node


@pytest.mark.parametrize("case", ROWS)
def test_node(case: Case) -> None:
    for point in case.points():
        leaves = [Value(x) for x in point]
        node = case(*leaves)
        assert type(node) is Value
        assert node.primitive is case.row and node.op == case.row.symbol
        assert all(p is x for p, x in zip(node.parents, leaves, strict=True))
        assert len(node.partials) == len(leaves) and all(type(p) is float for p in node.partials)
        assert node.data == pytest.approx(case(*point), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("case", ROWS)
def test_constant_operands(case: Case) -> None:
    point = case.points()[0]
    node = case(*map(Value, point))
    for i, x in enumerate(point):
        mixed: list[Any] = list(point)
        mixed[i] = Value(x)
        found = case(*mixed)
        assert found.data == node.data and found.partials == pytest.approx(node.partials, rel=0, abs=0, nan_ok=True)
        assert [p.is_constant for p in found.parents] == [j != i for j in range(len(point))]


@pytest.mark.parametrize("case", ROWS)
def test_backward_and_gradient(case: Case) -> None:
    for point in case.points():
        leaves = [Value(x) for x in point]
        node = case(*leaves)
        node.backward(seed=0.5)
        node.backward(seed=0.5)
        swept = [x.grad for x in leaves]
        assert np.array_equal(swept, node.partials, equal_nan=True)
        assert np.array_equal(gradient(node, leaves), node.partials, equal_nan=True)
        recorded = gradient(node, leaves, create_graph=True)
        assert all(type(x) is Value for x in recorded)
        assert [x.data for x in recorded] == pytest.approx(node.partials, rel=1e-13, abs=1e-14, nan_ok=True)


@pytest.mark.parametrize("case", [case for case in CASES if case.id != "sumprod"])  # which takes flat lists only
def test_arrays_agree_with_numbers(case: Case) -> None:
    points = case.points()
    columns = [np.array(column) for column in zip(*points, strict=True)]
    numbers = [case(*point) for point in points]
    of_values = [np.array([Value(x) for x in column]) for column in columns]
    if case.row.arity:
        found, values = FUNCTIONS[case.row.name](*columns), FUNCTIONS[case.row.name](*of_values)
    else:
        columns, of_values = (
            [np.stack(xs[k * SIZE : (k + 1) * SIZE], axis=1) for k in range(case.row.lists)] for xs in (columns, of_values)
        )
        found, values = FUNCTIONS[case.row.name](*columns, axis=1), FUNCTIONS[case.row.name](*of_values, axis=1)
        if case.part is not None:
            found, values = found[:, case.part], values[:, case.part]
    assert found.dtype == float and found == pytest.approx(numbers, rel=1e-14, abs=1e-15)
    assert values.dtype == object
    assert [v.data for v in values] == pytest.approx(numbers, rel=1e-14, abs=1e-15)
