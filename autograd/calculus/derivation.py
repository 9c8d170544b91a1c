"""Records the transform that made a function, so `jit` can compile it directly.

A traced `grad(f)` would record the sweep of the eager engine node by node. `jit` traces `f` instead and takes the derivative
of its program, which is smaller and faster to make; so it has to know `f`, the transform and its options.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from weakref import ReferenceType, ref

Function = Callable[..., Any]
Argnums = int | Sequence[int]


class Derivation(NamedTuple):
    """The transform that made a function, and what it was applied to."""

    derived: ReferenceType[Function]
    transform: str
    function: Function
    argnums: Argnums
    has_aux: bool


def note_derivation(derived: Function, transform: str, f: Function, argnums: Argnums, has_aux: bool) -> None:
    """Attach its derivation to a derived function; by a weak reference, as the function would else hold itself in a cycle."""
    derived.derivation = Derivation(ref(derived), transform, f, argnums, has_aux)  # type: ignore[attr-defined]


def derivation_of(f: Any) -> Derivation | None:
    """The derivation of a function that a transform made, and of no other: `functools.wraps` copies it to wrappers too."""
    derivation = getattr(f, "derivation", None)
    return derivation if isinstance(derivation, Derivation) and derivation.derived() is f else None
