"""Sparse Jacobians and Hessians in few sweeps: columns that share no row are found together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.calculus.ad import as_seeds, directions, pull_back, push_forward
from autograd.calculus.coloring import distinct_columns, star_colouring
from autograd.calculus.sparse import Rows, matrix_of, pairs_of
from autograd.calculus.sparsity import hessian_pattern, jacobian_pattern
from autograd.engine.functions import FUNCTIONS
from autograd.engine.modes import recording
from autograd.engine.value import Value, gradients, sweep


def sparse_jacobian(outputs: Sequence[Any], inputs: Sequence[Value], call: float, mode: str | None = None) -> Any:
    """The Jacobian of a recorded graph by the variables of a transform's call, in as few sweeps as colours."""
    rows = jacobian_pattern(outputs, inputs)
    columns = _transposed(rows, len(inputs))
    bounds = {"reverse": _widest(columns), "forward": _widest(rows)}  # no colouring needs fewer
    colours: dict[str, list[int]] = {}
    for name in [mode] if mode else sorted(bounds, key=lambda name: bounds[name]):
        if not colours or bounds[name] < min(map(_number, colours.values())):
            sides = (columns, len(outputs)) if name == "reverse" else (rows, len(inputs))
            colours[name] = distinct_columns(*sides)
    best = min(colours, key=lambda name: _number(colours[name]))
    pairs = pairs_of(rows)
    found = _by_rows if best == "reverse" else _by_columns
    data = found(outputs, inputs, colours[best], pairs, call)
    return matrix_of(pairs, data, (len(outputs), len(inputs)))


def _by_rows(outputs: Sequence[Any], inputs: Sequence[Value], colours: list[int], pairs: Any, call: float) -> Any:
    """One reverse sweep for each colour of outputs, from their sum."""
    groups: list[list[Value]] = [[] for _ in range(_number(colours))]
    for y, colour in zip(outputs, colours, strict=True):
        if type(y) is Value:
            groups[colour].append(y)
    products = np.zeros((len(groups), len(inputs)))
    for colour, group in enumerate(groups):
        if group:
            products[colour] = _gradient_of_sum(group, inputs, call)
    return products[np.array(colours, dtype=int)[pairs[:, 0]], pairs[:, 1]]


def _by_columns(outputs: Sequence[Any], inputs: Sequence[Value], colours: list[int], pairs: Any, call: float) -> Any:
    """All colours of inputs in one forward sweep."""
    units = directions(_number(colours))
    tangents = push_forward(outputs, {id(v): units[colour] for v, colour in zip(inputs, colours, strict=True)}, False)
    products = np.zeros((len(outputs), len(units)))
    for i, tangent in enumerate(tangents):
        products[i] = tangent
    return products[pairs[:, 0], np.array(colours, dtype=int)[pairs[:, 1]]]


def sparse_hessian(output: Any, first: Sequence[Any], inputs: Sequence[Value], call: float) -> Any:
    """The Hessian, exactly symmetric, from the recorded gradient `first`: one reverse sweep for each colour.

    The product with a direction of zeros and ones is the gradient of the sum of some components of the gradient.
    """
    rows = hessian_pattern(output, inputs)
    colours = star_colouring([row - {i} for i, row in enumerate(rows)])
    groups: list[list[Value]] = [[] for _ in range(_number(colours))]
    for i, (slope, colour) in enumerate(zip(first, colours, strict=True)):
        if type(slope) is Value and rows[i]:
            groups[colour].append(slope)
    products = [_gradient_of_sum(group, inputs, call) if group else [0.0] * len(inputs) for group in groups]
    alike = [Counter([colours[j] for j in row]) for row in rows]
    pairs = pairs_of(rows)
    data = [
        products[colours[j]][i] if _alone(i, j, colours, alike) else products[colours[i]][j]
        for i, j in np.sort(pairs, axis=1).tolist()
    ]
    return matrix_of(pairs, data, (len(inputs), len(inputs)))


def _alone(i: int, j: int, colours: list[int], alike: list[Counter[int]]) -> bool:
    """Whether in row i no other column has the colour of column j."""
    return alike[i][colours[j]] == 1


def _gradient_of_sum(group: list[Value], inputs: Sequence[Value], call: float) -> Sequence[float]:
    with recording():
        root = FUNCTIONS["sum"](group) if len(group) > 1 else group[0]
    return plain_gradient(root, inputs, call)


def plain_gradient(root: Value, inputs: Sequence[Value], call: float) -> Sequence[float]:
    """The gradient by the variables of a call in numbers, through the fast sweep where only they take part."""
    for v in inputs:
        v.grad = 0.0
    held = list(inputs)
    return gradients(held) if sweep(root, 1.0, call) else pull_back(as_seeds([root], [1.0]), held, False)


def _number(colours: Sequence[int]) -> int:
    return max(colours, default=-1) + 1


def _widest(rows: Rows) -> int:
    return max(map(len, rows), default=0)


def _transposed(rows: Rows, width: int) -> list[list[int]]:
    columns: list[list[int]] = [[] for _ in range(width)]
    for i, row in enumerate(rows):
        for j in row:
            columns[j].append(i)
    return columns
