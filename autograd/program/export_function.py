"""One function of an exported C file, statement by statement; as many short ones where there are many statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from autograd.ops.codegen_c import C_NAMES, C
from autograd.ops.expr import symbol, uses
from autograd.ops.formulas import ELEMENTARY
from autograd.ops.printers import call
from autograd.program.code import Code
from autograd.program.export_helpers import c_name, called
from autograd.program.instructions import DOT, FIXED, LINK, OPS, PIVOT, TAKE, ZDOT, Op, substitution

PART = 100  # instructions of one C function: compilers take more than linear time
TERMS = 40  # of one statement


class FunctionWriter:
    """Writes the function NAME of a program, of whose outputs the first `outputs` go to `out`, others to `gradient`.

    `needed` are the helpers that its statements use, known when all are written.
    """

    def __init__(self, program: Code, name: str, outputs: int) -> None:
        self.program, self.name, self.outputs = program, name, outputs
        self.needed: dict[str, None] = {}
        self.is_short = len(program) + len(program.outputs) <= 2 * PART
        self.kept = np.zeros(len(program), dtype=bool)  # what other parts read too, and has a place in v
        if not self.is_short:
            self._keep()
        self.has_gradient = len(program.outputs) > outputs or name.endswith("_gradient")

    def _keep(self) -> None:
        program = self.program
        for i in range(len(program)):
            start = program.first + i - i % PART
            self.kept[[slot - program.first for slot in program.operands(i) if program.first <= slot < start]] = True
        for slots in (program.outputs, program.guards):
            self.kept[slots[slots >= program.first] - program.first] = True

    def functions(self) -> Iterator[str]:
        """The function; before it the parts that it calls."""
        program, name = self.program, self.name
        arguments = "const double *in, double *out" + ", double *gradient" * self.has_gradient
        passed = "in, out" + ", gradient" * self.has_gradient
        unused = " ".join(f"(void){x};" for x in passed.split(", "))
        bad = "int bad = 0;" if (program.op == TAKE).any() else ""
        checks = [*self._guards(), *(["if (bad) return -1;"] if bad else [])]
        code = [list(self._instruction(i)) for i in range(len(program))]
        results = [[line] for line in self._results()]
        if self.is_short:
            yield _function(f"int {name}({arguments})", [unused, bad, *chain(*code), *checks, *chain(*results), "return 0;"])
            return
        calls = {}
        for label, lines in (("part", code), ("end", results)):
            starts = range(0, len(lines), PART)
            for k, start in enumerate(starts):
                head = f"AG_PART void {name}_{label}{k}({arguments}, double *v, int *bad)"
                yield _function(head, [unused, "(void)v; (void)bad;", *chain(*lines[start : start + PART])])
            calls[label] = [f"{name}_{label}{k}({passed}, v, &bad);" for k in range(len(starts))]
        run = ["int bad = 0;", *calls["part"], *checks, *calls["end"], "return 0;"]
        yield _function(f"static int {name}_run({arguments}, double *v)", run)
        work = [f"double *v = malloc({len(program)} * sizeof(double));", "int result;", "if (!v) return -2;"]
        work += [f"result = {name}_run({passed}, v);", "free(v);", "return result;"]
        yield _function(f"int {name}({arguments})", work)

    def _guards(self) -> Iterator[str]:
        for i, (slot, outcome) in enumerate(zip(self.program.guards, self.program.outcomes, strict=True)):
            yield f"if ({self._slot(slot)} {'==' if outcome else '!='} 0.0) return {i + 1};"

    def _results(self) -> Iterator[str]:
        for i, slot in enumerate(self.program.outputs):
            target = f"out[{i}]" if i < self.outputs else f"gradient[{i - self.outputs}]"
            yield f"{target} = {self._slot(slot)};"

    def _slot(self, slot: int) -> str:
        program = self.program
        if slot < program.inputs:
            return f"in[{slot}]"
        if slot >= program.first:
            i = slot - program.first
            return f"v[{i}]" if self.kept[i] else f"v{i}"
        number = C.write(symbol(float(program.constants[slot - program.inputs])))
        return f"({number})" if number.startswith("-") else number

    def _instruction(self, i: int) -> Iterator[str]:
        op, slots = int(self.program.op[i]), self.program.operands(i)
        target = self._slot(self.program.first + i)
        declaration = "" if self.kept[i] else "double "
        if op < FIXED:
            yield f"{declaration}{target} = {self._fixed(OPS[op], slots)};"
        elif op in (TAKE, PIVOT):
            items = slots[1:] if op == TAKE else slots
            arguments = f"items, {len(items)}"
            if op == TAKE:
                arguments += f", {self._slot(slots[0])}, {'&bad' if self.is_short else 'bad'}"
            if declaration:
                yield f"double {target};"
            name = OPS[op].name
            self.needed[name] = None
            listed = ", ".join(map(self._slot, items))
            yield f"{{ const double items[] = {{ {listed} }}; {target} = ag_{name}({arguments}); }}"
        else:
            for k, right in enumerate(self._sums(op, slots, target)):
                yield f"{'' if k else declaration}{target} = {right};"

    def _fixed(self, op: Op, slots: Sequence[int]) -> str:
        operands = list(map(self._slot, slots))
        if op.name in ELEMENTARY:
            return call(C_NAMES.get(op.name, op.name), operands)
        if _uses_operands_once(op):
            self.needed.update(dict.fromkeys(called(op.formula)))
            return C.write(op.formula, substitution(op, operands))
        self.needed[op.name] = None
        return call(c_name(op.name), operands)

    def _sums(self, op: int, slots: Sequence[int], target: str) -> Iterator[str]:
        """Right-hand sides, one after the other, of which all but the first go on with what is in `target`."""
        operands = list(map(self._slot, slots))
        if op == LINK:
            yield operands[0]
            return
        *terms, initial = operands
        if op == DOT:
            half = len(terms) // 2
            terms = [f"{p} * {q}" for p, q in zip(terms[:half], terms[half:], strict=True)]
        if op == ZDOT:
            self.needed["zmul"] = None
            n = len(terms) // 3
            terms = [call("ag_zmul", terms[k::n]) for k in range(n)]
        yield " + ".join([initial, *terms[:TERMS]])
        for start in range(TERMS, len(terms), TERMS):
            yield " + ".join([target, *terms[start : start + TERMS]])


def _uses_operands_once(op: Op) -> bool:
    """Whether the formula can stand where it is used: no operand or part occurs in it twice."""
    return all(count == 1 for part, count in uses(op.formula).items() if part.op != "number")


def _function(head: str, lines: Iterable[str]) -> str:
    return head + " {\n" + "".join(f"    {line}\n" for line in lines if line) + "}\n"
