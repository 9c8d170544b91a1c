"""Losses: how far predictions are from their targets, as one Value.

Each takes numbers or Values, or lists or arrays of them; predictions and targets have the same shape.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Value


def _lists(name: str, predicted: Any, target: Any) -> tuple[list[Any], list[Any]]:
    """Flatten both; ValueError if they are empty or their shapes differ."""
    left, right = np.asarray(predicted), np.asarray(target)
    if left.shape != right.shape or left.size == 0:
        raise ValueError(f"{name}() needs as many targets as predictions: the shapes are {left.shape} and {right.shape}")
    return left.ravel().tolist(), right.ravel().tolist()


def mse(predicted: Any, target: Any) -> Any:
    """Compute the mean squared error, the mean of (predicted - target)².

    Args:
        predicted: a number or Value, or a list or array of them.
        target: the same, of the same shape.

    Returns:
        A Value; a float if no Value takes part.

    Raises:
        ValueError: if the shapes differ, or there are no items.

    Examples:
        >>> mse([1.0, 2.0], [0.0, 4.0])
        2.5
    """
    pairs = _lists("mse", predicted, target)
    return autograd.mean([(p - t) ** 2 for p, t in zip(*pairs, strict=True)])


def half_squared_error(predicted: Any, target: Any) -> Any:
    """Compute the lesson's error, half the sum of (target - predicted)².

    Args:
        predicted: a number or Value, or a list or array of them.
        target: the same, of the same shape.

    Returns:
        A Value; a float if no Value takes part.

    Raises:
        ValueError: if the shapes differ, or there are no items.

    Examples:
        >>> half_squared_error([1.0, 2.0], [0.0, 4.0])
        2.5
    """
    pairs = _lists("half_squared_error", predicted, target)
    return 0.5 * autograd.sum([(t - p) ** 2 for p, t in zip(*pairs, strict=True)])


def hinge(score: Any, label: Any) -> Any:
    """Compute the hinge loss, the mean of max(0, 1 - label · score).

    Its derivative at the kink, where label · score is 1, is 0.

    Args:
        score: a number or Value, or a list or array of them.
        label: 1 or -1 for each score, of the same shape; Values, as inputs of a compiled function, are not checked.

    Returns:
        A Value; a float if no Value takes part.

    Raises:
        ValueError: if a label is neither 1 nor -1, the shapes differ, or there are no items.

    Examples:
        >>> hinge([0.5, 2.0], [1, -1])
        1.75
    """
    scores, labels = _lists("hinge", score, label)
    if not all(type(y) is Value or y in (1, -1) for y in labels):
        raise ValueError("hinge() takes the labels 1 and -1")
    return autograd.mean([autograd.relu(1 - y * s) for s, y in zip(scores, labels, strict=True)])


def cross_entropy(logits: Any, target: Any) -> Any:
    """Compute the mean of -log softmax(logits)[target], in nats.

    It is computed as logsumexp(logits) - logits[target], which does not overflow.

    Args:
        logits: a list or array of shape (classes,), or (examples, classes) for many examples; numbers or Values, not
            normalised.
        target: the index of the right class, an int from 0 to classes - 1, or a list or array of shape (examples,) of
            such indices. A Value is taken as an index at run time.

    Returns:
        A Value; a float if no Value takes part.

    Raises:
        ValueError: if there is not one row of logits for each target, or there are no items.
        IndexError: if there is no such class.
        TypeError: if a target is not an integer.

    Examples:
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
    """Compute the mean cross-entropy of targets and sigmoid(logit), in nats.

    sigmoid(logit) is the predicted probability of 1. The loss is computed as softplus(logit) - target · logit, which is
    stable for logits of any size.

    Args:
        logit: a number or Value, or a list or array of them.
        target: the true probability of 1, from 0 to 1, for each logit, of the same shape; Values, as inputs of a
            compiled function, are not checked.

    Returns:
        A Value; a float if no Value takes part.

    Raises:
        ValueError: if a target is outside of 0 to 1, the shapes differ, or there are no items.

    Examples:
        >>> round(binary_cross_entropy(0.0, 1), 6), binary_cross_entropy(-1000.0, 1)
        (0.693147, 1000.0)
    """
    logits, targets = _lists("binary_cross_entropy", logit, target)
    if not all(type(t) is Value or 0 <= t <= 1 for t in targets):
        raise ValueError("binary_cross_entropy() takes targets from 0 to 1")
    return autograd.mean([autograd.softplus(z) - t * z for z, t in zip(logits, targets, strict=True)])
