"""Generate C reductions.

Each rule is evaluated on a list with one symbolic element, and the result becomes the loop body.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograd.ops import expr
from autograd.ops.codegen_c import C
from autograd.ops.expr import Symbol, symbol
from autograd.ops.primitives import TABLE, Row

OVER_ALL = ("largest", "shift", "pivot", "total")  # what is computed once, before the loop that uses it
EACH = "for (i = 0; i < n; i++)"
ARGUMENTS = "const double *p, const double *q, ptrdiff_t n, double *d"
HELPERS = """
static double ag_largest(const double *x, ptrdiff_t n) {
    double z = x[0];
    for (ptrdiff_t i = 1; i < n; i++) z = ag_maximum(z, x[i]);
    return z;
}
static double ag_shift(const double *x, ptrdiff_t n) {
    double z = ag_largest(x, n);
    return isfinite(z) ? z : 0.0;
}
static double ag_pivot(const double *x, ptrdiff_t n) {
    ptrdiff_t best = 0;
    for (ptrdiff_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return (double)best;
}
"""
# a running product is no loop over one item: what primitives.py does with lists, on arrays
PROD = """
static double ag_prod(const double *p, const double *q, ptrdiff_t n, double *d) {
    double z = 1.0, after = 1.0;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (d) d[i] = z;
        z *= p[i];
    }
    for (ptrdiff_t i = n - 1; d && i >= 0; i--) {
        d[i] *= after;
        after = p[i] * after;
    }
    return z;
}
"""


class Domain(expr.Domain):
    """Formulas of the item p[i]."""

    def total(self, terms: Any) -> Symbol:
        (term,) = terms
        return Symbol("total", (symbol(term),))

    def count(self, xs: Any) -> Any:
        return symbol("(double)n")

    def places(self, xs: Any) -> Any:
        return [symbol("i")]

    def __getattr__(self, name: str) -> Any:
        if name in OVER_ALL:
            return lambda xs: Symbol(name, (symbol(xs[0].shown[0]),))
        return super().__getattr__(name)


def _inner_first(formula: Symbol) -> Iterator[Symbol]:
    for part in formula.args:
        yield from _inner_first(part)
    yield formula


def _before(formulas: Sequence[Symbol], known: dict[Symbol, str], keep: bool) -> Iterator[str]:
    """Statements that compute what is over all items; with `keep`, d[i] keeps the terms of a sum for what follows."""
    for part in [part for formula in formulas for part in _inner_first(formula)]:
        if part.op not in OVER_ALL or part in known:
            continue
        name = f"t{len(known)}"
        if part.op == "total":
            (body,) = part.args
            term = C.write(body, known)
            yield f"double {name} = 0.0;"
            yield f"{EACH} {name} += {f'd[i] = {term}' if keep else term};"
            if keep:
                known[body] = "d[i]"
        else:
            yield f"double {name} = ag_{part.op}({part.args[0].shown}, n);"
        known[part] = name


def _c_function(row: Row) -> str:
    """`ag_NAME(p, q, n, d)`: the value, and, where d is not NULL, in d the partials by p and then by q."""
    items = [[symbol(f"{name}[i]")] for name in "pq"[: row.lists]]
    known: dict[Symbol, str] = {}
    value = symbol(row.value(DOMAIN, *items))
    partials = [symbol(partial) for partial in row.partials[0](DOMAIN, *items, symbol("z"))]
    lines = ["ptrdiff_t i;", *_before([value], known, False), f"double z = {C.write(value, known)};", "if (!d) return z;"]
    lines += _before(partials, known, True)
    lines += [f"{EACH} d[{'n + ' * k}i] = {C.write(partial, known)};" for k, partial in enumerate(partials)]
    return f"static double ag_{row.name}({ARGUMENTS}) {{\n " + "\n ".join([*lines, "return z;"]) + "\n}\n"


def c_loops() -> str:
    """C99, to follow `c_header()`: one function for each reduction of one node, and `ag_reduce` which chooses."""
    rows = [row for row in TABLE.values() if row.arity is None and row.partials]
    cases = [f" case AG_{row.name.upper()}: return ag_{row.name}(p, q, n, d);" for row in rows]
    switch = [f"static double ag_reduce(int op, {ARGUMENTS}) {{\n switch (op) {{", *cases, " }\n return NAN;\n}\n"]
    functions = [PROD if row.name == "prod" else _c_function(row) for row in rows]
    return "".join(["#include <stddef.h>\n", HELPERS, *functions, "\n".join(switch)])


DOMAIN = Domain()
