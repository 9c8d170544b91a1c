"""Numbers as short text, the same on every card, arrow, table and axis."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence


def number(x: float) -> str:
    """`x` in four significant digits, whole numbers up to six digits in full.

    >>> number(0.0287306), number(-7.08e-05), number(12345.0), number(-0.0), number(float("inf"))
    ('0.02873', '-7.08e-5', '12345', '-0', 'inf')
    """
    return _short_exponent(f"{x:.6g}" if abs(x) < 1e6 and x == round(x, 0) else f"{x:.4g}")


def digits(x: float, significant: int = 6) -> str:
    """`x` in this number of significant digits.

    >>> digits(-7.08022187e-05), digits(1.0)
    ('-7.08022e-5', '1')
    """
    return _short_exponent(f"{x:.{significant}g}")


def largest(numbers: Sequence[float]) -> float:
    """The largest absolute value, 0 if there are no numbers; nan if one is nan.

    >>> largest([5.0, float("nan"), -7.0]), largest([5.0, -7.0])
    (nan, 7.0)
    """
    return math.nan if any(map(math.isnan, numbers)) else max(map(abs, numbers), default=0.0)


def _short_exponent(text: str) -> str:
    """Write e-05 as e-5 and e+05 as e5."""
    return re.sub(r"e([+-])0*(\d)", lambda match: "e" + match[1].replace("+", "") + match[2], text)
