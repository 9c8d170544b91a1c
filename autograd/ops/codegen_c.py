"""Generate the C header of kernels: a function for each value and partial."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.ops.expr import Symbol
from autograd.ops.formulas import ELEMENTARY, NAMES, cuts, formulas, operand_names, statements
from autograd.ops.primitives import TABLE, Row
from autograd.ops.printers import Language, call, number

C_NAMES = {"round": "rint"}


def _c_call(name: str, args: list[str]) -> str:
    known = C_NAMES.get(name, name) if name in ELEMENTARY else f"ag_{name}"
    return call(known, args)


C = Language(_c_call, "({0} ? {1} : {2})", lambda shown: number(shown, "NAN", "INFINITY"))


def c_function(name: str, letters: Sequence[str], formula: Symbol) -> str:
    """The C function of a formula in these letters."""
    lines, value = statements(formula, C, "double {} = {};")
    arguments = ", ".join(f"double {letter}" for letter in letters)
    return f"static inline double {name}({arguments}) {{ {' '.join([*lines, f'return {value};'])} }}\n"


def c_header() -> str:
    """C99: operation numbers, `ag_NAME` for values, `ag_NAME_i` for partials, and one switch for each arity.

    The switch also sets bit i of `*cuts` where operand i is cut.
    """
    rows = [row for row in TABLE.values() if row.arity in (1, 2)]
    parts = [
        "/* Printed from autograd/ops/primitives.py by autograd/ops/codegen_c.py. */\n",
        "#ifndef AG_KERNELS\n#define AG_KERNELS\n#include <fenv.h>\n#include <math.h>\n",
        "/* NumPy's loops would warn of a partial. */\n",
        "static inline void ag_quiet(double partial) { if (!isfinite(partial)) feclearexcept(FE_ALL_EXCEPT); }\n",
        "enum { AG_LEAF, " + ", ".join(f"AG_{name.upper()}" for name in NAMES) + " };\n",
    ]
    for row in rows:
        parts.append(f"static inline double ag_{row.name}({', '.join('double ' + x for x in operand_names(row))});\n")
    for row in rows:
        z, *partials = formulas(row)
        parts.append(c_function(f"ag_{row.name}", operand_names(row), z))
        parts += [c_function(f"ag_{row.name}_{i}", [*operand_names(row), "z"], f) for i, f in enumerate(partials)]
    for arity, letters in ((1, "x"), (2, "xy")):
        parts.append(_c_switch([row for row in rows if row.arity == arity], arity, list(letters)))
    return "".join([*parts, "#endif\n"])


def _c_switch(rows: list[Row], arity: int, letters: list[str]) -> str:
    operands = ", ".join(letters)
    lines = [
        f"static inline double ag_evaluate{arity}(int op, {', '.join('double ' + x for x in letters)}, "
        f"{', '.join(f'double *d{i}' for i in range(arity))}, int *cuts) {{\n double z;\n switch (op) {{"
    ]
    for row in rows:
        steps = [f"if (d{i}) *d{i} = ag_{row.name}_{i}({operands}, z);" for i in range(arity)]
        steps += [f"if (d{i}) ag_quiet(*d{i});" for i, partial in enumerate(formulas(row)[1:]) if partial.args]
        steps += [f"if ({C.write(condition)}) *cuts |= {1 << i};" for i, condition in enumerate(cuts(row)) if condition]
        lines.append(f" case AG_{row.name.upper()}: z = ag_{row.name}({operands}); {' '.join(steps)} return z;")
    return "\n".join([*lines, " }\n return NAN;\n}\n"])
