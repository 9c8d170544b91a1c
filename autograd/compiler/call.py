"""A program called with Values: its outputs as single nodes, with the program's gradient as their local derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.interpret import register
from autograd.compiler.signature import flat_numbers
from autograd.compiler.specialization import Path
from autograd.engine.context import mode
from autograd.engine.value import number, record
from autograd.program.executor import Runner
from autograd.program.reverse import gradient

MANY = 16  # outputs, each with a reverse sweep of its own; beyond that the function runs untraced


def linked(jitted: Any, path: Path, pieces: Sequence[Any]) -> Any:
    """The outputs as Values; the number of a broken guard; NotImplemented where running untraced is the better way."""
    outputs = len(path.outputs.places)
    if outputs > MANY or jitted.made is not None or mode()[0]:
        return NotImplemented
    held = [*flat_numbers(pieces), *path.outside]
    numbers = tuple(map(float, map(number, held)))
    nodes = []
    for k, (op, runner) in enumerate(_gradients(path, jitted.name)):
        found = runner.call(numbers)
        if type(found) is int:
            return found
        nodes.append(record(op, tuple(held), found[k], found[outputs:]))
    return nodes if nodes else _checked(path, numbers)


def _checked(path: Path, numbers: tuple[float, ...]) -> Any:
    found = path.runner.call(numbers)
    return found if type(found) is int else []


def _gradients(path: Path, name: str) -> list[tuple[int, Runner]]:
    """For each output the operation number of its nodes, and what computes it and its gradient."""
    if path.gradients is None:
        wanted = range(path.source.inputs)
        path.gradients = [
            (register(path.source, k, name), Runner(gradient(path.source, k, wanted))) for k in range(len(path.outputs.places))
        ]
    return path.gradients
