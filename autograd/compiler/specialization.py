"""A specialisation of a jitted function: the program of one trace, ready to run, and the form of its result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.lower import lower
from autograd.compiler.result_layout import ResultLayout
from autograd.compiler.trace import Trace
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value
from autograd.program.derive import derived
from autograd.program.executor import Runner
from autograd.program.expand import expand
from autograd.program.passes import compact, prune, tidy
from autograd.program.program import Program
from autograd.program.reverse import gradient


class GradientRequest:
    """A derivative to take of a trace: of `output`, with respect to the inputs `wanted`.

    `placeholders` stand for the derivatives in the result until the program computes them.
    """

    def __init__(self, output: Any, wanted: Sequence[int]) -> None:
        self.output, self.wanted = output, list(wanted)
        self.placeholders = [Value(0.0) for _ in self.wanted] if type(output) is Value else [0.0] * len(self.wanted)


class Specialization:
    """The program of one trace, which is right for a call whose guards have the same `outcomes`.

    `layout` is the form of the result, `source` the program (it can be differentiated unless it holds a gradient already),
    `runner` runs it, `captured` are the Values from outside the function whose numbers are read at each call, `guard_lines`
    says where in the user's code the guards are.
    """

    def __init__(self, trace: Trace, result: Any, request: GradientRequest | None) -> None:
        self.layout = ResultLayout(result)
        computed = [x for x in Raveled(result).numbers if type(x) is Value]
        self.guard_lines = tuple(trace.lines.values())
        derivatives = {id(x): i for i, x in enumerate(request.placeholders)} if request else {}
        values = [x for x in computed if id(x) not in derivatives]
        root = [request.output] if request and derivatives and type(request.output) is Value else []
        program, self.captured = lower(trace, root + values)
        self.holds_sweeps = bool(trace.deferred)
        self.source = derived(program) if self.holds_sweeps else tidy(program)
        if request and root and not self.captured:
            self.source = gradient(self.differentiable(), 0, request.wanted)
            outputs = iter(range(1, 1 + len(values)))
            chosen = [1 + len(values) + derivatives[id(x)] if id(x) in derivatives else next(outputs) for x in computed]
            self.source = compact(prune(self.source.replaced(outputs=self.source.outputs[chosen])))
        self.outcomes = tuple(self.source.outcomes.tolist())
        self.gradients: list[tuple[int, Runner]] | None = None  # of its outputs, see call.py; made when first needed
        self._runner: Runner | None = None

    def differentiable(self) -> Program:
        """The program, of which derivatives can be taken unless it holds a gradient already."""
        return tidy(expand(self.source)) if self.holds_sweeps else self.source

    @property
    def runner(self) -> Runner:
        """The executor of the program, made when first needed."""
        if self._runner is None:
            self._runner = Runner(self.source)
        return self._runner
