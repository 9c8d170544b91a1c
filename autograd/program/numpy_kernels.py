"""The operations of programs on rows of numbers, as NumPy functions: the reference for the native kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd._validate import real
from autograd.ops.expr import Symbol, parts
from autograd.ops.kernels import ARRAYS
from autograd.program.instructions import CALL, FIXED, LINK, OPS, PIVOT, SUM, TAKE, ZDOT, Op

Failures = dict[int, Exception]  # by point, what a Python function raised there first
_INFIX: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "neg": np.negative, "<": np.less, "<=": np.less_equal,
    ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


def _function(op: Op) -> Callable[..., Any]:
    """The operation's formula on arrays."""
    steps = parts(op.formula)

    def function(*operands: Any) -> Any:
        letters = dict(zip(op.letters, operands, strict=True))
        results: dict[Symbol, Any] = {}
        for part in steps:
            results[part] = _compute(part, [results[a] for a in part.args], letters)
        return results[op.formula]

    return function


def _compute(formula: Symbol, args: list[Any], letters: dict[str, Any]) -> Any:
    if formula.op == "name":
        return letters[formula.shown]
    if formula.op == "number":
        return float(formula.shown)
    if formula.op in _INFIX:
        return _INFIX[formula.op](*args)
    return getattr(ARRAYS, formula.op)(*args)


FUNCTIONS = [_function(op) for op in OPS[:FIXED]]


def run_pooled(program: Any, op: int, start: int, end: int, v: Any, failures: Failures | None) -> Any:
    """The results of a run of like instructions that read the pool, as many operands each."""
    count = int(program.b[start])
    rows = program.pool[program.a[start:end, None] + np.arange(count)[None, :]].T
    if op == CALL:
        return _call(program.functions[program.c[start]], v[rows], failures)
    if op == PIVOT:
        return _pivot(v, rows)
    if op == LINK:
        return v[rows[0]]
    if op == TAKE:
        return _take(v, rows)
    return _sum(op, v, rows, v[program.c[start:end]].copy())


def _sum(op: int, v: Any, rows: Any, total: Any) -> Any:
    n = len(rows) // (1, 2, 3)[op - SUM]
    for k in range(n):
        *others, last = (v[row] for row in rows[k::n])
        for factor in others[-1:]:
            last = factor * last
        total += np.where(others[0] != 0.0, last, 0.0) if op == ZDOT else last
    return total


def _pivot(v: Any, rows: Any) -> Any:
    best, place = v[rows[0]], np.zeros(v[rows[0]].shape)
    for i, row in enumerate(rows[1:], 1):
        larger = v[row] > best
        best, place = np.where(larger, v[row], best), np.where(larger, float(i), place)
    return place


def _take(v: Any, rows: Any) -> Any:
    size = len(rows) - 1
    index = v[rows[0]]
    good = is_place(index, size)
    place = np.where(good, index, 0).astype(np.int64) % size
    items = np.take_along_axis(v[rows[1:]], place[None], axis=0)[0]
    return np.where(good, items, np.nan)


def is_place(index: Any, size: int) -> Any:
    """Where an index is a whole number in the range of `size` items."""
    return (index == np.floor(index)) & (index >= -size) & (index < size)


def _call(f: Callable[..., float], operands: Any, failures: Failures | None) -> Any:
    """The results of a Python function; what it raises is put into `failures`, if they are given, and the result is nan."""
    points = operands.shape[2] if operands.ndim > 2 else 1
    results = []
    for i, numbers in enumerate(operands.reshape(len(operands), -1).T.tolist()):
        try:
            results.append(real(f(*numbers), "the result of a Python function"))
        except Exception as error:
            if failures is None:
                raise
            failures.setdefault(i % points, error)
            results.append(np.nan)
    return np.array(results).reshape(operands.shape[1:])
