"""The helper functions of an exported C file: those that its statements use, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autograd.ops.codegen_c import c_function
from autograd.ops.expr import Symbol, parts
from autograd.ops.formulas import ELEMENTARY, formulas, operand_names
from autograd.ops.primitives import TABLE
from autograd.program.instructions import OPCODES, OPS

OF_LISTS = {
    "take": """static double ag_take(const double *items, int n, double index, int *bad) {
    if (!(index >= -n && index < n) || index != floor(index)) {
        *bad = 1;
        return NAN;
    }
    return items[(int)index + (index < 0.0 ? n : 0)];
}
""",
    "pivot": """static double ag_pivot(const double *items, int n) {
    int best = 0;
    for (int i = 1; i < n; i++)
        if (items[i] > items[best]) best = i;
    return best;
}
""",
}


def helpers(needed: Iterable[str]) -> Iterator[str]:
    """The C functions of these names, each after those that it calls."""
    written: set[str] = set()
    waiting = list(needed)[::-1]
    while waiting:
        name = waiting[-1]
        missing = [x for x in called(_formula(name)[1]) if x not in written] if name not in OF_LISTS else []
        if name in written or not missing:
            waiting.pop()
            if name not in written:
                written.add(name)
                yield OF_LISTS[name] if name in OF_LISTS else c_function(c_name(name), *_formula(name))
        else:
            waiting += missing


def c_name(name: str) -> str:
    """The C name of an operation."""
    return "ag_" + name.replace("'", "_")


def called(formula: Symbol) -> list[str]:
    """The rows, other than C's own functions, that the formula calls."""
    return [part.op for part in parts(formula) if part.op in TABLE and part.op not in (*ELEMENTARY, "where", "neg")]


def _formula(name: str) -> tuple[Sequence[str], Symbol]:
    if name in TABLE:
        return operand_names(TABLE[name]), formulas(TABLE[name])[0]
    op = OPS[OPCODES[name]]
    return op.letters, op.formula
