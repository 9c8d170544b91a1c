"""Functions that a transform made of others: they know how, so they pickle, and `jit` can compile them directly.

A traced `grad(f)` would record the sweep of the eager engine node by node. `jit` traces `f` instead and takes the derivative
of its program, which is smaller and faster to make; so it has to know `f`, the transform and its options.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from types import MethodType
from typing import Any

Function = Callable[..., Any]
Argnums = int | Sequence[int]
Compute = Callable[[tuple[Any, ...], dict[str, Any]], Any]  # of positional and named arguments


class Derivation:
    """What `transform(wrapped, **options)` is: a call is one of `compute`. In a class it is a method."""

    def __init__(self, transform: Function, wrapped: Function, compute: Compute, **options: Any) -> None:
        update_wrapper(self, wrapped)
        self.transform, self.wrapped, self.options = transform, wrapped, options
        self.compute = compute

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.compute(args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<{self.transform.__name__} of {self.wrapped!r}>"

    def __reduce__(self) -> Any:
        return global_name(self) or (partial(self.transform, **self.options), (self.wrapped,))


def derivation_of(f: Any) -> Derivation | None:
    """What `jit` derives itself: the function as a derivation by `grad` or `value_and_grad`; None for other functions."""
    return f if isinstance(f, Derivation) and f.transform.__name__ in ("grad", "value_and_grad") else None


def global_name(x: Any) -> str | None:
    """The name in its module under which pickle finds this very object, as one made by a decorator; None if there is none.

    For `__reduce__`, whose caller is the pickler: cloudpickle takes what is in `__main__` by value, since other processes have
    not got it.
    """
    name, module = getattr(x, "__qualname__", ""), getattr(x, "__module__", "")
    if module == "__main__" and "cloudpickle" in sys._getframe(2).f_globals.get("__name__", ""):
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return name if found is x else None
