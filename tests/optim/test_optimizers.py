"""Optimisers against their published recurrences, on Values and on arrays alike; schedules and clipping."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import KINDS, leaves_of

from autograd import Value, asarray, data, grads, optim, value_and_grad, zero_grad
from autograd.nn import MLP
from autograd.optim import SGD, Adam, AdamW, Optimizer, RMSprop

# ---- each rule as its source states it, for one number: from gradients at the points reached to those points

Rule = Callable[[Callable[[float], float], float], Iterator[float]]


def sgd(lr: float, momentum: float = 0.0, nesterov: bool = False, decay: float = 0.0) -> Rule:
    def run(slope: Callable[[float], float], x: float) -> Iterator[float]:
        velocity = 0.0
        while True:
            g = slope(x) + decay * x
            velocity = momentum * velocity + g
            x -= lr * (g + momentum * velocity if nesterov else velocity)
            yield x

    return run


def rmsprop(lr: float, alpha: float, eps: float, decay: float = 0.0) -> Rule:
    def run(slope: Callable[[float], float], x: float) -> Iterator[float]:
        square = 0.0
        while True:
            g = slope(x) + decay * x
            square = alpha * square + (1 - alpha) * g * g
            x -= lr * g / (math.sqrt(square) + eps)
            yield x

    return run


def adam(lr: Any, beta1: float, beta2: float, eps: float, decay: float = 0.0, decoupled: bool = False) -> Rule:
    def run(slope: Callable[[float], float], x: float) -> Iterator[float]:
        m = v = t = 0.0
        while True:
            rate = lr(int(t)) if callable(lr) else lr
            g, t = slope(x) + (0.0 if decoupled else decay * x), t + 1
            x *= 1 - rate * decay if decoupled else 1
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            x -= rate * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + eps)
            yield x

    return run


line = optim.linear(0.1, 8)
CASES: list[tuple[Callable[..., Optimizer], Rule]] = [
    (lambda p=None: SGD(p, lr=0.1), sgd(0.1)),
    (lambda p=None: SGD(p, lr=0.1, momentum=0.9), sgd(0.1, 0.9)),
    (lambda p=None: SGD(p, lr=0.1, momentum=0.9, nesterov=True), sgd(0.1, 0.9, True)),
    (lambda p=None: SGD(p, lr=0.1, weight_decay=0.2), sgd(0.1, decay=0.2)),
    (lambda p=None: RMSprop(p, lr=0.05), rmsprop(0.05, 0.99, 1e-8)),
    (lambda p=None: RMSprop(p, 0.05, 0.5, 0.1, 0.3), rmsprop(0.05, 0.5, 0.1, 0.3)),
    (lambda p=None: Adam(p), adam(0.001, 0.9, 0.999, 1e-8)),
    (lambda p=None: Adam(p, lr=line, betas=(0.85, 0.99), eps=0.01, weight_decay=0.1), adam(line, 0.85, 0.99, 0.01, 0.1)),
    (lambda p=None: AdamW(p, lr=0.1), adam(0.1, 0.9, 0.999, 1e-8, 0.01, True)),
    (lambda p=None: AdamW(p, lr=line, weight_decay=0.5), adam(line, 0.9, 0.999, 1e-8, 0.5, True)),
]
STARTS = [1.5, -0.7, 0.01, 30.0]
STEPS = 12


def bowl(xs: Any) -> Any:
    return sum([(i + 1) * x**2 + x for i, x in enumerate(xs)])


def slope(i: int) -> Callable[[float], float]:
    return lambda x: 2 * (i + 1) * x + 1


@pytest.fixture(params=CASES, ids=lambda case: repr(case[0]()))
def case(request: Any) -> Any:
    return request.param


def test_published_recurrences(case: Any) -> None:
    """Values and arrays move alike, as the source of the method says."""
    make, rule = case
    expected = [rule(slope(i), x) for i, x in enumerate(STARTS)]
    values, array = [Value(x) for x in STARTS], np.array(STARTS)
    tree = {"a": np.array([STARTS[:2]]), "b": [np.array(STARTS[2]), (np.array(STARTS[3:]),)]}
    of_values, of_array, of_tree = make(values), make(), make()
    for _ in range(STEPS):
        of_values.zero_grad()
        bowl(values).backward()
        of_values.step()
        of_array.update(array, value_and_grad(bowl)(array)[1])
        of_tree.update(tree, value_and_grad(lambda t: bowl([*t["a"][0], t["b"][0], *t["b"][1][0]]))(tree)[1])
        assert array.tolist() == pytest.approx([next(run) for run in expected], rel=1e-12, abs=1e-12)
        assert [v.data for v in values] == array.tolist()
        assert [*tree["a"][0], tree["b"][0], *tree["b"][1][0]] == array.tolist()


def test_state(case: Any) -> None:
    """Going on from a saved state changes nothing."""
    make, _ = case
    there, here = make(), make()
    x, y = np.array(STARTS), np.array(STARTS)
    for step in range(STEPS):
        there.update(x, np.cos(x))
        if step == 5:
            state = here.state_dict()
            here = make()
            here.load_state_dict(state)
            for array in state.values():
                array[...] = 77  # a copy was taken
        here.update(y, np.cos(y))
    assert x.tobytes() == y.tobytes()


@pytest.mark.parametrize("make", [lambda: SGD(lr=0.05, momentum=0.5), lambda: RMSprop(lr=0.01), lambda: Adam(lr=0.05)])
def test_bowl(make: Any) -> None:
    opt, x = make(), np.array([1.0, -1.0])
    for _ in range(2000):
        opt.update(x, 2 * x + 1)
    assert x == pytest.approx([-0.5, -0.5], abs=0.01)


def test_refused_update_changes_nothing() -> None:
    opt = Adam(lr=0.1)
    params = {"a": np.ones(2), "b": np.ones((2, 2))}
    good = {"a": np.ones(2), "b": np.ones((2, 2))}
    opt.update(params, good)
    before = {name: array.copy() for name, array in params.items()}
    wrong: list[tuple[Any, Any, type[Exception], str]] = [
        (params, {"a": np.ones(2)}, ValueError, "another structure"),
        (params, {"a": np.ones(2), "c": np.ones((2, 2))}, ValueError, "another structure"),
        (params, [np.ones(2), np.ones((2, 2))], ValueError, "another structure"),
        (params, {"a": np.ones(2), "b": np.ones(4)}, ValueError, r"the gradient at \['b'\] has shape \(4,\)"),
        (params["a"], good["a"], ValueError, "has moved 6 parameters before, and is now given 2"),
        ({"a": [1.0, 2.0], "b": params["b"]}, {"a": [1.0, 2.0], "b": good["b"]}, TypeError, r"not float at \['a'\]\[0\]"),
        (np.ones(6, dtype=np.float32), np.ones(6), TypeError, "float32 array"),
        (np.broadcast_to(1.0, 6), np.ones(6), TypeError, "read-only"),
    ]
    for given_params, slopes, error, message in wrong:
        with pytest.raises(error, match=message):
            opt.update(given_params, slopes)
    assert opt.steps == 1 and all((params[name] == before[name]).all() for name in params)


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match="was made without Values"):
        Adam().step()
    with pytest.raises(TypeError, match=r"takes Values, and arrays.*not float"):
        SGD([1.0])
    with pytest.raises(TypeError, match=r"takes model.parameters\(\), not MLP"):
        SGD(MLP(1, [1]))
    for make in (
        lambda: SGD(lr=-1),
        lambda: SGD(lr=math.nan),
        lambda: SGD(momentum=1.0),
        lambda: SGD(nesterov=True),
        lambda: Adam(betas=(0.9, 1.0)),
        lambda: Adam(eps=-1e-8),
        lambda: RMSprop(alpha=-0.1),
        lambda: AdamW(weight_decay=-1),
    ):
        with pytest.raises(ValueError):
            make()
    with pytest.raises(ValueError, match="not the state of SGD"):
        state = Adam()
        state.update(np.ones(1), np.ones(1))
        SGD().load_state_dict(state.state_dict())


def test_structures_of_values() -> None:
    w, b = asarray([[1.0, 2.0], [3.0, 4.0]]), Value(5.0)
    opt = SGD({"w": w, "rest": [(b,)]}, lr=1.0)
    (np.sum(w) * 2 + b).backward()
    assert optim.clip_grad_norm([{"w": w}, b], 100.0) == pytest.approx(17**0.5)
    opt.step()
    assert data(w).tolist() == [[-1.0, 0.0], [1.0, 2.0]] and b.data == 4.0
    optim.clip_grad_value((v for v in [*w.flat, b]), 0.5)
    assert grads(w).tolist() == [[0.5, 0.5], [0.5, 0.5]] and b.grad == 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_containers_of_every_kind(kind: str) -> None:
    """Of Values and of arrays, which `grad` returns in the same containers."""
    build = KINDS[kind]
    values = build(Value(1.0), [Value(2.0)])
    optimizer = optim.SGD(values, lr=0.5)
    sum(v * v for v in leaves_of(values)).backward()
    optimizer.step()
    assert [v.data for v in leaves_of(values)] == [0.0, 0.0]
    arrays = build(np.array([1.0, 2.0]), [np.array([3.0])])
    slopes = value_and_grad(lambda tree: sum(x * x for x in leaves_of(tree)))(arrays)[1]
    assert optim.clip_grad_norm(slopes, 1e9) == pytest.approx(2.0 * 14.0**0.5)
    optim.SGD(lr=0.5).update(arrays, slopes)
    assert list(leaves_of(arrays)) == [0.0, 0.0, 0.0]


def test_rate_and_repr() -> None:
    """The rate may be changed by hand; a repr shows every setting."""
    x = Value(1.0)
    opt = SGD([x], lr=0.5)
    opt.lr = 0.25
    (x * 2).backward()
    opt.step()
    assert x.data == 0.5 and opt.rate() == 0.25
    assert (
        repr(Adam(lr=optim.cosine(0.1, 5))) == "Adam(lr=cosine(0.1, 5, 0.0), betas=(0.9, 0.999), eps=1e-08, weight_decay=0.0)"
    )


# ---- schedules


@settings(deadline=None)
@given(st.floats(1e-6, 1.0), st.integers(1, 100), st.floats(0.0, 1e-6))
def test_schedules(start: float, total: int, end: float) -> None:
    for schedule in (optim.linear(start, total, end), optim.cosine(start, total, end)):
        rates = [schedule(step) for step in range(total + 3)]
        assert rates[0] == pytest.approx(start) and rates[total:] == pytest.approx([end] * 3, abs=1e-15)
        assert all(a >= b - 1e-15 for a, b in pairwise(rates))


def test_schedules_after_a_warmup() -> None:
    """Schedules after a warmup start at their start."""
    schedule = optim.warmup(optim.linear(1.0, 4), 2)
    assert [schedule(step) for step in range(7)] == [0.5, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]
    for make in (lambda: optim.linear(1.0, 0), lambda: optim.steps(1.0, 0), lambda: optim.warmup(1.0, 0)):
        with pytest.raises(ValueError, match="at least one step"):
            make()


# ---- clipping

NUMBERS = st.lists(st.floats(-1e200, 1e200), min_size=1, max_size=6)


@settings(deadline=None)
@given(NUMBERS, st.floats(1e-3, 1e3))
def test_clip_norm(numbers: list[float], limit: float) -> None:
    values = [Value(0.0) for _ in numbers]
    for value, number in zip(values, numbers, strict=True):
        value.grad = number
    array, tree = np.array(numbers), [np.array(numbers[:1]), {"rest": np.array(numbers[1:])}]
    norms = [optim.clip_grad_norm(x, limit) for x in (values, array, tree)]
    norm = math.hypot(*numbers)
    assert norms == pytest.approx([norm] * 3, rel=1e-12)
    factor = min(1.0, limit / norm) if norm else 1.0
    for clipped in ([v.grad for v in values], array.tolist(), [*tree[0], *tree[1]["rest"]]):
        assert clipped == pytest.approx([x * factor for x in numbers], rel=1e-12)


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_clip_norm_of_nan(bad: float) -> None:
    """It is returned, and nothing is scaled."""
    array = np.array([1.0, bad])
    assert not math.isfinite(optim.clip_grad_norm(array, 0.5))
    assert array[0] == 1.0


def test_clip_value() -> None:
    matrix = asarray([[1.0, -5.0], [0.5, 9.0]])
    for value, grad in zip(matrix.flat, (3.0, -4.0, 0.5, math.nan), strict=True):
        value.grad = grad
    optim.clip_grad_value(matrix, 2.0)
    assert [v.grad for v in matrix.flat][:3] == [2.0, -2.0, 0.5] and math.isnan(matrix[1, 1].grad)
    optim.clip_grad_value(matrix[0, 0], 1.0)
    assert matrix[0, 0].grad == 1.0
    zero_grad(matrix)
    for clip in (optim.clip_grad_value, optim.clip_grad_norm):
        with pytest.raises(ValueError, match="must be positive"):
            clip(np.ones(1), 0.0)
