"""Structures come apart into leaves and are put together again, in whatever containers they are."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from typing import Any

import numpy as np
import pytest

from autograd._pytree import (
    Mismatch,
    entries,
    flatten,
    map_leaves,
    matched,
    nested_items,
    nesting,
    paths,
    rebuilt,
    unflatten,
)
from autograd.compiler.unflatten import compiled_unflatten

Pair = namedtuple("Pair", "a b")


class Tagged(dict):
    """A dict that knows more than its items."""

    tag = ""


class Row(list):
    """Another kind of list."""


def tagged(**items: Any) -> Tagged:
    result = Tagged(items)
    result.tag = "kept"
    return result


LEAF_OF_A_KIND = np.arange(3.0)
TREES = [
    (1.0, 1, [""]),
    (None, 1, [""]),
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
    ([LEAF_OF_A_KIND, None, "text"], 3, ["[0]", "[1]", "[2]"]),
]


@pytest.mark.parametrize(("tree", "count", "places"), TREES)
def test_round_trip(tree: Any, count: int, places: list[str]) -> None:
    leaves, spec = flatten(tree)
    assert len(leaves) == count and list(paths(spec)) == places
    assert hash(spec) == hash(flatten(tree)[1]) and spec == flatten(tree)[1]
    for again in (unflatten(spec, leaves), unflatten(spec, iter(leaves)), compiled_unflatten(spec)(tuple(leaves))):
        assert type(again) is type(tree)
        assert again == tree if tree is not TREES[-1][0] else again[0] is LEAF_OF_A_KIND
        assert getattr(again, "tag", "") == getattr(tree, "tag", "")
    assert getattr(unflatten(flatten(defaultdict(list))[1], []), "default_factory", None) is list


def test_specs_tell_structures_apart_and_leaves_not() -> None:
    specs = [flatten(tree)[1] for tree, *_ in TREES]
    assert len(set(specs)) == len(specs) - 1  # a number and None are both a leaf
    assert flatten([1.0, "a"])[1] == flatten([None, np.zeros(2)])[1] == flatten([2.0, 3.0])[1]
    assert flatten({"a": 1, "b": 2})[1] != flatten({"b": 1, "a": 2})[1]
    assert nesting(flatten(([1, 2], {"a": 3}))[1]) == nesting(flatten([(1, 2), [3]])[1]) != nesting(flatten([1, 2, 3])[1])


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
    x = [1, {"a": (2, np.array([[3, 4]]))}, {5}, (i for i in (6, [7])), "text", None]
    assert list(nested_items(x)) == [1, 2, 3, 4, 5, 6, 7, "text", None]
    assert list(nested_items(1.0)) == [1.0] and list(nested_items([])) == []
