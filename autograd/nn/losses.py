"""Losses: how far predictions are from what they should be, as one Value.

Each takes numbers or Values, or lists or arrays of them; predictions and targets of one shape.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Value


def _lists(name: str, predicted: Any, target: Any) -> tuple[list[Any], list[Any]]:
    """Both, flat; ValueError where there is none or their shapes differ."""
    left, right = np.asarray(predicted), np.asarray(target)
    if left.shape != right.shape or left.size == 0:
        raise ValueError(f"{name}() needs as many targets as predictions: the shapes are {left.shape} and {right.shape}")
    return left.ravel().tolist(), right.ravel().tolist()


def mse(predicted: Any, target: Any) -> Any:
    """The mean squared error: mean of (predicted - target)². ValueError where the shapes differ.

    >>> mse([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    pairs = _lists("mse", predicted, target)
    return autograd.mean([(p - t) ** 2 for p, t in zip(*pairs, strict=True)])


def half_squared_error(predicted: Any, target: Any) -> Any:
    """The lesson's error: half the sum of (target - predicted)². ValueError where the shapes differ.

    >>> half_squared_error([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    pairs = _lists("half_squared_error", predicted, target)
    return 0.5 * autograd.sum([(t - p) ** 2 for p, t in zip(*pairs, strict=True)])


def hinge(score: Any, label: Any) -> Any:
    """The mean of max(0, 1 - label · score), labels 1 and -1. ValueError for other labels, or where the shapes differ.

    >>> hinge([0.5, 2.0], [1, -1])
    1.75
    """
    scores, labels = _lists("hinge", score, label)
    if not all(type(y) is Value or y in (1, -1) for y in labels):
        raise ValueError("hinge() takes the labels 1 and -1")
    return autograd.mean([autograd.relu(1 - y * s) for s, y in zip(scores, labels, strict=True)])


def cross_entropy(logits: Any, target: Any) -> Any:
    """The mean of -log softmax(logits)[target], in nats.

    Arguments: `logits`, a list or array of one number a class, and `target`, the number of the right class, from 0; or an
    array of shape (examples, classes) and as many targets. ValueError where the shapes do not fit, IndexError where there is
    no such class, TypeError for a target that is no integer.

    >>> round(cross_entropy([0.0, 0.0], 1), 6)
    0.693147
    """
    rows = np.asarray(logits)
    rows = rows.reshape(1, -1) if rows.ndim == 1 else rows
    targets = np.asarray(target).reshape(-1)
    if rows.ndim != 2 or len(rows) != len(targets) or rows.size == 0:
        shapes = f"{np.shape(logits)} and {np.shape(target)}"
        raise ValueError(f"cross_entropy() needs a row of logits for each target: the shapes are {shapes}")
    return autograd.mean([_surprise(row, i) for row, i in zip(rows.tolist(), targets.tolist(), strict=True)])


def _surprise(logits: list[Any], i: Any) -> Any:
    if type(i) not in (int, Value):  # a Value: an input of a compiled program
        raise TypeError(f"cross_entropy() takes the number of the right class, an integer, not {type(i).__name__}")
    if not 0 <= i < len(logits):
        raise IndexError(f"cross_entropy(): there is no class {i} among {len(logits)}")
    return autograd.logsumexp(logits) - autograd.take(logits, i)


def binary_cross_entropy(logit: Any, target: Any) -> Any:
    """The mean cross-entropy in nats of sigmoid(logit), the probability of 1, where the truth is `target`, from 0 to 1.

    ValueError for a target outside, or where the shapes differ. Stable for logits of any size.

    >>> round(binary_cross_entropy(0.0, 1), 6), binary_cross_entropy(-1000.0, 1)
    (0.693147, 1000.0)
    """
    logits, targets = _lists("binary_cross_entropy", logit, target)
    if not all(type(t) is Value or 0 <= t <= 1 for t in targets):
        raise ValueError("binary_cross_entropy() takes targets from 0 to 1")
    return autograd.mean([autograd.softplus(z) - t * z for z, t in zip(logits, targets, strict=True)])
