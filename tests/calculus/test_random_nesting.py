"""Random nestings of derivatives of polynomials with whole coefficients: every way gives the number that algebra gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, grad, gradient, hessian, jacobian, jit, jvp, topological_order, value_and_grad, vjp

Polynomial = dict[tuple[int, ...], int]  # coefficients by exponents, one for each variable
WIDTH, LIMIT = 4, 10  # variables in all, and the highest degree


def leaf(exponents: tuple[int, ...], coefficient: int = 1) -> Polynomial:
    return {exponents: coefficient}


def variable(i: int) -> Polynomial:
    return leaf(tuple(int(i == j) for j in range(WIDTH)))


def plus(p: Polynomial, q: Polynomial) -> Polynomial:
    return {e: p.get(e, 0) + q.get(e, 0) for e in p | q}


def times(p: Polynomial, q: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for e, a in p.items():
        for f, b in q.items():
            result = plus(result, leaf(tuple(map(int.__add__, e, f)), a * b))
    return result


def derived(p: Polynomial, i: int) -> Polynomial:
    result: Polynomial = {}
    for e, a in p.items():
        if e[i]:
            result = plus(result, leaf((*e[:i], e[i] - 1, *e[i + 1 :]), a * e[i]))
    return result


def put(p: Polynomial, i: int, q: Polynomial) -> Polynomial:
    """With q in place of a variable."""
    result: Polynomial = {}
    for e, a in p.items():
        term = leaf((*e[:i], 0, *e[i + 1 :]), a)
        for _ in range(e[i]):
            term = times(term, q)
        result = plus(result, term)
    return result


def degree(p: Polynomial) -> int:
    return max([sum(e) for e in p], default=0)


def by_gradient(f: Any) -> Any:
    def slope(x: Any) -> Any:
        x = x * 1.0 if type(x) is Value else Value(x)  # a node of its own, on which nothing from outside depends
        y = f(x)
        return gradient(y, [x], create_graph=True)[0] if type(y) is Value else 0.0

    return slope


WAYS: list[Callable[[Any], Any]] = [
    grad,
    jacobian,
    lambda f: lambda x: value_and_grad(f)(x)[1],
    lambda f: lambda x: jvp(f, x, 1.0)[1],
    lambda f: lambda x: 0.5 * jvp(f, x, 2.0)[1],
    lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    lambda f: lambda x: vjp(lambda y: [f(y), y], x)[1]([1.0, 2.0])[0] - 2.0,
    lambda f: lambda x: jacobian(lambda y: [y * 2.0, f(y)], mode="forward")(x)[1],
    lambda f: lambda x: jacobian(lambda y: [y, f(y)], mode="reverse")(x)[1],
    lambda f: lambda x: 0.25 * (hessian(lambda y: f(y) * y * 2.0)(x) - 2.0 * x * hessian(f)(x)),
    by_gradient,
]  # fmt: skip


class Nesting:
    """A random expression in the variables up to `depth`: a polynomial, and a function of a list of numbers."""

    def __init__(self, dice: random.Random, disturbing: bool) -> None:
        self.dice, self.disturbing = dice, disturbing

    def make(self, depth: int, size: int) -> tuple[Polynomial, Any]:
        kind = self.dice.choice(["+", "*", "-", "leak", "derivative", "derivative"]) if size else "end"
        if kind == "end" or (kind == "derivative" and depth == WIDTH):
            return self.end(depth)
        if kind == "derivative":
            return self.derivative(depth, size - 1)
        (p, f), (q, g) = self.make(depth, size - 1), self.make(depth, size - 1)
        if kind == "leak":
            return self.again(p, f, q, g)
        if kind == "*" and degree(p) + degree(q) <= LIMIT:
            return times(p, q), lambda xs: f(xs) * g(xs)
        if kind == "-":
            return plus(p, times(q, leaf((0,) * WIDTH, -1))), lambda xs: f(xs) - g(xs)
        return plus(p, q), lambda xs: f(xs) + g(xs)

    def end(self, depth: int) -> tuple[Polynomial, Any]:
        if self.dice.random() < 0.2:
            c = self.dice.choice([-2, -1, 1, 2])
            return leaf((0,) * WIDTH, c), lambda xs: float(c)
        i = self.dice.randrange(depth)
        return variable(i), lambda xs: xs[i]

    def again(self, p: Polynomial, f: Any, q: Polynomial, g: Any) -> tuple[Polynomial, Any]:
        """A node that is used twice, once in another derivative, and that other walks pass in between."""

        def both(xs: Any) -> Any:
            x = f(xs)
            if self.disturbing and type(x) is Value:
                self.dice.choice([topological_order, Value.backward, lambda x: gradient(x, x)])(x)
            return x * grad(lambda y: y * x)(2.0) * 1.0 + g(xs)

        return (plus(times(p, p), q), both) if degree(p) <= LIMIT // 2 else (plus(p, q), lambda xs: f(xs) + g(xs))

    def derivative(self, depth: int, size: int) -> tuple[Polynomial, Any]:
        (p, f), (q, g) = self.make(depth + 1, size), self.make(depth, size)
        if degree(p) * max(degree(q), 1) > LIMIT:
            q, g = self.end(depth)
        way = self.dice.choice(WAYS)
        return put(derived(p, depth), depth, q), lambda xs: way(lambda x: f([*xs, x]))(g(xs))


@pytest.mark.parametrize("seed", range(150))
def test_random_nestings_are_right(seed: int) -> None:
    """Exactly, as all numbers on the way are whole or halves."""
    dice = random.Random(seed)
    nesting = Nesting(dice, disturbing=seed % 2 == 0)
    p, f = nesting.make(1, 5)
    slope = derived(p, 0)
    for point in (2.0, -1.0):
        value, expected = ([float(a * point ** e[0]) for e, a in of.items()] for of in (p, slope))
        function = lambda x: f([x])  # noqa: E731
        x = Value(point)
        y = function(x)
        assert (y.data if type(y) is Value else y) == sum(value)
        if type(y) is Value:
            x.grad = 0.0
            y.backward()
            assert x.grad == sum(expected)
        for way in dice.sample(WAYS[:-1], 3):
            assert way(function)(point) == sum(expected)
        if not nesting.disturbing:
            assert jit(function)(point) == sum(value)
            assert jit(grad(function))(point) == grad(jit(function))(point) == sum(expected)
