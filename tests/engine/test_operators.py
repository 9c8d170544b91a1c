"""Operators and comparisons of Values and numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from helpers import kind

from autograd import (
    Value,
    jit,
)

OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
]
NUMBERS = [
    2,
    2.5,
    True,
    np.float64(2.5),
    np.float32(2.5),
    np.int64(2),
    np.bool_(True),
    Fraction(5, 2),
    Decimal("2.5"),
]


def name_of(x: Any) -> str:
    return getattr(x, "__name__", None) or kind(x)


@pytest.mark.parametrize("op", OPERATORS, ids=name_of)
@pytest.mark.parametrize("number", NUMBERS, ids=kind)
def test_numbers_on_either_side(op: Callable[[Any, Any], Any], number: Any) -> None:
    x, other = Value(3.25), float(number)
    for left, right, like in ((x, number, (3.25, other)), (number, x, (other, 3.25))):
        node = op(left, right)
        assert type(node) is Value
        assert node.data == op(*like)
        assert tuple(p.data for p in node.parents) == like
        assert [p.is_constant for p in node.parents] == [left is not x, right is not x]
        assert node.partials == op(Value(like[0]), Value(like[1])).partials


@pytest.mark.parametrize("op", OPERATORS, ids=name_of)
@pytest.mark.parametrize("other", [None, "2", 1j, object(), np.timedelta64(2, "s")], ids=kind)
def test_other_types_raise(op: Callable[[Any, Any], Any], other: Any) -> None:
    x = Value(3.0)
    with pytest.raises(TypeError):
        op(x, other)
    if not (isinstance(other, str) and op is operator.mod):  # "2" % x formats
        with pytest.raises(TypeError):
            op(other, x)


def test_power_has_both_derivatives() -> None:
    x, y = Value(2.0), Value(3.0)
    z = x**y
    z.backward()
    assert (z.data, x.grad, y.grad) == (8.0, 12.0, 8.0 * math.log(2.0))
    y = Value(3.0)
    (2**y).backward()
    assert y.grad == 8.0 * math.log(2.0)
    assert pow(x, 3).data == 8.0
    with pytest.raises(TypeError):
        pow(x, 3, 5)


@pytest.mark.parametrize("pair", [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0)])
def test_divmod(pair: tuple[float, float]) -> None:
    x, y = map(Value, pair)
    for quotient, remainder in (divmod(x, y), divmod(x, pair[1]), divmod(pair[0], y)):
        assert (quotient.data, remainder.data) == divmod(*pair)
        assert (quotient.op, remainder.op) == ("//", "%")
    remainder.backward()
    assert y.grad == -(pair[0] // pair[1])
    with pytest.raises(TypeError):
        divmod(x, "2")
    with pytest.raises(TypeError):
        divmod("2", x)


def test_unary_operators() -> None:
    x = Value(-3.0)
    assert +x is x
    assert ((-x).data, (-x).partials, abs(x).data, abs(x).partials) == (3.0, (-1.0,), 3.0, (-1.0,))


@pytest.mark.parametrize("number", [-2.5, -1.2, 0.5, 1.5, 2.0, 2.7, 1e300])
@pytest.mark.parametrize("function", [round, math.floor, math.ceil, math.trunc], ids=name_of)
def test_rounding(function: Callable[[Any], Any], number: float) -> None:
    """Rounding records a node with derivative 0."""
    x = Value(number)
    node = function(x)
    assert (type(node), node.data, node.partials, node.parents[0] is x) == (Value, float(function(number)), (0.0,), True)


def test_round_to_digits() -> None:
    assert [round(Value(1234.5678), digits).data for digits in (None, 0, 2, -2)] == [1235.0, 1235.0, 1234.57, 1200.0]
    x = Value(1.234)
    round(x, 1).backward()
    assert x.grad == 0.0
    with pytest.raises(TypeError):
        round(x, 1.5)  # type: ignore[call-overload]


@pytest.mark.parametrize(("digits", "expected"), [(300, 2.5), (400, 2.5), (-300, 0.0), (-400, 0.0)])
def test_round_to_extreme_digits(digits: int, expected: float) -> None:
    """Whatever floats take."""
    assert round(2.5, digits) == expected
    assert round(Value(2.5), digits).data == expected


COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("compare", COMPARISONS, ids=name_of)
@pytest.mark.parametrize("number", [*NUMBERS, 3.25, nan, inf], ids=kind)
def test_comparisons(compare: Callable[[Any, Any], Any], number: Any) -> None:
    x = Value(2.5)
    assert compare(x, number) == compare(x, Value(number)) == compare(2.5, float(number))
    assert compare(number, x) == compare(Value(number), x) == compare(float(number), 2.5)


BETWEEN = [10**400, -(10**400), 2**53 + 1, -(2**53) - 1, 2**60 + 3, 2**53, Decimal("0.1"), Decimal("1e400"), Fraction(1, 10)]


@pytest.mark.parametrize("compare", COMPARISONS, ids=name_of)
@pytest.mark.parametrize("number", BETWEEN, ids=lambda x: f"{type(x).__name__} {x}"[:24])
def test_comparisons_with_what_no_float_is(compare: Callable[[Any, Any], Any], number: Any) -> None:
    """They are exact, as those of floats, traced too."""
    traced = jit(lambda x: (compare(x, number), compare(number, x)), max_paths=99)
    for x in (0.1, math.nextafter(0.1, 1.0), 2.0**53, 2.0**53 + 2.0, -(2.0**53), -(2.0**53) - 2.0, 2.0**60, 1e300, inf, -inf):
        expected = compare(x, number), compare(number, x)
        assert (compare(Value(x), number), compare(number, Value(x))) == expected == traced(x)


@pytest.mark.parametrize("text", ["2", b"2", "", bytearray(b"2")], ids=repr)
def test_texts_are_not_repeated(text: Any) -> None:
    for multiply in (lambda: Value(2.0) * text, lambda: text * Value(2.0)):
        with pytest.raises(TypeError, match="unsupported operand") as error:
            multiply()
        assert error.type is TypeError


@pytest.mark.parametrize("other", [None, "2", [2.0], 2j, object()], ids=kind)
def test_comparison_with_other_types(other: Any) -> None:
    """Values are unequal to anything but numbers; ordering raises."""
    x = Value(2.0)
    assert (x == other, other == x, x != other, other != x) == (False, False, True, True)
    for compare in COMPARISONS[2:]:
        with pytest.raises(TypeError):
            compare(x, other)
        with pytest.raises(TypeError):
            compare(other, x)


def test_hash() -> None:
    """Equal Values differ in hash, so that sets and dicts hold nodes."""
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert len({a, b, a}) == 2
    before = hash(a)
    a.data = 7.0
    assert hash(a) == before
    assert {a: "a", b: "b"}[a] == "a"


def test_bool() -> None:
    assert [bool(Value(x)) for x in (0.0, -0.0, 0.1, -3.0, nan)] == [False, False, True, True, True]


@pytest.mark.parametrize("function", [float, int, complex, math.sin, math.sqrt, lambda v: math.fsum([v])], ids=name_of)
def test_conversion_raises(function: Callable[[Any], Any]) -> None:
    """It would lose the gradient in silence; the message says what to write."""
    with pytest.raises(TypeError) as caught:
        function(Value(1.0))
    assert "v.data" in str(caught.value) and "autograd.sin" in str(caught.value)


@pytest.mark.parametrize("function", [operator.index, np.float64, lambda v: [1, 2][v], lambda v: np.zeros(2) + float(v)])
def test_use_as_a_plain_number_raises(function: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        function(Value(1.0))


def test_builtin_sum() -> None:
    """Its initial 0 makes no node."""
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    assert sum([a]) is a
    total = sum([a, b, c])
    assert total.parents[1] is c and total.parents[0].parents[0] is a
    assert total.parents[0].parents[1] is b
