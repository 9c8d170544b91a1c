"""lgamma near its zeros at 1 and 2, where Python's own has lost its digits and C's has not."""

from __future__ import annotations

import math

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
    found = (series + SLOPE) * t
    return found if x > 1.5 else found - math.log1p(t)
