"""Export a program as one standalone C99 file with its value and its gradient."""

from __future__ import annotations

import re

from autograd.errors import ProgramError
from autograd.program.code import P
from autograd.program.expand import expand
from autograd.program.export_function import FunctionWriter
from autograd.program.export_helpers import helpers
from autograd.program.instructions import CALL
from autograd.program.passes import finish
from autograd.program.printing import summary
from autograd.program.sweeping import NO_PARTIALS, Sweeps
from autograd.program.verify import as_ints, check

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
   result    0; 1 + i where guard i is broken: at in, the function that was traced takes another path than this program;
             -1 where the index of a take is no whole number in range; -2 where there is no memory.
             Results are written where it is 0 only, and must not overlap in.
   Compile with -std=c99 or -ffp-contract=off, and without -ffast-math: nan, inf and -0 then are as in Python. */
"""


def c_source(program: P, name: str, gradient: bool | None = None) -> str:
    """The text of the file: see Program.to_c."""
    _check_name(name)
    check(program)
    if (program.op == CALL).any():
        raise ProgramError("a program that calls Python functions cannot be written as C")
    programs, names = [program], [name]
    holds_derivatives = bool(NO_PARTIALS[program.op].any())
    if gradient or (gradient is None and len(program.outputs) == 1 and not holds_derivatives):
        programs.append(_with_jacobian(expand(program)))
        names.append(f"{name}_gradient")
    writers = [FunctionWriter(finish(p), x, len(program.outputs)) for p, x in zip(programs, names, strict=True)]
    bodies = ["".join(writer.functions()) for writer in writers]
    about = _about(program, name, has_gradient=len(programs) > 1)
    needed = dict.fromkeys(x for writer in writers for x in writer.needed)
    functions = "".join(helpers(needed))
    if not all(writer.is_short for writer in writers):
        functions = functions.replace("static inline", "AG_PART")
    return "\n".join([about + INCLUDES, functions, *bodies])


def _with_jacobian(program: P) -> P:
    """The program with the derivatives of each output with respect to all inputs as further outputs."""
    sweeps = Sweeps(program)
    inputs = range(program.inputs)
    slots = [q for root in sweeps.slots_of(program.outputs) for q, _ in sweeps.reverse([(root, sweeps.one)], inputs)]
    derived = sweeps.appended()
    return derived.replaced(outputs=as_ints([*derived.outputs, *slots], "outputs"), reverse_start=len(program))


def _about(program: P, name: str, has_gradient: bool) -> str:
    """The comment at the top."""
    size, inputs, outputs = summary(program)[len("<Program: ") : -1], program.inputs, len(program.outputs)
    entry = f"\n   int {name}_gradient(const double *in, double *out, double *gradient)"
    matrix = f"\n   gradient  {outputs} x {inputs}: the derivative of out[i] by in[j] is gradient[{inputs} * i + j]"
    shown = [entry, matrix] if has_gradient else ["", "\n   There is no gradient: to_c(name, gradient=True) writes one."]
    return ABOUT.format(name=name, size=size, inputs=inputs, outputs=outputs, entry=shown[0], matrix=shown[1])


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(f"to_c() needs a C identifier that begins with a letter, not {name!r}")
    stem = name[:-1] if name[-1] in "fl" else name
    if name in KEYWORDS or name in LIBRARY or stem in LIBRARY or name.startswith("ag_"):
        raise ValueError(f"to_c() cannot name a function {name!r}: C or this file has it already; choose another name")
