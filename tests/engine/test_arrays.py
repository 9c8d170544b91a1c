"""NumPy at home: Values beside arrays, in arrays and under NumPy's functions; arrays made and read back."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import LostGradientError, Value, grad, gradient
from autograd.engine.functions import FUNCTIONS
from autograd.ops.primitives import TABLE, Row

Operator = Callable[[Any, Any], Any]
ARITHMETIC: list[Operator] = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
]  # fmt: skip
COMPARISONS: list[Operator] = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
SCALARS = [np.float64(2), np.float32(2), np.float16(2), np.int64(2), np.uint8(2), np.bool_(True), np.array(2.0)]
ARRAYS = {
    "float64": np.array([1.0, 2.0, 2.5]),
    "float32": np.array([1.0, 2.0, 2.5], dtype=np.float32),
    "int64": np.array([1, 2, 3]),
    "uint8": np.array([1, 2, 3], dtype=np.uint8),
    "bool": np.array([True, True, True]),
    "matrix": np.array([[1.0, 2.0], [0.5, 3.0]]),
    "empty": np.empty((0, 2)),
}

WRONG = ["a", None, 1j, [None], ["a"], [[1], [2, 3]], [object()]]


def shown(x: Any) -> str:
    """A test's name, the same in every process."""
    return str(x).split(" at ")[0]


def assert_same_numbers(values: Any, expected: Any) -> None:
    """An object array of Values with the expected numbers, in the expected shape."""
    assert isinstance(values, np.ndarray) and values.dtype == object and values.shape == expected.shape
    assert all(type(v) is Value for v in values.flat)
    assert ag.data(values) == pytest.approx(np.asarray(expected, dtype=float), rel=1e-14, abs=0.0)


# ---- one Value beside NumPy's numbers and arrays


@pytest.mark.parametrize("number", SCALARS, ids=lambda n: f"{n.dtype}{n.shape}")
@pytest.mark.parametrize("do", ARITHMETIC)
def test_numpy_scalars_on_either_side(do: Operator, number: Any) -> None:
    v = Value(1.5)
    for result, expected in ((do(v, number), do(1.5, float(number))), (do(number, v), do(float(number), 1.5))):
        assert type(result) is Value and result.data == pytest.approx(expected, rel=1e-15, abs=0.0)
        assert v in result.parents


@pytest.mark.parametrize("number", SCALARS, ids=lambda n: f"{n.dtype}{n.shape}")
@pytest.mark.parametrize("do", COMPARISONS)
def test_comparison_with_numpy_scalars(do: Operator, number: Any) -> None:
    v = Value(1.5)
    assert bool(do(v, number)) is do(1.5, float(number))
    assert bool(do(number, v)) is do(float(number), 1.5)
    assert isinstance(do(v, number), (bool, np.bool_)) and isinstance(do(number, v), (bool, np.bool_))


def test_divmod_with_numpy_scalars() -> None:
    quotient, rest = divmod(np.float64(7.0), Value(2.0))
    assert (type(quotient), quotient.data, rest.data) == (Value, 3.0, 1.0)
    quotient, rest = divmod(Value(7.0), np.int64(2))
    assert (type(quotient), quotient.data, rest.data) == (Value, 3.0, 1.0)


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("do", ARITHMETIC)
def test_arrays_on_either_side(do: Operator, array: Any) -> None:
    v, numbers = Value(1.5), array.astype(float)
    assert_same_numbers(do(v, array), do(1.5, numbers))
    assert_same_numbers(do(array, v), do(numbers, 1.5))
    for result in (do(v, array), do(array, v)):
        assert all(v in item.parents for item in result.flat)


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("do", COMPARISONS)
def test_comparison_with_arrays(do: Operator, array: Any) -> None:
    v, numbers = Value(2.0), array.astype(float)
    for result, expected in ((do(v, array), do(2.0, numbers)), (do(array, v), do(numbers, 2.0))):
        assert result.dtype == bool and result.shape == array.shape
        assert np.array_equal(result, expected)


def test_in_place_operators() -> None:
    array: Any = np.array([Value(1.0), Value(2.0)])
    before = list(array)
    array += Value(1.0)
    array *= 2
    assert ag.data(array).tolist() == [4.0, 6.0]
    assert [v.data for v in before] == [1.0, 2.0]


# ---- object arrays


@pytest.mark.parametrize("do", ARITHMETIC)
def test_object_arrays(do: Operator) -> None:
    numbers, others = np.array([[1.0, 2.5], [0.5, 3.0]]), np.array([2.0, 1.5])
    values, more = ag.asarray(numbers), ag.asarray(others)
    expected = do(numbers, others)
    for result in (do(values, more), do(values, others), do(numbers, more)):
        assert_same_numbers(result, expected)
    assert_same_numbers(do(values, 2), do(numbers, 2))
    assert_same_numbers(do(2, values), do(2, numbers))
    assert_same_numbers(do(values, more[0]), do(numbers, 2.0))


@pytest.mark.parametrize("do", COMPARISONS)
def test_comparison_of_object_arrays(do: Operator) -> None:
    numbers, others = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    values, more = ag.asarray(numbers), ag.asarray(others)
    for result in (do(values, more), do(values, others), do(numbers, more)):
        assert result.dtype == bool and np.array_equal(result, do(numbers, others))


def test_signs_of_object_arrays() -> None:
    values = ag.asarray([-1.5, 2.0])
    assert ag.data(-values).tolist() == [1.5, -2.0]
    assert ag.data(abs(values)).tolist() == [1.5, 2.0]
    assert list(+values) == list(values)


def test_matrix_product() -> None:
    w, x = np.arange(6.0).reshape(2, 3), np.array([0.5, -1.0, 2.0])
    weights, inputs = ag.asarray(w), ag.asarray(x)
    for result in (weights @ inputs, weights @ x, w @ inputs, np.dot(weights, inputs), np.matmul(weights, x), weights.dot(x)):
        assert_same_numbers(result, w @ x)
    assert_same_numbers(weights @ weights.T, w @ w.T)
    total = np.sum(weights @ inputs)
    total.backward()
    assert np.array_equal(ag.grads(weights), np.tile(x, (2, 1)))
    assert np.array_equal(ag.grads(inputs), w.sum(axis=0))


def test_dot_product_is_a_value() -> None:
    x, numbers = ag.asarray([1.0, 2.0]), np.array([3.0, 4.0])
    for result in (x @ numbers, numbers @ x, np.dot(x, numbers), np.inner(x, numbers), np.vdot(numbers, x)):
        assert type(result) is Value and result.data == 11.0
        assert gradient(result, x).tolist() == [3.0, 4.0]


# ---- NumPy's functions


UFUNCS = [
    pytest.param(row, id=row.numpy) for row in TABLE.values()
    if row.arity in (1, 2) and isinstance(getattr(np, row.numpy, None), np.ufunc)
]  # fmt: skip
COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}  # nodes in a trace only
BY_COMPARISON = COMPARISONS | {"maximum", "minimum", "sign"}  # NumPy compares objects itself, and returns one of them


def test_most_rows_have_a_ufunc() -> None:
    assert len(UFUNCS) >= 40


@pytest.mark.parametrize("row", [p for p in UFUNCS if p.id not in BY_COMPARISON])
def test_ufuncs_record_the_row(row: Row) -> None:
    ufunc = getattr(np, row.numpy)
    points = [[low + share * (high - low) for low, high in row.sample] for share in (0.3, 0.45, 0.8)]
    columns = [np.array(column) for column in zip(*points, strict=True)]
    operands = [ag.asarray(column) for column in columns]
    result = ufunc(*operands)
    assert_same_numbers(result, ufunc(*columns))
    for i, node in enumerate(result):
        leaves = [column[i] for column in operands]
        if row.name == "identity":
            assert node is leaves[0]
            continue
        assert node.primitive is row and node.parents == tuple(leaves)
        assert node.partials == FUNCTIONS[row.name](*leaves).partials
    alone = ufunc(*[column[0] for column in operands])
    assert type(alone) is Value and alone.data == result[0].data
    if row.arity == 2:
        assert_same_numbers(ufunc(operands[0], columns[1]), ufunc(*columns))


@pytest.mark.parametrize("name", sorted(BY_COMPARISON - COMPARISONS - {"sign"}))
def test_maximum_and_minimum(name: str) -> None:
    numbers, others = np.array([1.0, 5.0, -2.0]), np.array([2.0, 3.0, -4.0])
    values = ag.asarray(numbers)
    result = getattr(np, name)(values, others)
    expected = getattr(np, name)(numbers, others)
    assert ag.data(result).tolist() == expected.tolist()
    assert [r is v for r, v in zip(result, values, strict=True)] == (expected == numbers).tolist()
    assert np.max(values) is values[1] and np.min(values) is values[2]
    assert_same_numbers(getattr(ag, name)(values, others), expected)


def test_sign() -> None:
    assert np.sign(ag.asarray([-2.0, 0.0, 3.0])).tolist() == [-1, 0, 1]


@pytest.mark.parametrize("reduce", [np.sum, np.mean, np.prod])
def test_reductions(reduce: Callable[..., Any]) -> None:
    numbers = np.array([[1.0, 2.0, 4.0], [0.5, -1.0, 3.0]])
    values = ag.asarray(numbers)
    whole = reduce(values)
    assert type(whole) is Value and whole.data == pytest.approx(reduce(numbers), rel=1e-15, abs=0.0)
    for axis in (0, 1):
        assert_same_numbers(reduce(values, axis=axis), reduce(numbers, axis=axis))
    name = reduce.__name__
    assert gradient(whole, values) == pytest.approx(gradient(getattr(ag, name)(values), values), rel=1e-15, abs=0.0)


def test_where_and_clip() -> None:
    v, w = Value(0.5), Value(2.0)
    values = np.array([v, w])
    chosen = np.where(values > 1, values, [w, v])
    assert chosen[0] is w and chosen[1] is w
    clipped = np.clip(values, 0.75, 3.0)
    assert ag.data(clipped).tolist() == [0.75, 2.0]
    assert np.clip(v, 0.0, 1.0).data == 0.5
    assert gradient(ag.sum(clipped), [v, w]) == [0.0, 1.0]


def test_arrays_of_values_are_object_arrays() -> None:
    v, w = Value(0.5), Value(2.0)
    for array in (np.array([v, w]), np.array([v, 2.0]), np.asarray([[v], [w]]), np.stack([np.array([v]), np.array([w])])):
        assert array.dtype == object and array.flat[0] is v
    assert np.array(v).shape == () and np.array(v)[()] is v
    assert np.concatenate([ag.asarray([1.0]), np.ones(2)]).shape == (3,)
    assert ag.data(np.cumsum(ag.asarray([1.0, 2.0, 3.0]))).tolist() == [1.0, 3.0, 6.0]
    assert np.argmax(np.array([v, w])) == 1 and np.sort(np.array([w, v]))[0] is v
    assert np.linalg.norm(ag.asarray([3.0, 4.0])).data == 5.0


@pytest.mark.parametrize(
    "convert",
    [
        lambda v: np.array([v], dtype=float),
        lambda v: np.asarray([v, v], dtype=np.float32),
        lambda v: np.array([v]).astype(float),
        lambda v: np.array([v]).astype(int),
        lambda v: np.zeros(2).__setitem__(0, v),
        lambda v: np.full(2, 0.0).fill(v),
        lambda v: math.sin(v),
        lambda v: float(v),
    ],
)
def test_losing_the_gradient_raises(convert: Callable[[Value], Any]) -> None:
    with pytest.raises(TypeError) as caught:
        convert(Value(1.0))
    errors = [caught.value, caught.value.__cause__]
    message = " ".join(map(str, errors))
    assert any(isinstance(e, LostGradientError) for e in errors)
    assert "v.data" in message and "autograd.sin" in message


# ---- asarray


def test_asarray_makes_leaves_of_any_shape() -> None:
    for numbers in (3.0, [1, 2], (1.0, 2), [[1, 2], [3, 4]], np.ones((2, 1, 3)), np.zeros((0, 2)), [], range(3)):
        expected = np.array(numbers, dtype=float)
        values = ag.asarray(numbers)
        assert_same_numbers(values, expected)
        assert all(v.parents == () and v.label == "" for v in values.flat)
        assert len({id(v) for v in values.flat}) == expected.size


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8, np.uint64, bool, object])
def test_asarray_of_every_kind_of_number(dtype: Any) -> None:
    assert ag.data(ag.asarray(np.array([0, 1, 1], dtype=dtype))).tolist() == [0.0, 1.0, 1.0]


def test_asarray_of_exact_numbers() -> None:
    assert ag.data(ag.asarray([Fraction(1, 4), Decimal("0.5"), True, np.float32(2)])).tolist() == [0.25, 0.5, 1.0, 2.0]


def test_asarray_keeps_values() -> None:
    v = Value(1.0, label="v")
    mixed = ag.asarray([v, 2.0], label="w")
    assert mixed[0] is v and v.label == "v" and mixed[1].label == "w[1]"
    assert ag.asarray(v)[()] is v
    again = ag.asarray(mixed)
    assert again is not mixed and list(again) == list(mixed)


def test_asarray_labels() -> None:
    assert [v.label for v in ag.asarray([[1, 2], [3, 4]], label="w").flat] == ["w[0, 0]", "w[0, 1]", "w[1, 0]", "w[1, 1]"]
    assert [v.label for v in ag.asarray([1, 2], label="b")] == ["b[0]", "b[1]"]
    assert ag.asarray(1.0, label="c")[()].label == "c"


@pytest.mark.parametrize("wrong", [*WRONG, [1, "a"], {"a": 1}, [1j]], ids=shown)
def test_asarray_wrong_items(wrong: Any) -> None:
    with pytest.raises(TypeError, match="must be a real number, not"):
        ag.asarray(wrong)


def test_asarray_wrong_label() -> None:
    with pytest.raises(TypeError, match="label must be a str, not int"):
        ag.asarray([1.0], label=1)  # type: ignore[arg-type]


# ---- data, grads, zero_grad


def test_data_and_grads() -> None:
    v, w = Value(0.5), Value(2.0)
    (v * w).backward()
    for read, expected in ((ag.data, [0.5, 2.0]), (ag.grads, [2.0, 0.5])):
        assert type(read(v)) is float and read(v) == expected[0]
        for values in ([v, w], (v, w), np.array([v, w]), (x for x in [v, w])):
            found = read(values)
            assert found.dtype == float and found.tolist() == expected
        assert read([[v], [w]]).shape == (2, 1)
        assert read(np.array(v)).shape == () and read(np.array(v)) == expected[0]
        assert read([]).shape == (0,) and read([]).dtype == float
    assert ag.data([v, 3]).tolist() == [0.5, 3.0] and ag.grads([v, 3]).tolist() == [2.0, 0.0]
    assert ag.data(3) == 3.0 and ag.grads(3) == 0.0
    assert ag.data(np.ones(2, dtype=np.float32)).dtype == float


def test_data_is_a_copy() -> None:
    v = Value(1.0)
    ag.data([v])[0] = 5.0
    assert v.data == 1.0


@pytest.mark.parametrize("read", [ag.data, ag.grads], ids=["data", "grads"])
@pytest.mark.parametrize("wrong", [*WRONG, {1: 2}, object()], ids=shown)
def test_data_and_grads_wrong_items(read: Callable[[Any], Any], wrong: Any) -> None:
    with pytest.raises(TypeError, match=rf"^{read.__name__}\(\) reads Values and numbers"):
        read(wrong)


def test_zero_grad() -> None:
    leaves = [Value(float(i)) for i in range(1, 7)]
    a, b, c, d, e, f = leaves

    def sweep() -> None:
        ag.prod(leaves).backward()
        assert all(v.grad for v in leaves)

    for values in (
        leaves,
        tuple(leaves),
        np.array(leaves).reshape(2, 3),
        iter(leaves),
        {"layer": [a, b], "bias": np.array([c, d]), "rest": {"e": e, "f": (f,)}},
    ):
        sweep()
        ag.zero_grad(values)
        assert ag.grads(leaves).tolist() == [0.0] * 6
    sweep()
    ag.zero_grad(a)
    assert a.grad == 0.0 and b.grad != 0.0


@pytest.mark.parametrize("wrong", [3, [3.0], "ab", None, np.ones(2), {"a": 1}], ids=repr)
def test_zero_grad_wrong_items(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^zero_grad\(\) takes Values, and arrays, lists or dicts of them, not"):
        ag.zero_grad(wrong)


def test_masked_arrays_are_refused() -> None:
    """Their mask would be lost."""
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    for function in (ag.sum, ag.sin, ag.data, ag.asarray):
        with pytest.raises(TypeError, match="mask"):
            function(masked)


def test_masked_products_keep_the_gradient() -> None:
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    assert grad(lambda s: (masked * s).sum())(3.0) == 1.0


def test_variance() -> None:
    x = ag.asarray([1.0, 2.0, 4.0])
    y = np.var(x)
    y.backward()
    assert np.allclose(ag.grads(x), 2 / 3 * (ag.data(x) - 7 / 3), rtol=1e-14)
