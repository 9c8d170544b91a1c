"""Random expressions over the whole table, computed in every way there is: all ways agree."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.engine.functions import FUNCTIONS
from autograd.engine.value import topological
from autograd.ops.primitives import TABLE, R

mp = mpmath.MPContext()
mp.dps = 40
STEP = mp.mpf(10) ** -11
CLEAR = 1e-6  # as near to a kink or jump no numeric derivative is taken

OPERATORS: dict[str, Callable[..., Any]] = {
    "neg": lambda x: -x,
    "abs": abs,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "mod": lambda x, y: x % y,
    "floordiv": lambda x, y: x // y,
}
NAMES = sorted(name for name, row in TABLE.items() if row.public or name in OPERATORS)
LINEAR = ("neg", "add", "sub", "sum", "mean", "abs")  # take any number; the operands of others are kept in the row's interval


def call(name: str, operands: Sequence[Any]) -> Any:
    """The operation on numbers, Values or arrays, as a user writes it."""
    if name in OPERATORS:
        return OPERATORS[name](*operands)
    row = TABLE[name]
    if row.arity:
        return getattr(ag, name)(*operands)
    size = len(operands) // row.lists
    lists = [list(operands[k * size : (k + 1) * size]) for k in range(row.lists)]
    if any(isinstance(x, np.ndarray) for x in operands):
        stacked = np.stack(np.broadcast_arrays(*operands))
        lists = [stacked[k * size : (k + 1) * size] for k in range(row.lists)]
        if row.lists == 2:  # of vectors only
            return np.array([ag.sumprod(p, q) for p, q in zip(*(xs.T for xs in lists), strict=True)])
        result = getattr(ag, name)(*lists, axis=0)
    else:
        result = getattr(ag, name)(*lists)
    return result if row.partials else next(iter(result)) if result.ndim > 1 else result.tolist()[0]


# ---- mpmath: 40 digits, and how far the nearest kink or jump is


def trunc(x: Any) -> Any:
    return mp.floor(x) if x >= 0 else mp.ceil(x)


def power(x: Any, n: Any) -> Any:
    return mp.power(x, n)


EXACT: dict[str, Callable[..., Any]] = {
    **OPERATORS,
    "pow": power,
    "mod": lambda x, y: x - y * mp.floor(x / y),
    "floordiv": lambda x, y: mp.floor(x / y),
    "fmod": lambda x, y: x - y * trunc(x / y),
    "exp2": lambda x: mp.power(2, x),
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "lgamma": mp.loggamma,
    "digamma": lambda x: mp.psi(0, x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "relu": lambda x: max(x, mp.mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
    "gelu": lambda x: x * mp.ncdf(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "sign": mp.sign,
    "trunc": trunc,
    "minimum": min,
    "maximum": max,
    "clip": lambda x, low, high: min(max(x, low), high),
    "where": lambda c, x, y: x if c else y,
    "sum": lambda *xs: mp.fsum(xs),
    "prod": lambda *xs: mp.fprod(xs),
    "mean": lambda *xs: mp.fsum(xs) / len(xs),
    "sumprod": lambda *xs: mp.fdot(xs[: len(xs) // 2], xs[len(xs) // 2 :]),
    "logsumexp": lambda *xs: mp.log(mp.fsum(map(mp.exp, xs))),
    "softmax": lambda *xs: mp.exp(xs[0]) / mp.fsum(map(mp.exp, xs)),
    "log_softmax": lambda *xs: xs[0] - mp.log(mp.fsum(map(mp.exp, xs))),
}


def to_integer(x: Any) -> Any:
    return abs(x - mp.nint(x))


KINKS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("abs", "relu", "sign"), abs),
    **dict.fromkeys(("leaky_relu", "elu"), lambda x, _: abs(x)),
    **dict.fromkeys(("floor", "ceil", "trunc"), to_integer),
    **dict.fromkeys(("mod", "fmod", "floordiv"), lambda x, y: to_integer(x / y)),
    **dict.fromkeys(("minimum", "maximum"), lambda x, y: abs(x - y)),
    "clip": lambda x, low, high: min(abs(x - low), abs(x - high)),
    "where": lambda c, x, y: abs(c),
}


def exact(name: str, operands: Sequence[Any]) -> Any:
    return (EXACT.get(name) or getattr(mp, name))(*operands)


# ---- expressions


@dataclass(frozen=True)
class Step:
    """One operation: the places of its operands among inputs, constants and earlier results."""

    name: str
    places: tuple[int, ...]
    twice: bool  # a factor of 1 + itself: more sharing

    def intervals(self) -> list[tuple[float, float]]:
        row = TABLE[self.name]
        return list(row.sample) if row.arity else [R] * len(self.places)


@dataclass(frozen=True)
class Expression:
    """Inputs, constants, and steps; the last result summed with half the one before is the value."""

    inputs: tuple[float, ...]
    constants: tuple[float, ...]
    steps: tuple[Step, ...]

    def __call__(self, inputs: Sequence[Any], number: Any = float, apply: Any = call, sigmoid: Any = ag.sigmoid) -> Any:
        known = [*inputs, *map(number, self.constants)]
        for step in self.steps:
            operands = [known[place] for place in step.places]
            if step.name not in LINEAR:
                pairs = zip(step.intervals(), operands, strict=True)
                operands = [number(low) + sigmoid(x) * number(high - low) for (low, high), x in pairs]
            result = apply(step.name, operands)
            known.append(result * result + result if step.twice else result)
        return known[-1] + 0.5 * known[-2]

    def precise(self, inputs: Sequence[Any]) -> Any:
        return self(inputs, mp.mpf, exact, EXACT["sigmoid"])

    def distance(self) -> float:
        """How far the nearest kink or jump is."""
        found = [mp.inf]

        def watch(name: str, operands: Sequence[Any]) -> Any:
            found.append(KINKS[name](*operands) if name in KINKS else mp.inf)
            return exact(name, operands)

        self([mp.mpf(x) for x in self.inputs], mp.mpf, watch, EXACT["sigmoid"])
        return float(min(found))


@st.composite
def expressions(draw: st.DrawFn) -> Expression:
    numbers = st.integers(-3000, 3000).map(lambda k: (k + 0.37) / 1000.0)
    inputs = draw(st.lists(numbers, min_size=1, max_size=3))
    constants = draw(st.lists(numbers, min_size=1, max_size=2))
    known, steps = len(inputs) + len(constants), []
    for _ in range(draw(st.integers(1, 8))):
        row = TABLE[draw(st.sampled_from(NAMES))]
        size = row.arity or row.lists * draw(st.integers(1, 3))
        # the newest results oftener than others, so that expressions grow deep
        place = st.one_of(st.integers(max(0, known - 2), known - 1), st.integers(0, known - 1))
        places = tuple(draw(st.lists(place, min_size=size, max_size=size)))
        steps.append(Step(row.name, places, draw(st.booleans())))
        known += 1
    return Expression(tuple(inputs), tuple(constants), tuple(steps))


examples = settings(
    max_examples=150,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def assert_close(found: Any, expected: Any, bound: float) -> None:
    """Within the bound of the largest number expected, or of 1."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    assert found.shape == expected.shape and (np.abs(found - expected) <= bound * scale).all(), (found, expected)


def built(e: Expression) -> tuple[Value, list[Value]]:
    leaves = [Value(x) for x in e.inputs]
    root = e(leaves)
    assume(type(root) is Value)  # not of constants alone
    return root, leaves


def swept(root: Value, leaves: Sequence[Value]) -> list[float]:
    ag.zero_grad(leaves)
    root.backward()
    return [x.grad for x in leaves]


# ---- every way


def test_every_operation_is_drawn() -> None:
    assert set(NAMES) >= {name for name, row in TABLE.items() if row.public}
    for name in NAMES:
        assert name in FUNCTIONS and (name in EXACT or hasattr(mp, name))


@examples
@given(expressions())
def test_the_value(e: Expression) -> None:
    """Of floats, Values, arrays of either, and mpmath's numbers."""
    number = e(e.inputs)
    assert type(number) is float
    root, _ = built(e)
    assert_close(root.data, number, 1e-12)
    array = e([np.full(2, x) for x in e.inputs])
    assert_close(array, [number, number], 1e-12)
    objects = e([np.array([Value(x), Value(x)]) for x in e.inputs])
    assert [v.data for v in objects] == [root.data] * 2
    if e.distance() > CLEAR:
        assert_close(number, e.precise([mp.mpf(x) for x in e.inputs]), 1e-11)


@examples
@given(expressions())
def test_the_gradient(e: Expression) -> None:
    root, leaves = built(e)
    found = swept(root, leaves)
    assert_close(gradient(root, leaves), found, 1e-13)
    recorded = gradient(root, leaves, create_graph=True)
    assert {type(v) for v in recorded} == {Value}
    assert_close([v.data for v in recorded], found, 1e-12)
    x = list(e.inputs)
    units = np.eye(len(x)).tolist()
    assert_close([jvp(e, (x,), (unit,))[1] for unit in units], found, 1e-12)
    value, pull = vjp(e, x)
    assert value == root.data
    assert_close(pull(1.0)[0], found, 1e-13)
    assert_close(grad(e)(x), found, 1e-13)
    assert_close(grad(e)(np.array(x)), found, 1e-13)
    for mode in ("forward", "reverse"):
        assert_close(jacobian(e, mode=mode)(x), found, 1e-12)


@examples
@given(expressions())
def test_a_second_sweep_and_the_order_of_reading_change_nothing(e: Expression) -> None:
    root, leaves = built(e)
    first = swept(root, leaves)
    root.backward()
    assert [x.grad for x in leaves] == [2.0 * g for g in first]
    for node in topological(root):
        assert len(node.parents) == len(node.partials)
    assert swept(root, leaves) == first
    again, others = built(e)
    assert again.data == root.data and swept(again, others) == first


@examples
@given(expressions())
def test_through_pickle(e: Expression) -> None:
    root, leaves = built(e)
    loaded, others = pickle.loads(pickle.dumps((root, leaves)))
    assert [n.data for n in topological(loaded)] == [n.data for n in topological(root)]
    assert swept(loaded, others) == swept(root, leaves)
    again, hessians = [], []
    for y, xs in ((root, leaves), (loaded, others)):
        first = gradient(y, xs, create_graph=True)
        again.append([g.data for g in first])
        hessians.append([gradient(g, xs) for g in first])
    assert again[0] == again[1] and hessians[0] == hessians[1]


@examples
@given(expressions())
def test_the_second_derivatives(e: Expression) -> None:
    x = list(e.inputs)
    found = np.array(hessian(e)(x))
    assert (found == found.T).all()
    assert_close(jacobian(grad(e), mode="forward")(x), found, 1e-10)
    assert_close(jacobian(grad(e), mode="reverse")(x), found, 1e-10)
    direction = [1.0, -0.5, 0.25][: len(x)]
    assert_close(hvp(e, x, direction), found @ direction, 1e-10)
    assert_close(grad(lambda x: jvp(e, (x,), (direction,))[1])(x), found @ direction, 1e-10)
    forward = jvp(lambda x: jvp(e, (x,), (direction,))[1], (x,), (direction,))[1]
    assert_close(forward, direction @ found @ direction, 1e-10)


@examples
@given(expressions())
def test_numeric_derivatives(e: Expression) -> None:
    """First and second, from differences in 40 digits."""
    assume(e.distance() > CLEAR)
    x = [mp.mpf(number) for number in e.inputs]

    def moved(i: int, j: int, signs: tuple[int, int]) -> Any:
        point = list(x)
        point[i] += signs[0] * STEP
        point[j] += signs[1] * STEP
        return e.precise(point)

    places = range(len(x))
    first = [(moved(i, i, (1, 0)) - moved(i, i, (-1, 0))) / (2 * STEP) for i in places]
    assert_close(grad(e)(list(e.inputs)), first, 1e-10)
    second = [
        [
            (moved(i, j, (1, 1)) - moved(i, j, (1, -1)) - moved(i, j, (-1, 1)) + moved(i, j, (-1, -1))) / (4 * STEP**2)
            for j in places
        ]
        for i in places
    ]
    assert_close(hessian(e)(list(e.inputs)), second, 1e-9)


@examples
@given(expressions())
def test_traced(e: Expression) -> None:
    """Value, gradient and second derivatives: jit outside, inside, and with many points at once."""
    x = list(e.inputs)
    value, slopes = e(x), grad(e)(x)
    assert_close(ag.jit(e)(x), value, 1e-12)
    assert_close(ag.jit(grad(e))(x), slopes, 1e-11)
    assert_close(grad(ag.jit(e))(x), slopes, 1e-11)
    assert_close(ag.jit(value_and_grad(e))(x)[1], slopes, 1e-11)
    assert_close(ag.jit(jacobian(e, mode="forward"))(x), slopes, 1e-11)
    points = np.array([x, [0.5 * number for number in x], x])
    found = ag.vmap(e)(points)
    assert_close(found, [e(point) for point in points.tolist()], 1e-11)
    assert found[0] == found[2]
    assert_close(ag.vmap(grad(ag.jit(e)))(points), [grad(e)(point) for point in points.tolist()], 1e-11)


@examples
@given(expressions())
def test_second_derivatives_traced(e: Expression) -> None:
    x = list(e.inputs)
    found = np.array(hessian(e)(x))
    assert_close(ag.jit(hessian(e))(x), found, 1e-9)
    assert_close(hessian(ag.jit(e))(x), found, 1e-9)
    assert_close(jacobian(grad(ag.jit(e)))(x), found, 1e-9)
    direction = [1.0, -0.5, 0.25][: len(x)]
    assert_close(ag.jit(lambda x: hvp(e, x, direction))(x), found @ direction, 1e-9)
    assert_close(ag.jit(lambda x: jvp(e, x, direction)[1])(x), np.array(grad(e)(x)) @ direction, 1e-11)
