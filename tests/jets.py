"""Derivatives to hundreds of digits: Taylor series of third order over mpmath, from textbook formulas.

They owe nothing to the table, and what cancels in a formula does no harm at so many digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import mpmath

mp = mpmath.MPContext()
mp.dps = 1000
PAIRS = [(i, j) for i, j in product(range(8), repeat=2) if not i & j]


class Jet:
    """A number in three infinitesimals whose squares are 0: item 0b101 belongs to the product of the first and the third."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items

    def __neg__(self) -> Jet:
        return Jet([-a for a in self.items])

    def __add__(self, other: Any) -> Jet:
        return Jet([a + b for a, b in zip(self.items, jet(other).items, strict=True)])

    def __sub__(self, other: Any) -> Jet:
        return self + -jet(other)

    def __rsub__(self, other: Any) -> Jet:
        return -self + other

    def __mul__(self, other: Any) -> Jet:
        items, factors = [mp.zero] * 8, jet(other).items
        for i, j in PAIRS:
            if self.items[i] and factors[j]:
                items[i | j] += self.items[i] * factors[j]
        return Jet(items)

    def __truediv__(self, other: Any) -> Jet:
        return self * power(other, -1)

    def __rtruediv__(self, other: Any) -> Jet:
        return power(self, -1) * other

    def __pow__(self, other: Any) -> Jet:
        y = jet(other)
        if not any(y.items[1:]):
            return power(self, y.items[0])
        if self.items[0] > 0:
            return exp(y * log(self))
        varies = [any(y.items[j] for j in (1, 2, 4) if i & j) for i in range(8)]
        return Jet([mp.nan if v else a for v, a in zip(varies, power(self, y.items[0]).items, strict=True)])

    __radd__, __rmul__ = __add__, __mul__

    def __lt__(self, other: Any) -> bool:
        return bool(self.items[0] < jet(other).items[0])

    def __le__(self, other: Any) -> bool:
        return bool(self.items[0] <= jet(other).items[0])

    def __gt__(self, other: Any) -> bool:
        return bool(self.items[0] > jet(other).items[0])

    def __ge__(self, other: Any) -> bool:
        return bool(self.items[0] >= jet(other).items[0])


def jet(x: Any) -> Jet:
    """A number that depends on nothing."""
    return x if isinstance(x, Jet) else Jet([mp.mpf(x), *[mp.zero] * 7])


def variable(x: float, directions: Sequence[bool]) -> Jet:
    """A number that varies along those of the three infinitesimals."""
    first = {1: directions[0], 2: directions[1], 4: directions[2]}
    return Jet([mp.mpf(x), *(mp.one if first.get(i) else mp.zero for i in range(1, 8))])


def function(derivatives: Callable[[Any], Sequence[Any]]) -> Callable[[Any], Jet]:
    """A function of jets, from its value and its first three derivatives at a number."""

    def on_jets(x: Any) -> Jet:
        x = jet(x)
        f, rest = derivatives(x.items[0]), Jet([mp.zero, *x.items[1:]])
        return rest * (rest * (rest * (f[3] / 6) + f[2] / 2) + f[1]) + f[0]

    return on_jets


def power(x: Any, p: Any) -> Jet:
    """x**p for a number p."""
    p = mp.mpf(p)
    factors = [mp.one, p, p * (p - 1), p * (p - 1) * (p - 2)]
    return function(lambda a: [factor * a ** (p - k) if factor else mp.zero for k, factor in enumerate(factors)])(x)


def from_slope(value: Callable[[Any], Any], slope: Callable[[Jet], Jet]) -> Callable[[Any], Jet]:
    """A function of jets, from its value at a number and its derivative as a function of jets."""

    def derivatives(a: Any) -> list[Any]:
        s = slope(variable(a, (True, True, True))).items
        return [value(a), s[0], s[1], s[3]]

    return function(derivatives)


def series(derivative: Callable[[int, Any], Any]) -> Callable[[Any], Jet]:
    """A function of jets, from its n-th derivative at a number."""
    return function(lambda a: [derivative(n, a) for n in range(4)])


def sign(x: Jet) -> Any:
    return mp.sign(x.items[0])


def absolute(x: Jet) -> Jet:
    return x * sign(x)


def coarse(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is slow at many digits, to as many as do where nothing cancels."""

    def of_numbers(*operands: Any) -> Any:
        with mp.workdps(60):
            return f(*operands)

    return of_numbers


psi, loggamma = coarse(mp.psi), coarse(mp.loggamma)
complement = coarse(lambda a: mp.erfc(a) if abs(a) < 1e3 else 1 - mp.sign(a))


def zeta(s: Jet, x: Jet) -> Jet:
    """The Hurwitz zeta function of a whole number s."""
    p = int(s.items[0])
    return series(lambda n, a: (-1) ** p * psi(p - 1 + n, a) / mp.factorial(p - 1))(x)


exp = function(lambda a: [mp.exp(a)] * 4)
log = from_slope(mp.log, lambda x: 1 / x)
sqrt = from_slope(mp.sqrt, lambda x: power(x, -0.5) / 2)
cbrt = from_slope(lambda a: mp.sign(a) * mp.cbrt(abs(a)), lambda x: power(absolute(x), -mp.mpf(2) / 3) / 3)
sin = function(lambda a: [mp.sin(a), mp.cos(a), -mp.sin(a), -mp.cos(a)])
cos = function(lambda a: [mp.cos(a), -mp.sin(a), -mp.cos(a), mp.sin(a)])
tan = from_slope(mp.tan, lambda x: power(cos(x), -2))
asin = from_slope(mp.asin, lambda x: power(1 - x * x, -0.5))
acos = from_slope(mp.acos, lambda x: -power(1 - x * x, -0.5))
atan = from_slope(mp.atan, lambda x: 1 / (1 + x * x))
sinh = function(lambda a: [mp.sinh(a), mp.cosh(a)] * 2)
cosh = function(lambda a: [mp.cosh(a), mp.sinh(a)] * 2)
tanh = from_slope(mp.tanh, lambda x: power(cosh(x), -2))
asinh = from_slope(mp.asinh, lambda x: power(1 + x * x, -0.5))
acosh = from_slope(mp.acosh, lambda x: power(x * x - 1, -0.5))
atanh = from_slope(mp.atanh, lambda x: 1 / (1 - x * x))
erf = from_slope(lambda a: 1 - complement(a), lambda x: 2 / mp.sqrt(mp.pi) * exp(-x * x))
erfc = from_slope(complement, lambda x: -2 / mp.sqrt(mp.pi) * exp(-x * x))
digamma = series(psi)
lgamma = from_slope(loggamma, digamma)


def sigmoid(x: Jet) -> Jet:
    return 1 / (1 + exp(-x))


def logsumexp(*xs: Jet) -> Jet:
    largest = max([x.items[0] for x in xs])
    return log(sum([exp(x - largest) for x in xs], jet(0))) + largest


def softmax(*xs: Jet) -> list[Jet]:
    largest = max([x.items[0] for x in xs])
    weights = [exp(x - largest) for x in xs]
    return [weight / sum(weights, jet(0)) for weight in weights]
