"""Tracing: run a function once on fresh Values and note what its way depended on."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from autograd import links
from autograd.errors import TraceError
from autograd.modes import recording
from autograd.switches import TRACE
from autograd.transforms import counted, next_number
from autograd.value import CONSTANT, Value, count_traces, operands, owner, topological, variables

PACKAGE = str(Path(__file__).parent.parent)
WAYS_OUT = {
    ".data": "compute with the Value itself; to cut its derivative use stop_gradient(x)",
    "float()": "use this package's functions (autograd.sin, ...) in place of math's and NumPy's",
    "int()": "give that argument in static_argnums, or read a list at a traced place with autograd.take(values, i)",
    ".grad": "take derivatives with autograd.grad, which a trace can follow",
    "backward()": "take derivatives with autograd.grad, which a trace can follow",
}
_lock = Lock()


def users_line() -> str:
    """Where the caller's own code is: the innermost line outside of this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


class Trace:
    """One run of a function: its variables, and the numbers that decided its way, with what they said."""

    def __init__(self, numbers: Sequence[float], name: str) -> None:
        self.name = name
        self.number = float(next_number())
        self.variables: list[Value] = variables(list(numbers), self.number)
        self.guards: dict[int, tuple[Value, bool]] = {}
        self.lines: dict[int, str] = {}

    def guard(self, node: Value, truth: bool) -> None:
        """Note that the function looked whether the number is 0."""
        if not self.known(node) and id(node) not in self.guards:
            self.guards[id(node)] = (node, truth)
            self.lines[id(node)] = users_line()

    def refuse(self, node: Value, what: str) -> None:
        """TraceError for a look at, or a change of, a number that differs from call to call."""
        if self.known(node):
            return
        way_out = WAYS_OUT.get(what, "do that outside of the traced function")
        label = f" of {node.label}" if node.label else ""
        raise TraceError(f"{self.name}: {what}{label} at {users_line()} cannot be part of a program; {way_out}")

    def reduction(self, node: Value) -> Any:
        """A reduction as what it is made of."""
        return links.reduction(node, operands(node))

    def largest(self, xs: Sequence[Any]) -> tuple[Any, Any]:
        """The first of the largest numbers and its place."""
        return links.largest(xs)

    def known(self, node: Value) -> bool:
        """Whether this is a plain constant, the same in every call."""
        return node.operation == 0 and (owner(node) == CONSTANT or owner(node) > self.number)

    def run(self, f: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
        """The result of f; TraceError where it does what a program cannot repeat."""
        dice = (random.getstate(), _numpy_state())
        with self._listening(), recording(), counted(self.number + 0.5):
            try:
                result = f(*args, **kwargs)
            except TypeError as error:
                self._explain(error)
                raise
        if (random.getstate(), _numpy_state()) != dice:
            raise TraceError(
                f"{self.name} draws random numbers, which a program would repeat: draw them outside and pass them as arguments"
            )
        return result

    def _explain(self, error: TypeError) -> None:
        if "Value'" in str(error) and ("integer" in str(error) or "indices" in str(error)):
            raise TraceError(
                f"{self.name}: {error}: in a trace a number is known at run time only; name the argument in static_argnums "
                "(one program for each number), or read lists with autograd.take(values, i)"
            ) from error

    @contextmanager
    def _listening(self) -> Iterator[None]:
        with _lock:
            count_traces(1)
        token = TRACE.set(self)
        try:
            yield
        finally:
            TRACE.reset(token)
            with _lock:
                count_traces(-1)

    def order(self, outputs: Sequence[Any]) -> list[Value]:
        """The nodes of outputs and guards, each after its parents."""
        return topological([x for x in outputs if type(x) is Value] + [node for node, _ in self.guards.values()])


def _numpy_state() -> Any:
    kind, keys, *rest = np.random.get_state()
    return kind, np.asarray(keys).tobytes(), *rest
