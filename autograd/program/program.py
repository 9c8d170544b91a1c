"""Program: a graph laid flat. Slots hold one number each: inputs first, then constants, then one for each instruction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.errors import ProgramError
from autograd.program.ops import FIXED, LINK, OPS, POOLED

_ints = np.int32


def as_ints(x: Any) -> Any:
    return np.ascontiguousarray(x, dtype=_ints)


class Program:
    """Straight-line code on slots of 64-bit floats.

    `inputs` (a count), `constants` (floats), instructions `op`, `a`, `b`, `c` (int32, one entry each): operation number and
    operand slots; for operations that read the pool, a is where their operands start in `pool` and b how many they are.
    `outputs`, `guards` are slots; the program is valid for an input if each guard's number is not 0 exactly where `truths` says
    so. `calls` are the Python functions that CALL instructions use. Instructions only read slots before their own.
    """

    def __init__(
        self,
        inputs: int,
        constants: Any,
        code: tuple[Any, Any, Any, Any],
        pool: Any,
        outputs: Any,
        guards: Any = (),
        truths: Any = (),
        calls: Sequence[Any] = (),
    ) -> None:
        self.inputs = int(inputs)
        self.constants = np.ascontiguousarray(constants, dtype=np.float64)
        self.op, self.a, self.b, self.c = map(as_ints, code)
        self.pool, self.outputs, self.guards = map(as_ints, (pool, outputs, guards))
        self.truths = np.ascontiguousarray(truths, dtype=np.bool_)
        self.calls = tuple(calls)
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

        ProgramError names the first instruction that is not.
        """
        n, first = len(self.op), self.first
        if not (len(self.a) == len(self.b) == len(self.c) == n):
            raise ProgramError("the instruction arrays differ in length")
        if len(self.guards) != len(self.truths):
            raise ProgramError("there are not as many truths as guards")
        own = np.arange(first, first + n)
        arity = np.array([len(op.letters) for op in OPS], dtype=_ints)
        self._refuse((self.op < 1) | (self.op >= len(OPS)), "an unknown operation")
        for place, operand in enumerate((self.a, self.b, self.c)):
            fixed = (self.op < FIXED) & (arity[self.op] > place)
            self._refuse(fixed & ((operand < 0) | (operand >= own)), "an operand that is not computed before it")
        for i in np.nonzero(self.op >= FIXED)[0]:
            self._check_pooled(int(i), int(own[i]))
        for name, slots in (("output", self.outputs), ("guard", self.guards)):
            if len(slots) and (slots.min() < 0 or slots.max() >= self.slots):
                raise ProgramError(f"an {name} reads a slot that does not exist")
        return self

    def _refuse(self, wrong: Any, what: str) -> None:
        if wrong.any():
            raise ProgramError(f"instruction {int(np.argmax(wrong))} has {what}")

    def _check_pooled(self, i: int, own: int) -> None:
        start, count, op = int(self.a[i]), int(self.b[i]), OPS[int(self.op[i])].name
        if start < 0 or count < 0 or start + count > len(self.pool):
            raise ProgramError(f"instruction {i} reads outside the pool")
        read = self.pool[start : start + count]
        if op == "call":
            if not 0 <= self.c[i] < len(self.calls):
                raise ProgramError(f"instruction {i} calls a function that does not exist")
        elif op in ("sum", "dot", "zdot"):
            read = np.append(read, self.c[i])
        if len(read) and (read.min() < 0 or read.max() >= own):
            raise ProgramError(f"instruction {i} has an operand that is not computed before it")
        if (op in ("dot", "zdot") and count % 2) or (self.op[i] == LINK and count % 2 == 0) or (op == "take" and count < 2):
            raise ProgramError(f"instruction {i} has a wrong number of operands")
