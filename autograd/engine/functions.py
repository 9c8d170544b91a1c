"""The public functions, one for each row of the table, and the methods of Value."""

from __future__ import annotations

from math import inf
from operator import index
from typing import Any

from autograd.engine import value
from autograd.engine.domain import FUNCTIONS, VALUES
from autograd.engine.elementwise import elementwise_function, where
from autograd.engine.function_docs import document
from autograd.engine.reductions import reduction_function
from autograd.engine.value import Value
from autograd.ops.primitives import TABLE

__all__ = ["FUNCTIONS", "PUBLIC", "VALUES"]


def _round(x: Value, digits: Any = None) -> Any:
    """Half to even, derivative 0; with digits by scaling, as NumPy does."""
    if digits is None or index(digits) == 0:
        return FUNCTIONS["round"](x)
    scale = 10.0 ** min(abs(digits), 300)
    scaled = x * scale if digits > 0 else x / scale
    if abs(scaled) == inf:
        return x.detach()  # all its digits stand before those
    rounded = FUNCTIONS["round"](scaled)
    return rounded / scale if digits > 0 else rounded * scale


FUNCTIONS["where"] = where
for _row in TABLE.values():
    if _row.name not in FUNCTIONS:
        FUNCTIONS[_row.name] = document(elementwise_function(_row) if _row.arity else reduction_function(_row), _row)
    if _row.arity and _row.name != "where":
        for _name in {_row.name, _row.numpy}:
            value.attach(_name, FUNCTIONS[_row.name])

value.attach("conjugate", FUNCTIONS["identity"])  # what np.var and np.std ask for
value.attach("fabs", FUNCTIONS["abs"])
value.attach("__round__", _round)
PUBLIC = {name: FUNCTIONS[name] for name, row in TABLE.items() if row.public}
vars(VALUES).update({_name: _function for _name, _function in FUNCTIONS.items() if _name != "where"})  # found at once
