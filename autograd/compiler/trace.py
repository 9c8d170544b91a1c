"""Trace a function: run it once on fresh Values, and note the comparisons that decided its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from autograd.calculus.call import inside
from autograd.compiler._lower import needed_in_trace
from autograd.compiler.deferred import Deferred
from autograd.compiler.refusals import Refusals, users_line
from autograd.engine import trace_ops
from autograd.engine.backward import topological_order
from autograd.engine.context import TRACE
from autograd.engine.node import is_constant_inside
from autograd.engine.value import Value, count_active, next_level, operands, variables

_lock = Lock()


class Trace:
    """One run of a function: its variables, and the numbers that decided its path, with their outcomes.

    While it runs, `engine.context` hands it every look at a Value.
    """

    def __init__(self, numbers: Sequence[float], name: str, defers: bool = True) -> None:
        self.level = next_level()
        self.variables: list[Value] = variables(list(numbers), self.level)
        self.guards: dict[int, tuple[Value, bool]] = {}
        self.lines: dict[int, str] = {}  # of the guards, in the user's code
        self.name = name
        self.refusals = Refusals(name)
        self.deferred = self.deferred_now = Deferred() if defers else None

    def guard(self, node: Value, outcome: bool) -> None:
        """Note that the function asked whether the number is 0."""
        if self.known(node):
            return
        if self.deferred:
            self.deferred.refuse()
        if id(node) not in self.guards:
            self.guards[id(node)] = (node, outcome)
            self.lines[id(node)] = users_line()

    def refuse(self, node: Value, what: str) -> None:
        """TraceError for a look at, or a change of, a number that differs from call to call."""
        if not self.known(node):
            self.refusals.refuse(what, node.label)

    def reduction(self, node: Value) -> Any:
        """A reduction as the operations that it consists of."""
        return trace_ops.reduction(node, operands(node))

    def largest(self, xs: Sequence[Any]) -> tuple[Any, Any]:
        """The first of the largest numbers and its place."""
        return trace_ops.largest(xs)

    def pull_back(self, seeds: Sequence[tuple[Value, Any]], inputs: Sequence[Value]) -> list[Any] | None:
        """The derivatives of the seeded outputs, which the program's own sweep will give; None where it is to be recorded."""
        return self.deferred_now.pull_back(seeds, inputs) if self.deferred_now is not None else None

    def push_forward(self, seeds: Sequence[tuple[Value, Any]], outputs: Sequence[Any]) -> list[Any] | None:
        """Likewise the derivatives of outputs in the direction of seeds."""
        return self.deferred_now.push_forward(seeds, outputs) if self.deferred_now is not None else None

    @contextmanager
    def recording_sweeps(self) -> Iterator[None]:
        """Let sweeps inside be recorded."""
        deferred, self.deferred_now = self.deferred_now, None
        try:
            yield
        finally:
            self.deferred_now = deferred

    def known(self, node: Value) -> bool:
        """Whether this is a plain constant, the same in every call."""
        return node.operation == 0 and is_constant_inside(node, self.level)

    def run(self, f: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
        """The result of f; TraceError where it does what a program cannot repeat."""
        with self.refusals.watching(f, args, kwargs), self._active(), inside(self.level):
            result = f(*args, **kwargs)
        if self.deferred:
            self.deferred.check()
        return result

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Forget what was refused inside: there is another way to record the operation."""
        first = self.refusals.first
        try:
            yield
        finally:
            self.refusals.first = first

    def check_leaks(self) -> None:
        """TraceError if somebody keeps a traced Value, now that the program is made and all others have dropped theirs."""
        self.guards.clear()
        self.refusals.check_leaks(self.variables)

    @contextmanager
    def _active(self) -> Iterator[None]:
        with _lock:
            count_active(more_traces=1)
        token = TRACE.set(self)
        try:
            yield
        finally:
            TRACE.reset(token)
            with _lock:
                count_active(more_traces=-1)

    def order(self, outputs: Sequence[Any]) -> list[Value]:
        """The nodes of outputs and guards, each after its parents."""
        wanted = [x for x in outputs if type(x) is Value] + [node for node, _ in self.guards.values()]
        return needed_in_trace(topological_order(wanted), wanted)
