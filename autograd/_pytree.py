"""Pytrees: flatten nested lists, tuples and dicts, and put them together again.

The one place that knows what a container is: `NODES` and `node_of` say how each kind comes apart. It stands beside the folders,
since all of them walk structures, `nn` and `optim` too; it knows no Value. What is no container, as an array, is a leaf.

A spec says all of a structure but its leaves. For speed it is made of plain tuples, which can be hashed and compared: LEAF, or
(kind, aux, children), the type, what else it takes to build one (the keys of a dict), and the specs of the children (their
number, where all are leaves).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from copy import copy
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

Spec = Any  # LEAF or (kind, aux, children)
LEAF = None
PLAIN: set[type] = {float, int, bool, str, np.ndarray}  # the commonest leaves, for speed; the engine adds Value


class Node(NamedTuple):
    """How a kind of container comes apart and is put together."""

    flatten: Callable[[Any], tuple[Collection[Any], Any]]  # to its children and aux
    unflatten: Callable[[type, Any, list[Any]], Any]  # from its type, aux and children
    keys: Callable[[Any, int], Sequence[Any]] = lambda aux, count: range(count)  # of the children


class Template:
    """An empty dict of some kind, with what it knows besides its items; equal to those of its kind."""

    def __init__(self, like: Any) -> None:
        self.empty: Any = copy(like)
        self.empty.clear()

    def __eq__(self, other: object) -> bool:
        return type(other) is Template and type(self.empty) is type(other.empty)

    def __hash__(self) -> int:
        return hash(type(self.empty))

    def filled(self, items: Iterable[tuple[Any, Any]]) -> Any:
        """A dict of this kind."""
        result = copy(self.empty)
        result.update(items)
        return result


SEQUENCE = Node(lambda x: (x, None), lambda kind, aux, children: children if kind is list else kind(children))
NAMED = Node(lambda x: (x, None), lambda kind, aux, children: kind._make(children))  # type: ignore[attr-defined]
DICT = Node(
    lambda x: (x.values(), tuple(x)),
    lambda kind, aux, children: dict(zip(aux, children, strict=True)),
    lambda aux, count: aux,
)
OTHER_DICT = Node(
    lambda x: (x.values(), (tuple(x), Template(x))),
    lambda kind, aux, children: aux[1].filled(zip(aux[0], children, strict=True)),
    lambda aux, count: aux[0],
)
NODES: dict[type, Node] = {list: SEQUENCE, tuple: SEQUENCE, dict: DICT}


def _find_node(kind: type) -> Node | None:
    """How containers of this type come apart; None for the types of leaves."""
    node = NODES.get(kind)
    if node is not None or not issubclass(kind, (list, tuple, dict)):
        return node
    if issubclass(kind, dict):
        return OTHER_DICT
    return NAMED if hasattr(kind, "_make") else SEQUENCE


node_of: Callable[[type], Any] = lru_cache(256)(_find_node)


def flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list[Any], Spec]:
    """The leaves of a structure in order, and its spec. Containers for which `is_leaf` is true count as leaves."""
    leaves: list[Any] = []
    return leaves, _flatten(tree, leaves, set(), is_leaf)


def flatten_with_kinds(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list[Any], Spec, set[type]]:
    """The same, and the types of the leaves."""
    leaves: list[Any] = []
    kinds: set[type] = set()
    return leaves, _flatten(tree, leaves, kinds, is_leaf), kinds


def _flatten(x: Any, leaves: list[Any], kinds: set[type], is_leaf: Callable[[Any], bool] | None) -> Spec:
    kind = type(x)
    node = node_of(kind)
    if node is None or (is_leaf is not None and is_leaf(x)):
        leaves.append(x)
        kinds.add(kind)
        return LEAF
    children, aux = node.flatten(x)
    inner = set(map(type, children))
    if inner <= PLAIN or not any([node_of(other) for other in inner]):  # a long list costs no call for each number
        leaves += children
        kinds |= inner
        return kind, aux, len(children)
    specs = [_flatten(child, leaves, kinds, is_leaf) for child in children]
    return kind, aux, tuple(specs) if any(specs) else len(specs)


def unflatten(spec: Spec, leaves: Iterable[Any]) -> Any:
    """The structure of a spec with these leaves."""
    if spec is LEAF or type(spec[2]) is not int:
        return _unflatten(spec, iter(leaves))
    kind, aux, _ = spec
    return node_of(kind).unflatten(kind, aux, list(leaves))


def _unflatten(spec: Spec, leaves: Iterator[Any]) -> Any:
    if spec is LEAF:
        return next(leaves)
    kind, aux, inner = spec
    children = list(islice(leaves, inner)) if type(inner) is int else [_unflatten(child, leaves) for child in inner]
    return node_of(kind).unflatten(kind, aux, children)


def map_leaves(f: Callable[[Any], Any], tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """The structure with f of each leaf."""
    if node_of(type(tree)) is None:
        return f(tree)
    leaves, spec = flatten(tree, is_leaf)
    return unflatten(spec, map(f, leaves))


def paths(spec: Spec, root: str = "") -> Iterator[str]:
    """Where each leaf is, as "root[0]['a']"."""
    if spec is LEAF:
        yield root
        return
    kind, aux, inner = spec
    specs = child_specs(inner)
    for key, child in zip(node_of(kind).keys(aux, len(specs)), specs, strict=True):
        yield from paths(child, f"{root}[{key!r}]")


def child_specs(inner: int | tuple[Spec, ...]) -> Sequence[Spec]:
    """The specs of a container's children."""
    return [LEAF] * inner if isinstance(inner, int) else inner


def nesting(spec: Spec) -> Any:
    """How containers lie in each other, whatever their kinds and keys."""
    if spec is LEAF or type(spec[2]) is int:
        return spec and spec[2]
    return tuple(map(nesting, spec[2]))


# ---- one level


def is_container(x: Any) -> bool:
    """Whether x has children rather than being a leaf."""
    return node_of(type(x)) is not None


def entries(x: Any) -> list[tuple[Any, Any]]:
    """The children of a container with their keys; none of a leaf."""
    node = node_of(type(x))
    if node is None:
        return []
    children, aux = node.flatten(x)
    return list(zip(node.keys(aux, len(children)), children, strict=True))


def rebuilt(x: Any, children: Iterable[Any]) -> Any:
    """A container like x with other children."""
    node = node_of(type(x))
    assert node is not None
    return node.unflatten(type(x), node.flatten(x)[1], list(children))


class Mismatch(ValueError):
    """Two structures differ; `path` says where."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the structures differ{f' at {path}' if path else ''}")
        self.path = path


def matched(tree: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each leaf with its path and with what another structure holds under the same keys; Mismatch where it has others."""
    if not is_container(tree):
        yield path, tree, other
        return
    others = dict(enumerate(other)) if isinstance(other, np.ndarray) and other.ndim else dict(entries(other))
    children = entries(tree)
    if isinstance(tree, dict) != isinstance(other, dict) or others.keys() != {key for key, _ in children}:
        raise Mismatch(path)
    for key, child in children:
        yield from matched(child, others[key], f"{path}[{key!r}]")


# ---- for those who only read


def nested_items(x: Any) -> list[Any]:
    """The innermost items of iterables of any kind, arrays and the values of dicts among them; what is no iterable itself."""
    if isinstance(x, (str, bytes)) or not hasattr(type(x), "__iter__"):
        return [x]
    items = list(x.flat if isinstance(x, np.ndarray) else x.values() if isinstance(x, dict) else x)
    if not any([hasattr(kind, "__iter__") for kind in set(map(type, items))]):  # a long list costs no call for each item
        return items
    return [inner for item in items for inner in nested_items(item)]
