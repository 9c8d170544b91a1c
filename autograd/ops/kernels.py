"""The table's rules as fast Python functions of floats, printed from the rows, and as functions of NumPy arrays."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from autograd.ops.formulas import ELEMENTARY, NAMES, cuts, formulas, operand_names, statements
from autograd.ops.primitives import TABLE, Row
from autograd.ops.printers import PYTHON
from autograd.ops.reductions import Lists
from autograd.ops.special import lgamma

# ---- Python: what C's libm does, at the few points where Python's raises


def _integral(f: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: math.copysign(f(x), x)


_ufunc = {name: getattr(np, TABLE[name].numpy if name in TABLE else name, None) for name in ELEMENTARY}
SCALAR: dict[str, Callable[..., Any]] = (
    {
        name: getattr(math, name, None) or np.errstate(all="ignore")(lambda *x, f=_ufunc[name]: float(f(*x)))
        for name in ELEMENTARY
    }
    | {name: _integral(getattr(math, name)) for name in ("floor", "ceil", "trunc")}
    | {"round": _integral(round), "lgamma": lgamma}
)


def _elementwise(f: Callable[[float], float], otherwise: float) -> Callable[[Any], Any]:
    def safe(x: float) -> float:
        try:
            return f(x)
        except (ValueError, OverflowError):
            return otherwise

    return lambda x: np.frompyfunc(safe, 1, 1)(x).astype(float) if np.ndim(x) else np.float64(safe(x))


def total(terms: Sequence[Any]) -> Any:
    """The sum, strictly from the left (Python's own compensates from 3.12 on)."""
    return reduce(operator.add, terms, 0.0)


class Arrays(Lists):
    """The domain of NumPy's floats and arrays: IEEE throughout, both branches of every choice computed."""

    where, total = staticmethod(np.where), staticmethod(total)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in TABLE:
            raise AttributeError(f"there is no operation {name!r}")
        return lambda *operands: TABLE[name].value(self, *operands)

    def largest(self, xs: Sequence[Any]) -> Any:
        return reduce(np.maximum, xs)

    def shift(self, xs: Sequence[Any]) -> Any:
        largest = self.largest(xs)
        return np.where(np.isfinite(largest), largest, 0.0)

    def pivot(self, xs: Sequence[Any]) -> Any:
        return np.argmax(np.stack(np.broadcast_arrays(*xs)), axis=0)


ARRAYS = Arrays()
for _name, _f in _ufunc.items():
    setattr(ARRAYS, _name, _f)
# NumPy takes the square root for x**0.5, which C's pow is not at -0.0 and -inf
ARRAYS.pow = lambda x, y: np.power(np.where((y == 0.5) & ((x == 0.0) | np.isinf(x)), np.fabs(x), x), y)  # type: ignore[attr-defined]
for _name, _pole in {"erf": math.nan, "erfc": math.nan, "lgamma": math.inf}.items():
    setattr(ARRAYS, _name, _elementwise(SCALAR[_name], _pole))


def on_arrays(row: Row, *operands: Any) -> Any:
    """The row's value on floats and arrays of floats, by IEEE's rule and without warnings."""
    with np.errstate(all="ignore"):
        return row.value(ARRAYS, *operands)


def _by_numpy(row: Row, which: Sequence[int], *operands: float) -> Any:
    """The value, and the partials asked for, where Python's own arithmetic raised."""
    with np.errstate(all="ignore"):
        scalars = [np.float64(x) for x in operands]
        z = np.float64(row.value(ARRAYS, *scalars))
        result = tuple(map(float, (z, *(row.partials[i](ARRAYS, *scalars, z) for i in which))))
        np.add(0.0, 0.0)  # which takes back the flags of the last operation: NumPy's loops would warn of a partial
        return result


def assignments(row: Row, which: Sequence[int]) -> list[str]:
    """Lines that assign the row's value to z, and the partials asked for to d0, d1, ..., from the operands x, y, w."""
    z, *partials = formulas(row)
    lines = []
    for name, formula in [("z", z), *((f"d{i}", partials[i]) for i in which)]:
        shared, result = statements(formula, PYTHON, "{} = {}")
        lines += [*shared, f"{name} = {result}"]
    return lines


def _python(row: Row) -> str:
    """Source of `name_(operands)`, the value alone, of `name_01(operands)`, the value and all partials, and of `name_cuts`."""
    source, arguments = "", ", ".join(operand_names(row))
    every = list(range(len(row.partials)))
    for suffix, which in (("", []), ("".join(map(str, every)), every)):
        result = ", ".join(["z", *(f"d{i}" for i in which)])
        body = "\n  ".join([*assignments(row, which), f"return {result}"])
        fallback = f"by_numpy(TABLE[{row.name!r}], {which}, {arguments})" + ("" if which else "[0]")
        source += f"def {row.name}_{suffix}({arguments}):\n try:\n  {body}\n"
        source += f" except (ArithmeticError, ValueError):\n  return {fallback}\n"
    bits = [f"({1 << i} if {PYTHON.write(condition)} else 0)" for i, condition in enumerate(cuts(row)) if condition]
    return source + (f"def {row.name}_cuts({arguments}):\n return {' | '.join(bits)}\n" if bits else "")


def _compile() -> dict[str, Any]:
    rows = [row for row in TABLE.values() if row.arity]
    space: dict[str, Any] = {"TABLE": TABLE, "by_numpy": _by_numpy, "nan": math.nan, "inf": math.inf, **SCALAR}
    exec("".join(map(_python, rows)), space)  # printed from our own table, nothing from outside
    for row in rows:
        if not row.elementary:
            space[row.name] = space[row.name + "_"]
    return space


_functions = _compile()


def printed(name: str, which: str = "") -> Callable[..., Any]:
    """The Python function of row `name`: its value, and if `which` numbers them ("0", "01", "012") its partials."""
    function: Callable[..., Any] = _functions[f"{name}_{which}"]
    return function


UNARY: list[Any]
BINARY: list[Any]
UNARY, BINARY = (
    [_functions.get(f"{name}_{which}") if TABLE[name].arity == arity else None for name in [NAMES[0], *NAMES]]
    for arity, which in ((1, "0"), (2, "01"))
)  # by operation number
CUTS: list[Any] = [None, *(_functions.get(f"{name}_cuts") for name in NAMES)]  # bit i of the result: operand i is cut


class Floats(Lists):
    """The domain of Python floats: the printed functions, and the reductions."""

    total: Callable[..., Any] = staticmethod(total)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in TABLE:
            raise AttributeError(f"there is no operation {name!r}")
        return lambda *operands: TABLE[name].value(self, *operands)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return x if condition else y

    def largest(self, xs: Sequence[float]) -> float:
        return reduce(_functions["maximum"], xs)

    def shift(self, xs: Sequence[float]) -> float:
        largest = self.largest(xs)
        return largest if math.isfinite(largest) else 0.0

    def pivot(self, xs: Sequence[float]) -> int:
        return xs.index(max(xs))


FLOATS = Floats()
FLOATS.fabs, FLOATS.copysign = math.fabs, math.copysign  # type: ignore[attr-defined]  # no rows of their own
for _name, _f in _functions.items():
    if _name in TABLE and TABLE[_name].arity:
        setattr(FLOATS, _name, _functions[_name + "_"])


def reduced(row: Row, lists: Sequence[Sequence[float]]) -> tuple[float, Any]:
    """Value and partials of a reduction of lists of floats."""
    try:
        z = row.value(FLOATS, *lists)
        return z, row.partials[0](FLOATS, *lists, z)
    except ArithmeticError:
        with np.errstate(all="ignore"):
            arrays = [[np.float64(x) for x in xs] for xs in lists]
            z = row.value(ARRAYS, *arrays)
            return float(z), [float(p) for p in row.partials[0](ARRAYS, *arrays, z)]
