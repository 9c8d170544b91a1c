"""Ten scalar-heavy functions that any engine runs: `f(m, x)`, `m` a namespace of sin, exp, ..., `x` a sequence of numbers."""

from __future__ import annotations

import math
from itertools import pairwise

CONTRACTS = [(70 + 3 * i, 0.25 + 0.1 * i) for i in range(20)]  # strike, years
OBSERVATIONS = [math.sin(7.0 * i) * 2 + 0.3 for i in range(300)]
LAYERS, WIDTH = 40, 4


def rosenbrock(m, x):
    """The chain of Rosenbrock's valleys in 100 variables."""
    total = 0.0
    for a, b in pairwise(x):
        total = total + 100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2
    return total


def pendulum(m, x):
    """100 Runge-Kutta steps of a damped pendulum: its last angle."""
    angle, velocity, stiffness, damping = x
    h = 0.02

    def slope(q, v):
        return v, -stiffness * m.sin(q) - damping * v

    for _ in range(100):
        q1, v1 = slope(angle, velocity)
        q2, v2 = slope(angle + 0.5 * h * q1, velocity + 0.5 * h * v1)
        q3, v3 = slope(angle + 0.5 * h * q2, velocity + 0.5 * h * v2)
        q4, v4 = slope(angle + h * q3, velocity + h * v3)
        angle = angle + h / 6.0 * (q1 + 2.0 * q2 + 2.0 * q3 + q4)
        velocity = velocity + h / 6.0 * (v1 + 2.0 * v2 + 2.0 * v3 + v4)
    return angle


def portfolio(m, x):
    """The value of 20 European calls by Black and Scholes."""
    spot, volatility, rate = x
    total = 0.0
    for strike, years in CONTRACTS:
        spread = volatility * math.sqrt(years)
        d1 = (m.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread
        d2 = d1 - spread
        total = total + 0.5 * spot * (1.0 + m.erf(d1 / math.sqrt(2.0)))
        total = total - 0.5 * strike * m.exp(-rate * years) * (1.0 + m.erf(d2 / math.sqrt(2.0)))
    return total


def tridiagonal(m, x):
    """The logarithm of the determinant of a symmetric tridiagonal matrix, by the recursion of its pivots."""
    diagonal, beside = x[:100], x[100:]
    pivot = diagonal[0]
    total = m.log(pivot)
    for d, b in zip(diagonal[1:], beside, strict=True):
        pivot = d - b * b / pivot
        total = total + m.log(pivot)
    return total


def horner(m, x):
    """A polynomial of degree 200 by Horner's rule; the first of `x` is where, the others are the coefficients."""
    where, total = x[0], 0.0
    for coefficient in x[1:]:
        total = total * where + coefficient
    return total


def likelihood(m, x):
    """The negative log-likelihood of 300 observations under a mixture of two normal distributions."""
    mean1, mean2, log_width1, log_width2, logit = x
    share = 1.0 / (1.0 + m.exp(-logit))
    total = 0.0
    for y in OBSERVATIONS:
        first = m.exp(-0.5 * ((y - mean1) * m.exp(-log_width1)) ** 2 - log_width1)
        second = m.exp(-0.5 * ((y - mean2) * m.exp(-log_width2)) ** 2 - log_width2)
        total = total - m.log(share * first + (1.0 - share) * second)
    return total


def deep_tanh(m, x):
    """40 layers of 4 units with the same weights, one after the other."""
    units = [0.1, -0.2, 0.3, -0.4]
    rows = [x[i * WIDTH : (i + 1) * WIDTH] for i in range(WIDTH)]
    for _ in range(LAYERS):
        units = [m.tanh(sum(w * u for w, u in zip(row, units, strict=True))) for row in rows]
    return sum(u * u for u in units)


def logistic_map(m, x):
    """500 steps of the logistic map on the edge of chaos."""
    rate, state = x
    for _ in range(500):
        state = rate * state * (1.0 - state)
    return state


def determinant(m, x):
    """The determinant of a 6 by 6 matrix by elimination."""
    rows = [[x[6 * i + j] for j in range(6)] for i in range(6)]
    result = 1.0
    for k in range(6):
        result = result * rows[k][k]
        for row in rows[k + 1 :]:
            factor = row[k] / rows[k][k]
            for j in range(k + 1, 6):
                row[j] = row[j] - factor * rows[k][j]
    return result


def three_bodies(m, x):
    """Three bodies under their gravity, 30 leapfrog steps: the distance of the first from the origin, squared."""
    places, speeds, masses = list(x[:6]), list(x[6:12]), x[12:]
    h = 0.01
    for _ in range(30):
        places = [p + 0.5 * h * v for p, v in zip(places, speeds, strict=True)]
        for i, j in ((0, 1), (0, 2), (1, 2)):
            dx, dy = places[2 * j] - places[2 * i], places[2 * j + 1] - places[2 * i + 1]
            square = dx * dx + dy * dy
            pull = h / (square * m.sqrt(square))
            for axis, d in enumerate((dx, dy)):
                speeds[2 * i + axis] = speeds[2 * i + axis] + masses[j] * pull * d
                speeds[2 * j + axis] = speeds[2 * j + axis] - masses[i] * pull * d
        places = [p + 0.5 * h * v for p, v in zip(places, speeds, strict=True)]
    return places[0] * places[0] + places[1] * places[1]


def wave(n, size, offset):
    """`n` fixed numbers around `offset`, of no pattern that matters."""
    return [offset + size * math.sin(1.7 * i + 0.3) for i in range(n)]


FUNCTIONS = {  # name: function, and where its gradient is taken
    "Rosenbrock chain, 100 variables": (rosenbrock, wave(100, 0.5, 0.8)),
    "Pendulum, 100 Runge-Kutta steps": (pendulum, [1.5, 0.2, 9.0, 0.3]),
    "Black-Scholes, 20 calls": (portfolio, [100.0, 0.2, 0.03]),
    "Tridiagonal log-determinant, 100 rows": (tridiagonal, wave(100, 0.5, 3.0) + wave(99, 0.4, -1.0)),
    "Horner, degree 200": (horner, [0.97, *wave(201, 1.0, 0.1)]),
    "Mixture log-likelihood, 300 terms": (likelihood, [-1.0, 1.5, 0.1, -0.3, 0.4]),
    "Deep tanh, 40 layers of 4": (deep_tanh, wave(16, 1.6, 0.3)),
    "Logistic map, 500 steps": (logistic_map, [3.569945672, 0.4]),
    "Determinant 6 by 6, elimination": (determinant, [x + 3.0 * (i % 7 == 0) for i, x in enumerate(wave(36, 1.0, 0.2))]),
    "Three bodies, 30 leapfrog steps": (
        three_bodies,
        [1.0, 0.0, -0.6, 0.8, -0.4, -0.9, 0.0, 0.7, -0.6, -0.4, 0.6, -0.3, 1.0, 0.8, 1.2],
    ),
}
