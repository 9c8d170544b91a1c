"""Trace one call of a jitted function into a specialisation: its result, or the gradient that `grad` would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.calculus.call import one_number, pair_of
from autograd.calculus.derivation import Derivation
from autograd.compiler.deferred import NotDeferred
from autograd.compiler.refusals import TextError
from autograd.compiler.signature import filled, flat_numbers, is_number, key_of
from autograd.compiler.specialization import GradientRequest, Specialization
from autograd.compiler.static_arguments import unmarked
from autograd.compiler.trace import Trace
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value
from autograd.errors import TraceError

ONLY_TRACED = (
    "{}: {}; untraced it runs, but in a trace numbers are Values, known at run time only: use this package's functions, "
    "autograd.take(values, i) to read lists, or name the argument in static_argnums"
)


class TracedCall:
    """A call of a jitted function with a trace's variables in place of the numbers of its arguments."""

    def __init__(self, jitted: Any, trace: Trace, args: Any, kwargs: Any) -> None:
        self.jitted, self.trace = jitted, trace
        self.args, self.kwargs = jitted.static.mark(args), jitted.static.mark_named(kwargs)
        variables = iter(trace.variables)
        self.traced_args = [filled(x, variables) for x in self.args]
        self.traced_kwargs = {k: filled(x, variables) for k, x in self.kwargs.items()}

    def specialization(self) -> Specialization:
        """The program of the call. A gradient is not traced: the program's own reverse sweep gives it."""
        derivation = self.jitted.derivation
        if derivation is None:
            return Specialization(self.trace, self._result(self.jitted.wrapped), None)
        return self._gradient(derivation)

    def _result(self, f: Callable[..., Any]) -> Any:
        """The traced result of f; what f raises comes out as it would untraced."""
        try:
            return self.trace.run(f, self.traced_args, self.traced_kwargs)
        except Exception as error:
            if self.trace.deferred:
                raise NotDeferred("it raises, which may come of a number that is not known yet") from error
            if isinstance(error, TraceError) and not isinstance(error, TextError):
                raise
            failure = error
        self.jitted.run_untraced(unmarked(self.args), self._plain_kwargs())
        if isinstance(failure, TraceError):
            raise failure
        raise TraceError(f"{self.trace.name}: {ONLY_TRACED.format(type(failure).__name__, failure)}") from failure

    def _plain_kwargs(self) -> dict[str, Any]:
        return dict(zip(self.kwargs, unmarked(list(self.kwargs.values())), strict=True))

    def _gradient(self, derivation: Derivation) -> Specialization:
        """The function that `grad` was applied to is traced, and placeholders stand for the derivatives in the result."""
        argnums, has_aux = derivation.options["argnums"], derivation.options["has_aux"]
        positions = [argnums] if isinstance(argnums, int) else list(argnums)
        if not _differentiable(self.args, positions):
            self.jitted.wrapped(*unmarked(self.args), **self._plain_kwargs())  # raises, unless it takes a bool for a number
            raise TraceError(
                f"{self.trace.name} cannot differentiate by what is a part of the program, as bools and static_argnums"
            )
        result = self._result(derivation.wrapped)
        output, aux = pair_of("grad()", result) if has_aux else (result, None)
        output = one_number("grad()", output)
        request = GradientRequest(output, self._inputs(positions))
        placeholders = iter(request.placeholders)
        derivatives = tuple([filled(self.args[position], placeholders) for position in positions])
        gradient = derivatives[0] if isinstance(argnums, int) else derivatives
        value = output if type(output) is Value else float(output)
        if derivation.transform.__name__ == "grad":
            return Specialization(self.trace, (gradient, aux) if has_aux else gradient, request)
        return Specialization(self.trace, ((value, aux) if has_aux else value, gradient), request)

    def _inputs(self, positions: Sequence[int]) -> list[int]:
        """The program's inputs that the arguments at these positions hold."""
        ends = np.cumsum([0] + [len(flat_numbers(_pieces(x))) for x in self.args]).tolist()
        n = len(self.args)
        return [i for position in positions for i in range(ends[position % n], ends[position % n + 1])]


def _differentiable(args: Sequence[Any], positions: Sequence[int]) -> bool:
    """Whether there are arguments at all these positions, each once, that hold nothing but numbers."""
    if any([not -len(args) <= i < len(args) for i in positions]) or len({i % len(args) for i in positions}) < len(positions):
        return False
    return all([is_number(x) for i in positions for x in Raveled(args[i]).numbers])


def _pieces(x: Any) -> list[Any]:
    """The numbers of an argument."""
    pieces: list[Any] = []
    key_of(x, pieces, "jit()")
    return pieces
