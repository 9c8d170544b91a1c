"""Sparse Jacobians and Hessians, in as few sweeps as their pattern has colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from autograd._pytree import register_pytree_node
from autograd._validate import is_real
from autograd.calculus.ad import as_seeds, directions, pull_back, push_forward
from autograd.calculus.coloring import distinct_columns, star_colouring
from autograd.calculus.dense import gradient_row
from autograd.calculus.sparsity import hessian_pattern, jacobian_pattern
from autograd.engine.context import tracing
from autograd.engine.functions import FUNCTIONS
from autograd.engine.modes import recording
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value, variables

Rows = Sequence[Collection[int]]


def sparsity(f: Callable[[Any], Any], x: Any, order: int = 1) -> Any:
    """Find which derivatives of f can be other than 0.

    That is the pattern of its Jacobian or, with `order=2`, of its Hessian: for each result the inputs that reach it, or
    for each input those with which it interacts nonlinearly. The pattern may have entries that happen to be 0, but
    lacks none that is not.

    Args:
        f: a function of a list or array of shape (n,) that returns one number or a list or array of shape (m,).
        x: a point, of shape (n,). The pattern is that of the graph recorded there, so it holds wherever f takes the
            same branches.
        order: 1, the default, or 2; then f returns one number.

    Returns:
        A boolean SciPy `csr_array` of shape (m, n) or (n, n); without SciPy an integer array of shape (entries, 2), of
        the index pairs.

    Raises:
        TypeError: if x or f's result is anything else.
        ValueError: for another order.

    Examples:
        >>> pattern = sparsity(lambda x: x[0] * x[1] + x[1] * x[2] + x[3], [1.0, 2.0, 3.0, 4.0], order=2)
        >>> [[int(i) for i in row] for row in pattern.toarray()]
        [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]

    References:
        Walther, Computing sparse Hessians with automatic differentiation, ACM Transactions on Mathematical Software 34,
        2008 (nonlinear interaction domains).
    """
    if order not in (1, 2):
        raise ValueError(f"sparsity() knows order=1 (Jacobian) and order=2 (Hessian), not {order!r}")
    inputs = Raveled(x)
    check_flat("sparsity()", inputs)
    fresh = variables([float(number) for number in inputs.numbers], 0)
    with recording():
        outputs = Raveled(f(inputs.rebuild(fresh)))
    if order == 2:
        if not outputs.is_number:
            raise TypeError("sparsity(order=2) needs a function that returns one number")
        rows: Rows = hessian_pattern(outputs.numbers[0], fresh)
    else:
        check_flat("sparsity()", outputs, "results")
        rows = jacobian_pattern(outputs.numbers, fresh)
    pairs = pairs_of(rows)
    if (sparse := _scipy_sparse()) is None:
        return pairs
    return sparse.csr_array((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), (len(rows), len(fresh)))


def sparse_jacobian(outputs: Sequence[Any], inputs: Sequence[Value], level: int, mode: str | None = None) -> Any:
    """The Jacobian of a recorded graph with respect to the variables of a transform's call, in as few sweeps as colours."""
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
    data = found(outputs, inputs, colours[best], pairs, level)
    return matrix_of(pairs, data, (len(outputs), len(inputs)))


def _by_rows(outputs: Sequence[Any], inputs: Sequence[Value], colours: list[int], pairs: Any, level: int) -> Any:
    """One reverse sweep for each colour of outputs, from their sum."""
    groups: list[list[Value]] = [[] for _ in range(_number(colours))]
    for y, colour in zip(outputs, colours, strict=True):
        if type(y) is Value:
            groups[colour].append(y)
    products = np.zeros((len(groups), len(inputs)), dtype=object if tracing() else float)
    for colour, group in enumerate(groups):
        if group:
            products[colour] = _gradient_of_sum(group, inputs, level)
    return products[np.array(colours, dtype=int)[pairs[:, 0]], pairs[:, 1]]


def _by_columns(outputs: Sequence[Any], inputs: Sequence[Value], colours: list[int], pairs: Any, level: int) -> Any:
    """All colours of inputs in one forward sweep; in a trace, in one each."""
    count = _number(colours)
    products = np.zeros((len(outputs), count), dtype=object if tracing() else float)
    if tracing():
        for colour in range(count):
            alike = {id(v): (v, 1.0) for v, own in zip(inputs, colours, strict=True) if own == colour}
            products[:, colour] = push_forward(outputs, alike, True, level)
    else:
        units = directions(count)
        directed = {id(v): (v, units[colour]) for v, colour in zip(inputs, colours, strict=True)}
        for i, tangent in enumerate(push_forward(outputs, directed, False, level)):
            products[i] = tangent
    return products[pairs[:, 0], np.array(colours, dtype=int)[pairs[:, 1]]]


def sparse_hessian(output: Any, first: Sequence[Any], inputs: Sequence[Value], level: int) -> Any:
    """The Hessian, exactly symmetric, from the recorded gradient `first`: one reverse sweep for each colour.

    The product with a direction of zeros and ones is the gradient of the sum of some components of the gradient.
    """
    rows = hessian_pattern(output, inputs)
    colours = star_colouring([row - {i} for i, row in enumerate(rows)])
    groups: list[list[Value]] = [[] for _ in range(_number(colours))]
    for i, (slope, colour) in enumerate(zip(first, colours, strict=True)):
        if type(slope) is Value and rows[i]:
            groups[colour].append(slope)
    products = [_gradient_of_sum(group, inputs, level) if group else [0.0] * len(inputs) for group in groups]
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


def _gradient_of_sum(group: list[Value], inputs: Sequence[Value], level: int) -> Sequence[Any]:
    with recording():
        root = FUNCTIONS["sum"](group) if len(group) > 1 else group[0]
        if tracing():
            return pull_back(as_seeds([root], [1.0]), inputs, True, level)
    return gradient_row(root, list(inputs), level)


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


# ---- what is common


def check_flat(name: str, tree: Raveled, what: str = "inputs") -> None:
    """TypeError unless these are one list or 1-D array of numbers (or, as results, one number)."""
    flat = tree.is_vector or (what == "results" and tree.is_number)
    if not flat or not all([type(x) is Value or is_real(x) for x in tree.numbers]):
        raise TypeError(f"{name} needs one list or 1-D array of numbers as {what}")


def pairs_of(rows: Rows) -> Any:
    """The places of a pattern in order, one a row."""
    return np.array([(i, j) for i, row in enumerate(rows) for j in sorted(row)], dtype=np.intp).reshape(-1, 2)


class SparseValues:
    """A sparse matrix in a trace: what the traced function returns is a SciPy matrix when its numbers are there."""

    def __init__(self, data: Any, pairs: bytes, shape: tuple[int, int]) -> None:
        self.data, self.pairs, self.shape = data, pairs, shape


def _rebuilt(aux: tuple[bytes, tuple[int, int]], children: Sequence[Any]) -> Any:
    """The matrix of numbers; of anything else the same again."""
    (data,) = children
    if not isinstance(data, np.ndarray) or tracing():
        return SparseValues(data, *aux)
    if data.dtype == object:
        raise TypeError("sparse derivatives are numbers, but Values from outside take part: leave sparse= out, or detach them")
    if data.ndim > 1:
        raise TypeError("sparse derivatives at many points would be many matrices: leave sparse= out, or take point by point")
    return matrix_of(np.frombuffer(aux[0], dtype=np.intp).reshape(-1, 2), data, aux[1])


register_pytree_node(SparseValues, lambda x: ([x.data], (x.pairs, x.shape)), _rebuilt)


def matrix_of(pairs: Any, data: Iterable[Any], shape: tuple[int, int]) -> Any:
    """A SciPy `csr_array`, or a dense array where there is no SciPy."""
    if tracing():
        held = np.empty(len(pairs), dtype=object)
        held[:] = list(data)
        return SparseValues(held, pairs.tobytes(), shape)
    i, j = pairs[:, 0], pairs[:, 1]
    numbers = np.asarray(data, dtype=float)
    if (sparse := _scipy_sparse()) is not None:
        return sparse.csr_array((numbers, (i, j)), shape)
    dense = np.zeros(shape)
    dense[i, j] = numbers
    return dense


def _scipy_sparse() -> Any:
    """SciPy's sparse matrices, None where SciPy is not installed."""
    try:
        return import_module("scipy.sparse")
    except ModuleNotFoundError:
        return None
