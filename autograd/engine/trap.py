"""What `trap()` does: the first new nan or infinity is an error."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

from autograd.engine.context import Source, mode, place
from autograd.errors import DomainError

SHOWN = 4  # operands in a message


def watch(
    name: str,
    operands: Sequence[Any],
    numbers: Sequence[float],
    result: float,
    partials: Sequence[float] = (),
    source: Source | None = None,
) -> None:
    """DomainError where all numbers of the operands are finite, but the result or a partial towards a Value is not; and where
    infinite operands give a nan, as inf - inf."""
    if not all(map(isfinite, numbers)):
        if any(map(isnan, numbers)) or not isnan(result):
            return
        partials = ()
    bad = [i for i, partial in enumerate(partials) if not isfinite(partial) and type(operands[i]) is not float]
    if isfinite(result) and not bad:
        return
    shown = ", ".join([repr(x) for x in operands[:SHOWN]])
    more = f", ... ({len(operands)} operands)" if len(operands) > SHOWN else ""
    what = f"has the derivative {partials[bad[0]]} by operand {bad[0] + 1}" if isfinite(result) else f"is {result}"
    raise DomainError(f"{name} of {shown}{more} {what}{place(source)}")


def watched(name: str, numbers: Sequence[float], result: float) -> float:
    """The result of floats, watched while `trap()` is on."""
    if mode().trapping:
        watch(name, numbers, numbers, result)
    return result
