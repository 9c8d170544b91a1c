"""Program: traced code as users hold it, to be read, checked, run, saved and exported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from autograd._files import atomic_write
from autograd.program.code import Code
from autograd.program.executor import run
from autograd.program.export_c import c_source
from autograd.program.printing import listing, summary
from autograd.program.serialize import packed, unpacked
from autograd.program.verify import CODE, check


class Program(Code):
    """Straight-line code on slots of 64-bit floats, as `jit(f).program()` gives it.

    Its arrays are described in `autograd.program.code.Code`. `len()` counts instructions.

    Examples:
        >>> from autograd import jit, tanh
        >>> print(jit(lambda w, x: tanh(2 * w + x)).program(0.5, 1.0))
        x0 = input 0
        x1 = input 1
        v0 = x0 * 2.0
        v1 = x1 + v0
        v2 = tanh(v1)
        output 0 = v2
    """

    def __repr__(self) -> str:
        return summary(self)

    def __str__(self) -> str:
        return self.text()

    def text(self, limit: int | None = 2000, operands: int | None = 12) -> str:
        """One line for each input, instruction, guard and output.

        Constants stand where they are used; a partial of an operation is written as its formula.

        Args:
            limit: the greatest number of lines, 2000 by default; of more, the middle is left out. None for all.
            operands: the greatest number of items of a list, 12 by default; None for all.

        Returns:
            The lines.

        Examples:
            >>> from autograd.program.instructions import OPCODES
            >>> code = [OPCODES["mul"], OPCODES["tanh"], OPCODES["less"]], [0, 3, 3], [1, 0, 2], [0, 0, 0]
            >>> print(Program(2, [0.5], code, [], [4], [5], [True], input_names=("w", "layer 1")))
            w = input 0
            x1 = input 1 'layer 1'
            v0 = w * x1
            v1 = tanh(v0)
            v2 = v0 < 0.5
            guard v2 is true
            output 0 = v1
        """
        return listing(self, limit, operands)

    def check(self) -> Program:
        """Check that the program is well formed.

        That is: known operations, operands before their use, places that exist. A well-formed program can be run, and
        changed by passes, safely.

        Returns:
            The program itself.

        Raises:
            ProgramError: naming the first instruction that is wrong.
        """
        check(self)
        return self

    def run(self, inputs: Any, out: Any = None) -> Any:
        """Run the program, making nothing but the result.

        This is the fastest call for a tight loop.

        Args:
            inputs: a 1-D array of all input numbers, or a tuple of floats and arrays that follow each other.
            out: a float64 array with a place for each output, written if the run succeeds; by default a new one.

        Returns:
            `out`, or the new array, filled with the outputs.

        Raises:
            ProgramError: if a guard says that these numbers take another path than the traced one.
            ValueError: if the count of numbers or the array `out` does not fit.
            IndexError: if an index of `take` is out of range.

        Examples:
            >>> import numpy as np
            >>> from autograd import jit, value_and_grad
            >>> program = jit(value_and_grad(lambda x: x[0] * x[1])).program([2.0, 3.0])
            >>> program.run(np.array([4.0, 5.0]))
            array([20.,  5.,  4.])
        """
        return run(self, inputs, out)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the program to a file.

        The file takes its name when it is complete; what had the name before is replaced. The format holds numbers and names
        (docs/program-format.md); `Program.load` reads it on any machine.

        Args:
            path: where to.

        Raises:
            ProgramError: for a program that is not well formed, or calls Python functions.
            OSError: where writing fails.
        """
        atomic_write(path, packed(self.check()))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Program:
        """Read a program that `save` wrote.

        No code from the file is run; memory is in proportion to the file.

        Args:
            path: the file.

        Returns:
            The program, checked.

        Raises:
            ProgramError: for a file that is damaged, or uses operations that this package does not have.
            OSError: where there is none.

        Examples:
            >>> import os, tempfile
            >>> path = os.path.join(tempfile.mkdtemp(), "f.program")
            >>> Program(1, [], ([], [], [], []), [], [0]).save(path)
            >>> Program.load(path)
            <Program: 1 input, 0 constants, 0 instructions, 0 guards, 1 output>
        """
        parts = unpacked(Path(path).read_bytes())
        reverse_start = parts.pop("reverse_start")
        code = tuple(parts.pop(name) for name in CODE)
        return cls(code=code, **parts).replaced(reverse_start=reverse_start).check()

    def to_c(self, name: str = "f", gradient: bool | None = None) -> str:
        """The program as the text of one C99 file that needs nothing but the C library.

        The file defines `int NAME(const double *in, double *out)` and
        `int NAME_gradient(const double *in, double *out, double *gradient)`. `in` holds the program's inputs, `out` its
        outputs, `gradient` the derivatives of the output with respect to each input (of several outputs: the Jacobian, row by
        row). Both return 0; 1 + i where guard i is broken, so that the traced function would take another path; -1 where the
        index of a `take` is out of range; -2 where there is no memory.

        Args:
            name: a C identifier, "f" by default.
            gradient: whether to write NAME_gradient; by default for a program with one output that holds no derivatives.

        Returns:
            The text.

        Raises:
            ValueError: for a name that C does not allow.
            ProgramError: for a program that is not well formed, or calls Python functions.

        Examples:
            >>> from autograd.program.instructions import OPCODES
            >>> square = Program(1, [], ([OPCODES["mul"]], [0], [0], [0]), [], [1])
            >>> print(square.to_c("square").split("\\n\\n")[-2])
            int square(const double *in, double *out) {
                (void)in; (void)out;
                double v0 = in[0] * in[0];
                out[0] = v0;
                return 0;
            }
        """
        return c_source(self, name, gradient)
