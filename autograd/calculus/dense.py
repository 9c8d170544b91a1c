"""Dense Jacobians and Hessians of a recorded graph, row by row or by directions."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np

from autograd.calculus.ad import as_seeds, as_value, directions, pull_back, push_forward
from autograd.engine.backward import sweep
from autograd.engine.context import tracing
from autograd.engine.modes import recording
from autograd.engine.node import gradients
from autograd.engine.value import Value, number


def gradient_row(output: Any, inputs: list[Value], level: int) -> Sequence[float]:
    """The gradient of one output in numbers, by the fast sweep where only the variables of the call take part."""
    if type(output) is not Value:
        return [0.0] * len(inputs)
    for v in inputs:
        v.grad = 0.0
    return gradients(inputs) if sweep(output, 1.0, level) else pull_back(as_seeds([output], [1.0]), inputs, False)


def gradient_rows(outputs: Sequence[Any], inputs: list[Value], level: int) -> Any:
    """The Jacobian by one reverse sweep for each output."""
    matrix = np.zeros((len(outputs), len(inputs)))
    for i, y in enumerate(outputs):
        matrix[i] = gradient_row(y, inputs, level)
    return matrix


def tangent_columns(outputs: Sequence[Any], inputs: Sequence[Value]) -> Any:
    """The Jacobian by one forward sweep of all unit vectors."""
    matrix = np.zeros((len(outputs), len(inputs)))
    units = {id(v): unit for v, unit in zip(inputs, directions(len(inputs)), strict=True)}
    for i, tangent in enumerate(push_forward(outputs, units, False)):
        matrix[i] = tangent
    return matrix


def recorded_rows(outputs: Sequence[Any], inputs: Sequence[Value]) -> Any:
    """The Jacobian as an array of Values, which can be differentiated again."""
    matrix = np.empty((len(outputs), len(inputs)), dtype=object)
    with recording():
        for i, y in enumerate(outputs):
            matrix[i] = [as_value(x) for x in pull_back(as_seeds([y], [1.0]), inputs, True)]
    return matrix


def symmetric(matrix: Any) -> Any:
    """A Hessian with its lower triangle in place of the upper: rounding makes the two differ. But a nan of either stays.

    In a trace, which knows no numbers, the upper one is not computed.
    """
    result = np.where(np.tri(len(matrix), dtype=bool), matrix, matrix.T)
    if not tracing():
        numbers = matrix if matrix.dtype == float else np.vectorize(number, otypes=[float])(matrix)
        if isnan(numbers.sum()):
            bad = np.isnan(numbers)
            result = np.where(bad, matrix, np.where(bad.T, matrix.T, result))
    return result
