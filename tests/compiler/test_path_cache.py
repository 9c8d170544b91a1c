"""Branches: every point takes its own path, beyond the limit none; exceptions come out as untraced; threads."""

from __future__ import annotations

import logging
import math
import random
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad, jit, primitive, value_and_grad, vmap
from autograd.errors import TraceError
from autograd.program import native_plan

inf, nan = math.inf, math.nan


def newton(a: float) -> Any:
    """The square root, until nothing changes any more."""
    x, n = (a if a > 1 else 1.0), 0
    while True:
        y = 0.5 * (x + a / x)
        if y == x or n > 60:
            return y, n
        x, n = y, n + 1


def logarithm(a: float) -> Any:
    """By Newton's method on exp."""
    x = 1.0
    for n in range(50):
        step = (ag.exp(x) - a) / ag.exp(x)
        x = x - step
        if abs(step) < 1e-12:
            return x, n
    return x, -1


def collatz(x: float) -> Any:
    n = 0
    while x != 1 and n < 150:
        x = x / 2 if x % 2 == 0 else 3 * x + 1
        n += 1
    return n


def piecewise(x: float) -> Any:
    if x < -1:
        return -x
    if -1 <= x < 0:
        return x * x
    return x**3 if 0 <= x <= 1 else 2 * x - 1


def table(x: float) -> Any:
    numbers = [0.0, 1.0, 4.0, 9.0, 16.0, 25.0]
    x = min(max(x, 0.0), 5.0)
    for i in range(5):
        if x <= i + 1:
            return numbers[i] + (x - i) * (numbers[i + 1] - numbers[i])
    return None


def power(x: float, n: int = 5) -> Any:
    """A recursion that stops by the number."""
    return x if n == 0 or x > 100.0 else power(x * x, n - 1)


def logic(x: float) -> Any:
    """What Python makes of numbers in and, or, not, in, ==, chains, and sorting."""
    y = 1.0 - x
    low, middle, high = sorted([x, y, 0.25])
    found = x and y, x > 0 or y > 2, not x, x in (0.0, 0.5), 0 < x < y, x != y, max(x, y), min(x, 0.25, y)
    return *found, low, middle, high, [x, y].index(max(x, y)), any(v > 0.75 for v in (x, y)), all([x, y])


RANDOM: list[tuple[Callable[..., Any], Callable[[random.Random], float]]] = [
    (newton, lambda rng: 10 ** rng.uniform(-8, 8)),
    (logarithm, lambda rng: rng.uniform(0.2, 50)),
    (collatz, lambda rng: float(rng.randint(1, 30))),
    (collatz, lambda rng: float(rng.randint(1, 3000))),  # more ways than are kept
    (piecewise, lambda rng: rng.choice([rng.uniform(-3, 3), -1.0, 0.0, -0.0, 1.0, nan])),
    (table, lambda rng: rng.uniform(-3, 8)),
    (power, lambda rng: rng.uniform(-3, 3)),
    (logic, lambda rng: rng.choice([rng.uniform(-1, 2), 0.0, 0.25, 0.5, 1.0, nan, -0.0])),
]


def same(x: Any, y: Any) -> bool:
    """Equal in all parts, nan to nan, and of the same types."""
    if isinstance(x, (tuple, list)):
        return type(x) is type(y) and len(x) == len(y) and all(map(same, x, y))
    return type(x) is type(y) and bool(x == y or (x != x and y != y))


@pytest.mark.slow
@pytest.mark.parametrize(("f", "draw"), RANDOM)
def test_ten_thousand_points(f: Callable[..., Any], draw: Any, caplog: pytest.LogCaptureFixture) -> None:
    seed = 20
    rng = random.Random(seed)
    traced = jit(f)
    for _ in range(10_000 if native_plan.is_available() else 300):  # NumPy's executor is for large programs
        x = draw(rng)
        assert same(traced(x), f(x)) or (not native_plan.is_available() and traced(x) == pytest.approx(f(x), rel=1e-15)), (
            seed,
            x,
        )
    assert traced.stats["paths"] > 1


@pytest.mark.slow
def test_numpy_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_plan, "_native", None)
    for f, draw in RANDOM:
        rng, traced = random.Random(3), jit(f)
        for x in [draw(rng) for _ in range(20)]:
            assert traced(x) == pytest.approx(f(x), rel=1e-15, nan_ok=True), (f, x)


def test_gradients_take_the_path_of_the_point() -> None:
    rng = random.Random(4)
    for f in (piecewise, table, power, lambda x: newton(x * x + 1)[0]):
        ways = [jit(grad(f)), grad(jit(f)), jit(jit(grad(jit(f))))]
        for x in [rng.uniform(-3, 3) for _ in range(300)]:
            expected = grad(f)(x)
            for way in ways:
                assert way(x) == pytest.approx(expected, rel=1e-13, abs=1e-300), x


def test_comparisons_of_constants_decide_nothing() -> None:
    f = jit(lambda x: x if Value(1.0) < Value(2.0) and 3.0 > 2 else -x)
    assert f(1.0) == 1.0 and f(-1.0) == -1.0 and f.stats["paths"] == 1


def test_number_that_no_path_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an executor rounds otherwise than the trace, its guards may deny the path that was traced for the number."""

    def f(x: Any) -> Any:
        return 1.0 if ag.exp(x) > 2.0 else -1.0

    traced = jit(f)
    path_of = traced.specialize

    def lying(*args: Any) -> Any:
        path = path_of(*args)
        path.runner.call, path.runner.run = (lambda *_: 0), (lambda *_: 0)
        return path

    monkeypatch.setattr(traced, "specialize", lying)
    assert [traced(x) for x in (1.0, 0.0, 1.0, 0.0)] == [1.0, -1.0, 1.0, -1.0]
    assert traced.stats["paths"] <= 2 and traced.stats["eager"] == 4
    assert vmap(f)(np.array([1.0, 0.0])).tolist() == [1.0, -1.0]


# ---- the limit


def many_paths(x: float) -> float:
    n = 0.0
    while n < x:
        n += 1
    return n * x


def test_beyond_the_limit(caplog: pytest.LogCaptureFixture) -> None:
    """Functions run untraced, and the log says so once."""
    f = jit(many_paths, max_paths=3)
    with caplog.at_level(logging.WARNING, "autograd.jit"):
        for _ in range(2):
            assert [f(float(x)) for x in range(8)] == [many_paths(float(x)) for x in range(8)]
    assert f.stats["paths"] == 3 and f.stats["eager"] == 10
    [record] = caplog.records
    assert "jit(many_paths) has max_paths=3 paths" in record.getMessage() and "test_path_cache.py:" in record.getMessage()


def test_on_limit_raise() -> None:
    f = jit(many_paths, max_paths=2, on_limit="raise")
    assert [f(0.0), f(1.0), f(1.0)] == [0.0, 1.0, 1.0]
    for _ in range(2):
        with pytest.raises(TraceError, match=r"jit.many_paths. has max_paths=2 paths .* raise max_paths"):
            f(5.0)
    assert f(0.5) == 0.5
    with pytest.raises(ValueError, match="on_limit"):
        jit(many_paths, on_limit="never")


# ---- exceptions


def picky(x: float) -> float:
    if x < 0:
        raise ValueError(f"bad {x}")
    assert x != 5, x
    return 2 * x


def test_exceptions(executor: str) -> None:
    for first in (1.0, -1.0, 5.0):
        f = jit(picky)
        for x in (first, 1.0, -2.0, 5.0, 3.0, -4.0):
            try:
                expected: Any = picky(x)
            except Exception as error:
                with pytest.raises(type(error)) as caught:
                    f(x)
                assert str(caught.value) == str(error) and caught.value.__cause__ is None
            else:
                assert f(x) == expected
    with pytest.raises(ValueError, match="bad -2"):
        vmap(picky)(np.array([1.0, -2.0]))
    with pytest.raises(ValueError, match=r"bad Value.data=-2.0"):
        jit(grad(picky))(-2.0)  # as grad(picky) says it


def test_division_by_zero_follows_ieee() -> None:
    """As with Values, where plain Python would raise."""
    f = jit(lambda x: 1 / x)
    assert [f(0.0), f(-0.0)] == [inf, -inf]


def test_python_callback_of_another_path() -> None:
    """It is not called for points that take another path."""

    @primitive(partials=[lambda x: 0.5 / ag.sqrt(x)])
    def root(x: float) -> float:
        return math.sqrt(x)

    f = jit(lambda x: 2 * root(x) if x > 0 else -x)
    assert [f(x) for x in (4.0, -4.0, 9.0)] == [4.0, 4.0, 6.0]
    assert vmap(f)(np.array([4.0, -4.0, 9.0, -1.0])).tolist() == [4.0, 4.0, 6.0, 1.0]
    assert jit(grad(f))(4.0) == grad(f)(4.0) == 0.5
    g = jit(lambda x: root(x))
    assert g(4.0) == 2.0
    with pytest.raises(ValueError, match=r"math domain|nonnegative"):
        g(-4.0)
    with pytest.raises(ValueError, match=r"math domain|nonnegative"):
        vmap(g)(np.array([1.0, -1.0]))


def test_programs_and_stats() -> None:
    f = jit(piecewise)
    assert f.stats["traces"] == 0
    assert len(f.program(2.0)) and len(f.program(0.5)) and f.stats["paths"] == 2
    assert f.program(2.0) is f.program(3.0)
    assert f(2.0) == 3.0 and f.stats["traces"] == 2 and f.stats["instructions"] > 0


# ---- threads, memory


def run_threads(work: Callable[[int], None], n: int = 8) -> None:
    failures: list[BaseException] = []

    def guarded(k: int) -> None:
        try:
            work(k)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(k,)) for k in range(n)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not failures, failures[0]


@pytest.mark.slow
def test_threads_while_paths_are_traced(executor: str) -> None:
    """They agree with one thread."""
    rng = random.Random(6)
    inputs = [10 ** rng.uniform(-4, 4) for _ in range(100 if executor == "native" else 20)]
    f, both, linked = jit(newton), jit(value_and_grad(lambda x: newton(x)[0])), jit(lambda x: x * x if x > 1 else x**2)
    expected = [(newton(x), value_and_grad(lambda x: newton(x)[0])(x)) for x in inputs]

    def work(k: int) -> None:
        order = list(range(len(inputs)))
        random.Random(k).shuffle(order)
        for i in order:
            root, (value, slope) = expected[i]
            assert f(inputs[i]) == root and both(inputs[i])[0] == value
            assert both(inputs[i])[1] == pytest.approx(slope, rel=1e-13)
            assert grad(linked)(inputs[i]) == pytest.approx(2 * inputs[i], rel=1e-15)

    run_threads(work)
    assert f.stats["paths"] == len({newton(x)[1] * 2 + (x > 1) for x in inputs}) and f.stats["eager"] == 0


def test_large_programs_in_threads() -> None:
    f = jit(lambda a: np.cumsum(a * a)[::50])
    a = np.arange(5000.0)
    expected = f(a)

    def work(k: int) -> None:
        for _ in range(20):
            assert (f(a + k) == np.cumsum((a + k) ** 2)[::50]).all() and (f(a) == expected).all()

    run_threads(work)
