"""The names of autograd that viz uses; no other module of viz imports it.

Public are `Value`, `gradient`, and the functions in `FUNCTIONS`. The others are not:

- `TABLE` has the row of each operation (its symbol, arity and partials), `expr` and `printers` evaluate a row on names and
  print the formula, `FLOATS` evaluates it on numbers. So pictures, formulas and the command line are derived from the rows,
  and a new operation needs nothing in viz.
- `topological` lists a graph in the order of the sweep, `real` is the package's check of a number, `atomic_write` its way
  to write a file.
"""

from __future__ import annotations

import autograd
from autograd import Value, gradient
from autograd._files import atomic_write
from autograd._validate import real
from autograd.engine.value import topological
from autograd.ops import expr, printers
from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import TABLE

__all__ = ["FLOATS", "FUNCTIONS", "TABLE", "Value", "atomic_write", "expr", "gradient", "printers", "real", "topological"]

FUNCTIONS = {name: getattr(autograd, name) for name, row in TABLE.items() if row.public}  # by the name of their row
