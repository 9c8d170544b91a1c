"""Learning-rate schedules: functions of the number of steps taken."""

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
    """Make a schedule that goes from `start` to `end` in a straight line.

    Args:
        start: the first learning rate.
        total: after how many steps `end` is reached, at least 1; it is kept from there on.
        end: the last learning rate; 0 by default.

    Returns:
        A function of the number of steps taken, from 0, that returns the learning rate.

    Raises:
        ValueError: if `total` is less than 1.

    Examples:
        >>> [linear(0.1, 4)(step) for step in (0, 2, 4, 5)]
        [0.1, 0.05, 0.0, 0.0]
    """
    _check(total, "total")
    return _named(lambda step: start + (end - start) * min(step / total, 1.0), f"linear({start}, {total}, {end})")


def cosine(start: float, total: int, end: float = 0.0) -> Schedule:
    """Make a schedule that goes from `start` to `end` along half a cosine.

    The rate of step t is end + (start - end) · (1 + cos(pi · t / total)) / 2.

    Args:
        start: the first learning rate.
        total: after how many steps `end` is reached, at least 1; it is kept from there on.
        end: the last learning rate; 0 by default.

    Returns:
        A function of the number of steps taken, from 0, that returns the learning rate.

    Raises:
        ValueError: if `total` is less than 1.

    Examples:
        >>> [round(cosine(0.1, 4)(step), 6) for step in (0, 1, 2, 4, 5)]
        [0.1, 0.085355, 0.05, 0.0, 0.0]

    References:
        Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, equation 5, without restarts.
    """
    _check(total, "total")

    def schedule(step: int) -> float:
        return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(step / total, 1.0)))

    return _named(schedule, f"cosine({start}, {total}, {end})")


def exponential(start: float, factor: float) -> Schedule:
    """Make a schedule that multiplies the rate by `factor` after every step.

    Args:
        start: the first learning rate.
        factor: what it is multiplied by.

    Returns:
        A function of the number of steps taken, from 0, that returns the learning rate.

    Examples:
        >>> exponential(1.0, 0.5)(3)
        0.125
    """
    return _named(lambda step: start * factor**step, f"exponential({start}, {factor})")


def steps(start: float, every: int, factor: float = 0.1) -> Schedule:
    """Make a schedule that multiplies the rate by `factor` after each `every` steps.

    Args:
        start: the first learning rate.
        every: the number of steps between two changes, at least 1.
        factor: what the rate is multiplied by; 0.1 by default.

    Returns:
        A function of the number of steps taken, from 0, that returns the learning rate.

    Raises:
        ValueError: if `every` is less than 1.

    Examples:
        >>> [steps(1.0, 10, 0.5)(step) for step in (0, 9, 10, 20)]
        [1.0, 1.0, 0.5, 0.25]
    """
    _check(every, "every")
    return _named(lambda step: start * factor ** (step // every), f"steps({start}, {every}, {factor})")


def warmup(then: float | Schedule, count: int) -> Schedule:
    """Make a schedule that rises linearly before another one starts.

    Args:
        then: the rate to rise to, or the schedule that starts after the rise, whose first rate is risen to.
        count: the number of steps of the rise, at least 1; the first has the rate 1 / count of the last.

    Returns:
        A function of the number of steps taken, from 0, that returns the learning rate.

    Raises:
        ValueError: if `count` is less than 1.

    Examples:
        >>> [warmup(0.4, 4)(step) for step in (0, 1, 3, 4, 9)]
        [0.1, 0.2, 0.4, 0.4, 0.4]

    References:
        Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2.
    """
    _check(count, "count")
    if isinstance(then, (int, float)):
        return _named(lambda step: then * min((step + 1) / count, 1.0), f"warmup({then}, {count})")

    def schedule(step: int) -> float:
        return then(0) * (step + 1) / count if step < count else then(step - count)

    return _named(schedule, f"warmup({getattr(then, '__name__', then)}, {count})")
