"""Program: a graph laid flat. Slots hold one number each: inputs first, then constants, then one for each instruction."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from autograd._files import atomic_write
from autograd.program.instructions import OPS, POOLED
from autograd.program.printing import listing, summary
from autograd.program.serialize import packed, unpacked
from autograd.program.verify import CODE, as_ints, check


class Program:
    """Straight-line code on slots of 64-bit floats.

    `inputs` (a count), `constants` (floats), instructions `op`, `a`, `b`, `c` (int32, one entry each): operation number and
    operand slots; for operations that read the pool, a is where their operands start in `pool` and b how many they are.
    `outputs`, `guards` are slots; the program is valid for an input if each guard's number is not 0 exactly where `truths` says
    so. `calls` are the Python functions that CALL instructions use. Instructions only read slots before their own; places that
    an operation does not use are 0. `input_names` are for readers: one an input, or none.

    >>> from autograd import jit, tanh
    >>> print(jit(lambda w, x: tanh(2 * w + x)).program(0.5, 1.0))
    x0 = input 0
    x1 = input 1
    v0 = x0 * 2.0
    v1 = x1 + v0
    v2 = tanh(v1)
    output 0 = v2
    """

    to_c: ClassVar[Callable[..., str]]  # from export_c, which stands above the passes
    run: ClassVar[Callable[..., Any]]  # from running, which stands above the executors

    def __init__(
        self,
        inputs: int,
        constants: Any,
        code: tuple[Any, ...],
        pool: Any,
        outputs: Any,
        guards: Any = (),
        truths: Any = (),
        calls: Sequence[Any] = (),
        input_names: Sequence[str] = (),
    ) -> None:
        self.inputs = int(inputs)
        self.constants = np.ascontiguousarray(constants, dtype=np.float64)
        self.op, self.a, self.b, self.c = map(as_ints, code, CODE)
        self.pool, self.outputs, self.guards = map(as_ints, (pool, outputs, guards), ("pool", "outputs", "guards"))
        self.truths = np.ascontiguousarray(truths, dtype=np.bool_)
        self.calls = tuple(calls)
        self.input_names = tuple(input_names)
        self.turn = len(self.op)  # where a reverse sweep begins

    @property
    def first(self) -> int:
        """The slot of the first instruction."""
        return self.inputs + len(self.constants)

    @property
    def slots(self) -> int:
        """How many numbers a run holds."""
        return self.first + len(self.op)

    def __len__(self) -> int:
        """The number of instructions."""
        return len(self.op)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        arrays = (self.constants, self.op, self.a, self.b, self.c, self.pool, self.outputs, self.guards, self.truths)
        return sum(array.nbytes for array in arrays)

    def replaced(self, **parts: Any) -> Program:
        """The same program with other parts."""
        made = Program.__new__(Program)
        made.__dict__.update(self.__dict__)
        for name, part in parts.items():
            setattr(made, name, part)
        return made

    def operands(self, i: int) -> list[int]:
        """The slots that instruction number i reads."""
        op = int(self.op[i])
        if op not in POOLED:
            return [int(x) for x in (self.a[i], self.b[i], self.c[i])[: len(OPS[op].letters)]]
        start, count = int(self.a[i]), int(self.b[i])
        listed = [int(x) for x in self.pool[start : start + count]]
        return [int(self.c[i]), *listed] if OPS[op].name in ("sum", "dot", "zdot") else listed

    def check(self) -> Program:
        """The program itself, if it is well formed: known operations, operands before their use, places that exist.

        ProgramError names the first instruction that is not. What is well formed can be run and changed by passes safely.
        """
        check(self)
        return self

    def __repr__(self) -> str:
        return summary(self)

    def __str__(self) -> str:
        return self.text()

    def text(self, limit: int | None = 2000, operands: int | None = 12) -> str:
        """One line for each input, instruction, guard and output.

        Arguments: `limit`, how many lines at most (of more, the middle is left out), `operands`, how many items of a list
        at most; None for all. Constants stand where they are used; a partial of an operation is written as its formula.

        >>> from autograd.program.instructions import NUMBERS
        >>> code = [NUMBERS["mul"], NUMBERS["tanh"], NUMBERS["less"]], [0, 3, 3], [1, 0, 2], [0, 0, 0]
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

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the program to a file, which takes its name when it is complete. What had the name before is replaced.

        The format holds numbers and names (docs/program-format.md); `Program.load` reads it on any machine.
        ProgramError for a program that is not well formed, or calls Python functions; OSError where writing fails.
        """
        atomic_write(path, packed(self.check()))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Program:
        """The program that `save` wrote. No code from the file is run; memory is in proportion to the file.

        ProgramError for a file that is damaged, or uses operations that this package does not have; OSError where there
        is none.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "f.program")
        >>> Program(1, [], ([], [], [], []), [], [0]).save(path)
        >>> Program.load(path)
        <Program: 1 input, 0 constants, 0 instructions, 0 guards, 1 output>
        """
        parts = unpacked(Path(path).read_bytes())
        turn = parts.pop("turn")
        code = tuple(parts.pop(name) for name in CODE)
        return cls(code=code, **parts).replaced(turn=turn).check()
