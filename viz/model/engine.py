"""The names of autograd that are not public and that viz uses.

No other module of viz imports such names.

- `TABLE` has the row of each operation (its symbol, arity and partials), `expr` and `at_point` evaluate a row on names,
  `printers` prints the formula, `FLOATS` evaluates it on numbers. So pictures, formulas and the command line are derived
  from the rows, and a new operation needs nothing in viz.
- `real` is the check of a number, `atomic_write` writes a file: users of both packages meet the same errors.
"""

from __future__ import annotations

from autograd._files import atomic_write
from autograd._validate import real
from autograd.ops import at_point, expr, printers
from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import TABLE

__all__ = ["FLOATS", "TABLE", "at_point", "atomic_write", "expr", "printers", "real"]
