"""Structures come apart into leaves and are put together again, in whatever containers they are."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import (
    KINDS,
    AttrDict,
    Easy,
    Frozen,
    Interval,
    Model,
    OwnDict,
    Pair,
    Point,
    Row,
    Slotted,
    Vector,
    children,
    form_of,
    leaves_of,
    tagged,
    trees,
    turned,
)

from autograd import Value, grad, jit, register_pytree_node
from autograd._pytree import (
    Mismatch,
    entries,
    flatten,
    map_leaves,
    matched,
    nested_items,
    order_of,
    paths,
    rebuilt,
    unflatten,
)
from autograd.compiler.unflatten import compiled_unflatten

examples = settings(max_examples=100, deadline=None, print_blob=True)

LEAF_OF_A_KIND = np.arange(3.0)
TREES = [
    (1.0, 1, [""]),
    (None, 0, []),
    ([], 0, []),
    ((), 0, []),
    ({}, 0, []),
    ([1.0, 2], 2, ["[0]", "[1]"]),
    ((1.0,), 1, ["[0]"]),
    (list(range(20)), 20, [f"[{i}]" for i in range(20)]),
    ((tuple(range(9)), "x"), 10, [*(f"[0][{i}]" for i in range(9)), "[1]"]),
    ({"b": 1, "a": [2, (3,)]}, 3, ["['b']", "['a'][0]", "['a'][1][0]"]),
    (Pair(1.0, [Pair(2.0, 3.0)]), 3, ["[0]", "[1][0][0]", "[1][0][1]"]),
    (OrderedDict(a=1, b=[2]), 2, ["['a']", "['b'][0]"]),
    (defaultdict(list, {1: 2}), 1, ["[1]"]),
    (tagged(a=1), 1, ["['a']"]),
    (Row([1, Row([2])]), 2, ["[0]", "[1][0]"]),
    (AttrDict(a=1, b=2), 2, ["['a']", "['b']"]),
    (OwnDict(a=1, b=2), 2, ["['a']", "['b']"]),
    (Counter(a=2, b=1), 2, ["['a']", "['b']"]),
    (Vector(1, [2]), 2, ["[0]", "[1][0]"]),
    (Point(1, [2]), 2, ["[0]", "[1][0]"]),
    (Model(1, [2, 3]), 3, ["['bias']", "['weights'][0]", "['weights'][1]"]),
    (Model(1, [2, 3], "other"), 3, ["['bias']", "['weights'][0]", "['weights'][1]"]),
    (Frozen(1.0), 2, ["['rate']", "['scale']"]),
    (Slotted(1, None), 1, ["['x']"]),
    (Interval(1, {"a": 2}), 2, ["[0]", "[1]['a']"]),
    (Interval(1, 2, "km"), 2, ["[0]", "[1]"]),
    (Interval(1, 2), 2, ["[0]", "[1]"]),
    ([LEAF_OF_A_KIND, None, "text"], 2, ["[0]", "[2]"]),
]


@pytest.mark.parametrize(("tree", "count", "places"), TREES, ids=[repr(tree) for tree, *_ in TREES])
def test_round_trip(tree: Any, count: int, places: list[str]) -> None:
    leaves, spec = flatten(tree)
    assert len(leaves) == count and list(paths(spec)) == places
    assert hash(spec) == hash(flatten(tree)[1]) and spec == flatten(tree)[1]
    for again in (unflatten(spec, leaves), unflatten(spec, iter(leaves)), compiled_unflatten(spec)(tuple(leaves))):
        assert form_of(again) == form_of(tree)
        assert again == tree if tree is not TREES[-1][0] else again[0] is LEAF_OF_A_KIND
    assert getattr(unflatten(flatten(defaultdict(list))[1], []), "default_factory", None) is list


def test_specs_tell_structures_apart_and_leaves_not() -> None:
    specs = [flatten(tree)[1] for tree, *_ in TREES]
    assert len(set(specs)) == len(specs)
    assert flatten([1.0, "a"])[1] == flatten([object(), np.zeros(2)])[1] == flatten([2.0, 3.0])[1]
    assert flatten({"a": 1, "b": 2})[1] != flatten({"b": 1, "a": 2})[1]
    assert flatten(tagged(a=1))[1] != flatten(type(tagged())(a=1))[1]


@examples
@given(trees(st.integers()))
def test_round_trip_of_any_nesting(tree: Any) -> None:
    """The leaves are those found by hand, in order, and other leaves make the same structure of them."""
    leaves, spec = flatten(tree)
    assert leaves == list(leaves_of(tree)) and len(list(paths(spec))) == len(leaves)
    others = [object() for _ in leaves]
    for again in (unflatten(spec, others), compiled_unflatten(spec)(others)):
        assert form_of(again) == form_of(tree) and list(map(id, leaves_of(again))) == list(map(id, others))
    assert flatten(unflatten(spec, leaves))[1] == spec


@examples
@given(trees(st.integers()))
def test_leaves_are_matched_by_key(tree: Any) -> None:
    """In whatever order the keys of dicts are."""
    other = turned(tree)
    leaves, spec = flatten(tree)
    found, other_spec = flatten(other)
    assert [found[i] for i in order_of(spec, other_spec)] == leaves


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_containers_of_another_kind_do_not_match(kind: str, other: str) -> None:
    spec, given = flatten([KINDS[kind](1, 2)])[1], flatten([KINDS[other](1, 2)])[1]
    if kind == other:
        assert list(order_of(spec, given)) == [0, 1]
        return
    with pytest.raises(Mismatch) as error:
        list(order_of(spec, given))
    assert error.value.path.startswith("[0]") and error.value.why


@pytest.mark.parametrize(
    ("tree", "other", "path", "why"),
    [
        ({"a": 1}, {"b": 1}, "", "the keys ['b'] in place of ['a']"),
        ({"a": [1, 2]}, {"a": [1]}, "['a']", "1 items in place of 2"),
        ([1, {"a": (1,)}], [1, {"a": [1]}], "[1]['a']", "a list in place of a tuple"),
        ([1, None], [1, 1], "[1]", "a number in place of None"),
        ([1, 1], [1, None], "[1]", "None in place of a number"),
        (Interval(1, 2), Interval(1, 2, "km"), "", "another Interval, by what it holds besides numbers"),
        (Model(1, 2), Model(1, 2, "other"), "", "another Model, by what it holds besides numbers"),
    ],
    ids=str,
)
def test_the_first_difference_is_named(tree: Any, other: Any, path: str, why: str) -> None:
    with pytest.raises(Mismatch) as error:
        list(order_of(flatten(tree)[1], flatten(other)[1]))
    assert (error.value.path, error.value.why) == (path, why)


# ---- classes of users


class Noisy(tuple[Any, ...]):
    """Holds its items once more, in attributes."""

    def __new__(cls, x: Any, y: Any) -> Noisy:
        result = super().__new__(cls, (x, y))
        result.x, result.y = x, y  # type: ignore[attr-defined]
        return result


class Settings(dict[str, Any]):
    """A number besides the items."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.total = sum(self.values())


@dataclass
class Circle:
    """Computes a field from another one."""

    radius: Any
    area: Any = field(init=False)

    def __post_init__(self) -> None:
        self.area = 3.0 * self.radius**2


@pytest.mark.parametrize(
    ("tree", "what"), [(Noisy(1.0, 2.0), r"\(x, y\)"), (Settings(a=1.0), r"\(total\)"), (Circle(1.0), r"\(area\)")], ids=type
)
def test_numbers_beside_the_items_are_refused(tree: Any, what: str) -> None:
    """They would go stale: the derivative would be silently wrong."""
    for call in (grad(lambda x: 1.0), jit(grad(lambda x: 1.0)), jit(lambda x: 1.0)):
        with pytest.raises(TypeError, match=rf"{what}.*register_pytree_node\({type(tree).__name__}, flatten, unflatten\)"):
            call(tree)


def test_items_kept_in_attributes_stay_in_step() -> None:
    tree = Easy()
    tree.a, tree.b = 2.0, 3.0
    for f in (grad(lambda p: p.a * p["b"] ** 2), jit(grad(lambda p: p.a * p["b"] ** 2))):
        found = f(tree)
        assert (found, vars(found)) == ({"a": 9.0, "b": 12.0}, {"a": 9.0, "b": 12.0}) and type(found) is Easy


def test_registered_subclass_of_a_container() -> None:
    """What is registered goes before what the class is."""

    class Both(list[Any]):
        def __init__(self, x: Any) -> None:
            super().__init__([x])
            self.x = x

    register_pytree_node(Both, lambda both: ([both.x], None), lambda aux, items: Both(*items))
    found = grad(lambda both: both[0] * both.x)(Both(3.0))
    assert (found, found.x) == ([6.0], 6.0)


def test_registration_is_for_the_class_itself() -> None:
    class Wide(Interval):
        pass

    assert children(Interval(1, 2)) and entries(Wide(1, 2)) == []
    with pytest.raises(TypeError, match=r"not Wide, at args\[0\].*register_pytree_node\(Wide, flatten, unflatten\)"):
        grad(lambda x: x.low)(Wide(1.0, 2.0))


@pytest.mark.parametrize("cls", [list, dict, tuple, type(None), float, np.ndarray, Value, Interval])
def test_registered_once(cls: type) -> None:
    with pytest.raises(ValueError, match=f"knows {cls.__name__} already"):
        register_pytree_node(cls, lambda x: ((), None), lambda aux, items: None)


def test_registration_of_what_is_no_class() -> None:
    for arguments in ((Interval(1, 2), tuple, tuple), (deque, None, tuple), (deque, tuple, 3)):
        with pytest.raises(TypeError, match="takes a class and two functions"):
            register_pytree_node(*arguments)  # type: ignore[arg-type]


def test_aux_must_have_a_hash() -> None:
    class Curve:
        pass

    register_pytree_node(Curve, lambda x: ((1.0,), [2.0]), lambda aux, items: Curve())
    with pytest.raises(TypeError, match="what a Curve holds besides its children must have a hash: unhashable type: 'list'"):
        grad(lambda x: 1.0)(Curve())


def test_is_leaf_stops_at_containers() -> None:
    tree = {"a": [1, 2], "b": [[3], 4]}
    leaves, spec = flatten(tree, lambda x: isinstance(x, list) and 1 in x)
    assert leaves == [[1, 2], 3, 4] and unflatten(spec, leaves) == tree
    assert map_leaves(str, tree, lambda x: isinstance(x, list)) == {"a": "[1, 2]", "b": "[[3], 4]"}


def test_one_level() -> None:
    assert entries({"a": [1], "b": 2}) == [("a", [1]), ("b", 2)] and entries((5, 6)) == [(0, 5), (1, 6)] and entries(3.0) == []
    assert rebuilt(Pair(1, 2), iter("xy")) == Pair("x", "y") and rebuilt({"a": 1}, [2]) == {"a": 2}
    assert rebuilt(tagged(a=1), [2]).tag == "kept"


def test_matched_finds_leaves_by_key() -> None:
    pairs = list(matched({"a": 1, "b": [2, 3]}, {"b": (20, 30), "a": 10}))
    assert pairs == [("['a']", 1, 10), ("['b'][0]", 2, 20), ("['b'][1]", 3, 30)]
    assert list(matched([1, 2], np.array([5, 6]))) == [("[0]", 1, 5), ("[1]", 2, 6)]


@pytest.mark.parametrize(
    ("tree", "other", "path"),
    [([1, 2], [1], ""), ({"a": 1}, [1], ""), ([1], {0: 1}, ""), ({"a": [1]}, {"a": 1.0}, "['a']"), ([[1, 2]], [[1]], "[0]")],
)
def test_mismatch_says_where(tree: Any, other: Any, path: str) -> None:
    with pytest.raises(Mismatch) as error:
        list(matched(tree, other))
    assert error.value.path == path


def test_nested_items_of_anything_iterable() -> None:
    x = [1, {"a": (2, np.array([[3, 4]]))}, {5}, (i for i in (6, [7])), "text", None, Interval(8, Model(9, [10]))]
    assert list(nested_items(x)) == [1, 2, 3, 4, 5, 6, 7, "text", 8, 9, 10]
    assert list(nested_items(1.0)) == [1.0] and list(nested_items([])) == [] and list(nested_items(None)) == [None]
