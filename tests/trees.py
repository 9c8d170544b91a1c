"""Random structures of numbers in containers of every kind, taken apart by hand; and classes of containers."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd import register_pytree_node

Pair = namedtuple("Pair", "a b")


class AttrDict(dict[str, Any]):
    """A dict whose items are attributes too."""

    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__  # type: ignore[assignment]


class OwnDict(dict[str, Any]):
    """Another way to the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.__dict__ = self


class Easy(dict[str, Any]):
    """Keeps each item in an attribute too, and both in step."""

    def __setattr__(self, name: str, x: Any) -> None:
        object.__setattr__(self, name, x)
        dict.__setitem__(self, name, x)

    __setitem__ = __setattr__


class Tagged(dict[str, Any]):
    """A dict that knows more than its items."""

    tag = ""


class Row(list[Any]):
    """Another kind of list."""


class Vector(list[Any]):
    """A list whose constructor takes its items."""

    def __init__(self, x: Any, y: Any) -> None:
        super().__init__([x, y])


class Point(tuple[Any, Any]):
    """A tuple whose constructor takes its items."""

    def __new__(cls, x: Any, y: Any) -> Point:
        return super().__new__(cls, (x, y))


@dataclass
class Model:
    """With a default factory."""

    bias: Any
    weights: Any = field(default_factory=list)
    name: str = field(default="model", metadata={"static": True})


@dataclass(frozen=True)
class Frozen:
    """Refuses assignments, and in `__post_init__` what is no float."""

    rate: Any
    scale: Any = 1.0

    def __post_init__(self) -> None:
        assert isinstance(self.rate, (int, float)), "only floats"


@dataclass
class Slotted:
    """Has no dict."""

    __slots__ = ("x", "y")
    x: Any
    y: Any


class Interval:
    """No container until it is registered."""

    def __init__(self, low: Any, high: Any, unit: str = "m") -> None:
        self.low, self.high, self.unit = low, high, unit

    def __eq__(self, other: object) -> bool:
        return type(other) is Interval and vars(self) == vars(other)


register_pytree_node(Interval, lambda x: ([x.low, x.high], x.unit), lambda unit, children: Interval(*children, unit))


def tagged(**items: Any) -> Tagged:
    result = Tagged(items)
    result.tag = "kept"
    return result


# name -> how to build one of two children
KINDS: dict[str, Callable[[Any, Any], Any]] = {
    "list": lambda x, y: [x, y],
    "tuple": lambda x, y: (x, y),
    "dict": lambda x, y: {"b": x, "a": y},
    "mixed keys": lambda x, y: {1: x, (2, "c"): y},
    "namedtuple": Pair,
    "AttrDict": lambda x, y: AttrDict(a=x, b=y),
    "OwnDict": lambda x, y: OwnDict(a=x, b=y),
    "Tagged": lambda x, y: tagged(a=x, b=y),
    "OrderedDict": lambda x, y: OrderedDict(z=x, a=y),
    "defaultdict": lambda x, y: defaultdict(list, {"a": x, "b": y}),
    "Counter": lambda x, y: Counter({"a": x, "b": y}),
    "Row": lambda x, y: Row([x, y]),
    "Vector": Vector,
    "Point": Point,
    "dataclass": lambda x, y: Model(x, y, "mine"),
    "frozen": lambda x, y: filled(Frozen, rate=x, scale=y),
    "slotted": Slotted,
    "registered": lambda x, y: Interval(x, y, "km"),
    "with None": lambda x, y: [x, None, y],
}


def filled(kind: Any, **items: Any) -> Any:
    """A dataclass built without its constructor."""
    result = kind.__new__(kind)
    for name, x in items.items():
        object.__setattr__(result, name, x)
    return result


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Structures with these leaves."""

    def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        two = st.tuples(st.sampled_from(sorted(KINDS)), inner, inner).map(lambda x: KINDS[x[0]](*x[1:]))
        return st.one_of(two, st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("pqr"), inner, max_size=3))

    return st.recursive(leaves, nested, max_leaves=6)


def children(x: Any) -> list[tuple[Any, Any]] | None:
    """The children of a container with their keys; None for a leaf. Said here again, to check the package's by."""
    if isinstance(x, dict):
        return list(x.items())
    if isinstance(x, (list, tuple)):
        return list(enumerate(x))
    if isinstance(x, (Model, Frozen, Slotted)):
        return [(f.name, getattr(x, f.name)) for f in fields(x) if f.name != "name"]
    if isinstance(x, Interval):
        return [(0, x.low), (1, x.high)]
    return [] if x is None else None


def leaves_of(x: Any) -> Iterator[Any]:
    """The leaves in order, arrays item by item."""
    inner = children(x)
    if inner is not None:
        for _, child in inner:
            yield from leaves_of(child)
    elif isinstance(x, np.ndarray):
        yield from x.ravel().tolist()
    else:
        yield x


def form_of(x: Any) -> Any:
    """Everything about a structure but its numbers: classes, keys, and what else its containers know."""
    inner = children(x)
    if inner is None:
        return x.shape if isinstance(x, np.ndarray) else "a number"
    known = [
        getattr(x, name, None) for name in ("tag", "default_factory", "name", "unit") if not isinstance(x, (AttrDict, OwnDict))
    ]
    return type(x), known, [(key, form_of(child)) for key, child in inner]


def turned(x: Any) -> Any:
    """The same with the keys of all its dicts in the opposite order."""
    if isinstance(x, dict):
        result = defaultdict(x.default_factory) if isinstance(x, defaultdict) else type(x)()
        for key in reversed(list(x)):
            result[key] = turned(x[key])
        return result
    if isinstance(x, Pair):
        return Pair(*map(turned, x))
    if isinstance(x, (Vector, Point)):
        return type(x)(*map(turned, x))
    if isinstance(x, (list, tuple)):
        return type(x)(map(turned, x))
    if isinstance(x, (Model, Frozen, Slotted)):
        return filled(type(x), **{f.name: turned(getattr(x, f.name)) for f in fields(x)})
    return Interval(turned(x.low), turned(x.high), x.unit) if isinstance(x, Interval) else x
