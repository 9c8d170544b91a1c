"""Learning-rate schedules: functions of the number of steps taken, to be given to an optimiser as `lr`."""

from __future__ import annotations

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def _named(schedule: Schedule, name: str) -> Schedule:
    schedule.__name__ = name  # what an optimiser's repr shows, and a checkpoint compares
    return schedule


def _check(count: int, name: str) -> None:
    if not count >= 1:
        raise ValueError(f"a schedule needs at least one step: {name}={count}")


def linear(start: float, total: int, end: float = 0.0) -> Schedule:
    """From `start` in a straight line to `end`, reached after `total` steps and kept.

    >>> [linear(0.1, 4)(step) for step in (0, 2, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]
    """
    _check(total, "total")
    return _named(lambda step: start + (end - start) * min(step / total, 1.0), f"linear({start}, {total}, {end})")


def cosine(start: float, total: int, end: float = 0.0) -> Schedule:
    """From `start` along half a cosine to `end`, reached after `total` steps and kept.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, without restarts.

    >>> [round(cosine(0.1, 4)(step), 6) for step in (0, 1, 2, 4, 5)]
    [0.1, 0.085355, 0.05, 0.0, 0.0]
    """
    _check(total, "total")

    def schedule(step: int) -> float:
        return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(step / total, 1.0)))

    return _named(schedule, f"cosine({start}, {total}, {end})")


def exponential(start: float, factor: float) -> Schedule:
    """`start`, multiplied by `factor` after every step.

    >>> exponential(1.0, 0.5)(3)
    0.125
    """
    return _named(lambda step: start * factor**step, f"exponential({start}, {factor})")


def steps(start: float, every: int, factor: float = 0.1) -> Schedule:
    """`start`, multiplied by `factor` after each `every` steps.

    >>> [steps(1.0, 10, 0.5)(step) for step in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """
    _check(every, "every")
    return _named(lambda step: start * factor ** (step // every), f"steps({start}, {every}, {factor})")


def warmup(then: float | Schedule, count: int) -> Schedule:
    """Rising to the rate of `then`, a number or a schedule, over the first `count` steps; `then` starts after them.

    >>> [warmup(0.4, 4)(step) for step in (0, 1, 3, 4, 9)]
    [0.1, 0.2, 0.4, 0.4, 0.4]
    """
    _check(count, "count")
    if isinstance(then, (int, float)):
        return _named(lambda step: then * min((step + 1) / count, 1.0), f"warmup({then}, {count})")

    def schedule(step: int) -> float:
        return then(0) * (step + 1) / count if step < count else then(step - count)

    return _named(schedule, f"warmup({getattr(then, '__name__', then)}, {count})")
