"""What can be switched on for a while: recording nothing, naming groups, noting lines, stopping at the first bad number."""

from __future__ import annotations

import inspect
from contextlib import AbstractContextManager, ContextDecorator, nullcontext
from threading import Lock
from typing import Any

from autograd._validate import string
from autograd.engine import value
from autograd.engine.context import MODE
from autograd.engine.pytree import Tree
from autograd.engine.value import Value

_lock = Lock()


class Switch(ContextDecorator):
    """A context that is on from entry to exit, in this thread or task and the tasks that it starts.

    Leaving takes away this switch and no other, so generators may leave theirs in any order.
    """

    def __init__(self, kind: str, name: str = "") -> None:
        self.kind, self.name, self.on = kind, name, 0

    def __enter__(self) -> None:
        with _lock:
            value.count_modes(1)
        self.on += 1
        MODE.set((*MODE.get(), self))

    def __exit__(self, *exception: object) -> None:
        switches = MODE.get()
        if self in switches:
            last = len(switches) - 1 - switches[::-1].index(self)
            MODE.set(switches[:last] + switches[last + 1 :])
        self.on -= 1
        with _lock:
            value.count_modes(-1)

    def _recreate_cm(self) -> Switch:
        return Switch(self.kind, self.name)  # each call of a decorated function has its own

    def __call__(self, f: Any) -> Any:
        inner = inspect.unwrap(getattr(f, "func", f))
        if any(test(inner) for test in _LATER):
            call = f"{self.kind}({self.name!r})" if self.name else f"{self.kind}()"
            name = getattr(inner, "__name__", repr(inner))
            raise TypeError(f"@{call} would end before the body of {name} runs: write `with {call}:` inside it")
        return super().__call__(f)


_LATER = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)


def recording() -> AbstractContextManager[None]:
    """For derivatives, which record even inside `no_grad()`."""
    return Switch("recording") if MODE.get() else nullcontext()


def untrapped() -> AbstractContextManager[None]:
    """For rules, which compute both branches of a choice."""
    return Switch("untrapped") if MODE.get() else nullcontext()


def no_grad() -> Switch:
    """Record nothing: results are leaves. Own to its thread and async task; also a decorator.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.parents
    ()
    """
    return Switch("no_grad")


def trap() -> Switch:
    """Raise DomainError at the first operation that makes a nan, or of finite numbers an infinity; also a decorator.

    Watched are the results of Values, floats and arrays, and the local derivatives recorded with Values. Their products in
    `backward`, which may still overflow, are not: `diagnose(root)` finds the first bad one.

    >>> from autograd import DomainError, log
    >>> try:
    ...     with trap():
    ...         log(Value(0.0, label="x"))
    ... except DomainError as error:
    ...     print(error)
    log of Value(data=0.0, grad=0.0, label='x') is -inf
    """
    return Switch("trap")


def trace_source() -> Switch:
    """New Values note the line of the user's code that made them, in `.source`; also a decorator.

    `diagnose(root)`, the DomainError of `trap()` and the tooltips of pictures then name it. The line is that of the innermost
    frame outside this package and NumPy; it stays with the node when that is pickled or copied. While off it costs nothing.

    >>> from autograd import log
    >>> with trace_source():
    ...     y = log(Value(0.0, label="x"))
    >>> file, line = y.source
    >>> line
    2
    """
    return Switch("trace_source")


def scope(name: str) -> Switch:
    """Nodes made inside carry this group, below that of the scopes around; for pictures. Also a decorator.

    Argument: `name`, a str. TypeError for anything else.

    >>> with scope("layer 1"):
    ...     y = Value(2.0) * 3
    >>> y.group
    ('layer 1',)
    """
    return Switch("scope", string(name, "scope's name"))


def stop_gradient(x: Any) -> Any:
    """`x` without its history: new leaves for Values; numbers, lists, dicts and arrays keep their form.

    >>> x = Value(2.0)
    >>> y = x * stop_gradient(x)
    >>> y.backward()
    >>> x.grad
    2.0
    """
    tree = Tree(x)
    return tree.rebuild([item.detach() if type(item) is Value else item for item in tree.leaves]) if Value in tree.kinds else x
