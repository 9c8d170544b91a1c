"""One call of a function that is differentiated, on fresh variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from threading import Lock
from typing import Any

import numpy as np

from autograd._validate import is_real
from autograd.calculus.derivation import Argnums, Function
from autograd.engine.backward import topological_order
from autograd.engine.context import LEVEL
from autograd.engine.modes import recording
from autograd.engine.node import level
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value, count_active, number, unary, variable, variables
from autograd.ops.formulas import OPS

_levels = count(1)
_lock = Lock()


def next_level() -> int:
    """The level of one more call; later ones have higher levels."""
    return next(_levels)


@contextmanager
def inside(level: int) -> Iterator[None]:
    """Give leaves made meanwhile this level, by which they are known as constants of the call."""
    with _lock:
        count_active(more_calls=1)
    token = LEVEL.set(level)
    try:
        yield
    finally:
        LEVEL.reset(token)
        with _lock:
            count_active(more_calls=-1)


class Call:
    """One call of a function on fresh variables: `inputs` (a Raveled), `variables`, `result`, `nested`."""

    def __init__(self, name: str, f: Function, args: Sequence[Any], kwargs: Any, argnums: Argnums) -> None:
        self.positions = [argnums] if isinstance(argnums, int) else list(argnums)
        for position in self.positions:
            if not -len(args) <= position < len(args):
                raise TypeError(f"{name}: argnums {position} needs more than the {len(args)} positional arguments of the call")
        if len({position % len(args) for position in self.positions}) < len(self.positions):
            raise ValueError(f"{name}: argnums {tuple(self.positions)} names an argument twice")
        self.several = not isinstance(argnums, int)
        chosen = [args[position] for position in self.positions]
        self.inputs = Raveled(tuple(chosen) if self.several else chosen[0])
        self.level = next_level()
        self.nested = Value in self.inputs.kinds
        self.variables = self._variables(name)
        filled = list(args)
        rebuilt = self.inputs.rebuild(self.variables)
        for position, argument in zip(self.positions, rebuilt if self.several else [rebuilt], strict=True):
            filled[position] = argument
        with recording(), inside(self.level):
            self.result = f(*filled, **kwargs)

    def _variables(self, name: str) -> list[Value]:
        if self.inputs.kinds == {float}:
            return variables(self.inputs.numbers, self.level)
        return [self._variable(x, name) for x in self.inputs.numbers]

    def _variable(self, x: Any, name: str) -> Value:
        if type(x) is Value:
            return unary(OPS["identity"], x)
        if not is_real(x):
            raise TypeError(f"{name} differentiates by numbers, not {type(x).__name__}; leave that argument out with argnums")
        return variable(float(x), self.level)

    def look_outside(self, outputs: Sequence[Any]) -> None:
        """Note whether the outputs depend on Values from outside, as on variables of an enclosing derivative.

        Enclosing calls have lower levels; what calls inside left behind is constant by now.
        """
        if not self.nested:
            order = topological_order([x for x in outputs if type(x) is Value])
            self.nested = any([x.operation == 0 and not x.is_constant and level(x) < self.level for x in order])

    def plain(self, x: Any) -> Any:
        """A result as the caller gets it: the number, unless this call is nested in another derivative."""
        return x if self.nested or type(x) is not Value else number(x)

    def mirrored(self, found: Sequence[Any]) -> Any:
        """Derivatives in the structure of the arguments."""
        return self.inputs.rebuild(found)


def one_number(name: str, output: Any) -> Any:
    """The number that a function returned; TypeError for anything else."""
    if isinstance(output, np.ndarray) and output.ndim == 0:
        output = output.item()
    if type(output) is not Value and not is_real(output):
        raise TypeError(f"{name} needs a function that returns one number, not {type(output).__name__}: use jacobian()")
    return output


def numbers_of(name: str, result: Any) -> Raveled:
    """The numbers of a result; TypeError where there is anything else, as after a forgotten return."""
    outputs = Raveled(result)
    for x in outputs.numbers:
        if type(x) is not Value and not is_real(x):
            raise TypeError(
                f"{name} needs a function that returns numbers, in lists, tuples, dicts or arrays, not {type(x).__name__}"
            )
    return outputs
