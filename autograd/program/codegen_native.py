"""The native executor's kernels as C, printed from the instruction set when the extension is built."""

from __future__ import annotations

from autograd.ops.codegen_c import c_function
from autograd.program import instructions as ops

VECTOR = (  # what glibc's vector library has, of one argument
    "exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt erf erfc"
)
VECTOR_OF_TWO = "pow atan2 hypot"


def _declarations() -> str:
    one = [f'double {name}(double) __attribute__((simd("notinbranch")));' for name in VECTOR.split()]
    two = [f'double {name}(double, double) __attribute__((simd("notinbranch")));' for name in VECTOR_OF_TWO.split()]
    return "\n".join(["#ifdef AG_MVEC", *one, *two, "#endif\n"])


def scalar_function(number: int) -> str:
    """The C function of one operation of up to three operands."""
    op = ops.OPS[number]
    return c_function(f"ag_op{number}", op.letters, op.formula).rstrip() + f" /* {op.name} */\n"


def _kernel(number: int) -> str:
    letters = ops.OPS[number].letters
    operands = ", ".join(f"{letter}[i]" for letter in "xyw"[: len(letters)])
    return (
        f"AG_CLONES static void ag_run{number}(ptrdiff_t n, double *restrict o, const double *restrict x, "
        f"const double *restrict y, const double *restrict w) "
        f"{{ (void)y; (void)w; for (ptrdiff_t i = 0; i < n; i++) o[i] = ag_op{number}({operands}); }}\n"
    )


def kernels() -> str:
    """C: one function a kind of instruction, and the tables that find them."""
    numbers = range(1, ops.FIXED)
    named = ("SUM", "DOT", "ZDOT", "PIVOT", "LINK", "TAKE", "CALL")
    parts = [
        "/* Printed from the instruction set by autograd/program/codegen_native.py. */\n",
        "#include <math.h>\n#include <stddef.h>\n",
        _declarations(),
    ]
    parts.append('#include "kernels.h"\n')
    listed = ", ".join(f"AG_OP_{name} = {getattr(ops, name)}" for name in named)
    parts.append(f'#define AG_BAD_INDEX "{ops.BAD_INDEX}"\n')
    parts.append(f"enum {{ AG_FIXED = {ops.FIXED}, {listed} }};\n")
    parts += [scalar_function(number) for number in numbers]
    parts += [_kernel(number) for number in numbers]
    operands = ", ".join(["const double *restrict"] * 3)
    parts.append(f"typedef void (*ag_kernel)(ptrdiff_t, double *restrict, {operands});\n")
    parts.append("static const ag_kernel ag_kernels[] = { 0, " + ", ".join(f"ag_run{number}" for number in numbers) + " };\n")
    arity = ", ".join(str(len(op.letters)) for op in ops.OPS[: ops.FIXED])
    parts.append(f"static const unsigned char ag_arity[] = {{ {arity} }};\n")
    return "".join(parts)
