"""Print the native executor's kernels, and the numbers that it shares with Python, as C when the extension is built."""

from __future__ import annotations

from autograd.ops.codegen_c import c_function
from autograd.program import native_layout
from autograd.program.instructions import ARITY, BAD_INDEX, CONSTANT, FIXED, OPCODES, OPERAND, OPS

VECTOR = (  # functions of one argument in glibc's vector library
    "exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt erf erfc"
)
VECTOR_OF_TWO = "pow atan2 hypot"


def _declarations() -> str:
    one = [f'double {name}(double) __attribute__((simd("notinbranch")));' for name in VECTOR.split()]
    two = [f'double {name}(double, double) __attribute__((simd("notinbranch")));' for name in VECTOR_OF_TWO.split()]
    return "\n".join(["#ifdef AG_MVEC", *one, *two, "#endif\n"])


def scalar_function(opcode: int) -> str:
    """The C function of an operation of up to three operands."""
    op = OPS[opcode]
    return c_function(f"ag_op{opcode}", op.letters, op.formula).rstrip() + f" /* {op.name} */\n"


def _kernel(opcode: int) -> str:
    letters = OPS[opcode].letters
    operands = ", ".join(f"{letter}[i]" for letter in "xyw"[: len(letters)])
    return (
        f"AG_CLONES static void ag_run{opcode}(ptrdiff_t n, double *restrict o, const double *restrict x, "
        f"const double *restrict y, const double *restrict w) "
        f"{{ (void)y; (void)w; for (ptrdiff_t i = 0; i < n; i++) o[i] = ag_op{opcode}({operands}); }}\n"
    )


def c_instructions() -> str:
    """C: what compiled modules and the executor know by name: opcodes, how many operands each has, fields of segments."""
    opcodes = ", ".join(f"AG_OP_{name.upper()} = {op}" for name, op in OPCODES.items() if name.isidentifier())
    fields = ", ".join(f"AG_{name} = {x}" for name, x in vars(native_layout).items() if name.isupper())
    return (
        "/* Printed from the instruction set by autograd/program/codegen_native.py. */\n"
        "#ifndef AG_INSTRUCTIONS\n#define AG_INSTRUCTIONS\n"
        f"enum {{ AG_FIXED = {FIXED}, {opcodes} }};\n"
        f"enum {{ {fields} }};\n"
        f'#define AG_BAD_INDEX "{BAD_INDEX}"\n'
        f"enum {{ AG_PARTIAL_CONSTANT = {CONSTANT}, AG_PARTIAL_OPERAND = {OPERAND} }};\n"
        f"static const unsigned char ag_arity[] = {{ {', '.join(map(str, ARITY))} }};\n"
        "#endif\n"
    )


def c_kernels() -> str:
    """C: one function an operation of up to three operands, and the table that finds it by opcode."""
    opcodes = range(1, FIXED)
    operands = ", ".join(["const double *restrict"] * 3)
    table = ", ".join(f"ag_run{opcode}" for opcode in opcodes)
    parts = [
        "/* Printed from the instruction set by autograd/program/codegen_native.py. */\n",
        "#include <math.h>\n#include <stddef.h>\n",
        _declarations(),
        '#include "kernels.h"\n#include "instructions.h"\n',
        *map(scalar_function, opcodes),
        *map(_kernel, opcodes),
        f"typedef void (*ag_kernel)(ptrdiff_t, double *restrict, {operands});\n",
        f"static const ag_kernel ag_kernels[] = {{ 0, {table} }};\n",
    ]
    return "".join(parts)
