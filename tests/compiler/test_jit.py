"""jit: arguments of every kind, what a function reaches from outside, nesting."""

from __future__ import annotations

import functools
import math
from collections import defaultdict, namedtuple
from decimal import Decimal
from fractions import Fraction
from math import nan
from typing import Any

import numpy as np
import pytest
from trees import KINDS, Easy, Model, form_of, leaves_of, tagged

import autograd as ag
from autograd import Value, grad, jacobian, jit, value_and_grad
from autograd.errors import TraceError

Pair = namedtuple("Pair", "a b")


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


@pytest.mark.parametrize("kind", KINDS)
def test_containers_of_every_kind(kind: str, executor: str) -> None:
    """As arguments and as results; each class has programs of its own."""
    build = KINDS[kind]

    def f(tree: Any) -> Any:
        a, b, *rest = leaves_of(tree)
        return build(a * b, {"rest": rest, "none": None, "class": type(tree).__name__})

    traced = jit(f)
    for x in (build(2.0, 3.0), build(4.0, [5.0, 6.0]), build(4.0, 5.0), build(7, 8)):
        found, expected = traced(x), f(x)
        assert form_of(found) == form_of(expected) and list(leaves_of(found)) == list(leaves_of(expected))
    assert traced.stats["structures"] == 2
    for other in KINDS.values():
        assert list(leaves_of(traced(other(2.0, 3.0))))[:2] == [6.0, type(other(2.0, 3.0)).__name__]
    assert form_of(jit(grad(lambda t: sum(leaves_of(t))))(build(2.0, [3.0]))) == form_of(build(2.0, [3.0]))


def test_what_a_container_knows_is_part_of_the_program() -> None:
    """Exactly, as static arguments are."""
    tag = jit(lambda d, x: (d.tag, x * d["a"]))
    one, other = tagged(a=2.0), tagged(a=2.0)
    other.tag = "other"
    assert [tag(one, 3.0), tag(other, 3.0), tag(one, 4.0)] == [("kept", 6.0), ("other", 6.0), ("kept", 8.0)]
    one.tag = "changed"
    assert tag(one, 3.0) == ("changed", 6.0)
    easy = jit(lambda d: d.a * d["b"])
    for x in (1.0, 2.0, 3.0):
        p = Easy()
        p.a, p.b = x, 5.0
        assert easy(p) == 5.0 * x
    assert easy.stats["structures"] == 1  # attributes that are items are no constants
    kind = jit(lambda m: (type(m.name).__name__, m.bias * 2.0))
    assert [kind(Model(1.0, [], name)) for name in (1, True, 1.0, "a")] == [  # type: ignore[arg-type]
        ("int", 2.0),
        ("bool", 2.0),
        ("float", 2.0),
        ("str", 2.0),
    ]


def test_parts_of_the_program() -> None:
    """What is no number, and what static_argnums names, has a program for each value."""
    f = jit(lambda way, x: x if way == "up" else -x)
    assert [f("up", 1.0), f("down", 1.0), f("up", 2.0), f(None, 2.0)] == [1.0, -1.0, 2.0, -2.0]
    for places in (-1, np.int64(1), [np.int8(1)], {1}, iter([1])):
        assert jit(lambda x, n: sum(x for _ in range(n)), static_argnums=places)(3.0, 2) == 6.0
    with pytest.raises(TypeError, match=r"static_argnums must be an integer or a tuple of integers, not \(0.5,\)"):
        jit(lambda x: x, static_argnums=[0.5])  # type: ignore[list-item]
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


def test_static_arguments() -> None:
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
    with pytest.raises(TypeError, match=r"not str, at args\[0\]\[1\]"):
        jit(grad(lambda p: p[0]))([1.0, "one"])
    with pytest.raises(TypeError, match="argnums 3"):
        jit(grad(lambda x: x, argnums=3))(1.0)


# ---- what f reaches from outside


def test_captured_values_are_read_at_each_call() -> None:
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


def test_computed_values_keep_their_number() -> None:
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


def test_other_objects_are_part_of_the_program() -> None:
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


def test_derivatives_of_a_python_callback(executor: str) -> None:
    @ag.primitive(partials=[lambda x: 2 * ag.cos(2 * x)])
    def sin2(x: float) -> float:
        return math.sin(2 * x)

    def f(x: Any) -> Any:
        return sin2(x) ** 2

    for derived in (grad, lambda g: grad(grad(g)), lambda g: grad(grad(grad(g)))):
        assert derived(jit(f))(0.3) == pytest.approx(derived(f)(0.3), rel=1e-14)


def test_order_of_keyword_arguments() -> None:
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
