"""Straight-line code: instructions on slots of 64-bit floats, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from autograd.program._walks import operands
from autograd.program.verify import CODE, as_ints

P = TypeVar("P", bound="Code")  # for passes, which give the class that they take


class Code:
    """Instructions, and what they read and give. A slot holds one number: inputs first, then constants, then results.

    `inputs` (a count), `constants` (floats), instructions `op`, `a`, `b`, `c` (int32, one entry each): opcode and operand
    slots; for operations that read the pool, a is where their operands start in `pool` and b how many they are. `outputs` and
    `guards` are slots; the code is valid for an input if each guard's number is not 0 exactly where its entry in `outcomes` is
    true. `functions` are the Python functions that CALL instructions use. Instructions only read slots before their own; fields
    that an operation does not use are 0. `input_names` are for readers: one an input, or none. `reverse_start` is the number of
    the instruction at which a reverse sweep begins, that of instructions if there is none.
    """

    def __init__(
        self,
        inputs: int,
        constants: Any,
        code: tuple[Any, ...],
        pool: Any,
        outputs: Any,
        guards: Any = (),
        outcomes: Any = (),
        functions: Sequence[Any] = (),
        input_names: Sequence[str] = (),
    ) -> None:
        self.inputs = int(inputs)
        self.constants = np.ascontiguousarray(constants, dtype=np.float64)
        self.op, self.a, self.b, self.c = map(as_ints, code, CODE)
        self.pool, self.outputs, self.guards = map(as_ints, (pool, outputs, guards), ("pool", "outputs", "guards"))
        self.outcomes = np.ascontiguousarray(outcomes, dtype=np.bool_)
        self.functions = tuple(functions)
        self.input_names = tuple(input_names)
        self.reverse_start = len(self.op)
        self.runner: Any = None  # made when the code is first run by hand

    @property
    def first(self) -> int:
        """The slot of the first instruction."""
        return self.inputs + len(self.constants)

    @property
    def slots(self) -> int:
        """The count of numbers that a run holds."""
        return self.first + len(self.op)

    def __len__(self) -> int:
        """The count of instructions."""
        return len(self.op)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        arrays = (self.constants, self.op, self.a, self.b, self.c, self.pool, self.outputs, self.guards, self.outcomes)
        return sum(array.nbytes for array in arrays)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "runner": None}

    def replaced(self: P, **parts: Any) -> P:
        """The same code with other parts."""
        changed = type(self).__new__(type(self))
        changed.__dict__.update(self.__dict__, runner=None, **parts)
        return changed

    def matrix(self) -> Any:
        """A copy of the instructions as an array of 4 rows: op, a, b, c."""
        return np.array([self.op, self.a, self.b, self.c], dtype=np.int32, order="C")

    def operands(self, i: int) -> list[int]:
        """The slots that instruction number i reads; an initial value comes last."""
        return operands(self.op[i], self.a[i], self.b[i], self.c[i], self.pool)
