"""Static arguments: those whose value, not only its structure, decides which program runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, SupportsIndex

from autograd._validate import indices


class Static:
    """A static argument, marked."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def unmarked(args: Sequence[Any]) -> list[Any]:
    """Positional arguments as the function gets them."""
    return [x.value if isinstance(x, Static) else x for x in args]


class StaticParameters:
    """The parameters that `static_argnums` and `static_argnames` mean, however callers pass them."""

    def __init__(self, f: Callable[..., Any], argnums: int | Iterable[int], argnames: str | Iterable[str]) -> None:
        places = indices(argnums if isinstance(argnums, SupportsIndex) else tuple(argnums), "static_argnums")
        names = (argnames,) if isinstance(argnames, str) else tuple(argnames)
        self.options: dict[str, Any] = {"static_argnums": places, "static_argnames": names}
        self.places, self.names = _by_place_and_name(f, places, names) if places or names else ((), frozenset())

    def mark(self, args: Any) -> Any:
        """The positional arguments, the static ones marked."""
        if not self.places:
            return args
        places = {i % len(args) for i in self.places if -len(args) <= i < len(args)}
        return tuple([Static(x) if i in places and type(x) is not Static else x for i, x in enumerate(args)])

    def mark_named(self, kwargs: Any) -> Any:
        """The keyword arguments, the static ones marked."""
        if not self.names:
            return kwargs
        return {k: Static(x) if k in self.names and type(x) is not Static else x for k, x in kwargs.items()}


def _by_place_and_name(
    f: Callable[..., Any], places: Sequence[int], names: Sequence[str]
) -> tuple[tuple[int, ...], frozenset[str]]:
    """All static parameters by place, and all by name; ValueError for a name that f does not have."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []  # a function written in C may have no signature
    known = [p.name for p in parameters]
    if parameters and not any(p.kind is p.VAR_KEYWORD for p in parameters):
        for name in names:
            if name not in known:
                raise ValueError(f"jit() finds no parameter {name!r} for static_argnames; there are {', '.join(known)}")
    by_place = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names_of_places = [by_place[i] for i in places if -len(by_place) <= i < len(by_place)]
    places_of_names = [by_place.index(name) for name in names if name in by_place]
    return (*places, *places_of_names), frozenset([*names, *names_of_places])
