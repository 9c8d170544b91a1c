"""Dense Jacobians and Hessians of a recorded graph, row by row or by directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

import numpy as np

from autograd.calculus.ad import as_seeds, as_value, directions, pull_back, push_forward
from autograd.engine.backward import adjoints
from autograd.engine.context import tracing
from autograd.engine.modes import recording
from autograd.engine.value import Value, number, restore
from autograd.ops.formulas import OPS


def gradient_row(output: Any, inputs: list[Value], level: int) -> Sequence[float]:
    """The gradient of one output of a call in numbers, also where Values from outside take part."""
    if type(output) is not Value:
        return [0.0] * len(inputs)
    found = adjoints(output, level, inputs)
    return pull_back(as_seeds([output], [1.0]), inputs, False, level) if found is None else found


def gradient_of_seeds(seeds: Mapping[int, tuple[Value, float]], inputs: list[Value], level: int) -> Sequence[float]:
    """The same of several outputs with their cotangents: of a node whose partials these are."""
    if not seeds:
        return [0.0] * len(inputs)
    outputs, cotangents = zip(*seeds.values(), strict=True)
    return gradient_row(restore(OPS["sum"], outputs, 0.0, cotangents), inputs, level)


def gradient_rows(outputs: Sequence[Any], inputs: list[Value], level: int) -> Any:
    """The Jacobian by one reverse sweep for each output."""
    matrix = np.zeros((len(outputs), len(inputs)))
    for i, y in enumerate(outputs):
        matrix[i] = gradient_row(y, inputs, level)
    return matrix


def tangent_columns(outputs: Sequence[Any], inputs: Sequence[Value], level: int) -> Any:
    """The Jacobian by one forward sweep of all unit vectors."""
    matrix = np.zeros((len(outputs), len(inputs)))
    units = {id(v): (v, unit) for v, unit in zip(inputs, directions(len(inputs)), strict=True)}
    for i, tangent in enumerate(push_forward(outputs, units, False, level)):
        matrix[i] = tangent
    return matrix


def recorded_rows(outputs: Sequence[Any], inputs: Sequence[Value], level: int) -> Any:
    """The Jacobian as an array of Values, which can be differentiated again."""
    matrix = np.empty((len(outputs), len(inputs)), dtype=object)
    with recording():
        for i, y in enumerate(outputs):
            matrix[i] = [as_value(x) for x in pull_back(as_seeds([y], [1.0]), inputs, True, level)]
    return matrix


def recorded_columns(outputs: Sequence[Any], inputs: Sequence[Value], level: int) -> Any:
    """The same by one forward sweep for each input."""
    matrix = np.empty((len(outputs), len(inputs)), dtype=object)
    with recording():
        for j, v in enumerate(inputs):
            matrix[:, j] = [as_value(x) for x in push_forward(outputs, {id(v): (v, 1.0)}, True, level)]
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
