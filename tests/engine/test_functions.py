"""The functions of the package: what they take, the shape of what they give, and how they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, gradient
from autograd.ops.primitives import TABLE

ELEMENTWISE = [name for name, row in TABLE.items() if row.public and row.arity == 1]
TWO = [name for name, row in TABLE.items() if row.public and row.arity == 2 and not row.defaults]
REDUCTIONS = ["sum", "prod", "mean", "logsumexp"]
COMPOSITES = ["softmax", "log_softmax"]
HALF = [0.5, np.float32(0.5), np.float64(0.5), np.float16(0.5), Fraction(1, 2), Decimal("0.5")]
ONE = [1, True, np.int64(1), np.uint8(1), np.bool_(True)]


def public(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(ag, name)
    return found


def middle(name: str) -> list[float]:
    """A point where the operation is defined."""
    return [low + 0.4 * (high - low) for low, high in TABLE[name].sample]


# ---- what they take


@pytest.mark.parametrize("number", [*HALF, *ONE], ids=lambda number: f"{type(number).__name__}({number})")
def test_every_real_number_gives_a_float(number: Any) -> None:
    result = ag.exp(number)
    assert type(result) is float and result == math.exp(number)
    of_two = ag.hypot(number, number)
    assert type(of_two) is float and of_two == math.hypot(float(number), float(number))
    assert type(ag.hypot(Value(1.0), number)) is Value
    assert type(ag.sum([number])) is float
    assert ag.clip(number, number, number) == float(number)


@pytest.mark.parametrize("name", [*ELEMENTWISE, *TWO])
def test_numbers_values_and_arrays(name: str) -> None:
    function, operands = public(name), middle(name)
    expected = function(*operands)
    assert type(expected) is float
    node = function(*map(Value, operands))
    assert type(node) is Value and node.op == TABLE[name].symbol
    assert node.data == pytest.approx(expected, rel=1e-13, abs=0.0)
    array = function(*[np.full((2, 3), x) for x in operands])
    assert array.shape == (2, 3) and array.dtype == float
    assert array == pytest.approx(np.full((2, 3), expected), rel=1e-14, abs=0.0)
    values = function(*[ag.asarray(np.full((2, 3), x)) for x in operands])
    assert values.shape == (2, 3) and {type(v) for v in values.flat} == {Value}


@pytest.mark.parametrize("name", [*ELEMENTWISE, *TWO])
def test_documentation_and_name(name: str) -> None:
    function = public(name)
    assert function.__name__ == name and function.__module__ == "autograd"
    assert function.__doc__ and TABLE[name].kinks in function.__doc__


x, y = Value(0.5), Value(2.0)
CONTAINERS = {
    "list": ([1.0, 2], (2,), False),
    "tuple": ((1.0, 2), (2,), False),
    "nested": ([[1, 2, 3], [4, 5, 6]], (2, 3), False),
    "empty": ([], (0,), False),
    "range": (range(4), (4,), False),
    "array of integers": (np.arange(3), (3,), False),
    "array of bool": (np.array([True]), (1,), False),
    "single precision": (np.ones(2, dtype=np.float32), (2,), False),
    "fractions": ([Fraction(1, 2), Decimal(2)], (2,), False),
    "objects that are numbers": (np.array([1, 2.5], dtype=object), (2,), False),
    "list of Values": ([x, y], (2,), True),
    "mixed": ((x, 2, Fraction(1, 2)), (3,), True),
    "nested mixed": ([[x, 1], [2.0, y]], (2, 2), True),
    "list of arrays": ([np.array([x, y]), np.ones(2)], (2, 2), True),
    "object array": (np.array([[x], [y]]), (2, 1), True),
}


@pytest.mark.parametrize(("container", "shape", "has_values"), CONTAINERS.values(), ids=CONTAINERS)
def test_containers_give_arrays(container: Any, shape: tuple[int, ...], has_values: bool) -> None:
    for result in (ag.exp(container), ag.maximum(container, -9), ag.leaky_relu(container), ag.clip(container, 0, 9)):
        assert isinstance(result, np.ndarray) and result.shape == shape
        assert result.dtype == (object if has_values else float)
        for item in result.flat:
            assert type(item) in ((Value, float) if has_values else (np.float64,))
    numbers = ag.data(container) if not isinstance(container, range) else np.array(container, dtype=float)
    assert ag.data(ag.exp(container)) == pytest.approx(np.exp(numbers), rel=1e-15, abs=0.0)


def test_generators_are_read_once() -> None:
    assert ag.exp(float(i) for i in range(3)) == pytest.approx(np.exp([0.0, 1.0, 2.0]))
    assert ag.exp(v for v in [x, y])[1].parents == (y,)
    assert ag.sum(v * v for v in [x, y]).data == 4.25
    assert ag.logsumexp(iter([0.0, 0.0])) == pytest.approx(math.log(2.0))
    assert ag.sumprod((v for v in [x, y]), iter([2.0, 1.0])).data == 3.0


def test_0_dimensional_arrays_are_numbers() -> None:
    assert ag.exp(np.array(0.0)) == 1.0 and isinstance(ag.exp(np.array(0.0)), float)
    assert type(ag.exp(np.array(x))) is Value
    assert ag.sum(np.array(3.0)) == 3.0
    assert ag.sum(np.array(x)).parents == (x,)


def test_lists_keep_values() -> None:
    assert all(r.parents == (v,) and r.parents[0] is v for r, v in zip(ag.sin([x, y]), [x, y], strict=True))


def test_operands_are_broadcast() -> None:
    assert ag.maximum([1, 2, 3], [[2], [4]]).tolist() == [[2, 2, 3], [4, 4, 4]]
    assert ag.data(ag.hypot([[3.0], [6.0]], Value(4.0))) == pytest.approx(np.hypot([[3.0], [6.0]], 4.0))
    assert ag.clip(np.ones((2, 1)), [0, 2, 0], np.full(3, 9)).shape == (2, 3)
    with pytest.raises(ValueError, match="broadcast"):
        ag.maximum(np.ones(2), np.ones(3))


def test_numbers_give_no_warning() -> None:
    """Warnings are errors in this test run."""
    with np.errstate(all="warn"):
        assert np.isnan(ag.log([-1.0])[0]) and ag.log([0.0])[0] == -math.inf
        assert ag.exp([1e4])[0] == math.inf
        assert ag.sum([1e308, 1e308]) == math.inf


def test_arrays_of_values_give_no_warning() -> None:
    """At 5.0 the branch of `digamma` that does not apply has a pole."""
    assert ag.digamma(np.array([Value(5.0)]))[0].data == ag.digamma(Value(5.0)).data


# ---- defaults


def test_defaults_and_keywords() -> None:
    assert ag.leaky_relu(-1.0) == -0.01
    assert ag.leaky_relu(-1.0, slope=0.2) == ag.leaky_relu(-1.0, 0.2) == ag.leaky_relu(x=-1.0, slope=0.2) == -0.2
    assert ag.elu(-1.0) == math.expm1(-1.0)
    assert ag.elu(-1.0, alpha=2.0) == 2.0 * math.expm1(-1.0)
    assert ag.clip(5.0) == 5.0
    assert ag.clip(5.0, high=2.0) == 2.0 and ag.clip(-5.0, low=2.0) == 2.0
    assert ag.clip([1, 5], 2, 3).tolist() == [2.0, 3.0]


def test_derivatives_of_parameters() -> None:
    slope, low = Value(0.2), Value(1.0)
    assert gradient(ag.leaky_relu(Value(-3.0), slope=slope), slope) == -3.0
    assert gradient(ag.clip(0.5, low=low), low) == 1.0
    assert gradient(ag.elu(-1.0, alpha=slope), slope) == math.expm1(-1.0)
    assert ag.leaky_relu(Value(2.0)).parents[1].is_constant


# ---- reductions


@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_reduction_is_one_node(name: str) -> None:
    leaves = [Value(i / 3) for i in range(1, 6)]
    node = public(name)(leaves)
    assert node.op == name and node.parents == tuple(leaves)
    assert public(name)(np.array(leaves)).partials == node.partials
    assert public(name)([[leaves[0], leaves[1]], [leaves[2], leaves[3]]]).parents == tuple(leaves[:4])
    assert public(name)([v.data for v in leaves]) == pytest.approx(node.data, rel=1e-15, abs=0.0)


def test_sumprod_is_one_node() -> None:
    p, q = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]
    node = ag.sumprod(p, q)
    assert (node.op, node.data) == ("sumprod", 11.0)
    assert node.parents == (*p, *q) and node.partials == (3.0, 4.0, 1.0, 2.0)
    mixed = ag.sumprod(p, np.array([5, 6]))
    assert mixed.data == 17.0 and [v.is_constant for v in mixed.parents] == [False, False, True, True]
    assert ag.sumprod([1, 2], [3, 4]) == 11.0
    assert ag.sumprod(p=[2], q=[3]) == 6.0


def test_the_same_value_many_times() -> None:
    v = Value(2.0)
    for node, expected in ((ag.sum([v, v, v]), 3.0), (ag.prod([v, v, v]), 12.0), (ag.sumprod([v], [v]), 4.0)):
        assert gradient(node, v) == expected


def test_nothing_at_all() -> None:
    assert (ag.sum([]), ag.prod([]), ag.sumprod([], [])) == (0.0, 1.0, 0.0)
    assert ag.sum(np.zeros((0, 3)), axis=0).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["mean", "logsumexp", *COMPOSITES])
def test_nothing_has_no(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}\(\) of nothing has no value: give it at least one number"):
        public(name)([])


NUMPY = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "logsumexp": np.logaddexp.reduce,
    "softmax": lambda a, axis: np.exp(a) / np.exp(a).sum(axis=axis, keepdims=True),
    "log_softmax": lambda a, axis: a - np.log(np.exp(a).sum(axis=axis, keepdims=True)),
}


@pytest.mark.parametrize("name", NUMPY)
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_axis_is_numpys(name: str, axis: int) -> None:
    numbers = np.linspace(-1.0, 2.0, 24).reshape(2, 3, 4)
    expected = NUMPY[name](numbers, axis=axis)
    found = public(name)(numbers, axis=axis)
    assert found.dtype == float and found.shape == expected.shape and found == pytest.approx(expected, rel=1e-13, abs=0.0)
    assert public(name)(numbers.tolist(), axis) == pytest.approx(expected, rel=1e-13, abs=0.0)
    values = public(name)(ag.asarray(numbers), axis=axis)
    assert values.dtype == object and values.shape == expected.shape
    assert ag.data(values) == pytest.approx(expected, rel=1e-13, abs=0.0)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_axis_of_one_dimension(name: str) -> None:
    assert public(name)([1.0, 2.0], axis=0) == public(name)([1.0, 2.0], axis=-1) == public(name)([1.0, 2.0])
    assert type(public(name)([x, y], axis=0)) is type(public(name)([x, y], axis=-1)) is Value
    with pytest.raises(ValueError, match="out of bounds"):
        public(name)([x, y], axis=1)


@pytest.mark.parametrize("name", COMPOSITES)
def test_softmax_takes_the_last_axis(name: str) -> None:
    rows = [[0.0, 1.0], [3.0, 1.0]]
    assert public(name)(rows).tolist() == [list(public(name)(row)) for row in rows]
    values = public(name)(ag.asarray(rows))
    assert values.shape == (2, 2) and {type(v) for v in values.flat} == {Value}


# ---- where


CHOICES = {
    "bool": (True, False),
    "NumPy bool": (np.bool_(True), np.bool_(False)),
    "number": (2, 0.0),
    "Value": (Value(-1.0), Value(0.0)),
    "0-dimensional": (np.array(True), np.array(False)),
}


@pytest.mark.parametrize(("true", "false"), CHOICES.values(), ids=CHOICES)
def test_where(true: Any, false: Any) -> None:
    assert ag.where(true, x, y) is x and ag.where(false, x, y) is y
    assert ag.where(true, 1, 2) == 1.0 and isinstance(ag.where(true, 1, 2), float)


def test_where_of_values_and_numbers() -> None:
    chosen = ag.where(False, x, 3)
    assert type(chosen) is Value and chosen.data == 3.0 and chosen.op == ""


def test_where_on_arrays() -> None:
    assert ag.where([True, False], [1, 2], 3).tolist() == [1.0, 3.0]
    assert ag.where(np.array([True, False]), 1, [2, 3]).dtype == float
    found = ag.where(np.array([x, y]) > 1, x, [y, 0.0])
    assert found[0] is y and found[1] is x
    assert ag.where([Value(0.0), Value(1.0)], x, y).tolist() == [y, x]
    assert ag.where(np.ones((2, 1)), np.zeros(3), x).shape == (2, 3)
    assert ag.where(x < y, [1, 2], [3, 4]).tolist() == [1.0, 2.0]


BAD_AT_0: dict[str, Callable[[Any], Any]] = {
    "sqrt": lambda v: ag.sqrt(v),
    "1/x": lambda v: 1 / v,
    "log": lambda v: ag.log(v),
    "log of -1": lambda v: ag.log(v - 1),
    "nan": lambda v: v * math.nan,
    "0**-1": lambda v: v**-1,
}


@pytest.mark.parametrize("bad", BAD_AT_0.values(), ids=BAD_AT_0)
@pytest.mark.parametrize("on_array", [False, True])
def test_where_branch_not_taken(bad: Callable[[Any], Any], on_array: bool) -> None:
    v = Value(0.0)
    if on_array:
        y = ag.sum(ag.where(np.array([True, False]), [v**3 + v, 0.0], [bad(v), 2 * v * v]))
        expected = [0.0, 1.0, 4.0, 6.0]
    else:
        y = ag.where(v > 0, bad(v), v**3 + v)
        expected = [0.0, 1.0, 0.0, 6.0]
    y.backward()
    assert v.grad == expected[1]
    found = [y.data]
    for _ in range(3):
        y = gradient(y, v, create_graph=True)
        found.append(y.data)
    assert found == expected


# ---- refusals


WRONG: list[Any] = ["1", b"1", None, 1j, ["a"], [1, None], [1j], {"a": 1}, {1: 2}, object(), [object()]]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(wrong).split(" at ")[0])
@pytest.mark.parametrize("name", ["exp", "maximum", "clip", "sum", "sumprod", "logsumexp", "softmax", "where"])
def test_wrong_operands(name: str, wrong: Any) -> None:
    others = {"maximum": [1], "sumprod": [[1]], "where": [1, 2]}.get(name, [])
    with pytest.raises(TypeError, match=rf"^{name}\(\) takes numbers, Values, and arrays or lists of these"):
        public(name)(wrong, *others)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_where_wrong_operands(place: int) -> None:
    operands: list[Any] = [True, 1, 2]
    operands[place] = "a"
    with pytest.raises(TypeError, match=r"^where\(\) takes numbers"):
        ag.where(*operands)


@pytest.mark.parametrize("name", ["exp", "sum", "softmax"])
def test_rows_of_different_lengths(name: str) -> None:
    for ragged in ([[1, 2], [3]], [[x], [y, 1]]):
        with pytest.raises(ValueError, match=rf"^{name}\(\) takes nested lists only if .* same length"):
            public(name)(ragged)


def test_lists_of_different_lengths() -> None:
    with pytest.raises(ValueError, match=r"^sumprod\(\) needs lists of one length, got 1 and 2"):
        ag.sumprod([x], [1, 2])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_number_of_operands(name: str) -> None:
    with pytest.raises(TypeError):
        public(name)()
    with pytest.raises(TypeError):
        public(name)(1, 2)
