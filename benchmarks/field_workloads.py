"""What the engines of the field are measured on: functions `f(m, xs)` of a list of numbers, `m` a namespace of exp, log, ...

The same sources for every engine: the one-layer GPT, the 2-16-16-1 network, the ten scalar functions, and one option.
"""

from __future__ import annotations

import math
from itertools import pairwise

import gpt_step
import mlp_step
import scalar_functions


def gpt(m, xs):
    """The loss of a one-layer GPT on an eight-letter name with its end, from 4,192 parameters."""
    borrow(m, gpt_step)
    parameters, start = {}, 0
    for name, (rows, columns) in gpt_step.SHAPES.items():
        parameters[name] = [xs[start + row * columns : start + (row + 1) * columns] for row in range(rows)]
        start += rows * columns
    return gpt_step.loss(parameters, TOKENS)


def mlp(m, xs):
    """The loss of a 2-16-16-1 network on 100 points, from 337 parameters."""
    borrow(m, mlp_step)
    parameters, start = [], 0
    for inputs, outputs in pairwise(mlp_step.LAYERS):
        layer = []
        for _ in range(outputs):
            layer.append((xs[start : start + inputs], xs[start + inputs]))
            start += inputs + 1
        parameters.append(layer)
    return mlp_step.loss(parameters, POINTS)


def borrow(m, module):
    """Let a workload use this engine's functions; `number_in` is what the engine says of a number's value."""
    module.exp, module.log, module.relu, module.number_in = m.exp, m.log, m.relu, m.number_in


def mlp_matrices(m, x):
    """The same loss from the same parameters, written with matrices, for the engines that have them."""
    points, labels = m.array([point for point, _ in POINTS]), m.array([label for _, label in POINTS])
    start, hidden = 0, points
    for inputs, outputs in pairwise(mlp_step.LAYERS):
        block = x[start : start + outputs * (inputs + 1)].reshape(outputs, inputs + 1)
        start += outputs * (inputs + 1)
        hidden = hidden @ block[:, :inputs].T + block[:, inputs]
        hidden = m.relu(hidden) if outputs > 1 else hidden
    return m.relu(1.0 - labels * hidden[:, 0]).sum() / len(POINTS) + mlp_step.DECAY * (x * x).sum()


def option(m, xs):
    """The price of one European call by Black and Scholes; its gradient are five greeks."""
    spot, strike, volatility, rate, years = xs
    spread = volatility * m.sqrt(years)
    d1 = (m.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread
    d2 = d1 - spread
    return 0.5 * (
        spot * (1.0 + m.erf(d1 / math.sqrt(2.0))) - strike * m.exp(-rate * years) * (1.0 + m.erf(d2 / math.sqrt(2.0)))
    )


TOKENS = gpt_step.tokens_of()
POINTS = mlp_step.two_moons()
WORKLOADS = {  # name: function, where its gradient is taken, and the same function written with matrices, if there is one
    "One-layer GPT, one name": (gpt, gpt_step.flat(gpt_step.make_parameters()), None),
    "2-16-16-1 network, 100 points": (mlp, mlp_step.flat(mlp_step.make_parameters()), mlp_matrices),
    "Black-Scholes, one call and five greeks": (option, [100.0, 105.0, 0.2, 0.03, 0.75], None),
    **{name: (f, x, None) for name, (f, x) in scalar_functions.FUNCTIONS.items()},
}
