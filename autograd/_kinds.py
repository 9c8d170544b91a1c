"""The types of many items, each once; compiled, since structures ask for them at every call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cython  # the compiler looks for this line
else:
    from autograd import _cython as cython


def kinds_of(items: Iterable[Any]) -> set[type]:
    """The types of the items."""
    if not cython.compiled:
        return set(map(type, items))
    kinds: set[type] = set()
    last: Any = None
    for x in items:
        if type(x) is not last:
            last = type(x)
            kinds.add(last)
    return kinds
