"""Helpers of the rules of reductions: what domains know of lists, products, the weights of softmax."""

from __future__ import annotations

from typing import Any

from autograd.ops.rules import recorded


class Lists:
    """What domains know of lists, whatever is in them."""

    def count(self, xs: Any) -> float:
        return float(len(xs))

    def places(self, xs: Any) -> Any:
        return range(len(xs))


def others(xs: Any) -> tuple[list[Any], Any]:
    """For each factor the product of the others, also right where one is 0, and the product of all."""
    before: list[Any] = [1.0]
    for x in xs:
        before.append(before[-1] * x)
    after: Any = 1.0
    products = []
    for x, left in zip(reversed(xs), reversed(before[:-1]), strict=True):
        products.append(left * after)
        after = x * after
    return products[::-1], before[-1]


def logsumexp(m: Any, xs: Any, shift: Any, pivot: Any) -> Any:
    """log of the sum of exponentials, the largest term apart, so that log1p keeps what the others add to it."""
    return m.largest(xs) + m.log1p(m.total(_weights(m, xs, shift, pivot, 0.0)))


def _weights(m: Any, xs: Any, shift: Any, pivot: Any, own: float) -> list[Any]:
    """exp(x - shift), but `own` for the largest, whose weight is no function of anything."""
    return [m.where(pivot == i, own, m.exp(x - shift)) for i, x in zip(m.places(xs), xs, strict=True)]


def softmax(m: Any, xs: Any, largest: Any, pivot: Any) -> list[Any]:
    """Weights relative to the largest operand itself, not to its number: so derivatives are never 1 minus nearly 1.

    Of two Values they are sigmoids of the difference, whose higher derivatives do not cancel at a tie.
    """
    if recorded(m) and len(xs) == 2:
        return [m.sigmoid(xs[0] - xs[1]), m.sigmoid(xs[1] - xs[0])]
    weights = _weights(m, xs, largest, pivot, 1.0)
    total = m.total(weights)
    return [weight / total for weight in weights]


def log_softmax(m: Any, xs: Any, largest: Any, pivot: Any) -> list[Any]:
    """The logarithms of these weights, from differences, which do not underflow."""
    if recorded(m) and len(xs) == 2:
        return [0.0 - m.softplus(xs[1] - xs[0]), 0.0 - m.softplus(xs[0] - xs[1])]
    rest = m.log1p(m.total(_weights(m, xs, largest, pivot, 0.0)))
    return [m.where(pivot == i, 0.0, x - largest) - rest for i, x in zip(m.places(xs), xs, strict=True)]
