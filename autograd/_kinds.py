"""The types of many items, each once; compiled, since structures ask for them at every call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def kinds_of(items: Iterable[Any]) -> set[type]:
    """The types of the items, which mostly are all the same."""
    kinds: set[type] = set()
    last: Any = None
    for x in items:
        if type(x) is not last:
            last = type(x)
            kinds.add(last)
    return kinds
