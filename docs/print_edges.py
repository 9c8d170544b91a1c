"""Print docs/edges.md: every function and its derivatives at 0, -0, kinks, borders, infinities and nan.

`python docs/print_tables.py` writes the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import inf, nan
from typing import Any

from autograd import Value, gradient
from autograd.engine.functions import FUNCTIONS
from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import TABLE, Row

ONE = (0.0, -0.0, 0.5, 1.0, -1.0, 2.0, -2.0, inf, -inf, nan)
TWO = (0.0, -0.0, 0.5, 2.0, -2.0, inf, -inf, nan)
THREE = {  # what the second and third operand may be
    "clip": [(-1.0, 1.0), (1.0, 2.0), (1.0, -1.0), (-inf, inf), (nan, 1.0), (-1.0, nan)],
    "where": [(1.0, 2.0), (nan, 2.0), (1.0, inf)],
}
LISTS: dict[str, Callable[..., Any]] = {  # a function of lists as one of two operands
    "sumprod": lambda p, q: FUNCTIONS["sumprod"]([p], [q]),
    "softmax": lambda x, y: FUNCTIONS["softmax"]([x, y])[0],
    "log_softmax": lambda x, y: FUNCTIONS["log_softmax"]([x, y])[0],
}
INTRODUCTION = """# Edges

No arithmetic raises: at kinks, at the borders of its domain, at the infinities and at nan every function has the value and the
derivatives below, in every implementation, eager or compiled. They are printed from [the table](../autograd/ops/primitives.py)
by `python docs/print_tables.py`, to six digits; the sign of a zero derivative is not shown. Where it says *cut*, the derivative
is 0 as nothing passes, not even an infinity; any other 0 is a number, and
[times infinity it is nan](how-to/zero-and-infinity.md).
(`with autograd.trap():` raises `DomainError` at the first new nan or inf; `autograd.diagnose(root)` finds it afterwards.)

```python
>>> from autograd import Value, log
>>> x = Value(0.0)
>>> y = log(x)
>>> y.backward()
>>> y.data, x.grad
(-inf, inf)

```
"""


def rows() -> list[Row]:
    """The operations that users see."""
    return [r for r in TABLE.values() if r.public or r.symbol != r.name or r.name in ("neg", "abs", "round")]


def operands(row: Row) -> list[tuple[float, ...]]:
    """The points at which the page shows a row; a list of two counts as two operands."""
    if row.arity == 1:
        return [(x,) for x in ONE]
    if row.arity == 3:
        return [(x, *others) for x in TWO for others in THREE[row.name]]
    return list(product(TWO, TWO))


def at(row: Row, point: tuple[float, ...]) -> tuple[float, ...]:
    """Value and derivatives, computed with Values."""
    leaves = [Value(x) for x in point]
    on_pair = LISTS.get(row.name, lambda *pair: FUNCTIONS[row.name](list(pair)))
    result = (FUNCTIONS[row.name] if row.arity else on_pair)(*leaves)
    return (result.data, *gradient(result, leaves))


def show(x: float, signed: bool = True) -> str:
    """Six digits; the sign of a zero only where `signed`."""
    return f"{x if signed or x != 0.0 else 0.0:.6g}"


def cell(numbers: tuple[float, ...]) -> str:
    """`value; derivative, derivative`."""
    return f"{show(numbers[0])}; {', '.join(show(x, signed=False) for x in numbers[1:])}"


def text(row: Row, point: tuple[float, ...]) -> str:
    """What the page says of a point: `value; derivative, cut`."""
    numbers = at(row, point)
    cuts = [bool(condition and condition(FLOATS, *point)) for condition in row.cut] or [False] * len(point)
    slopes = ["*cut*" if cut else show(x, signed=False) for x, cut in zip(numbers[1:], cuts, strict=True)]
    return f"{show(numbers[0])}; {', '.join(slopes)}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _table(corner: str, heads: list[str], lines: list[list[str]]) -> Iterator[str]:
    yield from ("", _line([corner, *heads]), "|---" * (len(heads) + 1) + "|", *map(_line, lines), "")


def _matrix(row: Row) -> Iterator[str]:
    """First operand down, the others across."""
    across = [(x,) for x in TWO] if row.arity != 3 else THREE[row.name]
    yield f"### {row.name}" + (f" (`{row.symbol}`)" if row.symbol != row.name else "")
    if row.kinks:
        yield f"\nAt kinks and edges: {row.kinks}."
    lines = [[f"**{show(x)}**", *(text(row, (x, *others)) for others in across)] for x in TWO]
    yield from _table("x", [", ".join(map(show, others)) for others in across], lines)


def edges() -> str:
    """The page, in Markdown."""
    chosen = rows()
    page = [INTRODUCTION, "## Functions of one number\n", "Each cell: value; derivative."]
    lines = [[f"**{r.name}**", *(text(r, x) for x in operands(r))] for r in chosen if r.arity == 1]
    page += _table("x", list(map(show, ONE)), lines)
    page += [
        "## Functions of several numbers\n",
        "The first operand labels the rows, the others the columns. Each cell: value; derivative with respect to each operand.",
    ]
    page += ["Reductions are shown for a list of both, `sumprod` for two lists of one, softmaxes by their first item.\n"]
    for row in chosen:
        if row.arity != 1:
            page += _matrix(row)
    return "\n".join(page).rstrip("\n") + "\n"
