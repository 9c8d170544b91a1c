"""Compare a vector-valued function's derivatives with finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

from autograd.calculus.transforms import jvp
from autograd.checks.finite_differences import judge
from autograd.engine.ravel import Raveled
from autograd.engine.value import number

Flat = Callable[..., list[Any]]  # of numbers or Values, to a list of them
GROUPS = 32  # with more coordinates than that, several move together
NAN = float("nan")


@dataclass
class Report:
    """What `check_grads` compared: how many derivatives, and which it left out because they cannot be judged."""

    checked: int = 0
    skipped: list[str] = field(default_factory=list)


@dataclass
class Wrong:
    """One wrong derivative: of which output, by which coordinate; or why there is none."""

    output: int = 0
    coordinate: int = 0
    numeric: float = NAN
    given: float = NAN
    why: str = ""
    cause: Exception | None = None

    def __str__(self) -> str:
        return self.why or f"numeric {self.numeric:.10g}, given {self.given:.10g}"


def weights(n: int) -> Any:
    """A direction that favours no coordinate, always the same; of one coordinate its own."""
    if n == 1:
        return np.ones(1)
    draw = Random(n)
    return np.array([draw.choice((-1.0, 1.0)) * draw.uniform(0.5, 1.5) for _ in range(n)])


def along(flat: Flat, order: int) -> Flat:
    """The derivative of some order in the direction `weights`, by the engine's own forward mode."""
    if order == 0:
        return flat
    below = along(flat, order - 1)
    return lambda *xs: slopes(below, xs, weights(len(xs)))


def slopes(flat: Flat, point: Sequence[Any], direction: Any) -> list[Any]:
    """The derivatives of all outputs in one direction, by the engine; what does not move takes no part."""
    moving = np.flatnonzero(direction).tolist()

    def along_it(*xs: Any) -> list[Any]:
        moved = list(point)
        for i, x in zip(moving, xs, strict=True):
            moved[i] = x
        return flat(*moved)

    return Raveled(jvp(along_it, tuple([point[i] for i in moving]), tuple(direction[moving].tolist()))[1]).numbers


def numbers(flat: Flat, xs: Sequence[float], size: int) -> Any:
    """The outputs as floats; nan where there are none."""
    try:
        found = np.array([number(y) for y in flat(*xs)], dtype=float)
    except (ArithmeticError, ValueError):
        found = np.empty(0)
    return found if len(found) == size else np.full(size, np.nan)


@dataclass
class Comparison:
    """Derivatives `given(direction)` of `flat` at `point`; `title(output, coordinate)` names one in the report."""

    flat: Flat
    given: Callable[[Any], Any]
    point: Any
    title: Callable[[int, int], str]

    def first_wrong(self, report: Report) -> Wrong | None:
        """Judge each coordinate, of many in groups; a group in which something is wrong is taken apart."""
        n = len(self.point)
        step = max(1, -(-n // GROUPS))
        for start in range(0, n, step):
            members = list(range(start, min(start + step, n)))
            wrong = self._group(members, report)
            if wrong and step > 1:
                wrong = next(filter(None, [self._group([i], Report()) for i in members]), wrong)
            if wrong:
                return wrong
        return None

    def _group(self, members: list[int], report: Report) -> Wrong | None:
        direction = np.zeros(len(self.point))
        direction[members] = 1.0 if len(members) == 1 else np.abs(weights(len(members)))
        with np.errstate(all="ignore"):
            given = np.array([number(x) for x in self.given(direction)], dtype=float)
        moved = np.abs(self.point[members])
        verdict = judge(
            lambda t: numbers(self.flat, (self.point + t * direction).tolist(), len(given)),
            given,
            float(np.max(moved, where=np.isfinite(moved), initial=0.0)),
            float(np.min(moved, where=moved > 0.0, initial=1.0)),
        )
        report.checked += int(np.sum(~verdict.unjudged))
        report.skipped += [self.title(int(i), members[0]) for i in np.flatnonzero(verdict.unjudged)]
        for i in np.flatnonzero(verdict.wrong):
            return Wrong(int(i), members[0], float(verdict.numeric[i]), float(given[i]))
        return None
