"""Workload: the loss of a 2-16-16-1 network on 100 points, for any scalar `Value` class and for plain floats.

Only operators, the built-in `sum` and the method `relu` are used, so one source serves every engine.
"""

# ruff: noqa: B905 - a plain zip, as such scripts write it: `strict=` would cost a fifth of a dot product
from __future__ import annotations

import math
import random
from itertools import pairwise

LAYERS = (2, 16, 16, 1)
POINTS = 100
DECAY = 1e-4


def relu(x):
    return max(0.0, x) if type(x) is float else x.relu()


def two_moons(points=POINTS, seed=7):
    """Two interleaved half circles with noise: pairs of coordinates and a label of 1 or -1."""
    draw = random.Random(seed)
    data = []
    for i in range(points):
        angle, label = draw.uniform(0.0, math.pi), 1 if i % 2 else -1
        x, y = math.cos(angle), math.sin(angle)
        if label == 1:
            x, y = 1.0 - x, 0.5 - y
        data.append(((x + draw.gauss(0.0, 0.1), y + draw.gauss(0.0, 0.1)), label))
    return data


def make_parameters(number=float, seed=42):
    """A list of layers; a layer is a list of units; a unit is its weights and its bias."""
    draw = random.Random(seed).uniform
    return [
        [([number(draw(-1.0, 1.0)) for _ in range(inputs)], number(0.0)) for _ in range(outputs)]
        for inputs, outputs in pairwise(LAYERS)
    ]


def net_input(unit, inputs):
    weights, bias = unit
    return sum((w * x for w, x in zip(weights, inputs)), bias)


def score(parameters, point):
    *hidden_layers, output_layer = parameters
    for layer in hidden_layers:
        point = [relu(net_input(unit, point)) for unit in layer]
    return net_input(output_layer[0], point)


def loss(parameters, data):
    """Mean hinge loss plus weight decay."""
    hinge = [relu(1.0 - label * score(parameters, point)) for point, label in data]
    return sum(hinge) * (1.0 / len(hinge)) + DECAY * sum(p * p for p in flat(parameters))


def flat(parameters):
    """All 337 parameters in one list, in a fixed order."""
    return [p for layer in parameters for weights, bias in layer for p in (*weights, bias)]
