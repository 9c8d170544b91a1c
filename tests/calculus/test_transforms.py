"""The transforms: structures of arguments and results, errors, kinds of numbers, closed forms."""

from __future__ import annotations

import math
from collections import OrderedDict, deque, namedtuple
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from types import MappingProxyType, SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import Slotted, form_of, leaves_of, trees, turned

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jit, jvp, stop_gradient, value_and_grad, vjp, vmap
from autograd._pytree import flatten, unflatten
from autograd.calculus import transforms
from autograd.nn import MLP

Point = namedtuple("Point", "x y")
mp = mpmath.MPContext()
mp.dps = 40
examples = settings(max_examples=60, deadline=None, print_blob=True)


class Ended:
    """What an async function returns, without the coroutine's warning."""

    def __await__(self) -> Any:
        raise NotImplementedError


def waits(x: Any) -> Any:
    return Ended()


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
def test_structure_of_the_gradient(argument: Any, expected: Any) -> None:
    found = grad(product)(argument)
    assert found == expected and type(found) is type(expected)
    value, again = value_and_grad(product)(argument)
    assert type(value) is float and again == expected
    assert vjp(product, argument)[1](1.0) == (expected,)


@pytest.mark.parametrize("dtype", [float, int, np.float32])
@pytest.mark.parametrize("shape", [(4,), (2, 2), (1, 2, 2)])
def test_arrays(shape: tuple[int, ...], dtype: type) -> None:
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


def test_argument_is_left_alone() -> None:
    p = {"a": [1.0, 2.0], "x": np.array([3.0, 4.0])}

    def f(q: Any) -> Any:
        loss = q["a"][0] * q["x"][1]
        q["a"].append(0.0)
        q["x"][:] = 0.0
        q["new"] = 1.0
        return loss

    assert grad(f)(p)["a"] == [4.0, 0.0]
    assert p["a"] == [1.0, 2.0] and p["x"].tolist() == [3.0, 4.0] and "new" not in p


def test_structure_of_the_jacobian() -> None:
    """That of the result, and within it that of the argument."""

    def f(p: Any) -> Any:
        return {"s": p["x"] * p["y"][0], "t": (p["y"] * 2.0, [p["x"]])}

    point = {"x": 3.0, "y": np.array([5.0, 7.0])}
    for mode in (None, "forward", "reverse"):
        found = jacobian(f, mode=mode)(point)
        assert found["s"]["x"] == 5.0 and found["s"]["y"].tolist() == [3.0, 0.0]
        assert found["t"][0]["x"].tolist() == [0.0, 0.0] and found["t"][0]["y"].tolist() == [[2.0, 0.0], [0.0, 2.0]]
        assert found["t"][1][0]["x"] == 1.0 and found["t"][1][0]["y"].tolist() == [0.0, 0.0]


def test_structure_of_the_hessian() -> None:
    """That of the argument, twice."""
    found = hessian(lambda p: p["x"] ** 2 * p["y"][0] * p["y"][1])({"x": 2.0, "y": (3.0, 5.0)})
    assert found == {
        "x": {"x": 30.0, "y": (20.0, 12.0)},
        "y": ({"x": 20.0, "y": (0.0, 4.0)}, {"x": 12.0, "y": (4.0, 0.0)}),
    }


def on_leaves(tree: Any) -> Any:
    """A number that depends on all leaves and on their order, through the structure of which it knows nothing."""
    xs = list(leaves_of(tree))
    return ag.sum([(i + 1.0) * x * y for i, (x, y) in enumerate(zip(xs, [*xs[1:], 2.0], strict=True))]) if xs else 0.0


def like_first(tree: Any, numbers: Any) -> Any:
    """A structure with other numbers, in order."""
    leaves, spec = flatten(tree)
    return unflatten(spec, [next(numbers) for _ in leaves])


@examples
@given(trees(st.floats(-2.0, 2.0)))
def test_structures_against_flat_lists(tree: Any) -> None:
    """Every transform of a function of any structure gives what it gives of the list of its leaves, in the structure."""
    xs = list(leaves_of(tree))
    directions = [0.5 * i - 1.0 for i in range(len(xs))]
    direction = turned(like_first(tree, iter(directions)))  # by key: the order of keys is free
    first = grad(on_leaves)(tree)
    assert form_of(first) == form_of(tree) and list(leaves_of(first)) == grad(on_leaves)(xs)
    assert value_and_grad(on_leaves)(tree) == (value_and_grad(on_leaves)(xs)[0], first)
    assert jvp(on_leaves, (tree,), (direction,)) == jvp(on_leaves, (xs,), (directions,))
    product = hvp(on_leaves, (tree,), (direction,))
    assert form_of(product) == form_of(tree) and list(leaves_of(product)) == hvp(on_leaves, (xs,), (directions,))
    second = hessian(on_leaves)(tree)
    assert list(leaves_of(second)) == [x for row in hessian(on_leaves)(xs) for x in row]


@examples
@given(trees(st.floats(-2.0, 2.0)))
def test_structures_of_results_against_flat_lists(tree: Any) -> None:
    xs = list(leaves_of(tree))

    def f(t: Any) -> Any:
        return like_first(tree, iter([x * t + t * t for x in xs]))

    def flat_f(t: Any) -> Any:
        return [x * t + t * t for x in xs]

    weights = [0.5 * i - 1.0 for i in range(len(xs))]
    value, tangent = jvp(f, 2.0, 1.0)
    assert form_of(value) == form_of(tangent) == form_of(tree)
    assert [list(leaves_of(value)), list(leaves_of(tangent))] == list(jvp(flat_f, 2.0, 1.0))
    value, pull = vjp(f, 2.0)
    assert pull(turned(like_first(tree, iter(weights)))) == vjp(flat_f, 2.0)[1](weights)
    for mode in ("forward", "reverse"):
        slopes = jacobian(f, mode=mode)(2.0)
        assert form_of(slopes) == form_of(tree) and list(leaves_of(slopes)) == jacobian(flat_f, mode=mode)(2.0)


TRANSFORMED: list[Callable[[Any], Any]] = [
    lambda other: jvp(on_leaves, (PRIMAL,), (other,)),
    lambda other: jvp(on_leaves, PRIMAL, other),
    lambda other: hvp(on_leaves, PRIMAL, other),
    lambda other: vjp(lambda t: like_first(PRIMAL, iter([t, 2.0 * t, 3.0 * t])), 1.0)[1](other),
    lambda other: jit(lambda t: jvp(on_leaves, PRIMAL, other)[1] * t)(1.0),
    lambda other: jit(lambda p: hvp(on_leaves, p, other))(PRIMAL),
    lambda other: vmap(lambda t: jvp(on_leaves, PRIMAL, other)[1] * t)(np.ones(2)),
]
PRIMAL = {"a": [1.0, 2.0], "b": {"c": 3.0}}


@pytest.mark.parametrize("call", TRANSFORMED)
@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"a": [1.0, 2.0], "x": {"c": 3.0}}, r"the keys \['a', 'x'\] in place of \['a', 'b'\]"),
        ({"a": [1.0, 2.0]}, r"the keys \['a'\] in place"),
        ({"a": (1.0, 2.0), "b": {"c": 3.0}}, r"a tuple in place of a list at \w+(\[0\])?\['a'\]"),
        ({"a": np.array([1.0, 2.0]), "b": {"c": 3.0}}, r"a number in place of a list|an array"),
        ({"a": [1.0, 2.0, 3.0], "b": {"c": 3.0}}, r"3 items in place of 2 at \w+(\[0\])?\['a'\]"),
        (
            {"a": [1.0, np.ones(2)], "b": {"c": 3.0}},
            r"an array of shape \(2,\) in place of a number at \w+(\[0\])?\['a'\]\[1\]",
        ),
        ({"a": [1.0, None], "b": {"c": 3.0}}, r"None in place of a number at \w+(\[0\])?\['a'\]\[1\]"),
        (OrderedDict(PRIMAL), "a OrderedDict in place of a dict"),
        ([[1.0, 2.0], [3.0]], "a list in place of a dict"),
        (3.0, "a number in place of a dict"),
    ],
    ids=repr,
)
def test_other_structures_are_refused(call: Callable[[Any], Any], other: Any, words: str) -> None:
    """With the first place that differs."""
    with pytest.raises(ValueError, match=rf"in the structure of the (primals|value): .*({words})"):
        call(other)


def test_keys_of_named_tuples_have_an_order() -> None:
    Other = namedtuple("Other", "y x")
    with pytest.raises(ValueError, match="a Other in place of a Point at tangents"):
        jvp(lambda p: p.x * p.y, Point(2.0, 3.0), Other(1.0, 0.0))


def test_a_tuple_is_one_argument_where_the_function_takes_one() -> None:
    """As `grad` takes it; else it is a tuple of arguments."""

    class Of:
        def __call__(self, p: Any) -> Any:
            return p[0] ** 2 * p[1]

        def method(self, p: Any) -> Any:
            return p[0] ** 2 * p[1]

    f = Of().method
    for g in (f, Of(), lambda p: f(p), jit(f), partial(f)):
        assert hvp(g, (3.0, 2.0), (1.0, 0.0)) == (4.0, 6.0)
        assert jvp(g, (3.0, 2.0), (1.0, 0.0)) == (18.0, 12.0)
        assert jvp(grad(g), (3.0, 2.0), (1.0, 0.0))[1] == (4.0, 6.0)
    for h in (lambda x, y: x**2 * y, lambda *xs: xs[0] ** 2 * xs[1], lambda x, y=2.0: x**2 * y, jit(lambda x, y: x**2 * y)):
        assert hvp(h, (3.0, 2.0), (1.0, 0.0)) == (4.0, 6.0)


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)])
def test_empty_arrays(shape: tuple[int, ...]) -> None:
    x = np.ones(shape)
    for way in (lambda f: f, jit):
        assert way(grad(np.sum))(x).shape == shape
        assert way(jacobian(lambda x: x * 2))(x).shape == shape + shape
        assert way(jacobian(lambda x: x * 2, mode="forward"))(x).shape == shape + shape
        assert way(hessian(np.sum))(x).shape == shape + shape
        assert way(jacobian(lambda t: x * t))(1.0).shape == shape
        assert way(jacobian(lambda x: 1.0))(x).shape == shape
        assert way(lambda x: hvp(np.sum, x, x))(x).shape == shape
        assert way(lambda x: jvp(lambda x: x * 2, x, x)[1])(x).shape == shape


def test_structure_of_jvp_and_vjp() -> None:
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


def test_output_that_occurs_twice() -> None:
    value, pull = vjp(lambda x: (lambda y: [y, y, x])(x * x), 3.0)
    assert value == [9.0, 9.0, 3.0] and pull([1.0, 10.0, 100.0]) == (166.0,)
    assert jacobian(lambda x: [x, x])(1.0) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, 6.0),
        (1, 2.0),
        (-1, 2.0),
        (-2, 6.0),
        (True, 2.0),
        (np.int64(1), 2.0),
        (np.array(1), 2.0),
        ((0, 1), (6.0, 2.0)),
        ([1, 0], (2.0, 6.0)),
        (range(2), (6.0, 2.0)),
        (np.array([1, 0]), (2.0, 6.0)),
        ((np.uint8(1), 0), (2.0, 6.0)),
        ((-1,), (2.0,)),
    ],
    ids=repr,
)
def test_argnums(argnums: Any, expected: Any) -> None:
    assert grad(lambda x, y: 2 * x * y, argnums)(1.0, 3.0) == expected
    assert jit(grad(lambda x, y: 2 * x * y, argnums))(1.0, 3.0) == expected
    assert hessian(lambda x, y: x * x + y * y, argnums)(1.0, 3.0) in (2.0, ((2.0,),), ((2.0, 0.0), (0.0, 2.0)))
    assert jacobian(lambda x, y: 2 * x * y, argnums)(1.0, 3.0) == expected
    assert value_and_grad(lambda x, y: 2 * x * y, argnums)(1.0, 3.0) == (6.0, expected)


def test_argnums_of_hessian() -> None:
    assert hessian(lambda x, y: x * x * y, 1)(2.0, 3.0) == 0.0
    assert hessian(lambda x, y: x * x * y, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))


@pytest.mark.parametrize("argnums", [(0, 0), (0, -2)])
def test_argument_named_twice(argnums: Any) -> None:
    """It is refused or answered twice."""
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


def with_aux(x: Any) -> Any:
    """One number, and as aux what is computed on the way, in several containers, with other things."""
    y = x[0] * x[1] ** 2
    arrays = [np.array([y, 1.0], dtype=object), np.array([1.0, 2.0]), np.array(["a"])]
    return y, {"y": (y, x, Slotted(x[0], None)), "arrays": arrays, "text": "t", "set": {1}}


PLAIN_AUX = {"y": (18.0, [2.0, 3.0], Slotted(2.0, None)), "text": "t", "set": {1}}
WITH_AUX: dict[str, Callable[[Any, Any], Any]] = {
    "grad": lambda f, x: grad(f, has_aux=True)(x)[1],
    "value_and_grad": lambda f, x: value_and_grad(f, has_aux=True)(x)[0][1],
    "jacobian": lambda f, x: jacobian(f, has_aux=True)(x)[1],
    "hessian": lambda f, x: hessian(f, has_aux=True)(x)[1],
    "hvp": lambda f, x: hvp(f, x, [1.0, 0.0], has_aux=True)[1],
    "vjp": lambda f, x: vjp(f, x, has_aux=True)[2],
}


@pytest.mark.parametrize("name", WITH_AUX)
def test_aux_is_plain_numbers(name: str) -> None:
    """In the structure in which it was returned; what is no number stays."""
    found = WITH_AUX[name](with_aux, [2.0, 3.0])
    arrays = found.pop("arrays")
    assert repr(found) == repr(PLAIN_AUX)
    assert [(x.tolist(), x.dtype.kind) for x in arrays] == [([18.0, 1.0], "f"), ([1.0, 2.0], "f"), (["a"], "U")]


@pytest.mark.parametrize("name", WITH_AUX)
def test_aux_is_differentiable_in_another_transform(name: str) -> None:
    """Also where only the aux depends on what the other one differentiates by."""
    assert grad(lambda t: WITH_AUX[name](with_aux, [t, 3.0])["y"][0])(2.0) == 9.0
    assert grad(lambda t: WITH_AUX[name](lambda x: (x[0] ** 2, x[0] * t), [5.0, 3.0]))(2.0) == 5.0
    assert jit(lambda t: WITH_AUX[name](lambda x: (x[0] ** 2, x[0] * t), [5.0, 3.0]))(2.0) == 10.0


@pytest.mark.parametrize("name", WITH_AUX)
def test_aux_without_values_is_the_very_object(name: str) -> None:
    aux = {"note": object()}
    assert WITH_AUX[name](lambda x: (x[0] ** 2, aux), [5.0, 3.0]) is aux


def test_has_aux_returns_the_derivatives_too() -> None:
    x, f = [2.0, 3.0], lambda x: with_aux(x)[0]
    assert grad(with_aux, has_aux=True)(x)[0] == grad(f)(x)
    assert jacobian(with_aux, has_aux=True)(x)[0] == jacobian(f)(x)
    assert hessian(with_aux, has_aux=True)(x)[0] == hessian(f)(x)
    assert hvp(with_aux, x, [1.0, 0.5], has_aux=True)[0] == hvp(f, x, [1.0, 0.5])
    assert (jacobian(with_aux, sparse=True, has_aux=True)(x)[0] != jacobian(f, sparse=True)(x)).nnz == 0
    assert (hessian(with_aux, sparse=True, has_aux=True)(x)[0] != hessian(f, sparse=True)(x)).nnz == 0


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
        (lambda: grad(lambda x, y: y)(1.0, {"a": [1.0, "b"]}), TypeError, "returns one number, not dict: use jacobian"),
        (lambda: grad(lambda x, y: y, 1)(1.0, {"a": [1.0, "b"]}), TypeError, r"not str, at args\[1\]\['a'\]\[1\]: leave"),
        (lambda: grad(lambda x, y: y, (0, 1))(1.0, {"a": "b"}), TypeError, r"not str, at args\[1\]\['a'\]: leave"),
        (lambda: hessian(lambda x: 1.0)([np.array(["a", "b"])]), TypeError, r"not str, at args\[0\]\[0\]\[0\]: leave"),
        (lambda: grad(lambda x: x)(SimpleNamespace(a=1.0)), TypeError, r"register_pytree_node\(SimpleNamespace, flatten, unf"),
        (lambda: grad(lambda x: x)(deque([1.0])), TypeError, r"register_pytree_node\(deque, flatten, unflatten\)"),
        (lambda: grad(lambda x: x)(MappingProxyType({"a": 1.0})), TypeError, "not mappingproxy"),
        (
            lambda: grad(lambda x: x)(MLP(2, [1])),
            TypeError,
            r"model.state_dict\(\) to a function of params that calls model.bind",
        ),
        (
            lambda: grad(lambda x: x)(np.ma.masked_array([1.0], [True])),
            TypeError,
            r"mask of a masked array: pass x.compressed\(\)",
        ),
        (lambda: grad(lambda x: x)(np.ones((2, 2)).view(np.matrix)), TypeError, r"pass np.asarray\(x\)"),
        (
            lambda: grad(lambda x: x)(np.zeros(2, [("a", float), ("b", int)])),
            TypeError,
            r"fields \('a', 'b'\).*a dict of its col",
        ),
        (lambda: grad(waits)(1.0), TypeError, "an async function has to be run inside of one that is not"),
        (lambda: grad(lambda x: "one")(1.0), TypeError, "not str: compute a float or Value"),
        (lambda: grad(lambda x: None)(1.0), TypeError, "not NoneType: is there a return on every path"),
        (lambda: jacobian(lambda x: {"a": [x, "b"]})(1.0), TypeError, r"not str at result\['a'\]\[1\]"),
        (
            lambda: grad(lambda x: x, has_aux=True)(1.0),
            TypeError,
            r"needs a function that returns a pair \(output, aux\), not Value",
        ),
        (lambda: jit(grad(lambda x: (x, x, x), has_aux=True))(1.0), TypeError, "returns a pair"),
        (lambda: grad(lambda x: x, "x"), TypeError, "argnums must be an integer or a tuple of integers, not 'x'"),
        (lambda: jacobian(lambda x: x, (0, 1.0)), TypeError, r"argnums must be .*, not \(0, 1.0\)"),
        (lambda: hessian(lambda x: x, {0}), TypeError, r"argnums must be .*, not \{0\}"),
        (lambda: value_and_grad(lambda x: x, None), TypeError, "argnums must be .*, not None"),
        (lambda: hvp(3.0, 1.0, 1.0), TypeError, r"use gradient\(\)"),
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
def test_errors(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    """The message names the way out."""
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


TRANSFORMS: dict[str, Callable[[Any, Any], Any]] = {
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


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
def test_floats_outside(transform: Callable[[Any, Any], Any]) -> None:
    assert kinds(transform(cubic, [2.0, 3.0])) == {float}
    assert kinds(transform(cubic, np.array([2.0, 3.0]))) == {float}


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
def test_floats_outside_with_constants_inside(transform: Callable[[Any, Any], Any]) -> None:
    def f(x: Any) -> Any:
        with ag.no_grad():
            scale = x[0] * 2.0
        return cubic(x) * scale + stop_gradient(x[1])

    assert kinds(transform(f, [2.0, 3.0])) == {float}


def test_floats_outside_a_constant_derivative() -> None:
    sparse = lambda x: [2.0 * x[0], x[1] ** 2]  # noqa: E731
    assert kinds(jacobian(jacobian(sparse))([2.0, 3.0])) == {float}
    assert kinds(hessian(lambda x: jacobian(sparse)(x)[0][0] * x[1] ** 2)([2.0, 3.0])) == {float}
    assert kinds(grad(lambda x: x * gradient(2.0 * x, x, create_graph=True))(3.0)) == {float}


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
def test_values_of_values(transform: Callable[[Any, Any], Any]) -> None:
    """All of them differentiable again, through the argument and through a closure."""
    x, y = Value(2.0), Value(3.0)
    w = x * y
    expected = transform(cubic, [2.0, 3.0])
    found = transform(cubic, [x, y])
    np.testing.assert_allclose(ag.data(flat(found)), flat(expected), rtol=1e-14)
    assert Value in kinds(found)
    closed = transform(lambda p: cubic(p) * w, [2.0, 3.0])
    assert Value in kinds(closed)
    total = ag.sum(flat(closed))
    slope = sum(v for v in flat(transform(cubic, [2.0, 3.0])))
    if transform not in (TRANSFORMS["jacobian forward"],):
        assert gradient(total, w) == pytest.approx(slope, rel=1e-14)
    assert (x.grad, y.grad, w.grad) == (0.0, 0.0, 0.0)


def flat(tree: Any) -> list[Any]:
    if isinstance(tree, np.ndarray):
        return tree.ravel().tolist()
    return [leaf for item in tree for leaf in flat(item)] if isinstance(tree, (list, tuple)) else [tree]


def test_gradient_at_a_value() -> None:
    """It is a Value even where it is constant."""
    for f in (lambda x: 3.0 * x, lambda x: x, lambda x: 5.0):
        assert type(grad(f)(Value(2.0))) is Value


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
def test_grad_of_users_is_kept(transform: Callable[[Any, Any], Any]) -> None:
    """Leaves, nodes between, and leaves that stand for constants."""
    x, w = Value(2.0), Value(5.0)
    between = w * w + x
    apart = w.detach()
    of_constants = apart * 2.0
    users = [x, w, between, apart, of_constants]
    for i, node in enumerate(users, 1):
        node.grad = float(i)
    transform(lambda p: cubic(p) * between, [2.0, 3.0])
    transform(lambda p: cubic(p) * between * apart, [x, 3.0])
    transform(lambda p: cubic(p) * apart + of_constants * p[0], [2.0, 3.0])
    assert [node.grad for node in users] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_gradient_keeps_grad() -> None:
    x = Value(2.0)
    y = x * x
    z = ag.exp(y)
    z.backward()
    before = [n.grad for n in (x, y, z)]
    assert gradient(z, [y, x]) == [z.data, 4.0 * z.data]
    gradient(gradient(z, x, create_graph=True), {"x": x})
    assert [n.grad for n in (x, y, z)] == before


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


def test_second_derivative_of_a_zero_adjoint() -> None:
    f = lambda p: p[0] * ag.exp(p[1])  # noqa: E731
    e = math.exp(1.5)
    assert hessian(f)([0.0, 1.5]) == [[0.0, e], [e, 0.0]]
    assert jacobian(grad(f))([0.0, 1.5]) == [[0.0, e], [e, 0.0]]
    assert jacobian(grad(f), mode="forward")([0.0, 1.5]) == [[0.0, e], [e, 0.0]]
    assert hvp(f, [0.0, 1.5], [0.0, 1.0]) == [e, 0.0]


@pytest.mark.parametrize("result", [None, "a", {1.0}, range(2)], ids=["nothing", "text", "a set", "a range"])
def test_results_that_are_not_numbers(result: object) -> None:
    for transform in (jacobian(lambda x: result), lambda x: jvp(lambda y: result, x, 1.0), lambda x: vjp(lambda y: result, x)):
        with pytest.raises(TypeError, match="returns numbers"):
            transform(1.0)


def test_a_plain_gradient_is_one_fast_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where Values from outside take part is it the slower one."""

    def refuse(*arguments: Any) -> Any:
        raise AssertionError("the slower sweep")

    monkeypatch.setattr(transforms, "pull_back", refuse)
    assert grad(lambda p: p[0] * p[1] + 2.0 * ag.sin(p[2]))([2.0, 3.0, 0.0]) == [3.0, 2.0, 2.0]
    assert grad(lambda x: x * Value(3.0) * ag.stop_gradient(x))(2.0) == 6.0
    outside = Value(3.0)
    with pytest.raises(AssertionError, match="slower"):
        grad(lambda x: x * outside)(2.0)
