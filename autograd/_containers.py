"""Containers: how each kind comes apart into children, and is put together again.

These are lists, tuples and dicts, subclasses of them, dataclasses, None (which has no children), and the classes that were
given to `register_pytree_node`. What is no container, as an array, is a leaf.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

PLAIN: set[type] = {float, int, bool, str, np.ndarray}  # the commonest leaves, for speed; the engine adds Value


class Node(NamedTuple):
    """How a kind of container comes apart and is put together."""

    flatten: Callable[[Any], tuple[Collection[Any], Any]]  # to its children and aux, which has a hash
    unflatten: Callable[[type, Any, list[Any]], Any]  # from its type, aux and children
    keys: Callable[[Any, int], Sequence[Any]] = lambda aux, count: range(count)  # of the children
    by_key: bool = False  # whether two are alike that have the same keys in another order


# ---- subclasses of lists, tuples and dicts


class Shell:
    """A container of some kind without its items: its attributes but those that are its items, and its default factory.

    It is equal to those of its kind with the same attributes.
    """

    def __init__(self, like: Any) -> None:
        self.kind: Any = type(like)
        attributes, items = _attributes(like), like if isinstance(like, dict) else {}
        self.is_own_dict = attributes is like  # after the idiom `self.__dict__ = self`
        self.attributes = {name: x for name, x in attributes.items() if name not in items or items[name] is not x}
        self.factory = like.default_factory if isinstance(like, defaultdict) else None
        self.numbers = [name for name, x in self.attributes.items() if _holds_numbers(x)]

    def __eq__(self, other: object) -> bool:
        if type(other) is not Shell or other.kind is not self.kind or other.factory != self.factory:
            return False
        try:
            return bool(self.attributes == other.attributes)
        except ValueError:  # of arrays
            return False

    def __hash__(self) -> int:
        return hash(self.kind)

    def sequence(self, items: Iterable[Any]) -> Any:
        """A list or tuple of this kind; its constructor, which may take anything, is not called."""
        if issubclass(self.kind, list):
            result = self.kind.__new__(self.kind)
            list.extend(result, items)
        else:
            result = tuple.__new__(self.kind, items)
        return self._complete(result)

    def dict(self, keys: Iterable[Any], items: Iterable[Any]) -> Any:
        """A dict of this kind."""
        result = self.kind.__new__(self.kind)
        if self.is_own_dict:
            object.__setattr__(result, "__dict__", result)
        if isinstance(result, defaultdict):
            object.__setattr__(result, "default_factory", self.factory)
        _attributes(result).update(self.attributes)
        for key, item in zip(keys, items, strict=True):
            result[key] = item
        return self._complete(result)

    def _complete(self, result: Any) -> Any:
        """The container with its attributes; TypeError where these hold numbers, which may depend on the items."""
        attributes = _attributes(result)
        attributes.update({name: x for name, x in self.attributes.items() if name not in attributes})
        if self.numbers:
            raise TypeError(
                f"a {self.kind.__name__} has numbers in attributes ({', '.join(self.numbers)}), which may depend on its items: "
                f"say with {_registration(self.kind)} how to build one"
            )
        return result


def _attributes(x: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = object.__getattribute__(x, "__dict__")
    except AttributeError:
        return {}
    return found


def _holds_numbers(x: Any) -> bool:
    node = node_of(type(x))
    if node is not None:
        return any([_holds_numbers(child) for child in node.flatten(x)[0]])
    return hasattr(type(x), "__float__") and not isinstance(x, (bool, np.bool_))


SEQUENCE = Node(lambda x: (x, None), lambda kind, aux, children: children if kind is list else tuple(children))
DICT = Node(
    lambda x: (x.values(), tuple(x)),
    lambda kind, aux, children: dict(zip(aux, children, strict=True)),
    lambda aux, count: aux,
    by_key=True,
)
NONE = Node(lambda x: ((), None), lambda kind, aux, children: None)
NAMED = Node(lambda x: (x, None), lambda kind, aux, children: kind._make(children))  # type: ignore[attr-defined]
OTHER_SEQUENCE = Node(lambda x: (tuple(x), Shell(x)), lambda kind, aux, children: aux.sequence(children))
OTHER_DICT = Node(
    lambda x: (x.values(), (tuple(x), Shell(x))),
    lambda kind, aux, children: aux[1].dict(aux[0], children),
    lambda aux, count: aux[0],
    by_key=True,
)
NODES: dict[type, Node] = {list: SEQUENCE, tuple: SEQUENCE, dict: DICT, type(None): NONE}


# ---- dataclasses


def _dataclass(kind: Any) -> Node:
    """The fields are the children, but for those with `metadata={"static": True}`, which are aux.

    It is put together without its constructor and `__post_init__`, which may convert or refuse what is no float. So what these
    compute, fields with `init=False`, would go stale: TypeError.
    """
    names = [f.name for f in fields(kind) if f.init and not f.metadata.get("static")]
    static = [f.name for f in fields(kind) if f.init and f.metadata.get("static")]
    computed = [f.name for f in fields(kind) if not f.init]

    def flattened(x: Any) -> tuple[list[Any], Any]:
        return [getattr(x, name) for name in names], exact_aux(tuple([getattr(x, name) for name in static]), kind)

    def unflattened(kind: Any, aux: Any, children: list[Any]) -> Any:
        if computed:
            raise TypeError(
                f"a {kind.__name__} has fields with init=False ({', '.join(computed)}), which may depend on the others: "
                f"say with {_registration(kind)} how to build one"
            )
        result = kind.__new__(kind)
        for name, x in (*zip(names, children, strict=True), *zip(static, aux[0], strict=True)):
            object.__setattr__(result, name, x)  # a frozen one too
        return result

    return Node(flattened, unflattened, lambda aux, count: names)


# ---- classes of users


def register_pytree_node(
    cls: type, flatten: Callable[[Any], tuple[Iterable[Any], Any]], unflatten: Callable[[Any, tuple[Any, ...]], Any]
) -> None:
    """Make a class a container, for transforms, `jit`, `vmap` and optimisers.

    It holds for the class itself, not for subclasses. Without it lists, tuples and dicts, subclasses of them, and
    dataclasses are containers.

    Args:
        cls: the class.
        flatten: a function of one of its objects that returns `(children, aux)`: an iterable of what may hold numbers, and
            whatever else it takes to build such an object, which must have a hash; None if there is nothing.
        unflatten: a function of `(aux, children)` that builds an object. The children, a tuple, may be anything: numbers,
            Values, arrays.

    Raises:
        TypeError: if `cls` is no class, or the others are no functions.
        ValueError: if the class is registered already, or is a built-in container or kind of number.

    Examples:
        >>> from autograd import grad
        >>> class Interval:
        ...     def __init__(self, low, high):
        ...         self.low, self.high = low, high
        >>> register_pytree_node(Interval, lambda x: ((x.low, x.high), None), lambda aux, children: Interval(*children))
        >>> slope = grad(lambda x: (x.high - x.low) ** 2)(Interval(1.0, 3.0))
        >>> slope.low, slope.high
        (-4.0, 4.0)
    """
    if not isinstance(cls, type) or not callable(flatten) or not callable(unflatten):
        raise TypeError("register_pytree_node() takes a class and two functions, flatten and unflatten")
    if cls in NODES or cls in PLAIN:
        raise ValueError(f"register_pytree_node() knows {cls.__name__} already")

    def flattened(x: Any) -> tuple[tuple[Any, ...], Any]:
        children, aux = flatten(x)
        return tuple(children), exact_aux(aux, cls)

    NODES[cls] = Node(flattened, lambda kind, aux, children: unflatten(aux[0], tuple(children)))
    _remembered.cache_clear()


def exact_aux(aux: Any, kind: type) -> tuple[Any, Any]:
    """An aux, with what tells apart the equal ones of other types."""
    try:
        hash(aux)
    except TypeError as error:
        raise TypeError(f"what a {kind.__name__} holds besides its children must have a hash: {error}") from None
    return aux, exact((aux,))


def exact(x: Any) -> Any:
    """What tells 0 from -0, 1 from 1.0 and True, and takes nan for nan."""
    if isinstance(x, (float, complex)):
        return repr(x)
    return tuple([(type(item), exact(item)) for item in x]) if isinstance(x, tuple) else x


def _registration(kind: type) -> str:
    return f"autograd.register_pytree_node({kind.__name__}, flatten, unflatten)"


# ---- all of them


def _find_node(kind: type) -> Node | None:
    """How containers of this type come apart; None for the types of leaves."""
    node = NODES.get(kind)
    if node is not None:
        return node
    if issubclass(kind, dict):
        return OTHER_DICT
    if issubclass(kind, (list, tuple)):
        return NAMED if hasattr(kind, "_make") else OTHER_SEQUENCE
    return _dataclass(kind) if is_dataclass(kind) else None


_remembered = lru_cache(256)(_find_node)
node_of: Callable[[type], Any] = _remembered
