"""Sparse matrices of derivatives: where they have entries, and how they are handed out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from autograd._validate import is_real
from autograd.calculus.sparsity import hessian_pattern, jacobian_pattern
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
    fresh = variables([float(number) for number in inputs.numbers], 0.0)
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


def check_flat(name: str, tree: Raveled, what: str = "inputs") -> None:
    """TypeError unless these are one list or 1-D array of numbers (or, as results, one number)."""
    flat = tree.is_vector or (what == "results" and tree.is_number)
    if not flat or not all([type(x) is Value or is_real(x) for x in tree.numbers]):
        raise TypeError(f"{name} needs one list or 1-D array of numbers as {what}")


def pairs_of(rows: Rows) -> Any:
    """The places of a pattern in order, one a row."""
    return np.array([(i, j) for i, row in enumerate(rows) for j in sorted(row)], dtype=np.intp).reshape(-1, 2)


def matrix_of(pairs: Any, data: Iterable[float], shape: tuple[int, int]) -> Any:
    """A SciPy `csr_array`, or a dense array where there is no SciPy."""
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
