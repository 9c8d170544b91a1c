"""Series of the special functions: rules for digamma, trigamma and zeta, and lgamma of floats."""

from __future__ import annotations

import math
from typing import Any

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
SHIFT = 10  # x + 10 is far enough for the asymptotic series


def digamma(m: Any, x: Any) -> Any:
    """psi(x) for x > 0: recurrence and asymptotic series (Abramowitz & Stegun 6.3.5, 6.3.18)."""
    y = x + float(SHIFT)
    w = 1.0 / (y * y)
    series: Any = 0.0
    for k in range(len(BERNOULLI), 0, -1):
        series = (series + BERNOULLI[k - 1] / (2 * k)) * w
    return m.log(y) - 0.5 / y - series - m.total([1.0 / x, *(1.0 / (x + float(k)) for k in range(1, SHIFT))])


def trigamma(m: Any, x: Any) -> Any:
    """psi'(x), with the reflection of Abramowitz & Stegun 6.4.7 where x <= 0."""
    q = math.pi / m.sin(math.pi * (x - m.round(x)))
    return m.where(x > 0.0, m.zeta(2.0, x), q * q - m.zeta(2.0, 1.0 - x))


def zeta(m: Any, s: Any, x: Any) -> Any:
    """sum of (x + k)**-s over k >= 0, by Euler-Maclaurin (DLMF 25.11.28)."""
    y = x + float(SHIFT)
    term = m.pow(y, -s)
    tail = m.pow(y, 1.0 - s) / (s - 1.0) + 0.5 * term
    term = term * s / y
    for k, bernoulli in enumerate(BERNOULLI, 1):
        tail = tail + term * (bernoulli / math.factorial(2 * k))
        term = term * (s + float(2 * k - 1)) * (s + float(2 * k)) / (y * y)
    return m.total([m.pow(x, -s), *(m.pow(x + float(k), -s) for k in range(1, SHIFT))]) + tail


# ---- lgamma near its zeros at 1 and 2, where Python's own has lost its digits and C's has not

NEAR = 0.25  # from 1 and 2; farther away Python's own is as good as it gets
SLOPE = 0.42278433509846713  # 1 minus Euler's constant, the derivative at 2


def _zeta_minus_1(s: int) -> float:
    """Riemann's zeta(s) - 1 for s > 1: its first terms and Euler-Maclaurin's formula for the rest (DLMF 25.2.9)."""
    n = 100.0
    rest = n ** (1 - s) / (s - 1) - n**-s / 2 + s * n ** (-s - 1) / 12 - s * (s + 1) * (s + 2) * n ** (-s - 3) / 720
    return math.fsum([*(float(k) ** -s for k in range(2, 101)), rest])


_SERIES = [(-1) ** k * _zeta_minus_1(k) / k for k in range(20, 1, -1)]  # the highest power first


def lgamma(x: float) -> float:
    """log |gamma(x)|; near 1 and 2 by the series of Abramowitz & Stegun 6.1.33.

    >>> lgamma(1.0), f"{lgamma(1.0 + 2.0**-40) * 2.0**40:.10f}"  # the slope there is minus Euler's constant
    (0.0, '-0.5772156649')
    """
    if not abs(x - 1.5) < 0.5 + NEAR or abs(x - 1.5) < 0.5 - NEAR:
        return math.lgamma(x)
    t = x - 2.0 if x > 1.5 else x - 1.0
    series = 0.0
    for coefficient in _SERIES:
        series = (series + coefficient) * t
    near_2 = (series + SLOPE) * t
    return near_2 if x > 1.5 else near_2 - math.log1p(t)
