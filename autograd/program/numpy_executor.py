"""The NumPy executor: array operations for runs of like instructions; the reference, and the way without a compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd._validate import real
from autograd.ops import expr
from autograd.ops.kernels import ARRAYS
from autograd.program import instructions as ops
from autograd.program.program import Program
from autograd.program.schedule import Schedule


def _function(op: ops.Op) -> Callable[..., Any]:
    """The operation's formula on arrays."""

    def value(formula: expr.Symbol, known: dict[expr.Symbol, Any]) -> Any:
        if formula not in known:
            known[formula] = compute(formula, [value(a, known) for a in formula.args])
        return known[formula]

    def compute(formula: expr.Symbol, args: list[Any]) -> Any:
        if formula.op == "number":
            return float(formula.shown)
        if formula.op in _INFIX:
            return _INFIX[formula.op](*args)
        return getattr(ARRAYS, formula.op)(*args)

    def function(*operands: Any) -> Any:
        known = dict(zip(op.letters, operands, strict=True))
        cache: dict[expr.Symbol, Any] = {}

        def seed(formula: expr.Symbol) -> None:
            if formula.op == "name":
                cache[formula] = known[formula.shown]
            for a in formula.args:
                seed(a)

        seed(op.formula)
        return value(op.formula, cache)

    return function


_INFIX: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "neg": np.negative, "<": np.less, "<=": np.less_equal,
    ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip
FUNCTIONS = [_function(op) for op in ops.OPS[: ops.FIXED]]


Failures = dict[int, Exception]  # by point, what a Python function raised there first


def run(program: Program, schedule: Schedule, inputs: Any, failures: Failures | None = None) -> Any:
    """The numbers of all slots, for inputs of shape (inputs,) or, for many points, (inputs, points).

    What a Python function raises is put into `failures`, if they are given: the point may turn out to take another way.
    """
    inputs = np.asarray(inputs, dtype=float)
    v = np.empty((program.slots, *inputs.shape[1:]))
    v[: program.inputs] = inputs
    v[program.inputs : program.first] = program.constants.reshape(-1, *[1] * (inputs.ndim - 1))
    with np.errstate(all="ignore"):
        for op, start, end in zip(schedule.ops, schedule.starts, schedule.ends, strict=True):
            here = slice(program.first + start, program.first + end)
            if op < ops.FIXED:
                held = (program.a, program.b, program.c)[: len(ops.OPS[op].letters)]
                v[here] = FUNCTIONS[op](*[v[x[start:end]] for x in held])
            else:
                v[here] = _pooled(program, int(op), start, end, v, failures)
    return v


def _pooled(program: Program, op: int, start: int, end: int, v: Any, failures: Failures | None) -> Any:
    """A run of like instructions with as many operands each."""
    count = int(program.b[start])
    rows = program.pool[program.a[start:end, None] + np.arange(count)[None, :]].T
    if op == ops.CALL:
        return _call(program.calls[program.c[start]], v[rows], failures)
    if op == ops.PIVOT:
        return _pivot(v, rows)
    if op == ops.LINK:
        return v[rows[0]]
    if op == ops.TAKE:
        return _take(v, rows)
    total = v[program.c[start:end]].copy()
    half = count if op == ops.SUM else count // 2
    for k in range(half):
        term = v[rows[k]]
        if op != ops.SUM:
            factor = v[rows[half + k]]
            term = term * factor
            if op == ops.ZDOT:
                term = np.where(factor == 0.0, 0.0, term)
        total += term
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
    good = (index == np.floor(index)) & (index >= -size) & (index < size)
    place = np.where(good, index, 0).astype(np.int64) % size
    items = np.take_along_axis(v[rows[1:]], place[None], axis=0)[0]
    return np.where(good, items, np.nan)


def _call(f: Callable[..., float], held: Any, failures: Failures | None) -> Any:
    points = held.shape[2] if held.ndim > 2 else 1
    found = []
    for i, operands in enumerate(held.reshape(len(held), -1).T.tolist()):
        try:
            found.append(real(f(*operands), "the result of a Python function"))
        except Exception as error:
            if failures is None:
                raise
            failures.setdefault(i % points, error)
            found.append(np.nan)
    return np.array(found).reshape(held.shape[1:])


def check_takes(program: Program, v: Any) -> None:
    """IndexError where an index of `take` was no whole number in range."""
    for i in np.nonzero(program.op == ops.TAKE)[0]:
        size, index = int(program.b[i]) - 1, v[program.pool[program.a[i]]]
        if not np.all((index == np.floor(index)) & (index >= -size) & (index < size)):
            raise IndexError(ops.BAD_INDEX)
