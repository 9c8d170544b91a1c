"""The domain of Values: a rule evaluated in it records nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import Any

from autograd.engine import value
from autograd.engine.context import traced_largest, tracing
from autograd.engine.elementwise import record_row
from autograd.engine.value import Value
from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import TABLE
from autograd.ops.reductions import Lists

Function = Callable[..., Any]
FUNCTIONS: dict[str, Function] = {}  # by name; functions.py fills it


class Recording(Lists):
    """The domain of Values: rules given to it record nodes, so that derivatives can be differentiated again."""

    records = True

    def __getattr__(self, name: str) -> Function:
        if name not in FUNCTIONS:
            raise AttributeError(f"there is no operation {name!r}")
        return FUNCTIONS[name]

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        if type(condition) is Value and tracing():
            return record_row(TABLE["where"], (condition, x, y))
        return x if condition else y

    def total(self, terms: Iterable[Any]) -> Any:
        return FUNCTIONS["sum"](list(terms))

    def shift(self, xs: Sequence[Any]) -> Any:
        if tracing():  # another call has other numbers
            largest = FUNCTIONS["stop"](traced_largest(xs)[0])
            return self.where(FUNCTIONS["abs"](largest) < inf, largest, 0.0)
        return FLOATS.shift([value.number(x) for x in xs])

    def pivot(self, xs: Sequence[Any]) -> Any:
        return self._first_largest(xs)[1]

    def largest(self, xs: Sequence[Any]) -> Any:
        return self._first_largest(xs)[0]

    def _first_largest(self, xs: Sequence[Any]) -> tuple[Any, Any]:
        """The first of the largest operands, and its place; in a trace, chosen at run time."""
        if not tracing():
            first = FLOATS.pivot([value.number(x) for x in xs])
            return xs[first], first
        return traced_largest(xs)


VALUES = Recording()
