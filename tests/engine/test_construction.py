"""Making a Value, assigning to it, and what a node says of itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
import pytest
from helpers import kind

import autograd
from autograd import (
    LostGradientError,
    Value,
)

ACCEPTED = [
    (3, 3.0),
    (-2.5, -2.5),
    (inf, inf),
    (True, 1.0),
    (np.bool_(True), 1.0),
    (np.float16(0.5), 0.5),
    (np.float32(0.5), 0.5),
    (np.float64(0.5), 0.5),
    (np.longdouble(0.5), 0.5),
    (np.int8(-3), -3.0),
    (np.uint64(7), 7.0),
    (np.array(2.5), 2.5),
    (Fraction(1, 4), 0.25),
    (Decimal("0.25"), 0.25),
]
REFUSED = [
    None,
    "3",
    b"3",
    bytearray(b"3"),
    np.str_("3"),
    1j,
    np.complex128(1),
    np.datetime64("2026-01-01"),
    np.timedelta64(3, "s"),
    np.array(np.timedelta64(3, "s")),
    np.array("3"),
    np.array(1j),
    np.array([1.0]),
    np.array([1.0, 2.0]),
    [1.0],
    (1.0,),
    {1.0},
    {"a": 1.0},
    object(),
    float,
    Value(1.0),
]


@pytest.mark.parametrize(("number", "expected"), ACCEPTED, ids=kind)
def test_every_real_number_becomes_a_float(number: Any, expected: float) -> None:
    x = Value(number)
    assert (type(x.data), x.data) == (float, expected)
    x.data = x.grad = number
    assert (type(x.data), x.data, type(x.grad), x.grad) == (float, expected, float, expected)


@pytest.mark.parametrize("wrong", REFUSED, ids=kind)
def test_other_types_raise(wrong: Any) -> None:
    """The message names the argument."""
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"^data must be a real number"):
        Value(wrong)
    with pytest.raises(TypeError, match=r"^data must be a real number"):
        x.data = wrong
    with pytest.raises(TypeError, match=r"^grad must be a real number"):
        x.grad = wrong
    with pytest.raises(TypeError, match=r"^seed must be a real number"):
        x.backward(wrong)
    assert (x.data, x.grad) == (1.0, 0.0)


def test_data_is_required() -> None:
    with pytest.raises(TypeError):
        Value()  # type: ignore[call-arg]


def test_value_of_a_value_raises() -> None:
    with pytest.raises(LostGradientError, match=r"data .*v\.data"):
        Value(Value(1.0))


@pytest.mark.parametrize("wrong", [None, 3, b"x", ["x"]], ids=kind)
def test_label_must_be_a_str(wrong: Any) -> None:
    x = Value(1.0, "x")
    with pytest.raises(TypeError, match=r"^label must be a str"):
        Value(1.0, label=wrong)
    with pytest.raises(TypeError, match=r"^label must be a str"):
        x.label = wrong
    assert x.label == "x"


def test_a_new_leaf() -> None:
    x = Value(3.0)
    assert (x.data, x.grad, x.label, x.op, x.parents, x.partials, x.group) == (3.0, 0.0, "", "", (), (), ())
    assert (x.primitive, x.is_constant, x._op, x._prev) == (None, False, "", set())


def test_assignment() -> None:
    x = Value(3.0)
    x.data, x.grad, x.label = 4, 0.5, "w"
    assert (x.data, x.grad, x.label) == (4.0, 0.5, "w")
    y = x * x
    y.label = "y"
    assert (y.label, y.op, y.data) == ("y", "*", 16.0)


@pytest.mark.parametrize(
    "name", ["op", "parents", "partials", "primitive", "operation", "group", "is_constant", "_prev", "_op"]
)
def test_other_attributes_are_read_only(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Value(3.0) * 2.0, name, ())


def test_unknown_attribute_raises() -> None:
    with pytest.raises(AttributeError):
        Value(3.0).gard = 0.0


def test_subclassing_raises() -> None:
    """Operations know Values by their exact type."""
    with pytest.raises(TypeError):
        type("Mine", (Value,), {})


# ---- what a node says


def test_node() -> None:
    a, b = Value(2.0), Value(5.0)
    y = a / b
    assert (y.op, y._op, y.primitive.name) == ("/", "/", "div")
    assert y.parents[0] is a and y.parents[1] is b
    assert y.partials == (0.2, -2.0 / 25.0)
    assert y._prev == {a, b}


def test_same_parent_twice() -> None:
    x = Value(3.0)
    y = x * x
    assert [p is x for p in y.parents] == [True, True]
    assert y.partials == (3.0, 3.0)
    assert y._prev == {x}


@pytest.mark.parametrize(
    "make", [lambda x: x * 2.0, lambda x: 2.0 * x, lambda x: autograd.sum([2.0, x])], ids=["right", "left", "n-ary"]
)
def test_constant_operand(make: Callable[[Value], Value]) -> None:
    """It becomes a leaf when it is first read, and stays that leaf."""
    x = Value(3.0)
    y = make(x)
    (two,) = [p for p in y.parents if p is not x]
    assert (two.data, two.op, two.is_constant, x.is_constant) == (2.0, "", True, False)
    assert any(p is two for p in y.parents) and two in y._prev
    y.backward()
    assert x.grad == y.partials[[p is x for p in y.parents].index(True)]


def test_repr() -> None:
    x = Value(3)
    assert repr(x) == str(x) == f"{x}" == "Value(data=3.0, grad=0.0)"
    x.label, x.grad = "it's x", -0.5
    assert repr(x) == 'Value(data=3.0, grad=-0.5, label="it\'s x")'


def test_format() -> None:
    x = Value(3.14159)
    assert (f"{x:.3f}", f"{x:>8.1f}", format(x, ".1e")) == ("3.142", "     3.1", "3.1e+00")
