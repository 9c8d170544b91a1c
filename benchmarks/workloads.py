"""What is measured: functions `f(m, xs)` of numbers, `m` a namespace of exp, log, ...; one source for every engine."""

# ruff: noqa: B905 - a plain zip, as such scripts write it: `strict=` would cost a fifth of a dot product
from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import gpt_step
from scalar_functions import FUNCTIONS, rosenbrock, wave


class Workload(NamedTuple):
    """A function, where its derivative is taken, and the same function of one array."""

    kind: str  # gradient, call (of floats), points, mean, hvp: the engines' method that makes a step
    f: Callable[..., Any]
    x: Any
    matrices: Callable[..., Any] | None = None
    about: str = ""


def gpt(m, xs):
    gpt_step.exp, gpt_step.log, gpt_step.relu, gpt_step.number_in = m.exp, m.log, m.relu, m.number_in
    rows = {name: [list(row) for row in block] for name, block in blocks(xs)}
    return gpt_step.loss(rows, gpt_step.tokens_of())


def blocks(xs):
    """Names and rows of the GPT's parameters, which lie one after the other in xs."""
    start = 0
    for name, (rows, columns) in gpt_step.SHAPES.items():
        yield name, [xs[start + row * columns : start + (row + 1) * columns] for row in range(rows)]
        start += rows * columns


def gpt_matrices(m, x):
    """The same loss with arrays, all positions at once."""
    tokens, p, start = gpt_step.tokens_of(), {}, 0
    for name, (rows, columns) in gpt_step.SHAPES.items():
        p[name] = x[start : start + rows * columns].reshape(rows, columns)
        start += rows * columns
    count = len(tokens) - 1
    one_hot = m.array([[float(token == letter) for letter in range(gpt_step.VOCABULARY)] for token in tokens])
    mask = m.array([[0.0 if key <= query else -math.inf for key in range(count)] for query in range(count)])

    def norm(h):
        return h * ((h * h).mean(axis=-1, keepdims=True) + 1e-5) ** -0.5

    def heads(h):
        return h.reshape(count, gpt_step.HEADS, gpt_step.HEAD_WIDTH).swapaxes(0, 1)

    h = norm(one_hot[:-1] @ p["token"] + p["position"][:count])
    query, key, value = (heads(norm(h) @ p[name].T) for name in ("query", "key", "value"))
    weights = m.exp(query @ key.swapaxes(1, 2) / gpt_step.HEAD_WIDTH**0.5 + mask)
    mixed = (weights / weights.sum(axis=-1, keepdims=True)) @ value
    h = h + mixed.swapaxes(0, 1).reshape(count, gpt_step.WIDTH) @ p["attention_out"].T
    h = h + m.relu(norm(h) @ p["widen"].T) @ p["narrow"].T
    logits = h @ p["vocabulary"].T
    return (m.log(m.exp(logits).sum(axis=-1)) - (one_hot[1:] * logits).sum(axis=-1)).mean()


LAYERS, DECAY = (2, 16, 16, 1), 1e-4


def two_moons(count, seed=7):
    """Two interleaved half circles with noise: points, and labels of 1 or -1."""
    draw, points, labels = random.Random(seed), [], []
    for i in range(count):
        angle, label = draw.uniform(0.0, math.pi), 1.0 if i % 2 else -1.0
        x, y = (math.cos(angle), math.sin(angle)) if label < 0 else (1.0 - math.cos(angle), 0.5 - math.sin(angle))
        points.append([x + draw.gauss(0.0, 0.1), y + draw.gauss(0.0, 0.1)])
        labels.append(label)
    return points, labels


def loss_at(m, xs, point, label):
    """The network's hinge loss at one point; xs are weights and bias of each unit."""
    start = 0
    for inputs, outputs in pairwise(LAYERS):
        units = [xs[start + i * (inputs + 1) : start + (i + 1) * (inputs + 1)] for i in range(outputs)]
        start += outputs * (inputs + 1)
        point = [sum((w * h for w, h in zip(unit, point)), unit[inputs]) for unit in units]
        point = [m.relu(net) for net in point] if outputs > 1 else point
    return m.relu(1.0 - label * point[0])


def mlp(m, xs):
    hinge = [loss_at(m, xs, point, label) for point, label in zip(*FEW)]
    return sum(hinge) * (1.0 / len(hinge)) + DECAY * sum(w * w for w in xs)


def mlp_matrices(m, x):
    return mean_loss(m, x, FEW) + DECAY * (x * x).sum()


def mean_loss(m, x, data=None):
    """The mean loss over all points, with arrays."""
    points, labels = data or MANY
    start, hidden = 0, m.array(points)
    for inputs, outputs in pairwise(LAYERS):
        block = x[start : start + outputs * (inputs + 1)].reshape(outputs, inputs + 1)
        start += outputs * (inputs + 1)
        hidden = hidden @ block[:, :inputs].T + block[:, inputs]
        hidden = m.relu(hidden) if outputs > 1 else hidden
    return m.relu(1.0 - m.array(labels) * hidden[:, 0]).mean()


def option(m, xs):
    """The price of a European call by Black and Scholes; its gradient are five greeks."""
    spot, strike, volatility, rate, years = xs
    spread = volatility * m.sqrt(years)
    d1 = (m.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread
    n1, n2 = (1.0 + m.erf(d / math.sqrt(2.0)) for d in (d1, d1 - spread))
    return 0.5 * (spot * n1 - strike * m.exp(-rate * years) * n2)


def greeks_by_hand(log, exp, sqrt, erf):
    """Price and greeks as a person would differentiate them, of numbers or arrays."""
    root_half, density = math.sqrt(0.5), 1.0 / math.sqrt(2.0 * math.pi)

    def f(spot, strike, volatility, rate, years):
        root = sqrt(years)
        spread = volatility * root
        d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread
        n1, n2 = 0.5 + 0.5 * erf(d1 * root_half), 0.5 + 0.5 * erf((d1 - spread) * root_half)
        discounted, slope = strike * exp(-rate * years), spot * density * exp(-0.5 * d1 * d1)
        decay = 0.5 * slope * volatility / root + rate * discounted * n2
        return spot * n1 - discounted * n2, n1, -discounted / strike * n2, slope * root, years * discounted * n2, decay

    return f


def markets():
    """Five arrays: the market of each of 100,000 points."""
    import numpy as np

    draw = np.random.default_rng(0)
    ranges = ((80, 120), (80, 120), (0.1, 0.5), (0.0, 0.1), (0.1, 2.0))
    return [draw.uniform(low, high, 100_000) for low, high in ranges]


def valley(m, x):
    return (100.0 * (x[1:] - x[:-1] * x[:-1]) ** 2 + (1.0 - x[:-1]) ** 2).sum()


def valley_by_hand(x, v):
    """The Hessian's three diagonals times v, with arrays."""
    result, beside = 200.0 * v, -400.0 * x[:-1]
    result[0] = 0.0
    result[:-1] += (1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0) * v[:-1] + beside * v[1:]
    result[1:] += beside * v[:-1]
    return result


PARAMETERS = gpt_step.flat(gpt_step.make_parameters())
WEIGHTS = wave(337, 0.9, 0.0)
FEW, MANY = two_moons(100), two_moons(10_000)
DIRECTION = wave(1000, 1.0, 0.0)[::-1]
MARKET = [100.0, 105.0, 0.2, 0.03, 0.75]
GPT, MLP, CALL, POINTS = "GPT step", "MLP step", "Greeks, one call", "Greeks, 100,000 points"
MEAN, HVP = "Mean gradient, 10,000 points", "Hessian times vector"
WORKLOADS = {
    GPT: Workload("gradient", gpt, PARAMETERS, gpt_matrices, "A one-layer GPT on an eight-letter name, 4,192 parameters."),
    MLP: Workload("gradient", mlp, WEIGHTS, mlp_matrices, "A 2-16-16-1 ReLU network, hinge loss on 100 points, 337 weights."),
    **{name: Workload("gradient", f, x) for name, (f, x) in FUNCTIONS.items()},
    CALL: Workload("call", option, MARKET, None, "Black-Scholes price and five greeks, from five floats."),
    POINTS: Workload("points", option, markets, None, "The same from five arrays."),
    MEAN: Workload("mean", loss_at, WEIGHTS, mean_loss, "The network's mean loss, without decay, and its gradient."),
    HVP: Workload("hvp", rosenbrock, wave(1000, 0.5, 0.8), valley, "Rosenbrock's valley in 1,000 variables."),
}
