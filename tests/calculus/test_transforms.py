"""The transforms: structures, nesting without confusion, and derivatives against closed forms."""

from __future__ import annotations

import math
import threading
from collections import namedtuple
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jvp, stop_gradient, value_and_grad, vjp

Point = namedtuple("Point", "x y")
mp = mpmath.MPContext()
mp.dps = 40


def product(tree: Any) -> Any:
    """The product of the squares of all numbers of a structure."""
    if isinstance(tree, dict):
        return ag.prod([product(item) for item in tree.values()])
    if isinstance(tree, (list, tuple, np.ndarray)):
        return ag.prod([product(item) for item in tree])
    return tree * tree


# ---- structures


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        (3.0, 6.0),
        (3, 6.0),
        (True, 2.0),
        (Fraction(1, 2), 1.0),
        (np.float32(0.5), 1.0),
        ([1.0, 2.0], [8.0, 4.0]),
        ([1, 2.0], [8.0, 4.0]),
        ((1.0, 2.0), (8.0, 4.0)),
        (Point(1.0, 2.0), Point(8.0, 4.0)),
        (Point(1.0, [2.0]), Point(8.0, [4.0])),
        ({"a": 1.0, "b": 2}, {"a": 8.0, "b": 4.0}),
        ({"w": [[1.0], (2.0,)], "b": {"c": Fraction(1)}}, {"w": [[8.0], (4.0,)], "b": {"c": 8.0}}),
        ([], []),
        ({}, {}),
    ],
    ids=repr,
)
def test_the_gradient_has_the_structure_of_the_argument(argument: Any, expected: Any) -> None:
    found = grad(product)(argument)
    assert found == expected and type(found) is type(expected)
    value, again = value_and_grad(product)(argument)
    assert type(value) is float and again == expected
    assert vjp(product, argument)[1](1.0) == (expected,)


@pytest.mark.parametrize("dtype", [float, int, np.float32])
@pytest.mark.parametrize("shape", [(4,), (2, 2), (1, 2, 2)])
def test_an_array_gives_an_array_of_floats(shape: tuple[int, ...], dtype: type) -> None:
    x = np.arange(1, 5, dtype=dtype).reshape(shape)
    found = grad(lambda x: ag.sum(x**3))(x)
    assert found.dtype == float and found.shape == shape and (found == 3.0 * x**2).all()
    second = hessian(lambda x: ag.sum(x**3))(x)
    assert second.shape == shape + shape and (second.reshape(4, 4) == np.diag(6.0 * x.ravel())).all()


def test_arrays_within_structures() -> None:
    layer = {"w": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": [np.array([1.0]), 2.0], "one": np.array(2.0)}
    found = grad(lambda p: ag.sum(p["w"] @ p["w"].T) * p["b"][0][0] + p["b"][1] ** 2 * p["one"])(layer)
    assert (found["w"] == [[8.0, 12.0], [8.0, 12.0]]).all()
    assert (found["b"][0] == [52.0]).all() and (found["b"][1], found["one"]) == (8.0, 4.0)


def test_the_argument_itself_is_left_alone() -> None:
    p = {"a": [1.0, 2.0], "x": np.array([3.0, 4.0])}

    def f(q: Any) -> Any:
        loss = q["a"][0] * q["x"][1]
        q["a"].append(0.0)
        q["x"][:] = 0.0
        q["new"] = 1.0
        return loss

    assert grad(f)(p)["a"] == [4.0, 0.0]
    assert p["a"] == [1.0, 2.0] and p["x"].tolist() == [3.0, 4.0] and "new" not in p


def test_jacobian_has_the_structure_of_the_result_and_of_the_argument() -> None:
    def f(p: Any) -> Any:
        return {"s": p["x"] * p["y"][0], "t": (p["y"] * 2.0, [p["x"]])}

    point = {"x": 3.0, "y": np.array([5.0, 7.0])}
    for mode in (None, "forward", "reverse"):
        found = jacobian(f, mode=mode)(point)
        assert found["s"]["x"] == 5.0 and found["s"]["y"].tolist() == [3.0, 0.0]
        assert found["t"][0]["x"].tolist() == [0.0, 0.0] and found["t"][0]["y"].tolist() == [[2.0, 0.0], [0.0, 2.0]]
        assert found["t"][1][0]["x"] == 1.0 and found["t"][1][0]["y"].tolist() == [0.0, 0.0]


def test_hessian_has_the_structure_of_the_argument_twice() -> None:
    found = hessian(lambda p: p["x"] ** 2 * p["y"][0] * p["y"][1])({"x": 2.0, "y": (3.0, 5.0)})
    assert found == {
        "x": {"x": 30.0, "y": (20.0, 12.0)},
        "y": ({"x": 20.0, "y": (0.0, 4.0)}, {"x": 12.0, "y": (4.0, 0.0)}),
    }


def test_jvp_and_vjp_keep_the_structure_of_the_result() -> None:
    def f(x: Any, p: Any) -> Any:
        return {"a": [x * p.x, 2.0], "b": Point(p.y, x)}

    value, tangent = jvp(f, (2.0, Point(3.0, 5.0)), (1.0, Point(10.0, 100)))
    assert value == {"a": [6.0, 2.0], "b": Point(5.0, 2.0)}
    assert tangent == {"a": [23.0, 0.0], "b": Point(100.0, 1.0)}
    value, pull = vjp(f, 2.0, Point(3.0, 5.0))
    assert value == {"a": [6.0, 2.0], "b": Point(5.0, 2.0)}
    assert pull({"a": [1.0, 7.0], "b": Point(10.0, 100)}) == (103.0, Point(2.0, 10.0))
    assert pull(value) == (20.0, Point(12.0, 5.0))


@pytest.mark.parametrize("one", [1, True, Fraction(1), np.float64(1.0), np.int64(1)], ids=repr)
def test_directions_of_any_kind_of_number(one: Any) -> None:
    """A structure is the same whatever the kind of its numbers."""
    f = lambda x: [x[0] * x[1], x[1]]  # noqa: E731
    assert jvp(f, ([2.0, 3.0],), ([one, 0.0],))[1] == [3.0, 0.0]
    assert jvp(f, ([one, one],), ([1.0, 0.0],))[1] == [1.0, 0.0]
    assert jvp(lambda x: x * x, one, 1.0) == (1.0, 2.0)
    assert jvp(lambda x: x * x, 1.0, one) == (1.0, 2.0)
    assert vjp(f, [2.0, 3.0])[1]([one, 0.0]) == ([3.0, 2.0],)
    assert vjp(lambda x: x * x, 1.0)[1](one) == (2.0,)


def test_an_output_that_occurs_twice() -> None:
    value, pull = vjp(lambda x: (lambda y: [y, y, x])(x * x), 3.0)
    assert value == [9.0, 9.0, 3.0] and pull([1.0, 10.0, 100.0]) == (166.0,)
    assert jacobian(lambda x: [x, x])(1.0) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [(0, 6.0), (1, 2.0), (-1, 2.0), (-2, 6.0), ((0, 1), (6.0, 2.0)), ([1, 0], (2.0, 6.0)), ((-1,), (2.0,))],
)
def test_argnums(argnums: Any, expected: Any) -> None:
    assert grad(lambda x, y: 2 * x * y, argnums)(1.0, 3.0) == expected
    assert jacobian(lambda x, y: 2 * x * y, argnums)(1.0, 3.0) == expected
    assert value_and_grad(lambda x, y: 2 * x * y, argnums)(1.0, 3.0) == (6.0, expected)


def test_argnums_of_hessian() -> None:
    assert hessian(lambda x, y: x * x * y, 1)(2.0, 3.0) == 0.0
    assert hessian(lambda x, y: x * x * y, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))


@pytest.mark.parametrize("argnums", [(0, 0), (0, -2)])
def test_an_argument_named_twice_is_refused_or_answered_twice(argnums: Any) -> None:
    try:
        found = grad(lambda x, y: x * x * y, argnums)(3.0, 2.0)
    except (TypeError, ValueError):
        return
    assert found == (12.0, 12.0)


def test_other_arguments_pass_through() -> None:
    def f(x: Any, words: Any, *rest: Any, power: Any = 1) -> Any:
        assert words == ["as", None] and rest == ("it",)
        return x**power

    assert grad(f)(2.0, ["as", None], "it", power=3) == 12.0


def test_has_aux() -> None:
    def f(x: Any) -> Any:
        return x * x, {"note": "anything", "half": 0.5}

    aux = {"note": "anything", "half": 0.5}
    assert grad(f, has_aux=True)(3.0) == (6.0, aux)
    assert value_and_grad(f, has_aux=True)(3.0) == ((9.0, aux), 6.0)
    value, pull, found = vjp(f, 3.0, has_aux=True)
    assert (value, pull(1.0), found) == (9.0, (6.0,), aux)


def test_constant_functions() -> None:
    for constant in (5.0, 5, np.float64(5), Fraction(5)):
        f = lambda x, c=constant: c  # noqa: E731
        assert value_and_grad(f)(1.0) == (5.0, 0.0) and type(value_and_grad(f)(1.0)[0]) is float
        assert hessian(f)([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]
        assert jvp(f, 1.0, 1.0)[1] == 0.0 and jacobian(f)(1.0) == 0.0


def test_names_and_docs_are_kept() -> None:
    def loss(x: Any) -> Any:
        """What it loses."""
        return x

    for transform in (grad, value_and_grad, jacobian, hessian):
        assert (transform(loss).__name__, transform(loss).__doc__) == ("loss", "What it loses.")


# ---- errors


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: grad(lambda x: [x, x])(1.0), TypeError, "use jacobian"),
        (lambda: grad(lambda x: np.array([x, x]))(1.0), TypeError, "use jacobian"),
        (lambda: grad(lambda x: None)(1.0), TypeError, "returns one number"),
        (lambda: hessian(lambda x: (x, x))(1.0), TypeError, "use jacobian"),
        (lambda: grad(lambda x: x)("one"), TypeError, "leave that argument out with argnums"),
        (lambda: grad(lambda x: x)([1.0, None]), TypeError, "leave that argument out with argnums"),
        (lambda: grad(lambda x: x)(1j), TypeError, "leave that argument out with argnums"),
        (lambda: grad(lambda x: x)(), TypeError, "argnums"),
        (lambda: grad(lambda x: x, argnums=2)(1.0, 2.0), TypeError, "argnums 2 needs more than the 2"),
        (lambda: grad(lambda x: x, argnums=-3)(1.0, 2.0), TypeError, "argnums -3"),
        (lambda: grad(Value(1.0)), TypeError, r"use gradient\(\)"),
        (lambda: value_and_grad(3.0), TypeError, r"use gradient\(\)"),
        (lambda: jacobian(Value(1.0)), TypeError, r"use gradient\(\)"),
        (lambda: hessian(Value(1.0)), TypeError, r"use gradient\(\)"),
        (lambda: jvp(Value(1.0), 1.0, 1.0), TypeError, r"use gradient\(\)"),
        (lambda: vjp(Value(1.0), 1.0), TypeError, r"use gradient\(\)"),
        (lambda: gradient(1.0, Value(1.0)), TypeError, "needs a Value as output"),
        (lambda: gradient(Value(1.0), [1.0]), TypeError, "needs Values as inputs"),
        (lambda: jacobian(lambda x: x, mode="sideways"), ValueError, "'forward' and 'reverse'"),
        (lambda: jvp(lambda x: x, (1.0,), (1.0, 2.0)), ValueError, "structure of the primals"),
        (lambda: jvp(lambda x: x, ([1.0, 2.0],), ([1.0],)), ValueError, "structure of the primals"),
        (lambda: jvp(lambda x: x, np.array(1.0), np.array("up")), TypeError, "a tangent must be a real number"),
        (lambda: vjp(lambda x: [x, x], 1.0)[1](1.0), ValueError, "structure of the value"),
        (lambda: vjp(lambda x: x, 1.0)[1]("up"), TypeError, "a cotangent must be a real number"),
        (lambda: grad(lambda x: math.sin(x))(1.0), TypeError, "autograd.sin"),
        (lambda: hvp(lambda x: [x], 1.0, 1.0), TypeError, "use jacobian"),
    ],
)
def test_errors_name_the_way_out(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


# ---- floats outside, Values where Values take part, and nobody's grad


def kinds(tree: Any) -> set[type]:
    if isinstance(tree, np.ndarray):
        return {type(x) for x in tree.ravel().tolist()}
    return set().union(*map(kinds, tree)) if isinstance(tree, (list, tuple)) else {type(tree)}


def cubic(x: Any) -> Any:
    return x[0] ** 3 * x[1] + 2.0 * x[1]


def like(x: Any) -> Any:
    return np.array([1.0, 2.0]) if isinstance(x, np.ndarray) else [1.0, 2.0]


WAYS: dict[str, Callable[[Any, Any], Any]] = {
    "grad": lambda f, x: grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x),
    "jacobian": lambda f, x: jacobian(f)(x),
    "jacobian forward": lambda f, x: jacobian(lambda x: [f(x), x[1]], mode="forward")(x),
    "hessian": lambda f, x: hessian(f)(x),
    "jvp": lambda f, x: jvp(f, (x,), (like(x),)),
    "vjp": lambda f, x: (vjp(f, x)[0], vjp(f, x)[1](2.0)),
    "hvp": lambda f, x: hvp(f, (x,), (like(x),)),
    "grad of grad": lambda f, x: grad(lambda x: ag.sum(grad(f)(x)))(x),
    "jacobian of grad": lambda f, x: jacobian(grad(f))(x),
    "jacobian of jacobian": lambda f, x: jacobian(jacobian(f))(x),
    "hessian of jacobian": lambda f, x: jacobian(lambda x: hessian(f)(x)[0])(x),
    "jvp of grad": lambda f, x: jvp(grad(f), (x,), (like(x),)),
    "gradient inside": lambda f, x: grad(lambda x: gradient(f(x), x, create_graph=True)[1])(x),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_floats_outside(way: Callable[[Any, Any], Any]) -> None:
    assert kinds(way(cubic, [2.0, 3.0])) == {float}
    assert kinds(way(cubic, np.array([2.0, 3.0]))) == {float}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_floats_outside_whatever_is_held_constant_inside(way: Callable[[Any, Any], Any]) -> None:
    def f(x: Any) -> Any:
        with ag.no_grad():
            scale = x[0] * 2.0
        return cubic(x) * scale + stop_gradient(x[1])

    assert kinds(way(f, [2.0, 3.0])) == {float}


def test_floats_outside_where_an_inner_derivative_is_constant() -> None:
    sparse = lambda x: [2.0 * x[0], x[1] ** 2]  # noqa: E731
    assert kinds(jacobian(jacobian(sparse))([2.0, 3.0])) == {float}
    assert kinds(hessian(lambda x: jacobian(sparse)(x)[0][0] * x[1] ** 2)([2.0, 3.0])) == {float}
    assert kinds(grad(lambda x: x * gradient(2.0 * x, x, create_graph=True))(3.0)) == {float}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_values_where_values_take_part(way: Callable[[Any, Any], Any]) -> None:
    """All of them differentiable again, through the argument and through a closure."""
    x, y = Value(2.0), Value(3.0)
    w = x * y
    expected = way(cubic, [2.0, 3.0])
    found = way(cubic, [x, y])
    np.testing.assert_allclose(ag.data(_flat(found)), _flat(expected), rtol=1e-14)
    assert Value in kinds(found)
    closed = way(lambda p: cubic(p) * w, [2.0, 3.0])
    assert Value in kinds(closed)
    total = ag.sum(_flat(closed))
    slope = sum(v for v in _flat(way(cubic, [2.0, 3.0])))
    if way not in (WAYS["jacobian forward"],):
        assert gradient(total, w) == pytest.approx(slope, rel=1e-14)
    assert (x.grad, y.grad, w.grad) == (0.0, 0.0, 0.0)


def _flat(tree: Any) -> list[Any]:
    if isinstance(tree, np.ndarray):
        return tree.ravel().tolist()
    return [leaf for item in tree for leaf in _flat(item)] if isinstance(tree, (list, tuple)) else [tree]


def test_the_gradient_at_a_value_is_a_value_even_where_it_is_constant() -> None:
    for f in (lambda x: 3.0 * x, lambda x: x, lambda x: 5.0):
        assert type(grad(f)(Value(2.0))) is Value


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nobody_s_grad_is_touched(way: Callable[[Any, Any], Any]) -> None:
    """Leaves, nodes between, and leaves that stand for constants."""
    x, w = Value(2.0), Value(5.0)
    between = w * w + x
    apart = w.detach()
    of_constants = apart * 2.0
    users = [x, w, between, apart, of_constants]
    for i, node in enumerate(users, 1):
        node.grad = float(i)
    way(lambda p: cubic(p) * between, [2.0, 3.0])
    way(lambda p: cubic(p) * between * apart, [x, 3.0])
    way(lambda p: cubic(p) * apart + of_constants * p[0], [2.0, 3.0])
    assert [node.grad for node in users] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_gradient_touches_nothing() -> None:
    x = Value(2.0)
    y = x * x
    z = ag.exp(y)
    z.backward()
    before = [n.grad for n in (x, y, z)]
    assert gradient(z, [y, x]) == [z.data, 4.0 * z.data]
    gradient(gradient(z, x, create_graph=True), {"x": x})
    assert [n.grad for n in (x, y, z)] == before


# ---- nesting


def derivative(f: Any, order: int) -> Any:
    for _ in range(order):
        f = grad(f)
    return f


def forward(f: Any) -> Any:
    return lambda x: jvp(f, x, 1.0)[1]


@pytest.mark.parametrize("order", range(1, 6))
def test_nested_to_order_five(order: int) -> None:
    exact = float(mp.diff(lambda x: mp.exp(mp.sin(x)) * x**5, mp.mpf(0.7), order))
    f = lambda x: ag.exp(ag.sin(x)) * x**5  # noqa: E731
    assert derivative(f, order)(0.7) == pytest.approx(exact, rel=1e-12)
    mixed = f
    for i in range(order):
        mixed = (grad, forward, jacobian)[i % 3](mixed)
    assert mixed(0.7) == pytest.approx(exact, rel=1e-12)
    assert type(mixed(0.7)) is float
    pushed = f
    for _ in range(order):
        pushed = forward(pushed)
    assert pushed(0.7) == pytest.approx(exact, rel=1e-12)


SMOOTH = [
    "exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "lgamma", "digamma", "sigmoid", "softplus", "gelu",
    "silu",
]  # fmt: skip
EXACT: dict[str, Callable[[Any], Any]] = {
    "exp2": lambda x: mp.power(2, x),
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "lgamma": mp.loggamma,
    "digamma": lambda x: mp.psi(0, x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "gelu": lambda x: x * mp.ncdf(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
}


@pytest.mark.parametrize("order", [3, 4])
@pytest.mark.parametrize("name", SMOOTH)
def test_third_and_fourth_derivatives(name: str, order: int) -> None:
    point = 1.7 if name == "acosh" else 0.45
    exact = mp.diff(EXACT.get(name) or getattr(mp, name), mp.mpf(point), order)
    assert derivative(getattr(ag, name), order)(point) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("way", [grad, forward, jacobian, lambda f: lambda x: vjp(f, x)[1](1.0)[0]])
def test_classic_perturbation_confusion(way: Any) -> None:
    """Siskind and Pearlmutter (2005): the inner derivative of x + y to y is 1, whatever x is."""
    assert way(lambda x: x * way(lambda y: x + y)(1.0))(1.0) == 1.0
    assert way(lambda x: x * way(lambda y: x * y)(2.0))(3.0) == 6.0
    assert way(lambda x: way(lambda y: x * y * y)(x))(3.0) == 12.0


@pytest.mark.parametrize("outer", [grad, forward, jacobian])
@pytest.mark.parametrize("inner", [grad, forward, jacobian])
def test_confusion_across_modes(outer: Any, inner: Any) -> None:
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert outer(lambda x: inner(lambda y: ag.sin(x * y))(2.0))(0.5) == pytest.approx(math.cos(1) - math.sin(1), rel=1e-15)


def test_amazing_bug() -> None:
    """Manzyuk et al. (2019): a derivative that returns a function, applied to another such."""

    def shift(f: Any) -> Any:
        """D of u -> (x -> f(x + u)) at 0: a function."""
        return lambda x: grad(lambda u: f(x + u))(0.0)

    assert shift(shift(ag.exp))(1.0) == pytest.approx(math.e, rel=1e-15)
    assert shift(shift(shift(lambda x: x**4)))(2.0) == 48.0


def test_inner_derivative_returned_and_called_later() -> None:
    kept: list[Any] = []

    def outer(x: Any) -> Any:
        kept.append(grad(lambda y: x * y * y))
        return kept[-1](3.0) * x  # 6 x^2

    assert grad(outer)(2.0) == 24.0
    late = kept[-1](5.0)  # x is a Value now, still 2
    assert late.data == 20.0
    assert grad(lambda z: kept[-1](z) * z)(1.0).data == 8.0


def test_a_leaked_variable_is_a_constant_to_others() -> None:
    leaked: list[Any] = []

    def inner(y: Any) -> Any:
        leaked.append(y)
        return y * y

    def outer(x: Any) -> Any:
        grad(inner)(3.0)
        return x * leaked[-1]

    assert grad(outer)(2.0) == 3.0 and hessian(outer)(2.0) == 0.0
    assert jvp(outer, 2.0, 1.0) == (6.0, 3.0)


def test_a_leaked_variable_that_stands_for_the_outer_one_depends_on_it() -> None:
    leaked: list[Any] = []

    def outer(x: Any) -> Any:
        slope = grad(lambda y: (leaked.append(y), y**3)[1])(x)
        return slope * leaked[-1]  # 3 x^2 * x

    assert grad(outer)(2.0) == 36.0


def test_a_pull_back_used_inside_another_derivative() -> None:
    value, pull = vjp(lambda x: x**3, 2.0)
    assert value == 8.0 and grad(lambda c: pull(c * c)[0])(3.0) == 72.0
    assert grad(lambda x: vjp(lambda y: y**3, x)[1](x)[0])(2.0) == 36.0


def test_an_exception_inside_leaves_nothing_behind() -> None:
    def fails(x: Any) -> Any:
        grad(lambda y: x * y)(1.0)
        raise KeyError("stop")

    for transform in (grad, hessian, jacobian):
        with pytest.raises(KeyError):
            transform(fails)(1.0)
    with pytest.raises(KeyError):
        grad(lambda x: x * grad(fails)(x))(1.0)
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    x = Value(2.0)
    (x * x).backward()
    assert x.grad == 4.0


def test_loops_and_recursion() -> None:
    def power(x: Any, n: int) -> Any:
        return 1.0 if n == 0 else x * power(x, n - 1)

    def newton(a: Any) -> Any:
        x = a
        for _ in range(40):
            x = 0.5 * (x + a / x)
        return x

    assert hessian(lambda x: power(x, 7))(2.0) == 42.0 * 32.0
    assert derivative(newton, 2)(2.0) == pytest.approx(-0.25 * 2.0**-1.5, rel=1e-12)

    def climb(x: Any, steps: int) -> Any:  # gradient descent, differentiated through
        return x if steps == 0 else climb(x - 0.1 * grad(lambda y: y * y)(x), steps - 1)

    assert grad(lambda x: climb(x, 10))(3.0) == pytest.approx(0.8**10, rel=1e-13)


def test_nested_minimisation() -> None:
    """Siskind and Pearlmutter's saddle: the inner minimum, found by inner derivatives, depends on the outer variable."""

    def argmin(f: Any, y: Any) -> Any:
        for _ in range(60):
            y = y - grad(f)(y) / derivative(f, 2)(y)
            y = y.detach() if type(y) is Value and abs(y.data) > 1e9 else y
        return y

    found = grad(lambda x: argmin(lambda y: (y - x * x) ** 2 + x, 0.0))(3.0)
    assert found == pytest.approx(6.0, rel=1e-12)


def test_threads_differentiate_at_the_same_time() -> None:
    found: list[Any] = []
    shared = Value(2.0)

    def work(k: int) -> None:
        try:
            for _ in range(30):
                confusing = grad(lambda x: x * grad(lambda y: x * y + k * y)(1.0))(float(k))
                third = derivative(lambda x: x**4, 3)(float(k))
                closed = gradient(grad(lambda x: x * x * shared)(float(k)), shared)
                found.append((confusing, third, closed) == (3.0 * k, 24.0 * k, 2.0 * k))
        except Exception as error:
            found.append(repr(error))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 180 and shared.grad == 0.0


# ---- modes agree


def network(p: Any) -> Any:
    hidden = ag.tanh(p["w"] @ p["x"] + p["b"])
    return ag.log_softmax(hidden * p["s"]) + ag.hypot(p["s"], p["x"][0])


NETWORK = {
    "w": np.array([[0.3, -0.7, 0.2], [1.1, 0.4, -0.5]]),
    "x": np.array([0.5, -1.5, 2.5]),
    "b": np.array([0.1, -0.2]),
    "s": 1.7,
}


def close(a: Any, b: Any, bound: float) -> None:
    np.testing.assert_allclose(np.array(_leaves(a)), np.array(_leaves(b)), rtol=bound, atol=bound * 1e-1)


def _leaves(tree: Any) -> list[float]:
    tree = list(tree.values()) if isinstance(tree, dict) else tree
    if isinstance(tree, np.ndarray):
        return tree.ravel().tolist()
    return [x for item in tree for x in _leaves(item)] if isinstance(tree, (list, tuple)) else [tree]


def random_like(tree: Any, seed: int) -> Any:
    draw = np.random.default_rng(seed)
    return {k: draw.normal(size=np.shape(v)) if np.ndim(v) else draw.normal() for k, v in tree.items()}


def dot(a: Any, b: Any) -> float:
    return float(np.dot(_leaves(a), _leaves(b)))


def test_jvp_is_the_transpose_of_vjp() -> None:
    for seed in range(5):
        direction, weights = random_like(NETWORK, seed), np.random.default_rng(seed + 100).normal(size=2)
        value, tangent = jvp(network, NETWORK, direction)
        again, pull = vjp(network, NETWORK)
        np.testing.assert_array_equal(np.array(value, float), np.array(again, float))
        assert dot(tangent, weights) == pytest.approx(dot(pull(weights)[0], direction), rel=1e-13)


def test_jacobian_in_both_modes() -> None:
    for a, b in zip(*(_leaves(jacobian(network, mode=mode)(NETWORK)) for mode in ("forward", "reverse")), strict=True):
        assert a == pytest.approx(b, rel=1e-13, abs=1e-15)


SPOILED: dict[str, tuple[Callable[..., Any], list[float], list[list[float]]]] = {
    "infinite": (lambda p: [ag.sqrt(p[0]), p[1], p[0] + p[1]], [0.0, 1.0], [[math.inf, 0.0], [0.0, 1.0], [1.0, 1.0]]),
    "nan": (lambda p: [p[0] ** p[1], p[0], p[1]], [-2.0, 3.0], [[12.0, math.nan], [1.0, 0.0], [0.0, 1.0]]),
}


@pytest.mark.parametrize("name", SPOILED)
def test_an_infinite_derivative_by_one_input_spoils_no_other(name: str) -> None:
    f, x, expected = SPOILED[name]
    columns = [jvp(f, (x,), ([1.0, 0.0],))[1], jvp(f, (x,), ([0.0, 1.0],))[1]]
    found = [jacobian(f)(x), jacobian(f, mode="forward")(x), jacobian(f, mode="reverse")(x), np.transpose(columns)]
    for matrix in found:
        np.testing.assert_array_equal(np.array(matrix, float), expected)


def loss(p: Any) -> Any:
    return -network(p)[0] + 0.1 * ag.sum(p["w"] ** 2)


def test_forward_over_reverse_is_reverse_over_forward() -> None:
    direction = random_like(NETWORK, 3)
    over_reverse = hvp(loss, NETWORK, direction)
    over_forward = grad(lambda p: jvp(loss, p, direction)[1])(NETWORK)
    over_both = grad(lambda p: dot_of(grad(loss)(p), direction))(NETWORK)
    close(over_reverse, over_forward, 1e-12)
    close(over_reverse, over_both, 1e-12)


def dot_of(a: Any, b: Any) -> Any:
    return sum(ag.sumprod(np.ravel(a[k]), np.ravel(b[k])) for k in b)


def test_hvp_is_the_hessian_times_the_direction() -> None:
    def f(x: Any) -> Any:
        return ag.logsumexp(x) * x[0] + ag.sin(x[1] * x[2]) / x[3]

    x, v = np.array([0.3, -0.8, 1.2, 2.0]), np.array([1.0, -2.0, 0.5, 3.0])
    np.testing.assert_allclose(hvp(f, x, v), hessian(f)(x) @ v, rtol=1e-13)
    several = hvp(lambda a, b: a * a * b, (2.0, 3.0), (1, 10.0))
    assert several == (46.0, 4.0)


def test_hessian_is_exactly_symmetric() -> None:
    def f(x: Any) -> Any:
        return ag.logsumexp(x * x[::-1]) * ag.prod(ag.tanh(x)) + ag.sum(ag.sin(x[0] * x) / (1.5 + x))

    x = np.linspace(-0.9, 1.1, 9)
    for matrix in (hessian(f)(x), ag.data(hessian(f)(ag.asarray(x)))):
        assert (matrix == matrix.T).all()
        np.testing.assert_allclose(matrix, jacobian(grad(f), mode="forward")(x), rtol=1e-11, atol=1e-13)


# ---- closed forms


def test_rosenbrock() -> None:
    n = 100
    x = np.sin(np.arange(n)) + 0.5
    found = hessian(lambda x: ag.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2))(x)
    expected = np.zeros((n, n))
    for i in range(n - 1):
        expected[i, i] += 1200.0 * x[i] ** 2 - 400.0 * x[i + 1] + 2.0
        expected[i + 1, i + 1] += 200.0
        expected[i, i + 1] = expected[i + 1, i] = -400.0 * x[i]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-10)


def cdf(x: Any) -> Any:
    return 0.5 * ag.erfc(-x * math.sqrt(0.5))


def call_price(spot: Any, strike: Any, rate: Any, vol: Any, time: Any) -> Any:
    d1 = (ag.log(spot / strike) + (rate + 0.5 * vol**2) * time) / (vol * ag.sqrt(time))
    return spot * cdf(d1) - strike * ag.exp(-rate * time) * cdf(d1 - vol * ag.sqrt(time))


def greeks(spot: float, strike: float, rate: float, vol: float, time: float) -> list[float]:
    """Closed forms, in 40 digits: delta, gamma, vega, theta, rho."""
    s, k, r, v, t = map(mp.mpf, (spot, strike, rate, vol, time))
    d1 = (mp.log(s / k) + (r + v * v / 2) * t) / (v * mp.sqrt(t))
    d2 = d1 - v * mp.sqrt(t)
    theta = -s * mp.npdf(d1) * v / (2 * mp.sqrt(t)) - r * k * mp.exp(-r * t) * mp.ncdf(d2)
    gamma, rho = mp.npdf(d1) / (s * v * mp.sqrt(t)), k * t * mp.exp(-r * t) * mp.ncdf(d2)
    return [float(x) for x in (mp.ncdf(d1), gamma, s * mp.npdf(d1) * mp.sqrt(t), theta, rho)]


@pytest.mark.parametrize(
    "market", [(100.0, 105.0, 0.03, 0.2, 0.75), (80.0, 100.0, 0.01, 0.4, 2.0), (120.0, 90.0, -0.005, 0.1, 0.1)]
)
def test_black_scholes_greeks(market: tuple[float, ...]) -> None:
    delta, rho, vega, minus_theta = grad(call_price, (0, 2, 3, 4))(*market)
    gamma = hessian(call_price)(*market)
    again = grad(grad(call_price))(*market)
    assert [delta, gamma, vega, -minus_theta, rho] == pytest.approx(greeks(*market), rel=1e-12)
    assert again == pytest.approx(gamma, rel=1e-12)


def test_a_zero_adjoint_hides_no_second_derivative() -> None:
    f = lambda p: p[0] * ag.exp(p[1])  # noqa: E731
    e = math.exp(1.5)
    assert hessian(f)([0.0, 1.5]) == [[0.0, e], [e, 0.0]]
    assert jacobian(grad(f))([0.0, 1.5]) == [[0.0, e], [e, 0.0]]
    assert jacobian(grad(f), mode="forward")([0.0, 1.5]) == [[0.0, e], [e, 0.0]]
    assert hvp(f, [0.0, 1.5], [0.0, 1.0]) == [e, 0.0]


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("bad", [ag.sqrt, ag.log, lambda x: 1.0 / x, lambda x: x**0.5, ag.cbrt], ids=repr)
def test_the_branch_not_taken_gives_nothing(bad: Any, order: int) -> None:
    f = lambda x: ag.where(x > 0.0, bad(x), x**3)  # noqa: E731
    expected = [None, 0.0, 0.0, 6.0][order]
    assert derivative(f, order)(0.0) == expected
    pushed = f
    for _ in range(order):
        pushed = forward(pushed)
    assert pushed(0.0) == expected


# ---- inside modes


def test_derivatives_are_recorded_inside_no_grad() -> None:
    with ag.no_grad():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert derivative(lambda x: x**3, 3)(2.0) == 6.0
        assert hessian(cubic)([2.0, 3.0]) == [[36.0, 12.0], [12.0, 0.0]]
        assert hvp(cubic, [2.0, 3.0], [1.0, 0.0]) == [36.0, 12.0]
        assert jacobian(lambda x: [x, x * x])(3.0) == [1.0, 6.0]
        x = Value(2.0)
        assert (x * x).parents == ()
    assert (x * x).parents == (x, x)


def test_no_grad_inside_cuts() -> None:
    def f(x: Any) -> Any:
        with ag.no_grad():
            frozen = x * x
        return frozen * x

    assert grad(f)(3.0) == 9.0 and hessian(f)(3.0) == 0.0

    def slope_frozen(x: Any) -> Any:
        with ag.no_grad():
            slope = grad(lambda y: y**3)(x)
        return slope * x

    assert grad(slope_frozen)(2.0) == 12.0 and type(grad(slope_frozen)(2.0)) is float


def test_stop_gradient_inside() -> None:
    assert grad(lambda x: x * stop_gradient(x * x))(3.0) == 9.0
    assert derivative(lambda x: x**3 * stop_gradient(x), 2)(2.0) == 24.0
    assert hessian(lambda x: stop_gradient(x) ** 2)(2.0) == 0.0
    assert jvp(lambda x: stop_gradient(x) * x, 3.0, 1.0) == (9.0, 3.0)
    assert grad(lambda x: grad(lambda y: stop_gradient(x) * y * x)(2.0))(3.0) == 3.0


def test_scope_changes_no_derivative() -> None:
    with ag.scope("all"):
        assert hessian(cubic)([2.0, 3.0]) == [[36.0, 12.0], [12.0, 0.0]]
        assert grad(ag.scope("inside")(lambda x: x * x))(3.0) == 6.0


@pytest.mark.parametrize("name", SMOOTH)
def test_trap_raises_only_for_what_counts(name: str) -> None:
    """What a rule computes for the case that does not apply is nobody's bad number."""
    f, point = getattr(ag, name), 2.0 if name in ("lgamma", "digamma", "acosh") else 0.5
    expected = derivative(f, 3)(point)
    with ag.trap():
        assert derivative(f, 3)(point) == expected


@pytest.mark.parametrize(
    ("f", "point"),
    [
        (lambda x: x**0, 0.0),
        (lambda x: x**2, -1.0),
        (ag.elu, 1000.0),
        (lambda x: ag.hypot(x, 0.0), 2.0),
        (lambda x: ag.where(x > 0.0, x, 2.0 * x), 0.0),
        (lambda x: ag.clip(x, -1.0, 1.0) ** 2, 0.5),
    ],
)
def test_trap_raises_only_for_what_counts_in_choices(f: Any, point: float) -> None:
    expected = derivative(f, 2)(point)
    with ag.trap():
        assert derivative(f, 2)(point) == expected


def test_trap_is_heard_inside() -> None:
    with ag.trap():
        with pytest.raises(ag.DomainError):
            grad(ag.log)(0.0)
        with pytest.raises(ag.DomainError):
            grad(lambda x: grad(ag.sqrt)(x) * x)(0.0)
    assert grad(ag.log)(0.0) == math.inf


# ---- own operations


def test_own_operations_to_higher_order() -> None:
    @ag.primitive(partials=[lambda x: 2.0 * ag.cos(2.0 * x)])
    def sin2(x: float) -> float:
        return math.sin(2.0 * x)

    @ag.primitive(partials=lambda x, y: (y * x ** (y - 1.0), x**y * ag.log(x)))
    def power(x: float, y: float) -> float:
        return x**y

    for order in range(1, 5):
        exact = float(mp.diff(lambda x: mp.sin(2 * x) * x, mp.mpf(0.3), order))
        assert derivative(lambda x: sin2(x) * x, order)(0.3) == pytest.approx(exact, rel=1e-12)
    np.testing.assert_allclose(
        hessian(lambda p: power(p[0], p[1]))([1.3, 2.1]), hessian(lambda p: p[0] ** p[1])([1.3, 2.1]), rtol=1e-13
    )
    assert jvp(sin2, 0.3, 1.0) == (math.sin(0.6), 2.0 * math.cos(0.6))


def test_own_operations_written_with_math_are_first_order_only() -> None:
    @ag.primitive(partials=[lambda x: math.cos(x)])
    def sine(x: float) -> float:
        return math.sin(x)

    assert grad(sine)(0.5) == math.cos(0.5)
    with pytest.raises(TypeError, match=r"autograd\.sin"):
        grad(grad(sine))(0.5)


def test_a_variable_exponent_at_zero_keeps_its_derivative() -> None:
    """d/dy of d(x**y)/dx at y = 0 is 1/x, though d(x**y)/dx itself is 0 there."""
    assert grad(lambda y: grad(lambda x: x**y)(2.0))(0.0) == 0.5
    assert grad(lambda y: grad(lambda x: x**y)(0.0))(0.0) == 0.0
    assert grad(grad(grad(lambda x: x**2)))(0.0) == 0.0
