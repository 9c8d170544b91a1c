"""Pytrees: flatten nested containers, and put them together again.

It stands beside the folders, since all of them walk structures, `nn` and `optim` too; it knows no Value. How each kind of
container comes apart is said in _containers.py. What is no container, as an array, is a leaf.

A spec says all of a structure but its leaves. For speed it is made of plain tuples, which can be hashed and compared: LEAF, or
(kind, aux, children), the type, what else it takes to build one (the keys of a dict), and the specs of the children (their
number, where all are leaves).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import Any

import numpy as np

from autograd._containers import NODES as NODES
from autograd._containers import PLAIN as PLAIN
from autograd._containers import exact as exact
from autograd._containers import node_of as node_of
from autograd._containers import register_pytree_node as register_pytree_node
from autograd._kinds import kinds_of as kinds_of

Spec = Any  # LEAF or (kind, aux, children)
LEAF = None


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
    inner = kinds_of(children)
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


def leaf_count(spec: Spec) -> int:
    """How many leaves there are."""
    if spec is LEAF:
        return 1
    return spec[2] if isinstance(spec[2], int) else sum(map(leaf_count, spec[2]))


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


# ---- two structures


class Mismatch(ValueError):
    """Two structures differ: `path` says where, `why` in what."""

    def __init__(self, path: str, why: str = "") -> None:
        super().__init__(f"the structures differ{f' at {path}' if path else ''}{why and ': ' + why}")
        self.path, self.why = path, why


def order_of(spec: Spec, other: Spec, path: str = "", start: int = 0) -> Iterator[int]:
    """For each leaf of a structure the place of the same leaf in another one, whose dicts may have their keys in another order.

    Mismatch where containers are of other types, or have other keys or aux.
    """
    if spec == other:
        yield from range(start, start + leaf_count(spec))
        return
    children, others = _alike(spec, other, path)
    starts = dict(zip(others, accumulate(map(leaf_count, others.values()), initial=start), strict=False))
    for key, child in children.items():
        yield from order_of(child, others[key], f"{path}[{key!r}]", starts[key])


def _alike(spec: Spec, other: Spec, path: str) -> tuple[dict[Any, Spec], dict[Any, Spec]]:
    """The children of two containers of one kind by key; Mismatch where they are not of one kind."""
    if spec is LEAF or other is LEAF or spec[0] is not other[0]:
        raise Mismatch(path, f"{_kind_of(other)} in place of {_kind_of(spec)}")
    children, others = by_key(spec), by_key(other)
    if children.keys() != others.keys():
        if not node_of(spec[0]).by_key:
            raise Mismatch(path, f"{len(others)} items in place of {len(children)}")
        raise Mismatch(path, f"the keys {list(others)} in place of {list(children)}")
    if not node_of(spec[0]).by_key and spec[1] != other[1]:
        raise Mismatch(path, f"another {_kind_of(spec).split()[-1]}, by what it holds besides numbers")
    return children, others


def by_key(spec: Spec) -> dict[Any, Spec]:
    """The specs of a container's children by their keys."""
    kind, aux, inner = spec
    specs = child_specs(inner)
    return dict(zip(node_of(kind).keys(aux, len(specs)), specs, strict=True))


def _kind_of(spec: Spec) -> str:
    if spec is LEAF:
        return "a number"
    return "None" if spec[0] is type(None) else f"a {spec[0].__name__}"


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
    """The innermost items of containers, arrays and iterables of any kind, but None in them; what is none of these itself."""
    if x is None or not _has_items(type(x)):
        return [x]
    node = node_of(type(x))
    items = list(node.flatten(x)[0] if node is not None else x.flat if isinstance(x, np.ndarray) else x)
    if not any([_has_items(kind) for kind in kinds_of(items)]):  # a long list costs no call for each item
        return items
    return [inner for item in items if item is not None for inner in nested_items(item)]


def _has_items(kind: type) -> bool:
    return node_of(kind) is not None or (hasattr(kind, "__iter__") and not issubclass(kind, (str, bytes)))
