"""Tracing: run a function once on fresh Values and note what its way depended on."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np

from autograd._pytree import flatten
from autograd.calculus.call import inside, next_level
from autograd.compiler._lower import within
from autograd.compiler.refusals import states
from autograd.engine import trace_ops
from autograd.engine.backward import topological_order
from autograd.engine.context import TRACE, user_line
from autograd.engine.modes import recording
from autograd.engine.node import is_constant_inside
from autograd.engine.value import Value, count_active, operands, variables
from autograd.errors import TraceError

WAYS_OUT = {
    ".data": "compute with the Value itself; to cut its derivative use stop_gradient(x)",
    "float()": "use this package's functions (autograd.sin, ...) in place of math's and NumPy's",
    "int()": "give that argument in static_argnums, or read a list at a traced place with autograd.take(values, i)",
    "an index": "give that argument in static_argnums, or read a list at a traced place with autograd.take(values, i)",
    "text": "return the number, and print or format it outside",
    "hash()": "sets and dicts would look for the very number: compare it (x == 1.0), or use autograd.take(values, i)",
    ".grad": "take derivatives with autograd.grad, which a trace can follow",
    "backward()": "take derivatives with autograd.grad, which a trace can follow",
}
_lock = Lock()
WORLD = {"builtins.input", "open", "os.system", "socket.connect", "sqlite3.connect", "subprocess.Popen", "time.sleep"}
LOADERS = ("<frozen importlib", "linecache.py", "tokenize.py")  # they open files of source on their own account
_heard = False  # whether Python tells us of these events


class TextError(TraceError):
    """A traced number was to be shown, which is no error if the text is that of an exception."""


def users_line() -> str:
    """Where the caller's own code is."""
    source = user_line()
    return "an unknown line" if source is None else f"{source[0]}:{source[1]}"


class Trace:
    """One run of a function: its variables, and the numbers that decided its way, with what they said."""

    def __init__(self, numbers: Sequence[float], name: str) -> None:
        self.name = name
        self.level = next_level()
        self.variables: list[Value] = variables(list(numbers), self.level)
        self.guards: dict[int, tuple[Value, bool]] = {}
        self.lines: dict[int, str] = {}
        self.refused: TraceError | None = None

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
        kind = TextError if what == "text" else TraceError
        error = kind(f"{self.name}: {what}{label} at {users_line()} cannot be part of a program; {way_out}")
        self.refused = self.refused or error  # the first is the cause
        raise error

    def meet(self, event: str) -> None:
        """TraceError where f turns to the world outside, unless Python only loads a module or a line of source."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename.startswith(LOADERS[0]) or frame.f_code.co_filename.endswith(LOADERS[1:]):
                return
            frame = frame.f_back
        name = event.removeprefix("builtins.")
        error = TraceError(
            f"{self.name}: {name}() at {users_line()} cannot be part of a program; do it outside and pass numbers as arguments"
        )
        self.refused = self.refused or error
        raise error

    def reduction(self, node: Value) -> Any:
        """A reduction as what it is made of."""
        return trace_ops.reduction(node, operands(node))

    def largest(self, xs: Sequence[Any]) -> tuple[Any, Any]:
        """The first of the largest numbers and its place."""
        return trace_ops.largest(xs)

    def known(self, node: Value) -> bool:
        """Whether this is a plain constant, the same in every call."""
        return node.operation == 0 and is_constant_inside(node, self.level)

    def run(self, f: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
        """The result of f; TraceError where it does what a program cannot repeat, even if f caught that error."""
        dice, held = states(f), identities((args, kwargs))
        with self._listening(), recording(), inside(self.level):
            try:
                result = f(*args, **kwargs)
            except Exception as error:
                if self.refused is None or error is self.refused:
                    raise
                raise self.refused from error
        if self.refused is not None:
            raise self.refused
        if states(f) != dice:
            raise TraceError(
                f"{self.name} draws random numbers, which a program would repeat: draw them outside and pass them as arguments"
            )
        if identities((args, kwargs)) != held:
            raise TraceError(f"{self.name} changes its arguments in place, which a program would not: work on a copy")
        return result

    def check_kept(self) -> None:
        """TraceError if somebody keeps a traced number, now that the program is made and all others have dropped theirs."""
        self.guards.clear()
        if self._kept():
            gc.collect()
            if self._kept():
                raise TraceError(
                    f"{self.name} keeps a traced number in a list, an attribute, a variable or an object outside of it, where "
                    "later calls would leave it as it is: return it (in lists, tuples, dicts or arrays)"
                )

    def _kept(self) -> bool:
        *counts, own = [sys.getrefcount(x) for x in (*self.variables, Value(0.0))]
        return any([count > own + 1 for count in counts])

    @contextmanager
    def _listening(self) -> Iterator[None]:
        with _lock:
            count_active(more_traces=1)
            _listen_to_python()
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
        return within(topological_order(wanted), wanted)


def _listen_to_python() -> None:
    global _heard
    if not _heard:
        sys.addaudithook(_hear)
        _heard = True


def _hear(event: str, _: Any, world: set[str] = WORLD, trace: Any = TRACE) -> None:  # bound, for the end of the interpreter
    if event in world and trace.get() is not None:
        trace.get().meet(event)


def identities(x: Any) -> Any:
    """Which objects a structure holds, in which places."""
    leaves, spec = flatten(x)
    return spec, [list(map(id, leaf.flat)) if _holds_objects(leaf) else id(leaf) for leaf in leaves]


def _holds_objects(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "O"
