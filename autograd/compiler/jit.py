"""jit: trace a function once for each way through it, and run the programs afterwards."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial, update_wrapper
from threading import RLock
from types import MethodType
from typing import Any

import numpy as np

from autograd._validate import is_real
from autograd.calculus.transforms import Made, one_number
from autograd.compiler.call import linked
from autograd.compiler.signature import OTHERS, SCALAR, Static, both_ways, filled, flat_numbers, key_of
from autograd.compiler.specialization import Gradient, Path
from autograd.compiler.trace import TextError, Trace
from autograd.engine.context import MODE, TRACE, mode
from autograd.engine.pytree import Tree
from autograd.engine.value import Value, number
from autograd.errors import TraceError
from autograd.program.program import Program

Function = Callable[..., Any]
LOG = logging.getLogger("autograd.jit")
FULL = (
    "{} took its {} ways at branches (if, while, comparisons) and now a new one, at {}: it runs untraced. "
    "Choose with autograd.where, maximum, abs, clip, which need no branch, or raise max_paths"
)

ONLY_TRACED = (
    "{}: {}; untraced it runs, but in a trace numbers are Values, known at run time only: use this package's functions, "
    "autograd.take(values, i) to read lists, or name the argument in static_argnums"
)


def jit(
    f: Function | None = None,
    *,
    static_argnums: int | Iterable[int] = (),
    static_argnames: str | Iterable[str] = (),
    max_paths: int = 64,
    on_limit: str = "eager",
) -> Any:
    """The same function, traced at its first call and run as a program afterwards.

    Arguments: `f`, a function of numbers, arrays, lists, tuples and dicts of them, nested (other arguments, as a str or a bool,
    and those in `static_argnums` or `static_argnames`, however they are passed, are part of the program: each value has one of
    its own); `max_paths`, how many ways through
    its branches are kept for arguments of one structure; `on_limit`, "eager" to run further ways untraced (the log says so
    once) or "raise". Comparisons decide while tracing and are checked in every call: if one turns out otherwise, that way is
    traced too. Also a decorator. The result has `program(*args)`, `stats`, and `wrapped`, the function.
    TraceError (a TypeError) where f does what a program cannot repeat: reads `.data` or `float()`, draws random numbers, ...
    What f raises while it is traced comes out as it would untraced.

    >>> from autograd import sin, value_and_grad
    >>> f = jit(value_and_grad(lambda x: x * sin(x)))
    >>> f(2.0)
    (1.8185948536513634, 0.0770037537313969)
    """
    if on_limit not in ("eager", "raise"):
        raise ValueError(f"jit() knows on_limit='eager' and 'raise', not {on_limit!r}")
    if f is None:
        return partial(
            jit, static_argnums=static_argnums, static_argnames=static_argnames, max_paths=max_paths, on_limit=on_limit
        )
    if not callable(f):
        raise TypeError(f"jit() takes a function, not {type(f).__name__}")
    static = (static_argnums,) if isinstance(static_argnums, int) else tuple(static_argnums)
    names = (static_argnames,) if isinstance(static_argnames, str) else tuple(static_argnames)
    return Jitted(f, *both_ways(f, static, names), max_paths, on_limit)


class Ways:
    """The paths for arguments of one structure, found by what their guards say: a decision tree, by its prefixes."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.after: dict[tuple[bool, ...], Path] = {}
        self.last: Path | None = None
        self.full = False  # whether a way was refused, and the log says so

    def add(self, path: Path) -> None:
        """One more path."""
        self.paths = [kept for kept in self.paths if kept.truths != path.truths] + [path]
        for k in range(len(path.truths) + 1):
            self.after[path.truths[:k]] = path
        self.last = path

    def other(self, path: Path, broken: int) -> Path | None:
        """A path that agrees with this one up to its guard number `broken`, and not there."""
        return self.after.get((*path.truths[:broken], not path.truths[broken]))


class Jitted:
    """A function that runs as programs: see `jit`."""

    def __init__(self, f: Function, static: Sequence[int], static_names: frozenset[str], max_paths: int, on_limit: str) -> None:
        self.wrapped, self.static, self.static_names = f, static, static_names
        self.max_paths, self.on_limit = max_paths, on_limit
        self.name = getattr(f, "__name__", type(f).__name__)
        update_wrapper(self, f, updated=())
        made = getattr(f, "made_by", None)
        self.made: Made | None = made if made is not None and made.result() is f else None
        self._ways: dict[Any, Ways] = {}
        self._lock = RLock()
        self._fast: Any = None  # the last program on floats alone, and what builds its result
        self._counts = {"traces": 0, "eager": 0, "seconds tracing": 0.0}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        fast = self._fast
        if fast is not None and not kwargs and not MODE.get():
            found = fast[0](args)
            if type(found) is tuple:
                return fast[1](found)
        return self._call(args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        return MethodType(self, instance)

    @property
    def stats(self) -> dict[str, Any]:
        """What happened so far: traces, paths kept, untraced calls, seconds spent tracing, instructions of all programs."""
        paths = [path for ways in self._ways.values() for path in ways.paths]
        return {
            "structures": len(self._ways),
            "paths": len(paths),
            "instructions": sum(len(path.runner.program) for path in paths),
            **self._counts,
        }

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The Program for these arguments: printed by str(), with check(), save(), to_c()."""
        key, pieces = self._key(args, kwargs)
        ways = self._ways.setdefault(key, Ways())
        path = self._find(ways, pieces) or self._trace(ways, args, kwargs, pieces)
        return path.source

    # ---- a call

    def _call(self, args: Any, kwargs: Any) -> Any:
        if TRACE.get() is not None:
            return self.wrapped(*args, **kwargs)  # inlined
        if MODE.get() and mode()[2]:
            return self._eager(args, kwargs)  # trap() wants to see each operation
        key, pieces = self._key(args, kwargs)
        ways = self._ways.get(key) or self._ways.setdefault(key, Ways())
        path, tried = ways.last, set()
        while True:
            new = path is None
            if path is None:
                if not self._room(ways):
                    return self._eager(args, kwargs)
                path = self._trace(ways, args, kwargs, pieces)
            found = self._on_path(path, pieces) if path not in tried else NotImplemented
            if found is NotImplemented or (new and type(found) is int):  # rounded otherwise, a number is on no path's side
                return self._eager(args, kwargs)
            if type(found) is not int:
                ways.last = path
                self._remember(key, path)
                return path.outputs.build(found)
            tried.add(path)
            path = ways.other(path, found)

    def _on_path(self, path: Path, pieces: Sequence[Any]) -> Any:
        """The computed numbers; the number of a broken guard; NotImplemented where running untraced is the better way."""
        if path.outside or any([type(x) is Value for x in pieces]):
            return linked(self, path, pieces)
        found = np.empty(len(path.outputs.places))
        broken = path.runner.run(tuple(pieces), (found,))
        return found if broken < 0 else broken

    def _key(self, args: Any, kwargs: Any) -> tuple[Any, list[Any]]:
        pieces: list[Any] = []
        name = f"jit({self.name})"
        args = self.with_static(args)
        keys = tuple([key_of(x, pieces, name) for x in args])
        if kwargs:
            kwargs = self._static_named(kwargs)
            return (keys, tuple([(k, key_of(kwargs[k], pieces, name)) for k in kwargs])), pieces
        return keys, pieces

    def with_static(self, args: Any) -> Any:
        """The arguments, those of `static_argnums` as such."""
        if not self.static:
            return args
        places = {i % len(args) for i in self.static if -len(args) <= i < len(args)}
        return tuple([Static(x) if i in places and type(x) is not Static else x for i, x in enumerate(args)])

    def _static_named(self, kwargs: Any) -> Any:
        """The same of arguments passed by name."""
        if not self.static_names:
            return kwargs
        return {k: Static(x) if k in self.static_names and type(x) is not Static else x for k, x in kwargs.items()}

    def _remember(self, key: Any, path: Path) -> None:
        """For a call on floats alone the next one takes a shorter way."""
        if path.outside or any([part != SCALAR for part in key]):
            return
        self._fast = (path.runner.call, path.outputs.quick())

    def _find(self, ways: Ways, pieces: Sequence[Any]) -> Path | None:
        """The kept path of these numbers."""
        path, tried = ways.last, set()
        numbers = [number(x) for x in flat_numbers(pieces)]
        while path is not None and path not in tried:
            tried.add(path)
            inputs = (*numbers, *[number(x) for x in path.outside])
            found = path.runner.call(tuple(map(float, inputs)))
            if type(found) is tuple:
                return path
            path = ways.other(path, found)
        return None

    def _room(self, ways: Ways) -> bool:
        """Whether one more path may be kept."""
        if len(ways.paths) < self.max_paths:
            return True
        if ways.last is not None and not ways.full:
            ways.full = True
            message = FULL.format(f"jit({self.name})", self.max_paths, (ways.last.lines or ("an unknown line",))[-1])
            if self.on_limit == "raise":
                raise TraceError(message)
            LOG.warning(message)
        elif self.on_limit == "raise":
            raise TraceError(FULL.format(f"jit({self.name})", self.max_paths, "a line seen before"))
        return False

    def _eager(self, args: Any, kwargs: Any) -> Any:
        self._counts["eager"] += 1
        return self.wrapped(*args, **kwargs)

    # ---- tracing

    def _trace(self, ways: Ways, args: Any, kwargs: Any, pieces: Sequence[Any]) -> Path:
        seen = ways.paths
        with self._lock:
            if ways.paths is not seen and (path := self._find(ways, pieces)):
                return path  # another thread was faster
            started = time.perf_counter()
            trace = Trace([number(x) for x in flat_numbers(pieces)], f"jit({self.name})")
            path = self._traced(trace, args, kwargs)
            trace.check_kept()
            ways.add(path)
            self._counts["traces"] += 1
            self._counts["seconds tracing"] += time.perf_counter() - started
            return path

    def _traced(self, trace: Trace, args: Any, kwargs: Any) -> Path:
        places = iter(trace.variables)
        given = [filled(x, places) for x in self.with_static(args)]
        by_name = self._static_named(kwargs)
        named = {k: filled(by_name[k], places) for k in by_name}
        if self.made is None:
            return Path(trace, self._result(trace, self.wrapped, args, kwargs, given, named), None)
        return self._traced_gradient(self.made, trace, args, kwargs, given, named)

    def _result(self, trace: Trace, f: Function, args: Any, kwargs: Any, given: Any, named: Any) -> Any:
        """The traced result of f; what f raises as it would untraced."""
        try:
            return trace.run(f, given, named)
        except Exception as error:
            if isinstance(error, TraceError) and not isinstance(error, TextError):
                raise
            failed = error
        self._eager(args, kwargs)
        if isinstance(failed, TraceError):
            raise failed
        raise TraceError(f"jit({self.name}): {ONLY_TRACED.format(type(failed).__name__, failed)}") from failed

    def _traced_gradient(self, made: Made, trace: Trace, args: Any, kwargs: Any, given: list[Any], named: Any) -> Path:
        """A gradient needs no recorded sweep: the program's own reverse sweep gives it."""
        positions = [made.argnums] if isinstance(made.argnums, int) else list(made.argnums)
        whole = self.with_static(args)
        if not _differentiable(whole, positions):
            self.wrapped(*args, **kwargs)  # raises, unless it takes a bool for a number
            raise TraceError(
                f"jit({self.name}) cannot differentiate by what is a part of the program, as bools and static_argnums"
            )
        result = self._result(trace, made.function, args, kwargs, given, named)
        output, aux = result if made.has_aux else (result, None)
        output = one_number("grad()", output)
        ends = np.cumsum([0] + [len(flat_numbers(_pieces(x))) for x in whole]).tolist()
        wanted = [i for position in positions for i in range(ends[position % len(args)], ends[position % len(args) + 1])]
        gradient_of = Gradient(output, wanted)
        marks = iter(gradient_of.marks)
        mirrored = tuple([filled(whole[position], marks) for position in positions])
        found = mirrored[0] if isinstance(made.argnums, int) else mirrored
        value = output if type(output) is Value else float(output)
        if made.transform == "grad":
            return Path(trace, (found, aux) if made.has_aux else found, gradient_of)
        return Path(trace, ((value, aux) if made.has_aux else value, found), gradient_of)


def _differentiable(args: Sequence[Any], positions: Sequence[int]) -> bool:
    """Whether there are arguments of all these positions, each once, and nothing but numbers in them."""
    if any([not -len(args) <= i < len(args) for i in positions]) or len({i % len(args) for i in positions}) < len(positions):
        return False
    return all([type(x) is Value or (is_real(x) and type(x) not in OTHERS) for i in positions for x in Tree(args[i]).leaves])


def _pieces(x: Any) -> list[Any]:
    pieces: list[Any] = []
    key_of(x, pieces, "jit()")
    return pieces
