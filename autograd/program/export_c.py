"""Programs as standalone C99: one file with the value and the gradient, printed from the instruction set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain

import numpy as np

from autograd.errors import ProgramError
from autograd.ops import expr
from autograd.ops.codegen_c import C_NAMES, C, c_function
from autograd.ops.formulas import ELEMENTARY, formulas, operand_names
from autograd.ops.primitives import TABLE
from autograd.ops.printers import call
from autograd.program import instructions as ops
from autograd.program.passes import finish
from autograd.program.program import Program
from autograd.program.reverse import gradient

PART = 100  # instructions of one C function: compilers take more than linear time
TERMS = 40  # of one statement
KEYWORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int long register restrict
return short signed sizeof static struct switch typedef union unsigned void volatile while main malloc free
""".split()
LIBRARY = """
acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma fmax fmin fmod
frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround modf nan nearbyint nextafter nexttoward
pow remainder remquo rint round scalbln scalbn sin sinh sqrt tan tanh tgamma trunc
""".split()  # what <math.h> declares, each also with f and l at its end
INCLUDES = """#include <math.h>
#include <stdlib.h>
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif
#if defined(__GNUC__)
#define AG_PART static __attribute__((noinline)) /* as one function they would take compilers hours */
#else
#define AG_PART static
#endif
"""
ABOUT = """/* {name}: {size}, as C99.

   int {name}(const double *in, double *out){entry}

   in        {inputs}
   out       {outputs}{matrix}
   result    0; 1 + i where guard i is broken: at in, the function that was traced takes another way than this program;
             -1 where the index of a take is no whole number in range; -2 where there is no memory.
             Results are written where it is 0 only, and must not overlap in.
   Compile with -std=c99 or -ffp-contract=off, and without -ffast-math: nan, inf and -0 then are as in Python. */
"""
LISTS = {
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
}  # functions of lists


def to_c(program: Program, name: str = "f") -> str:
    """The program as the text of one C99 file that needs nothing but the C library.

    Argument: `name`, a C identifier. The file defines `int NAME(const double *in, double *out)` and
    `int NAME_gradient(const double *in, double *out, double *gradient)`. `in` holds the program's inputs, `out` its outputs,
    `gradient` the derivative of the output by each input (of several outputs: the Jacobian, row by row). Both return 0;
    1 + i where guard i is broken, so that the traced function would take another way; -1 where the index of a `take` is out
    of range; -2 where there is no memory. A program that holds derivatives already gets no NAME_gradient.
    ValueError for a name that C does not allow; ProgramError for a program that calls Python functions.

    >>> from autograd.program.instructions import NUMBERS
    >>> square = Program(1, [], ([NUMBERS["mul"]], [0], [0], [0]), [], [1])
    >>> print(square.to_c("square").split("\\n\\n")[-2])
    int square(const double *in, double *out) {
        (void)in; (void)out;
        double v0 = in[0] * in[0];
        out[0] = v0;
        return 0;
    }
    """
    _check_name(name)
    if (program.check().op == ops.CALL).any():
        raise ProgramError("a program that calls Python functions cannot be written as C")
    programs, names = [program], [name]
    with suppress(ProgramError):  # which holds derivatives already
        programs.append(_jacobian(program))
        names.append(f"{name}_gradient")
    writers = [_Writer(finish(p), x, len(program.outputs)) for p, x in zip(programs, names, strict=True)]
    bodies = ["".join(writer.functions()) for writer in writers]
    about = _about(program, name, derived=len(programs) > 1)
    needed = dict.fromkeys(x for writer in writers for x in writer.needed)
    helpers = "".join(_helpers(needed))
    if not all(writer.short for writer in writers):
        helpers = helpers.replace("static inline", "AG_PART")
    return "\n".join([about + INCLUDES, helpers, *bodies])


def _jacobian(program: Program) -> Program:
    """The program with the derivatives of each output by all inputs as further outputs."""
    derived = program
    for output in range(len(program.outputs)):
        derived = gradient(derived, output, range(program.inputs))
    return derived


def _about(program: Program, name: str, derived: bool) -> str:
    """The comment at the top."""
    size, inputs, outputs = repr(program)[len("<Program: ") : -1], program.inputs, len(program.outputs)
    entry = f"\n   int {name}_gradient(const double *in, double *out, double *gradient)"
    matrix = f"\n   gradient  {outputs} x {inputs}: the derivative of out[i] by in[j] is gradient[{inputs} * i + j]"
    shown = [entry, matrix] if derived else ["", "\n   There is no gradient: the program holds derivatives already."]
    return ABOUT.format(name=name, size=size, inputs=inputs, outputs=outputs, entry=shown[0], matrix=shown[1])


Program.to_c = to_c


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(f"to_c() needs a C identifier that begins with a letter, not {name!r}")
    plain = name[:-1] if name[-1] in "fl" else name
    if name in KEYWORDS or name in LIBRARY or plain in LIBRARY or name.startswith("ag_"):
        raise ValueError(f"to_c() cannot name a function {name!r}: C or this file has it already; choose another name")


# ---- helper functions: only those that are used


def _helpers(needed: Iterable[str]) -> Iterator[str]:
    """The C functions of these names, each after those that it calls."""
    written: set[str] = set()
    waiting = list(needed)[::-1]
    while waiting:
        name = waiting[-1]
        called = [x for x in _called(_formula(name)[1]) if x not in written] if name not in LISTS else []
        if name in written or not called:
            waiting.pop()
            if name not in written:
                written.add(name)
                yield LISTS[name] if name in LISTS else c_function(_c_name(name), *_formula(name))
        else:
            waiting += called


def _c_name(name: str) -> str:
    return "ag_" + name.replace("'", "_")


def _formula(name: str) -> tuple[Sequence[str], expr.Symbol]:
    if name in TABLE:
        return operand_names(TABLE[name]), formulas(TABLE[name])[0]
    op = ops.OPS[ops.NUMBERS[name]]
    return op.letters, op.formula


def _called(formula: expr.Symbol) -> list[str]:
    """The rows, other than C's own functions, that the formula calls."""
    return [part.op for part in expr.parts(formula) if part.op in TABLE and part.op not in (*ELEMENTARY, "where", "neg")]


def _plain(op: ops.Op) -> bool:
    """Whether the formula can stand where it is used: no operand occurs in it twice."""
    return all(count == 1 for part, count in expr.uses(op.formula).items() if part.op != "number")


# ---- statements


class _Writer:
    """One entry point: a function, or many short ones one after the other where there are many statements."""

    def __init__(self, program: Program, name: str, outputs: int) -> None:
        self.program, self.name, self.outputs = program, name, outputs
        self.needed: dict[str, None] = {}
        self.short = len(program) + len(program.outputs) <= 2 * PART
        self.kept = np.zeros(len(program), dtype=bool)  # what other parts read too, and has a place in v
        if not self.short:
            self._keep()
        self.derived = len(program.outputs) > outputs or name.endswith("_gradient")

    def _keep(self) -> None:
        program = self.program
        for i in range(len(program)):
            start = program.first + i - i % PART
            self.kept[[slot - program.first for slot in program.operands(i) if program.first <= slot < start]] = True
        for slots in (program.outputs, program.guards):
            self.kept[slots[slots >= program.first] - program.first] = True

    def functions(self) -> Iterator[str]:
        program, name = self.program, self.name
        arguments = "const double *in, double *out" + ", double *gradient" * self.derived
        passed = "in, out" + ", gradient" * self.derived
        unused = " ".join(f"(void){x};" for x in passed.split(", "))
        bad = "int bad = 0;" if (program.op == ops.TAKE).any() else ""
        end = [*self.guards(), *(["if (bad) return -1;"] if bad else [])]
        code = [list(self.instruction(i)) for i in range(len(program))]
        results = [[line] for line in self.results()]
        if self.short:
            yield _function(f"int {name}({arguments})", [unused, bad, *chain(*code), *end, *chain(*results), "return 0;"])
            return
        calls = {}
        for label, lines in (("part", code), ("end", results)):
            starts = range(0, len(lines), PART)
            for k, start in enumerate(starts):
                head = f"AG_PART void {name}_{label}{k}({arguments}, double *v, int *bad)"
                yield _function(head, [unused, "(void)v; (void)bad;", *chain(*lines[start : start + PART])])
            calls[label] = [f"{name}_{label}{k}({passed}, v, &bad);" for k in range(len(starts))]
        run = ["int bad = 0;", *calls["part"], *end, *calls["end"], "return 0;"]
        yield _function(f"static int {name}_run({arguments}, double *v)", run)
        work = [f"double *v = malloc({len(program)} * sizeof(double));", "int result;", "if (!v) return -2;"]
        work += [f"result = {name}_run({passed}, v);", "free(v);", "return result;"]
        yield _function(f"int {name}({arguments})", work)

    def guards(self) -> Iterator[str]:
        for i, (slot, truth) in enumerate(zip(self.program.guards, self.program.truths, strict=True)):
            yield f"if ({self.slot(slot)} {'==' if truth else '!='} 0.0) return {i + 1};"

    def results(self) -> Iterator[str]:
        for i, slot in enumerate(self.program.outputs):
            to = f"out[{i}]" if i < self.outputs else f"gradient[{i - self.outputs}]"
            yield f"{to} = {self.slot(slot)};"

    def slot(self, slot: int) -> str:
        program = self.program
        if slot < program.inputs:
            return f"in[{slot}]"
        if slot >= program.first:
            i = slot - program.first
            return f"v[{i}]" if self.kept[i] else f"v{i}"
        number = C.write(expr.symbol(float(program.constants[slot - program.inputs])))
        return f"({number})" if number.startswith("-") else number

    def instruction(self, i: int) -> Iterator[str]:
        op, slots = int(self.program.op[i]), self.program.operands(i)
        to = self.slot(self.program.first + i)
        declared = "" if self.kept[i] else "double "
        if op < ops.FIXED:
            yield f"{declared}{to} = {self.fixed(ops.OPS[op], slots)};"
        elif op in (ops.TAKE, ops.PIVOT):
            items = slots[1:] if op == ops.TAKE else slots
            given = f"items, {len(items)}"
            if op == ops.TAKE:
                given += f", {self.slot(slots[0])}, {'&bad' if self.short else 'bad'}"
            if declared:
                yield f"double {to};"
            name = ops.OPS[op].name
            self.needed[name] = None
            yield f"{{ const double items[] = {{ {', '.join(map(self.slot, items))} }}; {to} = ag_{name}({given}); }}"
        else:
            for k, right in enumerate(self.pooled(op, slots, to)):
                yield f"{'' if k else declared}{to} = {right};"

    def fixed(self, op: ops.Op, slots: Sequence[int]) -> str:
        operands = list(map(self.slot, slots))
        if op.name in ELEMENTARY:
            return call(C_NAMES.get(op.name, op.name), operands)
        if _plain(op):
            self.needed.update(dict.fromkeys(_called(op.formula)))
            return C.write(op.formula, ops.placed_letters(op, operands))
        self.needed[op.name] = None
        return call(_c_name(op.name), operands)

    def pooled(self, op: int, slots: Sequence[int], to: str) -> Iterator[str]:
        """Right-hand sides, one after the other, of which all but the first go on with what is in `to`."""
        held = list(map(self.slot, slots))
        if op == ops.LINK:
            yield held[0]
        else:
            half = 1 + (len(held) - 1) // 2
            terms = held[1:]
            if op != ops.SUM:
                pairs = zip(held[1:half], held[half:], strict=True)
                terms = [f"{p} * {q}" if op == ops.DOT else f"ag_zmul({p}, {q})" for p, q in pairs]
            if op == ops.ZDOT:
                self.needed["zmul"] = None
            yield " + ".join([held[0], *terms[:TERMS]])
            for start in range(TERMS, len(terms), TERMS):
                yield " + ".join([to, *terms[start : start + TERMS]])


def _function(head: str, lines: Iterable[str]) -> str:
    return head + " {\n" + "".join(f"    {line}\n" for line in lines if line) + "}\n"
