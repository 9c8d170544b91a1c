"""jit: trace a function once for each path through it, and run the programs afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial, update_wrapper
from threading import RLock
from types import MethodType
from typing import Any

import numpy as np

from autograd.calculus.derivation import derivation_of, global_name
from autograd.compiler.call import call_on_values
from autograd.compiler.deferred import NotDeferred
from autograd.compiler.path_cache import PathCache
from autograd.compiler.signature import SCALAR, flat_numbers, key_of
from autograd.compiler.specialization import Specialization
from autograd.compiler.static_arguments import StaticParameters
from autograd.compiler.trace import Trace
from autograd.compiler.trace_call import TracedCall
from autograd.engine.context import MODE, TRACE, mode
from autograd.engine.value import Value, number
from autograd.errors import ProgramError
from autograd.program.program import Program

Function = Callable[..., Any]


def jit(
    f: Function | None = None,
    *,
    static_argnums: int | Iterable[int] = (),
    static_argnames: str | Iterable[str] = (),
    max_paths: int = 64,
    on_limit: str = "eager",
) -> Any:
    """Make a function that is traced at its first call and then runs as a program.

    Comparisons of traced numbers decide which path is taken. They are recorded as guards and checked in every call:
    where one turns out otherwise, that path is traced too. Also a decorator, with or without options.

    Args:
        f: a function of numbers, arrays, lists, tuples and dicts of them, nested. Other arguments, as a str or a bool,
            are part of the program: each value has one of its own.
        static_argnums: positions of arguments that are part of the program too, however callers pass them.
        static_argnames: their names.
        max_paths: how many paths through its branches are kept for arguments of one structure; 64 by default.
        on_limit: "eager", the default, to run further paths untraced (the log says so once), or "raise".

    Returns:
        The function. It has `program(*args)`, `stats`, and `wrapped`, which is f.

    Raises:
        TraceError: (a TypeError) at a call in which f does what a program cannot repeat: reads `.data` or `float()`,
            draws random numbers, opens files; with `on_limit="raise"` also for a path too many. What f itself raises
            while it is traced comes out as it would untraced.
        TypeError: if f is not a function.
        ValueError: for another `on_limit`, or a name in `static_argnames` that f does not have.

    Examples:
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
    return Jitted(f, StaticParameters(f, static_argnums, static_argnames), max_paths, on_limit)


class Jitted:
    """A function that runs as programs: see `jit`."""

    def __init__(self, f: Function, static: StaticParameters, max_paths: int, on_limit: str) -> None:
        self.wrapped, self.static = f, static
        self.max_paths, self.on_limit = max_paths, on_limit
        self.name = getattr(f, "__name__", type(f).__name__)
        update_wrapper(self, f, updated=())
        self.derivation = derivation_of(f)
        self._caches: dict[Any, PathCache] = {}  # by the key of the arguments
        self._lock = RLock()
        self._fast: Any = None  # the last program on floats alone, and the function that builds its result
        self._counts = {"traces": 0, "eager": 0, "seconds tracing": 0.0}

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        fast = self._fast
        if fast is not None and not kwargs and not MODE.get():
            results = fast[0](args)
            if type(results) is tuple:
                return fast[1](results)
        return self._call(args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        return MethodType(self, instance)

    def __reduce__(self) -> Any:
        options = partial(jit, **self.static.options, max_paths=self.max_paths, on_limit=self.on_limit)
        return global_name(self) or (options, (self.wrapped,))

    @property
    def stats(self) -> dict[str, Any]:
        """What happened so far: traces, paths kept, untraced calls, seconds spent tracing, instructions of all programs."""
        paths = [path for cache in self._caches.values() for path in cache.paths]
        return {
            "structures": len(self._caches),
            "paths": len(paths),
            "instructions": sum(len(path.runner.program) for path in paths),
            **self._counts,
        }

    def program(self, /, *args: Any, **kwargs: Any) -> Program:
        """The Program for these arguments: printed by str(), with check(), save(), to_c()."""
        key, pieces = self.signature(args, kwargs)
        cache = self.cache(key)
        path = cache.find(pieces) or self.specialize(cache, args, kwargs, pieces)
        return path.source

    def run_untraced(self, args: Any, kwargs: Any) -> Any:
        """A call of the function itself."""
        self._counts["eager"] += 1
        return self.wrapped(*args, **kwargs)

    # ---- a call

    def _call(self, args: Any, kwargs: Any) -> Any:
        if TRACE.get() is not None:
            return self.wrapped(*args, **kwargs)  # inlined
        if MODE.get() and mode().trapping:
            return self.run_untraced(args, kwargs)  # trap() wants to see each operation
        key, pieces = self.signature(args, kwargs)
        cache = self._caches.get(key) or self.cache(key)
        path, tried = cache.last, set()
        while True:
            new = path is None
            if path is None:
                if not cache.has_room():
                    return self.run_untraced(args, kwargs)
                path = self.specialize(cache, args, kwargs, pieces)
            results = self._run(path, pieces) if path not in tried else NotImplemented
            if results is NotImplemented or (new and type(results) is int):  # rounded otherwise, a number is on no path's side
                return self.run_untraced(args, kwargs)
            if type(results) is not int:
                cache.last = path
                self._remember(key, path)
                return path.layout.build(results)
            tried.add(path)
            path = cache.branch(path, results)

    def _run(self, path: Specialization, pieces: Sequence[Any]) -> Any:
        """The computed numbers; a broken guard's number; NotImplemented where the function had better run untraced."""
        if path.captured or any([type(x) is Value for x in pieces]):
            return call_on_values(self, path, pieces)
        results = np.empty(len(path.layout.places))
        broken = path.runner.run(tuple(pieces), (results,))
        return results if broken < 0 else broken

    def _remember(self, key: Any, path: Specialization) -> None:
        """After a call on floats alone, let the next one take the short way through `_fast`."""
        if path.captured or any([part != SCALAR for part in key]):
            return
        self._fast = (path.runner.call, path.layout.builder())

    # ---- specialisations, for vmap too

    def signature(self, args: Any, kwargs: Any) -> tuple[Any, list[Any]]:
        """The key of the arguments, by which programs are kept, and their numbers."""
        pieces: list[Any] = []
        name = f"jit({self.name})"
        keys = tuple([key_of(x, pieces, name) for x in self.static.mark(args)])
        if kwargs:
            kwargs = self.static.mark_named(kwargs)
            return (keys, tuple([(k, key_of(kwargs[k], pieces, name)) for k in kwargs])), pieces
        return keys, pieces

    def cache(self, key: Any) -> PathCache:
        """The specialisations for arguments of this key."""
        return self._caches.setdefault(key, PathCache(f"jit({self.name})", self.max_paths, self.on_limit))

    def specialize(self, cache: PathCache, args: Any, kwargs: Any, pieces: Sequence[Any]) -> Specialization:
        """Trace the function for these arguments and keep the result in the cache."""
        known = cache.paths
        with self._lock:
            if cache.paths is not known and (path := cache.find(pieces)):
                return path  # another thread was faster
            started = time.perf_counter()
            try:
                path = self._traced(args, kwargs, pieces, defers=True)
            except NotDeferred:
                path = self._traced(args, kwargs, pieces, defers=False)
            cache.add(path)
            self._counts["traces"] += 1
            self._counts["seconds tracing"] += time.perf_counter() - started
            return path

    def _traced(self, args: Any, kwargs: Any, pieces: Sequence[Any], defers: bool) -> Specialization:
        """A trace for these arguments; with `defers`, sweeps inside are left to its program."""
        trace = Trace([number(x) for x in flat_numbers(pieces)], f"jit({self.name})", defers)
        try:
            path = TracedCall(self, trace, args, kwargs).specialization()
        except ProgramError as error:
            raise NotDeferred(f"jit({self.name}): {error}") from error
        trace.check_leaks()
        return path
