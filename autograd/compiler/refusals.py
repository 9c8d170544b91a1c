"""Refuse what a program could not repeat: looks at traced numbers, I/O, random draws, leaked Values, changed arguments.

Each guard is needed because a trace runs a function once and a program runs ever after. A look at a number is refused where
it happens; I/O is heard of through Python's audit events; random draws and changed arguments show in a comparison of before
and after; a traced Value that somebody keeps has more references than its trace accounts for.
"""

from __future__ import annotations

import gc
import pickle
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from types import FunctionType
from typing import Any

import numpy as np

from autograd._pytree import flatten
from autograd.engine.context import TRACE, user_line
from autograd.engine.value import Value
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
IO_EVENTS = {"builtins.input", "open", "os.system", "socket.connect", "sqlite3.connect", "subprocess.Popen", "time.sleep"}
LOADERS = ("<frozen importlib", "linecache.py", "tokenize.py")  # they open files of source on their own account
GENERATORS = (random.Random, np.random.Generator, np.random.RandomState)


class TextError(TraceError):
    """A traced number was to be shown, which is no error if the text is that of an exception."""


def users_line() -> str:
    """The file and line under way in the caller's own code."""
    source = user_line()
    return "an unknown line" if source is None else f"{source[0]}:{source[1]}"


class Refusals:
    """The refusals of one trace; `first` is the cause of any that follow."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.first: TraceError | None = None

    def _refuse(self, error: TraceError) -> None:
        self.first = self.first or error
        raise error

    def refuse(self, what: str, label: str) -> None:
        """TraceError for a look at, or a change of, a number that differs from call to call."""
        way_out = WAYS_OUT.get(what, "do that outside of the traced function")
        label = f" of {label}" if label else ""
        kind = TextError if what == "text" else TraceError
        self._refuse(kind(f"{self.name}: {what}{label} at {users_line()} cannot be part of a program; {way_out}"))

    def refuse_io(self, event: str) -> None:
        """TraceError for I/O, unless Python only loads a module or a line of source."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename.startswith(LOADERS[0]) or frame.f_code.co_filename.endswith(LOADERS[1:]):
                return
            frame = frame.f_back
        function = f"{event.removeprefix('builtins.')}()"
        where = f"{self.name}: {function} at {users_line()}"
        self._refuse(TraceError(f"{where} cannot be part of a program; do it outside and pass numbers as arguments"))

    @contextmanager
    def watching(self, f: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Iterator[None]:
        """TraceError where f, called inside, did what a program cannot repeat, even if f caught that error."""
        _listen()
        states, objects = generator_states(f), _identities((args, kwargs))
        try:
            yield
        except Exception as error:
            if self.first is None or error is self.first:
                raise
            raise self.first from error
        if self.first is not None:
            raise self.first
        if generator_states(f) != states:
            raise TraceError(
                f"{self.name} draws random numbers, which a program would repeat: draw them outside and pass them as arguments"
            )
        if _identities((args, kwargs)) != objects:
            raise TraceError(f"{self.name} changes its arguments in place, which a program would not: work on a copy")

    def check_leaks(self, variables: Sequence[Value]) -> None:
        """TraceError if somebody keeps a traced Value, when all that the trace knows of have dropped theirs."""
        if _any_kept(variables):
            gc.collect()
            if _any_kept(variables):
                raise TraceError(
                    f"{self.name} keeps a traced number in a list, an attribute, a variable or an object outside of it, where "
                    "later calls would leave it as it is: return it (in lists, tuples, dicts or arrays)"
                )


# ---- I/O

_lock = Lock()
_listening = False  # an audit hook cannot be taken off again


def _listen() -> None:
    global _listening
    if not _listening:
        with _lock:
            if not _listening:
                sys.addaudithook(_hear)
                _listening = True


def _hear(event: str, _: Any, events: set[str] = IO_EVENTS, trace: Any = TRACE) -> None:  # bound, for the interpreter's end
    if event in events and trace.get() is not None:
        trace.get().refusals.refuse_io(event)


# ---- leaked Values and changed arguments


def _any_kept(variables: Sequence[Value]) -> bool:
    *counts, own = [sys.getrefcount(x) for x in (*variables, Value(0.0))]
    return any([count > own + 1 for count in counts])


def _identities(x: Any) -> Any:
    """Which objects a structure holds, in which places."""
    leaves, spec = flatten(x)
    return spec, [list(map(id, leaf.flat)) if _holds_objects(leaf) else id(leaf) for leaf in leaves]


def _holds_objects(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "O"


# ---- random draws


def generator_states(f: Any) -> list[Any]:
    """What the next draw of each random generator depends on: the global ones and those that f can reach."""
    return [random.getstate(), _state(np.random.mtrand._rand), *map(_state, generators(f))]


def generators(f: Any) -> list[Any]:
    """The random generators that f reaches without the help of others.

    It holds them in closures, defaults or attributes of its object, or reads them from its module, itself or through functions
    of that module.
    """
    reached: dict[int, Any] = {}
    seen: set[int] = set()
    waiting = [f]
    while waiting:
        x = waiting.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, GENERATORS):
            reached[id(x)] = x
        elif isinstance(x, FunctionType):
            waiting += [y for y in _reads(x) if _leads_on(y, x.__globals__)]
        else:
            waiting += [getattr(x, name) for name in ("__func__", "func", "wrapped") if hasattr(x, name)]
            owner = getattr(x, "__self__", None)
            attributes = [owner, *getattr(x, "args", ()), *getattr(x, "__dict__", {}).values()]
            waiting += [y for y in attributes if isinstance(y, GENERATORS)]
            if owner is not None and not callable(owner):
                waiting.append(owner)
    return list(reached.values())


def _reads(f: FunctionType) -> Iterator[Any]:
    """What a function reads by name: closures, defaults, globals."""
    for cell in f.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            pass  # not filled yet
    yield from f.__defaults__ or ()
    yield from (f.__kwdefaults__ or {}).values()
    yield from [f.__globals__[name] for name in f.__code__.co_names if name in f.__globals__]


def _leads_on(x: Any, module: Any) -> bool:
    return isinstance(x, GENERATORS) or (isinstance(x, FunctionType) and x.__globals__ is module)


def _state(generator: Any) -> Any:
    if isinstance(generator, np.random.Generator):
        return pickle.dumps(generator.bit_generator.state)
    return pickle.dumps(generator.get_state() if isinstance(generator, np.random.RandomState) else generator.getstate())
