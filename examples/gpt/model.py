"""A one-layer GPT over letters, every number of it a scalar.

Embedding, RMS norm, attention with four heads, a ReLU layer, cross-entropy.

A vector is a list of Values, a matrix an array of them. The same code runs on the model's own Values, on the variables of
`value_and_grad` and `jit`, and, for sampling, on plain floats.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from autograd import logsumexp, mean, relu, softmax, sumprod, take
from autograd.nn import Module, parameter

LETTERS = "abcdefghijklmnopqrstuvwxyz"
BOUNDARY = len(LETTERS)  # the token before and after every name
Vector = list[Any]


def tokens_of(name: str, context: int = 16) -> list[int]:
    """The letters of a name as numbers, between two boundary tokens.

    The list is cut after `context` tokens to predict.
    """
    return [BOUNDARY, *map(LETTERS.index, name), BOUNDARY][: context + 1]


class GPT(Module):
    """The model, by default with 4,192 parameters."""

    def __init__(self, rng: Any = None, width: int = 16, heads: int = 4, context: int = 16) -> None:
        def matrix(outputs: int, inputs: int) -> Any:
            return parameter(outputs, inputs, init=lambda rng, fan_in, fan_out: rng.gauss(0.0, 0.08), rng=rng)

        rng = random.Random(rng) if rng is None or isinstance(rng, int) else rng
        vocabulary = len(LETTERS) + 1
        self.width, self.heads, self.context = width, heads, context
        self.token = matrix(vocabulary, width)
        self.position = matrix(context, width)
        self.query = matrix(width, width)
        self.key = matrix(width, width)
        self.value = matrix(width, width)
        self.mix = matrix(width, width)
        self.widen = matrix(4 * width, width)
        self.narrow = matrix(width, 4 * width)
        self.unembed = matrix(vocabulary, width)

    def loss(self, tokens: Iterable[Any]) -> Any:
        """Mean surprise in nats at each token after the first, given those before it."""
        reader = Reader(self)
        surprises = []
        for token, following in pairwise(tokens):
            logits = reader.read(token)
            surprises.append(logsumexp(logits) - take(logits, following))
        return mean(surprises)

    def sample(self, rng: random.Random, temperature: float = 0.5) -> str:
        """A new name, letter by letter; a high temperature makes it adventurous."""
        reader, token, name = Reader(self.bind(self.vector())), BOUNDARY, ""
        while len(name) < self.context:
            chances = softmax([logit / temperature for logit in reader.read(token)])
            (token,) = rng.choices(range(len(chances)), chances)
            if token == BOUNDARY:
                break
            name += LETTERS[token]
        return name


class Reader:
    """Reads a text token by token, and stores keys and values for attention."""

    def __init__(self, model: GPT) -> None:
        self.heads, self.part = model.heads, model.width // model.heads
        self.matrices = {name: array.tolist() for name, array in vars(model).items() if isinstance(array, np.ndarray)}
        self.keys: list[list[Vector]] = [[] for _ in range(self.heads)]
        self.values: list[list[Vector]] = [[] for _ in range(self.heads)]
        self.place = 0

    def read(self, token: Any) -> Vector:
        """The logits of what comes after this token."""
        x = normed(added(take(self.matrices["token"], token), self.matrices["position"][self.place]))
        self.place += 1
        x = added(x, self.attend(normed(x)))
        hidden = [relu(h) for h in self.times("widen", normed(x))]
        return self.times("unembed", added(x, self.times("narrow", hidden)))

    def attend(self, x: Vector) -> Vector:
        """For each head, the mean of the values, weighted by query times key."""
        mixed: Vector = []
        parts = [self.split(self.times(name, x)) for name in ("query", "key", "value")]
        for head, (query, key, value) in enumerate(zip(*parts, strict=True)):
            self.keys[head].append(key)
            self.values[head].append(value)
            weights = softmax([sumprod(query, key) / math.sqrt(self.part) for key in self.keys[head]])
            mixed += [sumprod(weights, column) for column in zip(*self.values[head], strict=True)]
        return self.times("mix", mixed)

    def times(self, name: str, x: Vector) -> Vector:
        """A matrix of the model times a vector."""
        return [sumprod(row, x) for row in self.matrices[name]]

    def split(self, x: Vector) -> list[Vector]:
        """Each head's part of a vector."""
        return [x[i : i + self.part] for i in range(0, len(x), self.part)]


def normed(x: Vector) -> Vector:
    """The vector, scaled so that the mean of its squares is 1."""
    scale = (sumprod(x, x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def added(x: Vector, y: Vector) -> Vector:
    return [xi + yi for xi, yi in zip(x, y, strict=True)]
