"""jit: the same results as the function's own, whatever way it takes, with both executors."""

from __future__ import annotations

import functools
import gc
import itertools
import logging
import math
import random
import sys
import threading
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad, hessian, jacobian, jit, jvp, primitive, value_and_grad, vmap
from autograd.errors import TraceError
from autograd.ops.primitives import TABLE
from autograd.program import native_plan

inf, nan = math.inf, math.nan
EDGES = [0.0, -0.0, 1.0, -1.0, inf, -inf, nan, 1e300, -1e300, 1e-300, -1e-300, 5e-324, 0.5, -2.0, 3.7, 1e16, 710.0, -746.0]
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
    "round": round,
}
ROWS = [name for name, row in TABLE.items() if row.arity and (row.public or name in OPERATORS)]
# units in the last place: the vector libraries' 4, twice or thrice in composed rules; lgamma is Python's own in pure Python
ULPS, ULPS_OF_PARTIALS = 4, 8


def function(name: str) -> Callable[..., Any]:
    return OPERATORS.get(name) or getattr(ag, name)


def number(x: Any) -> float:
    return x.data if type(x) is Value else float(x)


def ulps(x: float, y: float) -> float:
    if x == y or (x != x and y != y):
        return 0.0
    return abs(x - y) / math.ulp(max(abs(x), abs(y))) if math.isfinite(x) and math.isfinite(y) else inf


def points(name: str) -> list[tuple[float, ...]]:
    arity = TABLE[name].arity
    return list(itertools.product(EDGES if arity != 3 else [0.0, -0.0, 1.0, -inf, inf, nan, 2.5], repeat=arity or 1))


# ---- every row


@pytest.mark.parametrize("name", ROWS)
def test_rows_at_edges(name: str, executor: str) -> None:
    """Values to the last bit (but for what a library rounds), first derivatives; the sign of a derivative's 0 is free."""
    f = function(name)
    traced = jit(lambda *xs: f(*xs))
    numbers = tuple(range(TABLE[name].arity or 0))
    slopes = grad(lambda *xs: f(*xs), numbers)
    inside, outside = jit(slopes), grad(traced, numbers)
    bound = 20 if name == "lgamma" else ULPS
    for point in points(name):
        expected = number(f(*map(Value, point)))
        assert ulps(traced(*point), expected) <= bound, point
        if traced(*point) == 0.0:
            assert math.copysign(1.0, traced(*point)) == math.copysign(1.0, expected), point
        for derivatives in (inside(*point), outside(*point)):
            for found, own in zip(derivatives, slopes(*point), strict=True):
                assert ulps(number(found), number(own)) <= ULPS_OF_PARTIALS, point


@pytest.mark.parametrize("name", [name for name in ROWS if TABLE[name].arity == 1 and name != "digamma"])
def test_second_derivatives_of_rows_at_edges(name: str) -> None:
    f = function(name)
    own = grad(grad(f))
    ways = [jit(own), jit(hessian(f)), grad(grad(jit(f))), hessian(jit(f))]
    forward = jit(lambda x: jvp(grad(f), x, 1.0)[1])
    for x in (-0.6, 0.3, 0.9, 1.7, 3.4):
        assert number(forward(x)) == pytest.approx(number(jvp(grad(f), x, 1.0)[1]), rel=1e-14, abs=1e-16, nan_ok=True)
    for x in EDGES:
        expected = number(own(x))
        for way in ways:
            found = number(way(x))
            assert ulps(found, expected) <= 16 or abs(found - expected) <= 1e-300, (x, found, expected)


# ---- branches


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
def test_ten_thousand_points_on_all_ways(f: Callable[..., Any], draw: Any, caplog: pytest.LogCaptureFixture) -> None:
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
def test_ways_with_the_numpy_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_plan, "_native", None)
    for f, draw in RANDOM:
        rng, traced = random.Random(3), jit(f)
        for x in [draw(rng) for _ in range(20)]:
            assert traced(x) == pytest.approx(f(x), rel=1e-15, nan_ok=True), (f, x)


def test_gradients_take_the_way_of_the_point() -> None:
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


def test_a_number_that_no_path_claims_runs_untraced(monkeypatch: pytest.MonkeyPatch) -> None:
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


def many_ways(x: float) -> float:
    n = 0.0
    while n < x:
        n += 1
    return n * x


def test_beyond_the_limit_functions_run_untraced_and_the_log_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    f = jit(many_ways, max_paths=3)
    with caplog.at_level(logging.WARNING, "autograd.jit"):
        for _ in range(2):
            assert [f(float(x)) for x in range(8)] == [many_ways(float(x)) for x in range(8)]
    assert f.stats["paths"] == 3 and f.stats["eager"] == 10
    [record] = caplog.records
    assert "jit(many_ways) took its 3 ways" in record.getMessage() and "test_jit.py:" in record.getMessage()


def test_on_limit_raise() -> None:
    f = jit(many_ways, max_paths=2, on_limit="raise")
    assert [f(0.0), f(1.0), f(1.0)] == [0.0, 1.0, 1.0]
    for _ in range(2):
        with pytest.raises(TraceError, match=r"jit.many_ways. took its 2 ways .* raise max_paths"):
            f(5.0)
    assert f(0.5) == 0.5
    with pytest.raises(ValueError, match="on_limit"):
        jit(many_ways, on_limit="never")


# ---- exceptions


def picky(x: float) -> float:
    if x < 0:
        raise ValueError(f"bad {x}")
    assert x != 5, x
    return 2 * x


def test_exceptions_come_out_as_untraced(executor: str) -> None:
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


def test_the_division_of_numbers_by_zero_follows_ieee() -> None:
    """As with Values, where plain Python would raise."""
    f = jit(lambda x: 1 / x)
    assert [f(0.0), f(-0.0)] == [inf, -inf]


def test_a_python_function_is_not_called_for_points_that_take_another_way() -> None:
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


# ---- results of every form

Pair = namedtuple("Pair", "a b")

FORMS: list[Callable[[Any], Any]] = [
    lambda x: None,
    lambda x: x,
    lambda x: 3.0,
    lambda x: 3,
    lambda x: "text",
    lambda x: x > 1,
    lambda x: (x > 1, {"a": x == 2.0}),
    lambda x: Pair(x, (x, [2 * x, {"k": x}])),
    lambda x: {"a": x, "n": None, "s": "t", "l": [x, 1, "z"], "t": (True, x)},
    lambda x: [[], (), {}, x],
    lambda x: [],
    lambda x: [x] * 20,
    lambda x: (x > 0) + (x > 1) + 0.5,
    lambda x: np.float32(2.5),
    lambda x: OrderedDict(a=x),
]


@pytest.mark.parametrize("f", FORMS)
def test_results_of_every_form(f: Callable[[Any], Any], executor: str) -> None:
    traced = jit(f)
    for x in (1.0, 2.0, 0.5, 2.0):
        assert traced(x) == f(x) and isinstance(f(x), type(traced(x)))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.array([x, 1.0]),
        lambda x: np.array([[x, x], [x, 1.0]]),
        lambda x: np.array([1, 2]),
        lambda x: np.array([True, False]),
        lambda x: np.array(["a", "bc"]),
        lambda x: np.zeros((0, 3)),
        lambda x: np.argsort([x, 1.5, 0.0]),
    ],
)
def test_results_that_are_arrays(f: Callable[[Any], Any]) -> None:
    traced = jit(f)
    for x in (1.0, 2.0, 1.0):
        np.testing.assert_array_equal(traced(x), f(x), strict=True)


def test_results_are_the_callers_own() -> None:
    f = jit(lambda x: ([1.0, 2.0], {"a": x}, np.array([1.0, 2.0])))
    for _ in range(2):
        first, second, third = f(1.0)
        assert (first, second, third.tolist()) == ([1.0, 2.0], {"a": 1.0}, [1.0, 2.0])
        first.append(3.0), second.clear(), third.fill(0.0)
    with pytest.raises(TraceError, match="cannot return a set"):
        jit(lambda x: {1, 2})(1.0)


def test_results_with_values() -> None:
    """Numbers are nodes, comparisons bools, as without jit."""
    x = Value(2.0)
    truth, double, text, nothing = jit(lambda x: (x > 1, 2 * x, "s", None))(x)
    assert truth is True and (double.data, text, nothing) == (4.0, "s", None)
    double.backward()
    assert x.grad == 2.0


# ---- arguments


def test_numbers_of_every_kind(executor: str) -> None:
    f = jit(lambda x: x * 2 + 1)
    for x in (1.5, 2, np.float32(2.5), np.int8(100), Fraction(1, 2), Decimal("1.5"), np.float64(3.0)):
        assert f(x) == 2 * float(x) + 1 and type(f(x)) is float
    assert f.stats["structures"] == 1
    assert f(np.array(2.0)) == 5.0 and f.stats["structures"] == 2
    assert f(True) == 3 and f.stats["structures"] == 3
    with pytest.raises(OverflowError):
        f(10**400)
    assert f(1.0) == 3.0


@pytest.mark.parametrize("kind", ["<f8", ">f8", "f4", ">f4", "i4", "u1", "i8", "f2"])
def test_arrays_of_every_kind(kind: str, executor: str) -> None:
    f = jit(lambda a: np.sum(a * a) + a[0, 1])
    whole = np.arange(24.0).reshape(4, 6).astype(kind)
    for a in (whole, whole[::2, ::3], whole.T, np.asfortranarray(whole), whole[::-1]):
        a64 = a.astype(float)
        assert f(a) == np.sum(a64 * a64) + a64[0, 1]


def test_structures_of_arguments() -> None:
    f = jit(lambda p, *rest, k=1.0: (p["a"][0] - p["b"]) * k + sum(rest))
    p = {"a": (1.0, [2.0]), "b": 5.0}
    assert f(p) == -4.0 and f(p, 1, 2.0) == -1.0 and f(p, k=2.0) == -8.0
    assert f({"b": 5.0, "a": (1.0, [2.0])}) == -4.0
    assert jit(lambda **named: named["a"] - named["b"])(b=1.0, a=2.0) == 1.0
    g = jit(lambda d: next(iter(d.values())))
    assert [g({"a": 1.0, "b": 2.0}), g({"b": 2.0, "a": 1.0})] == [1.0, 2.0]
    assert jit(lambda xs: len(xs))([]) == 0 and jit(lambda a: a.shape)(np.zeros((0, 2))) == (0, 2)
    assert jit(lambda pair: pair.a * pair.b)(Pair(2.0, 3.0)) == 6.0
    assert jit(lambda d: d["a"] * d["a"])(defaultdict(float, a=3.0)) == 9.0
    assert jit(lambda a, b=3.0: a * b)(2.0) == 6.0
    assert jit(lambda: 3.0)() == 3.0
    long = [float(i) for i in range(50)]
    assert jit(lambda xs: xs[7] * xs[49])(long) == 7.0 * 49.0
    assert jit(lambda xs: xs[7] * xs[49])(list(range(50))) == 7.0 * 49.0


def test_parts_of_the_program() -> None:
    """What is no number, and what static_argnums names, has a program for each value."""
    f = jit(lambda way, x: x if way == "up" else -x)
    assert [f("up", 1.0), f("down", 1.0), f("up", 2.0), f(None, 2.0)] == [1.0, -1.0, 2.0, -2.0]
    g = jit(lambda x, n: sum(x for _ in range(n)), static_argnums=-1)
    assert [g(3.0, 2), g(3.0, 3), g(4.0, 2)] == [6.0, 9.0, 8.0] and g.stats["structures"] == 2
    signs = jit(lambda c, x: math.copysign(1.0, c) * x, static_argnums=0)
    assert [signs(0.0, 2.0), signs(-0.0, 2.0), signs(0.0, 2.0)] == [2.0, -2.0, 2.0]
    kinds = jit(lambda c, x: type(c[0]).__name__, static_argnums=(0,))
    assert [kinds((1,), 1.0), kinds((1.0,), 1.0), kinds((True,), 1.0)] == ["int", "float", "bool"]
    once = jit(lambda c, x: x, static_argnums=0)
    assert once(nan, 1.0) == once(-nan, 1.0) == once(float("nan"), 1.0) == 1.0 and once.stats["structures"] == 1
    with pytest.raises(TypeError, match="must have a hash, as list has not"):
        once([1], 1.0)
    with pytest.raises(TypeError, match="must have a hash, as set has not"):
        f({1}, 1.0)


def test_static_arguments_are_static_however_they_are_named_and_passed() -> None:
    def f(x: float, n: int, back: bool = False) -> float:
        return sum(x if i % 2 or not back else -x for i in range(n))

    for options in ({"static_argnums": 1}, {"static_argnames": "n"}, {"static_argnames": ["n", "back"]}):
        g = jit(f, **options)  # type: ignore[arg-type]
        for n in (3, 4):
            assert g(2.0, n) == g(2.0, n=n) == g(n=n, x=2.0) == f(2.0, n)
            assert g(2.0, n=n, back=True) == g(2.0, n, True) == f(2.0, n, True)
    assert jit(static_argnames="n")(f)(2.0, 3) == 6.0
    with pytest.raises(ValueError, match=r"no parameter 'm' .* x, n, back"):
        jit(f, static_argnames="m")
    with pytest.raises(ZeroDivisionError):
        jit(lambda x, n: x * (1 // n), static_argnames="n")(1.0, n=0)


def test_static_arguments_beside_differentiated_ones() -> None:
    f = jit(grad(lambda n, x: x**n, argnums=1), static_argnums=0)
    assert [f(2, 3.0), f(3, 3.0)] == [6.0, 27.0]
    g = jit(grad(lambda n, x: x**n, argnums=0), static_argnums=0)
    with pytest.raises(TraceError, match="static_argnums"):
        g(2, 3.0)
    with pytest.raises(TypeError, match="not NoneType"):
        jit(grad(lambda p: p[0]))([1.0, None])
    with pytest.raises(TypeError, match="argnums 3"):
        jit(grad(lambda x: x, argnums=3))(1.0)


# ---- what f reaches from outside


def test_values_from_outside_are_read_at_each_call() -> None:
    w = Value(2.0)
    f, chosen = jit(lambda x: w * w * x), jit(lambda x: x if x > w else -x)
    for weight in (2.0, 3.0, -1.0):
        w.data = weight
        assert f(5.0).data == 5 * weight**2
        assert chosen(2.5).data == (2.5 if weight < 2.5 else -2.5)
    w.grad = 0.0
    f(5.0).backward()
    assert w.grad == -10.0
    assert grad(lambda w: jit(lambda x: w * w * x)(3.0))(2.0) == 12.0


def test_values_computed_before_keep_their_number() -> None:
    """As without jit: only leaves are inputs; what was made of them is made anew if f makes it."""
    w = Value(2.0)
    square = w * w
    f = jit(lambda x: square * w * x)
    assert f(1.0).data == 8.0
    w.data = 3.0
    assert f(1.0).data == 12.0
    w.grad = 0.0
    f(1.0).backward()
    assert w.grad == square.data + 3.0 * 4.0  # by the partials that square recorded at 2
    deep = w
    for _ in range(10_000):
        deep = deep * 1.0
    g = jit(lambda x: deep * x)
    assert g(2.0).data == 6.0 and g.program(2.0).inputs == 2


def test_what_is_no_value_is_part_of_the_program() -> None:
    numbers = [1.0]
    f = jit(lambda x: x * numbers[0])
    assert f(2.0) == 2.0
    numbers[0] = 5.0
    assert f(2.0) == 2.0 and jit(lambda x: x * numbers[0])(2.0) == 10.0


def test_methods_partials_and_decorated_functions() -> None:
    class Line:
        def __init__(self, slope: float) -> None:
            self.slope = slope

        @jit
        def at(self, x: float) -> float:
            """Its height."""
            return self.slope * x

    steep, flat = Line(2.0), Line(0.5)
    assert [steep.at(1.0), flat.at(1.0), steep.at(3.0), Line.at(flat, 4.0)] == [2.0, 0.5, 6.0, 2.0]
    assert steep.at.stats["structures"] == 2 and steep.at.__doc__ == "Its height."
    assert jit(functools.partial(lambda a, b: a * b, 3.0))(2.0) == 6.0
    assert jit(functools.partial(lambda a, b: a * b, b=3.0))(2.0) == 6.0

    @jit(static_argnums=1, max_paths=5)
    def powers(x: float, n: int) -> float:
        return x**n

    assert powers(2.0, 3) == 8.0 and powers.__name__ == "powers" and powers.max_paths == 5
    for wrong in (None, 3.0):
        if wrong is not None:
            with pytest.raises(TypeError, match="takes a function, not float"):
                jit(wrong)


def test_jit_inside_jit_keeps_settings_apart() -> None:
    inner = jit(lambda x: x * x if x > 0 else x, max_paths=7)
    outer = jit(inner, max_paths=9)
    assert (inner.max_paths, outer.max_paths) == (7, 9) and outer.wrapped is inner
    assert [outer(2.0), outer(-2.0)] == [4.0, -2.0]
    assert inner.stats["traces"] == 0 and outer.stats["traces"] == 2


def test_nested_to_any_order() -> None:
    cubic = jit(lambda x, y: y**3 * x)
    f = grad(jit(lambda x: grad(cubic, 1)(x, x)))  # (3 x^3)' = 9 x^2
    assert f(2.0) == 36.0
    assert jit(grad(lambda x: jit(grad(cubic, 1))(x, x)))(2.0) == 36.0
    assert jit(f)(2.0) == 36.0 and jit(jacobian(lambda x: [f(x), x]))(2.0) == [36.0, 1.0]
    assert jit(lambda x: value_and_grad(cubic)(x, x))(2.0) == (16.0, 8.0)
    assert jit(lambda x: ag.gradient(x * x, x))(3.0) == 6.0
    derivative = jit(lambda x: ag.vjp(lambda y: y * y * x, x)[1](1.0)[0])
    assert [derivative(1.0), derivative(3.0)] == [2.0, 18.0]


def test_modes_around_calls() -> None:
    f = jit(lambda x: x * x)
    x = Value(3.0)
    with ag.no_grad():
        assert f(x).parents == () and f(2.0) == 4.0 and jit(lambda x: x * x)(2.0) == 4.0
    with ag.scope("inside"):
        assert f(2.0) == 4.0
    with ag.trap(), pytest.raises(ag.DomainError):
        jit(lambda x: 1 / (x * 0.0))(Value(1.0))
    cut = jit(grad(lambda x: x * ag.stop_gradient(x * x)))
    assert [cut(2.0), cut(3.0)] == [4.0, 9.0]

    def half(x: Any) -> Any:
        with ag.no_grad():
            y = x * x
        return x * y

    assert jit(grad(half))(3.0) == grad(half)(3.0) == 9.0


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
def test_threads_agree_with_serial_while_paths_are_traced(executor: str) -> None:
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


def test_calls_leave_nothing_behind(executor: str) -> None:
    f = jit(lambda x, y: [x * y, ag.sin(x)] if x > 0 else [x, y])
    many, slope, one = vmap(f), jit(grad(lambda a: ag.sum(a * a))), Value(1.0)
    a = np.arange(-20.0, 20.0)

    def calls() -> None:
        f(1.0, 2.0), f(-1.0, 2), f(one, 2.0), many(a, a), slope(a)
        with pytest.raises(OverflowError):
            f(1.0, 10**400)

    for _ in range(20):
        calls()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(100):
        calls()
    gc.collect()
    assert sys.getallocatedblocks() - before < 100


def test_paths_keep_no_value_alive() -> None:
    """Else each path would hold the whole graph that it was traced from."""

    def values(x: Any, depth: int = 0) -> Iterator[Any]:
        for y in gc.get_referents(x):
            if type(y) is Value:
                yield y
            elif (depth < 6 and isinstance(y, (list, tuple, dict))) or type(y).__module__.startswith("autograd.compiler"):
                yield from values(y, depth + 1)

    f = jit(lambda x: {"a": [x, x * x], "b": 3.0})
    f(1.0)
    assert not list(values(f._caches))


def test_derivatives_of_a_program_that_calls_python(executor: str) -> None:
    @ag.primitive(partials=[lambda x: 2 * ag.cos(2 * x)])
    def sin2(x: float) -> float:
        return math.sin(2 * x)

    def f(x: Any) -> Any:
        return sin2(x) ** 2

    for derived in (grad, lambda g: grad(grad(g)), lambda g: grad(grad(grad(g)))):
        assert derived(jit(f))(0.3) == pytest.approx(derived(f)(0.3), rel=1e-14)


def test_keyword_arguments_keep_the_order_of_the_caller() -> None:
    """A function that takes `**kwargs` sees them as it would untraced, in each order that they come in."""

    def poly(**kwargs: float) -> Any:
        y = 0.0
        for v in kwargs.values():
            y = 10 * y + v
        return y

    g = jit(poly)
    for given in ({"b": 1.0, "a": 2.0}, {"a": 2.0, "b": 1.0}, {"c": 3.0, "a": 2.0, "b": 1.0}, {"b": 5.0, "a": 4.0}):
        assert g(**given) == poly(**given)
        assert list(jit(lambda **k: dict(k))(**given)) == list(given)
    slope = lambda x, **k: x * next(iter(k.values()))  # noqa: E731
    assert jit(grad(slope))(1.0, b=2.0, a=3.0) == grad(slope)(1.0, b=2.0, a=3.0) == 2.0
    named = jit(lambda x, **k: [x * v for v in k.values() if not isinstance(v, str)] + list(k), static_argnames="way")
    assert named(2.0, way="up", b=1.0, a=3.0) == [2.0, 6.0, "way", "b", "a"]
