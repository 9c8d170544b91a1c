"""Call a program with Values: each output is one node, whose partials are the program's gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.interpret import register_output
from autograd.compiler.signature import flat_numbers
from autograd.compiler.specialization import Specialization
from autograd.engine.context import mode
from autograd.engine.value import number, record
from autograd.program.executor import Runner
from autograd.program.reverse import gradient

MAX_OUTPUTS = 16  # each needs a reverse sweep of its own; with more, the function runs untraced


def call_on_values(jitted: Any, specialization: Specialization, pieces: Sequence[Any]) -> Any:
    """The outputs as Values; a broken guard's number; NotImplemented where the function had better run untraced."""
    outputs = len(specialization.layout.places)
    if outputs > MAX_OUTPUTS or jitted.derivation is not None or mode().paused:
        return NotImplemented
    operands = [*flat_numbers(pieces), *specialization.captured]
    numbers = tuple(map(float, map(number, operands)))
    nodes, inputs = [], len(operands)
    for k, (op, runner) in enumerate(_gradients(specialization, jitted.name)):
        results = runner.call(numbers)
        if type(results) is int:
            return results
        derivatives, reached = results[outputs:-inputs], results[-inputs:]
        partials = tuple([p if r else None for p, r in zip(derivatives, reached, strict=True)])
        nodes.append(record(op, tuple(operands), results[k], partials))
    return nodes if nodes else _check_guards(specialization, numbers)


def _check_guards(specialization: Specialization, numbers: tuple[float, ...]) -> Any:
    """A broken guard's number, or no outputs."""
    results = specialization.runner.call(numbers)
    return results if type(results) is int else []


def _gradients(specialization: Specialization, name: str) -> list[tuple[int, Runner]]:
    """For each output the opcode of its nodes, and the runner of the output and its gradient."""
    if specialization.gradients is None:
        source = specialization.differentiable()
        specialization.gradients = [
            (register_output(source, k, name), Runner(gradient(source, k, range(source.inputs), with_reached=True)))
            for k in range(len(specialization.layout.places))
        ]
    return specialization.gradients
