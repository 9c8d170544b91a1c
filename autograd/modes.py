"""What can be switched on for a while: recording nothing, naming groups, stopping at the first bad number."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager, ContextDecorator, nullcontext
from threading import Lock
from typing import Any

import numpy as np

from autograd import value
from autograd.errors import text
from autograd.value import MODE, Mode, Value

_lock = Lock()


class Switch(ContextDecorator):
    """A context that changes the mode on the way in and takes that change back, and no other, on the way out."""

    def __init__(self, name: str, enter: Callable[[Mode], Mode], leave: Callable[[Mode], Mode]) -> None:
        self._name, self._enter, self._leave = name, enter, leave

    def __enter__(self) -> None:
        with _lock:
            value.count_modes(1)
        MODE.set(self._enter(MODE.get()))

    def __exit__(self, *exception: object) -> None:
        MODE.set(self._leave(MODE.get()))
        with _lock:
            value.count_modes(-1)

    def __call__(self, f: Any) -> Any:
        if inspect.isgeneratorfunction(f) or inspect.iscoroutinefunction(f) or inspect.isasyncgenfunction(f):
            raise TypeError(f"@{self._name} would end before {f.__name__}'s body runs: write `with {self._name}:` inside it")
        return super().__call__(f)


def recording() -> AbstractContextManager[None]:
    """For derivatives, which record even inside `no_grad()`."""
    paused = MODE.get().paused
    if not paused:
        return nullcontext()
    return Switch("recording()", lambda m: m._replace(paused=0), lambda m: m._replace(paused=m.paused + paused))


def no_grad() -> Switch:
    """Record nothing: results are leaves. Own to its thread and async task; also a decorator.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.parents
    ()
    """
    return Switch("no_grad()", lambda m: m._replace(paused=m.paused + 1), lambda m: m._replace(paused=max(m.paused - 1, 0)))


def trap() -> Switch:
    """Raise DomainError at the first result that is nan or infinite though its operands are finite; also a decorator.

    >>> from autograd import DomainError, log
    >>> try:
    ...     with trap():
    ...         log(Value(0.0, label="x"))
    ... except DomainError as error:
    ...     print(error)
    log of Value(data=0.0, grad=0.0, label='x') is -inf
    """
    return Switch(
        "trap()", lambda m: m._replace(trapping=m.trapping + 1), lambda m: m._replace(trapping=max(m.trapping - 1, 0))
    )


def scope(name: str) -> Switch:
    """Nodes made inside carry this group, below that of the scopes around; for pictures. Also a decorator.

    Argument: `name`, a str. TypeError for anything else.

    >>> with scope("layer 1"):
    ...     y = Value(2.0) * 3
    >>> y.group
    ('layer 1',)
    """
    text(name, "scope's name")
    return Switch(f"scope({name!r})", lambda m: m._replace(group=(*m.group, name)), lambda m: _left(m, name))


def _left(mode: Mode, name: str) -> Mode:
    """The mode without the innermost scope of that name."""
    group = list(mode.group)
    if name in group:
        del group[len(group) - 1 - group[::-1].index(name)]
    return mode._replace(group=tuple(group))


def stop_gradient(x: Any) -> Any:
    """`x` without its history: a new leaf for a Value, numbers and arrays of numbers as they are.

    >>> x = Value(2.0)
    >>> y = x * stop_gradient(x)
    >>> y.backward()
    >>> x.grad
    2.0
    """
    if type(x) is Value:
        return x.detach()
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":
        return np.frompyfunc(stop_gradient, 1, 1)(x)
    if isinstance(x, (list, tuple)):
        return type(x)([stop_gradient(item) for item in x])
    return x
