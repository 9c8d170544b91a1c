"""check_grads: right derivatives pass to order 3, wrong ones are caught, and the operation that is wrong is named."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import GradientError, Value, check_grads, primitive, scope, value_and_grad
from autograd.engine.functions import FUNCTIONS, VALUES
from autograd.ops.primitives import TABLE, Row

# zeta's derivative to s is nan by its own word; `where` makes no node
SMOOTH = [pytest.param(row, id=row.name) for row in TABLE.values() if row.name not in ("zeta", "where") and not row.decreed]


def points(row: Row, count: int = 3) -> list[tuple[Any, ...]]:
    draw = random.Random(row.name)

    def operand(interval: tuple[float, float]) -> Any:
        return draw.uniform(*interval) if row.arity else [draw.uniform(*interval) for _ in range(3)]

    return [tuple(operand(interval) for interval in row.sample) for _ in range(count)]


def failure(f: Callable[..., Any], args: Any, order: int = 2) -> GradientError:
    with pytest.raises(GradientError) as caught:
        check_grads(f, args, order)
    return caught.value


# ---- what is right passes, and is really compared


@pytest.mark.parametrize("row", SMOOTH)
def test_every_row_to_order_3(row: Row) -> None:
    for point in points(row):
        report = check_grads(FUNCTIONS[row.name], point, order=3)
        assert report.skipped == []
        assert report.checked >= 6


def test_structures_of_arguments_and_results() -> None:
    def f(p: dict[str, Any], x: Any, c: float) -> Any:
        y = np.tanh(p["W"] @ x) * p["b"][1]
        return {"y": list(y), "s": [autograd.sum(y) * c, 1.0, autograd.exp(p["b"][0])]}

    args = ({"W": np.array([[0.5, -0.6], [0.1, 0.9]]), "b": [0.3, 2]}, np.array([1.0, -2.0]), 0.7)
    report = check_grads(f, args, order=3)
    assert report.skipped == [] and report.checked > 100


def test_single_argument() -> None:
    assert check_grads(lambda x: x[0] * x[1], [2.0, 3.0]).skipped == []
    assert check_grads(lambda x: x**3, Value(2.0)).skipped == []
    assert check_grads(lambda p: p[0] ** 2 * p[1], (3.0, 2.0)).checked  # a tuple, to a function of one argument


@pytest.mark.slow
def test_many_numbers_move_in_groups() -> None:
    x = np.linspace(-1.0, 1.0, 200)
    report = check_grads(lambda x: autograd.logsumexp(x * x), x)
    assert report.skipped == [] and 200 < report.checked < 200 * 200


def test_nested_derivatives_pass() -> None:
    assert check_grads(lambda x: value_and_grad(lambda y: autograd.sin(x * y) ** 2)(0.5)[1], 0.3, order=2).skipped == []


@pytest.mark.parametrize("x", [1e-8, 1e-3, 1e6, 1e12])
def test_steps_fit_small_and_large_numbers(x: float) -> None:
    for f in (autograd.log, autograd.sqrt, lambda x: 1 / x, lambda x: x * x):
        assert check_grads(f, x).skipped == []


def test_far_tails_are_compared() -> None:
    for x in (-40.0, 40.0):
        assert check_grads(autograd.sigmoid, x, order=3).skipped == []
    assert check_grads(autograd.exp, 700.0, order=3).skipped == []


def test_fast_waves_pass() -> None:
    assert check_grads(lambda x: autograd.sin(64 * math.pi * x), 0.375).skipped == []
    assert check_grads(autograd.sin, 1e6).skipped == []


def test_grad_is_kept() -> None:
    w = Value(2.0)
    w.grad = 5.0
    x = Value(3.0)
    check_grads(lambda x: x * w, x)
    assert (w.grad, x.grad) == (5.0, 0.0)


def test_inside_no_grad() -> None:
    with autograd.no_grad():
        assert check_grads(autograd.sin, 1.0).checked > 0


def test_nothing_to_check() -> None:
    assert check_grads(lambda: 1.0, ()).checked == 0
    assert check_grads(lambda x: 1.0, 2.0).skipped == []


# ---- wrong operations: sin(2 x) with partials that are wrong in each way


def sin2(partials: Any) -> Callable[[Any], Any]:
    @primitive(partials=partials)
    def sin2(x: float) -> float:
        return math.sin(2 * x)

    made: Callable[[Any], Any] = sin2
    return made


def slope_of_number(x: Any) -> float:
    return 2 * math.cos(2 * (x.data if type(x) is Value else x))


def other_of_values(x: Any) -> Any:
    return (2.002 if type(x) is Value else 2.0) * autograd.cos(2 * x)


WRONG: dict[str, tuple[Any, int]] = {
    "sign": ([lambda x: -2 * autograd.cos(2 * x)], 1),
    "factor": ([lambda x: autograd.cos(2 * x)], 1),
    "factor off by a hundred-thousandth": ([lambda x: 2.00002 * autograd.cos(2 * x)], 1),
    "zero": ([lambda x: 0.0], 1),
    "nan": ([lambda x: math.nan], 1),
    "inf": ([lambda x: math.inf], 1),
    "on .data": ([slope_of_number], 2),
    "with math": ([lambda x: 2 * math.cos(2 * x)], 2),
    "cut off": ([lambda x: 2 * autograd.cos(2 * autograd.stop_gradient(x))], 2),
    "other on Values": ([other_of_values], 2),
}


@pytest.mark.parametrize(("partials", "order"), WRONG.values(), ids=WRONG)
def test_wrong_operation_is_named(partials: Any, order: int) -> None:
    wrong = sin2(partials)

    def f(p: dict[str, Any]) -> Any:
        with scope("layer 1"):
            y = wrong(p["a"] * p["b"][0])
            y.label = "hidden"
        return autograd.exp(y) + p["b"][1]

    point = {"a": 0.3, "b": [0.5, 1.0]}
    error = failure(f, point)
    assert (error.order, error.operation, error.operand) == (order, "sin2", 0)
    assert error.node is not None and error.node.parents[0].data == 0.15
    for part in ("sin2(0.15)", "'hidden'", "'layer 1'", "partial 1", f"order {order}"):
        assert part in str(error)
    if not math.isnan(error.numeric):
        assert error.argument == "args['a']" and "args['a']" in str(error)
        derivative = 2 * math.cos(0.3) if order == 1 else -4 * math.sin(0.3)
        assert error.numeric == pytest.approx(derivative, rel=1e-8) and f"{error.numeric:.6g}"[:6] in str(error)
    if order == 2:
        assert check_grads(f, point, order=1).skipped == []


def test_hint_for_a_partial_that_is_a_plain_number() -> None:
    assert "this package's functions" in str(failure(sin2([slope_of_number]), 0.3))


def test_partial_that_raises_on_values() -> None:
    error = failure(sin2([lambda x: 2 * math.cos(2 * x)]), 0.3)
    assert "autograd.sin" in str(error) and isinstance(error.__cause__, TypeError)


@pytest.mark.parametrize("found", [1, 3])
def test_wrong_number_of_partials(found: int) -> None:
    @primitive(partials=lambda x, y: (y, x, 1.0)[:found])
    def times(x: float, y: float) -> float:
        return x * y

    error = failure(times, (2.0, 3.0))
    assert error.order == 1
    assert f"times has 2 operands, but its partials= returned {found} derivatives" in str(error)


def test_operand_is_named() -> None:
    @primitive(partials=[lambda x, y, z: y * z, lambda x, y, z: x * z, lambda x, y, z: x * x])
    def product(x: float, y: float, z: float) -> float:
        return x * y * z

    error = failure(product, (2.0, 3.0, 5.0))
    assert (error.operand, error.argument, error.given) == (2, "args[2]", 4.0)
    assert error.numeric == pytest.approx(6.0, rel=1e-9)


def test_first_in_forward_order() -> None:
    first, second = sin2(WRONG["sign"][0]), sin2(WRONG["factor"][0])
    error = failure(lambda x: second(first(x)), 0.3)
    assert error.node is not None and error.node.parents[0].data == 0.3


def test_operation_that_contributes_nothing() -> None:
    error = failure(lambda x: 0.0 * sin2(WRONG["sign"][0])(x) + x, 0.3)
    assert (error.operation, error.argument) == ("sin2", "")


def test_constant_operands_are_not_checked() -> None:
    @primitive(partials=[lambda x, y: y, lambda x, y: math.nan])
    def scaled(x: float, y: float) -> float:
        return x * y

    assert check_grads(lambda x: scaled(x, 2.0), 3.0).skipped == []
    assert failure(lambda x: scaled(x, 2.0 * x), 3.0).operand == 1


def test_one_wrong_partial_among_many() -> None:
    wrong = sin2(WRONG["factor"][0])
    error = failure(lambda x: autograd.sum([wrong(v) if i == 77 else v * v for i, v in enumerate(x)]), [0.1] * 100)
    assert (error.argument, error.operation) == ("args[77]", "sin2")


MUTABLE = [case for case in SMOOTH if case.values[0].arity]


def mutated(row: Row, change: Callable[[int, Any], Any]) -> Callable[..., Any]:
    """The row as an operation of one's own, with each partial changed."""

    def rules(*operands: Any) -> tuple[Any, ...]:
        z = FUNCTIONS[row.name](*operands)
        return tuple(change(i, rule(VALUES, *operands, z)) for i, rule in enumerate(row.partials))

    def value(*operands: float) -> float:
        return float(FUNCTIONS[row.name](*operands))

    functions: dict[Any, Callable[..., float]] = {
        1: lambda x: value(x),
        2: lambda x, y: value(x, y),
        3: lambda x, y, z: value(x, y, z),
    }
    made: Callable[..., Any] = primitive(partials=rules)(functions[row.arity])
    return made


@pytest.mark.parametrize("row", MUTABLE)
def test_every_partial_made_wrong(row: Row) -> None:
    for point in points(row):
        assert check_grads(mutated(row, lambda i, partial: partial), point).skipped == []
        for k in range(len(row.partials)):
            error = failure(mutated(row, lambda i, partial, k=k: partial + 0.001 * (i == k)), point)
            assert (error.order, error.operand, error.argument) == (1, k, f"args[{k}]")
            assert error.given - error.numeric == pytest.approx(0.001, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("row", MUTABLE)
def test_every_partial_cut_off(row: Row) -> None:
    for point in points(row):
        second = np.array(autograd.hessian(lambda x: FUNCTIONS[row.name](*x))(list(point)))
        for k in range(len(row.partials)):
            cut = mutated(row, lambda i, partial, k=k: autograd.stop_gradient(partial) if i == k else partial)
            if np.any(second[k]):
                error = failure(cut, point)
                assert (error.order, error.operand, error.given) == (2, k, 0.0)
            else:
                assert check_grads(cut, point).skipped == []


# ---- a function that leaves the graph, though its operations are right


@pytest.mark.parametrize(
    "f",
    [lambda x: x * Value(x.data), lambda x: x * autograd.stop_gradient(x), lambda x: x * x.data],
    ids=["Value(x.data)", "stop_gradient(x)", "x.data"],
)
def test_function_that_leaves_the_graph(f: Callable[[Any], Any]) -> None:
    error = failure(f, 2.0)
    assert (error.order, error.argument, error.operation, error.node) == (1, "args", "", None)
    assert (error.given, error.numeric) == (2.0, pytest.approx(4.0, rel=1e-9))
    assert "each operation is right" in str(error) and ".data" in str(error)


def test_which_output_and_argument_is_wrong() -> None:
    def f(p: dict[str, Any]) -> list[Any]:
        return [p["a"] * p["b"][1], p["a"] * p["b"][1].data]

    error = failure(f, {"a": 2.0, "b": [3.0, 4.0]})
    assert error.argument == "args['b'][1]" and error.given == 0.0


# ---- kinks, jumps, borders: no false alarm, and what was not judged is said


@pytest.mark.parametrize("x", [1e-12, 1e-9, 1e-6, 1e-3, -1e-12, -1e-6])
@pytest.mark.parametrize("name", ["relu", "abs", "leaky_relu", "elu", "sign"])
def test_near_a_kink_of_an_operation(name: str, x: float) -> None:
    assert check_grads(FUNCTIONS[name], x, order=3).skipped == []


@pytest.mark.parametrize("distance", [0.0, 1e-15, 1e-12, 1e-9, -1e-9, 1e-7, 1e-5, 1e-3])
def test_near_a_kink_within_a_function(distance: float) -> None:
    check_grads(lambda x: autograd.relu(x - 1) + abs(1 - x) + autograd.maximum(x, 1), 1.0 + distance, order=3)


def test_at_a_kink() -> None:
    """The convention there is excused, and reported."""
    for name in ("relu", "leaky_relu"):
        report = check_grads(lambda x, name=name: FUNCTIONS[name](x) + x, 0.0, order=1)
        assert f"order 1: {name}(0.0" in " ".join(report.skipped)
        assert "order 1: output 0 of f by args" in report.skipped
    report = check_grads(autograd.maximum, (2.0, 2.0), order=1)  # half and half is just what central differences say
    assert report.skipped == []


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (autograd.floor, 1.0),
        (lambda x: x % 2, 4.0),
        (autograd.sign, 0.0),
        (autograd.sqrt, 0.0),
        (lambda x: x**1.5, 0.0),
        (autograd.log, 0.0),
        (autograd.log, -1.0),
        (lambda x: x + math.nan, 1.0),
        (autograd.asin, 1.0),
        (lambda x: autograd.clip(x, -1, 1), 1.0),
        (autograd.cbrt, 0.0),
    ],
)
def test_jumps_and_borders(f: Callable[[Any], Any], x: float) -> None:
    """They are left out, and reported."""
    report = check_grads(f, x)
    assert report.skipped != []


def test_wrong_at_a_kink() -> None:
    """A derivative outside the interval of the one-sided ones."""

    def bent(slope: float) -> Callable[[Any], Any]:
        @primitive(partials=[lambda x: autograd.where(x > 0, 1.0, autograd.where(x < 0, 0.0, slope))])
        def bent(x: float) -> float:
            return max(x, 0.0)

        made: Callable[[Any], Any] = bent
        return made

    for slope in (0.0, 0.3, 0.5, 1.0):
        check_grads(bent(slope), 0.0, order=1)
    for slope in (-1.0, 1.5):
        assert failure(bent(slope), 0.0, order=1).given == slope


def test_rounding_where_derivatives_cancel() -> None:
    assert check_grads(lambda x: autograd.atan2(x, x), -1.6371180782801216).skipped == []
    assert failure(lambda x: autograd.sin(x) - sin2([lambda x: 1e-9])(x / 2), 1.3).operation == "sin2"


def test_infinite_function_is_not_judged() -> None:
    report = check_grads(lambda x: autograd.asinh(x / autograd.relu(autograd.sin(x))), -1.155)
    assert "order 2: output 0 of f by args" in report.skipped


def test_nan_where_the_function_is_smooth() -> None:
    error = failure(lambda x: autograd.exp(-1 / x**2), 0.0)
    assert error.node is None and math.isnan(error.given) and error.numeric == pytest.approx(0.0, abs=1e-12)
    assert "autograd.diagnose" in str(error)


# ---- what is right, operation by operation, but not as one would wish

SMOOTH_WITH_KINKS: dict[str, tuple[Callable[..., Any], tuple[float, ...], int, str, str]] = {
    "abs(x)**2": (lambda x: abs(x) ** 2, (0.0,), 2, "abs(0.0) at a kink (derivative 0 at 0)", "write x**2 for abs(x)**2"),
    "abs(x) * abs(x)": (lambda x: abs(x) * abs(x) * 3, (0.0,), 2, "abs(0.0) at a kink", "write x**2 for abs(x)**2"),
    "hypot": (lambda x, y: autograd.hypot(x, y) ** 2, (0.0, 0.0), 2, "hypot(0.0, 0.0) at a kink", "write x**2 + y**2 for"),
    "maximum": (lambda x: autograd.maximum(x, -x) ** 2, (0.0,), 2, "maximum(0.0, -0.0) at a kink", "for maximum(x, -x)**2"),
    "minimum": (lambda x: autograd.minimum(x, -x) ** 2, (0.0,), 2, "minimum(0.0, -0.0) at a kink", "for minimum(x, -x)**2"),
    "relu": (lambda x: autograd.relu(x) - autograd.relu(-x), (0.0,), 1, "relu(0.0) and 1 more at a kink", "write it without"),
    "away from 0": (lambda x, y: abs(x - 3) ** 2 * autograd.exp(y), (3.0, 2.0), 2, "abs(0.0) at a kink", "write x**2"),
}


@pytest.mark.parametrize(("f", "point", "order", "node", "remedy"), SMOOTH_WITH_KINKS.values(), ids=SMOOTH_WITH_KINKS)
def test_smooth_function_written_with_a_kink(
    f: Callable[..., Any], point: tuple[float, ...], order: int, node: str, remedy: str
) -> None:
    """It is named as that, with what to write."""
    error = failure(f, point)
    assert (error.order, error.node, error.operation) == (order, None, "")
    assert "the function is smooth, but is written with" in str(error) and "leaves the graph" not in str(error)
    assert node in str(error) and remedy in str(error)
    check_grads(f, tuple(x + 0.5 for x in point))


def test_several_kinks_of_a_function_with_a_kink() -> None:
    def f(x: Any) -> Any:
        return abs(x) - 3 * autograd.relu(x) + 3 * autograd.relu(-x)

    error = failure(f, 0.0)  # the slopes are -4 and -2, the conventions add up to 0
    assert "abs(0.0) and 2 more at a kink" in str(error) and "smooth" not in str(error)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: autograd.stop_gradient(x) * x + abs(x - 2) ** 2,
        lambda x: x.data * x + autograd.relu(x - 2),
        lambda x: x * x + abs(x - 2) ** 2 if x == 2 else x * x * x / 2 + 5 * abs(x - 2) ** 2,
    ],
    ids=["stop_gradient", "data", "jump"],
)
def test_leaving_the_graph_beside_a_kink(f: Callable[[Any], Any]) -> None:
    """A kink does not hide it: near the point the derivative is wrong too."""
    message = str(failure(f, 2.0))
    assert "leaves the graph" in message or "jumps" in message


def test_random_function() -> None:
    dice = random.Random(1)
    assert "random" in str(failure(lambda x: x * (2 if type(x) is Value and dice.random() < 2 else 3) + x.data, 1.0))


@pytest.mark.parametrize(
    ("f", "x", "order"),
    [
        (lambda x: autograd.cbrt(x) ** 3, 0.0, 1),
        (lambda x: autograd.exp(-1 / x**2), 0.0, 1),
        (lambda x: 1 / (1 + autograd.exp(-x)), -1000.0, 1),
    ],
)
def test_0_times_infinity_is_explained(f: Callable[[Any], Any], x: float, order: int) -> None:
    """And is no wrong operation."""
    error = failure(f, x)
    assert (error.order, error.node) == (order, None) and math.isnan(error.given)
    assert "autograd.diagnose" in str(error) and "0 times infinity; the " in str(error)
    assert "leaves the graph" not in str(error)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: autograd.sqrt(x) ** 2, 0.0),
        (lambda x: autograd.exp(autograd.log(x)), 0.0),
        (lambda x: x * autograd.sqrt(x), 0.0),
        (lambda x, y: x**y, (-1.0, 2.0)),
        (autograd.cbrt, math.inf),
        (autograd.acosh, math.inf),
    ],
)
def test_nan_at_the_border_of_a_domain_is_reported(f: Callable[..., Any], args: Any) -> None:
    """As what could not be judged: neither f nor an operation is called wrong."""
    skipped = check_grads(f, args).skipped
    assert any("which is nan" in line for line in skipped)


def test_operations_of_ones_own_may_not_be_nan() -> None:
    """Only the package's rules are known to be right."""
    own = primitive(partials=[lambda x: 2 + x * autograd.log(x)])(lambda x: 2 * x)
    assert failure(own, 0.0, order=1).operation == "<lambda>"


FUZZED = ["neg", "abs", "exp", "sin", "cos", "tanh", "sigmoid", "relu", "gelu", "silu", "softplus", "atan", "asinh", "erf"]
FUZZED += ["floor", "sign", "add", "sub", "mul", "div", "maximum", "minimum", "hypot", "atan2"]


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions_pass(seed: int) -> None:
    draw = random.Random(seed)
    program = []
    for size in range(3, 3 + draw.randrange(2, 25)):
        name = draw.choice(FUZZED)
        program.append((name, [draw.randrange(size) for _ in range(TABLE[name].arity or 0)]))

    def f(*xs: Any) -> Any:
        found = list(xs)
        for name, places in program:
            found.append(FUNCTIONS[name](*[found[i] for i in places]))
        return found[-1]

    point = [draw.uniform(-2.0, 2.0) for _ in range(3)]
    try:
        check_grads(f, tuple(point))
    except GradientError as error:  # a gradient that is nan where there is one is no false alarm
        assert math.isnan(error.given), error


# ---- what cannot be checked


@pytest.mark.parametrize("order", [0, -1, 1.5, "2", None])
def test_wrong_order(order: Any) -> None:
    with pytest.raises(ValueError, match="order of at least 1"):
        check_grads(autograd.sin, 1.0, order)


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match="number in args"):
        check_grads(lambda x: x, "a")


def test_error_of_the_function() -> None:
    with pytest.raises(KeyError):
        check_grads(lambda p: p["c"], {"a": 1.0})


def test_error_on_values_and_numbers() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        check_grads(lambda x: x.relu() + "a", 1.0)


def test_jitted_functions() -> None:
    check_grads(autograd.jit(lambda x: x**3), 1.5, order=3)
    check_grads(autograd.jit(autograd.sin), 1.5)
    check_grads(lambda x, y: autograd.exp(autograd.jit(lambda x, y: x * y)(x, y)), (0.5, 0.7))
    wrong = primitive(partials=[lambda x: 2 * x])(lambda x: x**3)
    assert "wrong operation" in str(failure(autograd.jit(lambda x: autograd.sin(wrong(x))), 1.3))


def test_gradient_error_is_an_assertion_error() -> None:
    assert issubclass(GradientError, AssertionError)
