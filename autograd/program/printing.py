"""Print a program: one line for each input, instruction, guard and output."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from autograd.ops.primitives import TABLE
from autograd.ops.printers import PYTHON, RANK, call
from autograd.program.instructions import CALL, LINK, OPCODES, OPS, PIVOT, SUM, TAKE, ZDOT, Op, substitution

WORDS = ("input", "guard", "output", *OPCODES)


def summary(program: Any) -> str:
    """The counts of inputs, constants, instructions, guards and outputs, in one line."""
    counts = {
        "input": program.inputs,
        "constant": len(program.constants),
        "instruction": len(program),
        "guard": len(program.guards),
        "output": len(program.outputs),
    }
    return "<Program: " + ", ".join(f"{n} {name}{'s' * (n != 1)}" for name, n in counts.items()) + ">"


def listing(program: Any, limit: int | None, operands: int | None) -> str:
    """The lines; the middle is left out of more than `limit` lines, and of lists longer than `operands`."""
    return "\n".join(_Lines(program, operands).chosen(limit))


class _Lines:
    def __init__(self, program: Any, operands: int | None) -> None:
        self.program, self.longest = program, operands
        uses = Counter(program.input_names)
        self.names = {
            i: name
            for i, name in enumerate(program.input_names)
            if uses[name] == 1 and name.isidentifier() and name not in WORDS and not re.fullmatch(r"[xv]\d+", name)
        }

    def chosen(self, limit: int | None) -> list[str]:
        total = sum((self.program.inputs, len(self.program), len(self.program.guards), len(self.program.outputs)))
        if limit is None or total <= limit:
            return list(map(self.line, range(total)))
        end = max(0, limit) // 2
        start = max(0, limit) - end
        left_out = f"... {total - start - end:,} lines left out ..."
        return [*map(self.line, range(start)), left_out, *map(self.line, range(total - end, total))]

    def line(self, i: int) -> str:
        program = self.program
        if i < program.inputs:
            named = i not in self.names and program.input_names and program.input_names[i]
            return f"{self.slot(i)} = input {i}" + (f" {program.input_names[i]!r}" if named else "")
        i -= program.inputs
        if i < len(program):
            return f"v{i} = {self.instruction(i)}"
        i -= len(program)
        if i < len(program.guards):
            return f"guard {self.slot(program.guards[i])} is {'true' if program.outcomes[i] else 'false'}"
        i -= len(program.guards)
        return f"output {i} = {self.slot(program.outputs[i])}"

    def slot(self, slot: Any) -> str:
        """The name of an input or instruction; the number of a constant, in brackets where it has a sign."""
        program = self.program
        if slot < program.inputs:
            return str(self.names.get(int(slot), f"x{slot}"))
        if slot >= program.first:
            return f"v{slot - program.first}"
        number = repr(float(program.constants[slot - program.inputs]))
        return f"({number})" if number.startswith("-") else number

    def listed(self, slots: Sequence[int]) -> str:
        if self.longest is None or len(slots) <= self.longest:
            return "[" + ", ".join(map(self.slot, slots)) + "]"
        start = max(1, self.longest - 1)
        shown = [*map(self.slot, slots[:start]), f"... {len(slots) - start - 1:,} more ...", self.slot(slots[-1])]
        return "[" + ", ".join(shown) + "]"

    def instruction(self, i: int) -> str:
        op, slots = int(self.program.op[i]), self.program.operands(i)
        if op == CALL:
            f = self.program.functions[self.program.c[i]]
            return f"call {getattr(f, '__name__', 'function')}({self.listed(slots)})"
        if op == TAKE:
            return f"take({self.listed(slots[1:])}, {self.slot(slots[0])})"
        if op == LINK:
            n = len(slots) // 2
            return f"link({self.slot(slots[0])}, {self.listed(slots[1 : 1 + n])}, {self.listed(slots[1 + n :])})"
        if op == PIVOT:
            return f"pivot({self.listed(slots)})"
        if SUM <= op <= ZDOT:
            return self._sum(op, slots[-1], slots[:-1])
        return expression(OPS[op], [self.slot(slot) for slot in slots])

    def _sum(self, op: int, initial: int, slots: list[int]) -> str:
        parts = op - SUM + 1
        n = len(slots) // parts
        lists = [slots[n * k : n * (k + 1)] for k in range(parts)]
        written = f"{OPS[op].name}({', '.join(map(self.listed, lists))})"
        start = self.slot(initial)
        return written if start == "(-0.0)" else f"{start} + {written}"  # -0 adds nothing


def expression(op: Op, operands: Sequence[str]) -> str:
    """An operation of up to three operands: infix, or a call of its name, or, for a partial, its formula."""
    formula = op.formula
    if formula.op == "where" and [part.shown for part in formula.args[1:]] == ["1.0", "0.0"]:
        formula = formula.args[0]
    infix = formula.op in RANK and not any(part.args for part in formula.args)
    if op.name in TABLE and not infix:
        return call(op.name, list(operands))
    return PYTHON.write(formula, substitution(op, operands))
