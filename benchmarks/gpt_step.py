"""Workload: the loss of a one-layer GPT on one short name, for any scalar `Value` class and for plain floats.

Only operators, the built-in `sum` and the methods `exp`, `log`, `relu` are used: one source serves every engine.
"""

# ruff: noqa: B905 - a plain zip, as such scripts write it: `strict=` would cost a fifth of a dot product
from __future__ import annotations

import math
import random
from itertools import pairwise

VOCABULARY = 27  # 26 letters and one token that marks both ends of a name
BOUNDARY = 26
WIDTH = 16
HEADS = 4
HEAD_WIDTH = WIDTH // HEADS
POSITIONS = 16
SHAPES = {
    "token": (VOCABULARY, WIDTH),
    "position": (POSITIONS, WIDTH),
    "query": (WIDTH, WIDTH),
    "key": (WIDTH, WIDTH),
    "value": (WIDTH, WIDTH),
    "attention_out": (WIDTH, WIDTH),
    "widen": (4 * WIDTH, WIDTH),
    "narrow": (WIDTH, 4 * WIDTH),
    "vocabulary": (VOCABULARY, WIDTH),
}


def tokens_of(name="gabriel"):
    """The tokens of a name between two boundaries: seven letters make eight predictions."""
    return [BOUNDARY, *(ord(letter) - ord("a") for letter in name), BOUNDARY]


def make_parameters(number=float, seed=42):
    """The 4,192 parameters as lists of rows, each entry made by `number` (a `Value` class, or `float`)."""
    draw = random.Random(seed).gauss
    return {
        name: [[number(draw(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in SHAPES.items()
    }


def exp(x):
    return math.exp(x) if type(x) is float else x.exp()


def log(x):
    return math.log(x) if type(x) is float else x.log()


def relu(x):
    return max(0.0, x) if type(x) is float else x.relu()


def number_in(x):
    return x if type(x) is float else x.data


def dot(xs, ys):
    return sum(x * y for x, y in zip(xs, ys))


def linear(matrix, xs):
    return [dot(row, xs) for row in matrix]


def add(xs, ys):
    return [x + y for x, y in zip(xs, ys)]


def rms_norm(xs):
    mean_square = sum(x * x for x in xs) / len(xs)
    scale = (mean_square + 1e-5) ** -0.5
    return [x * scale for x in xs]


def softmax(xs):
    largest = max(number_in(x) for x in xs)
    exps = [exp(x - largest) for x in xs]
    total = sum(exps)
    return [e / total for e in exps]


def attend(query, keys, values, head):
    """One head's mix of the values seen so far, weighted by how well their keys fit the query."""
    part = slice(head * HEAD_WIDTH, (head + 1) * HEAD_WIDTH)
    weights = softmax([dot(query[part], key[part]) / HEAD_WIDTH**0.5 for key in keys])
    return [dot(weights, column) for column in zip(*(value[part] for value in values))]


def logits_at(parameters, token, position, keys, values):
    """Scores of the next token. `keys` and `values` hold the positions before this one, and grow by it: causal."""
    x = rms_norm(add(parameters["token"][token], parameters["position"][position]))
    normed = rms_norm(x)
    query = linear(parameters["query"], normed)
    keys.append(linear(parameters["key"], normed))
    values.append(linear(parameters["value"], normed))
    mixed = [entry for head in range(HEADS) for entry in attend(query, keys, values, head)]
    x = add(linear(parameters["attention_out"], mixed), x)
    hidden = [relu(h) for h in linear(parameters["widen"], rms_norm(x))]
    x = add(linear(parameters["narrow"], hidden), x)
    return linear(parameters["vocabulary"], x)


def loss(parameters, tokens):
    """Mean cross-entropy of predicting each token from those before it."""
    keys, values, losses = [], [], []
    for position, (token, target) in enumerate(pairwise(tokens)):
        probabilities = softmax(logits_at(parameters, token, position, keys, values))
        losses.append(-log(probabilities[target]))
    return sum(losses) * (1.0 / len(losses))


def flat(parameters):
    """All parameters in one list, in a fixed order."""
    return [entry for rows in parameters.values() for row in rows for entry in row]
