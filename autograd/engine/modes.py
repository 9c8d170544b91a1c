"""Modes for a while: no_grad, scope, trace_source, trap; and stop_gradient."""

from __future__ import annotations

import inspect
from contextlib import AbstractContextManager, ContextDecorator, nullcontext
from threading import Lock
from typing import Any

from autograd._validate import string
from autograd.engine import value
from autograd.engine.context import MODE
from autograd.engine.ravel import Raveled
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
            value.count_active(more_modes=1)
        self.on += 1
        MODE.set((*MODE.get(), self))

    def __exit__(self, *exception: object) -> None:
        switches = MODE.get()
        if self in switches:
            last = len(switches) - 1 - switches[::-1].index(self)
            MODE.set(switches[:last] + switches[last + 1 :])
        self.on -= 1
        with _lock:
            value.count_active(more_modes=-1)

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
    """Record inside, even in `no_grad()`: for derivatives."""
    return Switch("recording") if MODE.get() else nullcontext()


def untrapped() -> AbstractContextManager[None]:
    """Compute inside without the check of `trap()`: for rules.

    They compute both branches of a choice.
    """
    return Switch("untrapped") if MODE.get() else nullcontext()


def no_grad() -> Switch:
    """Record nothing: the results of operations are leaves.

    It applies to its thread or async task, and to tasks that are started inside.

    Returns:
        A context manager, which is also a decorator of functions.

    Raises:
        TypeError: if it decorates a generator or coroutine function, whose body would run after its end.

    Examples:
        >>> x = Value(2.0)
        >>> with no_grad():
        ...     y = x * x
        >>> y.parents
        ()
    """
    return Switch("no_grad")


def trap() -> Switch:
    """Stop at the first operation that makes a nan, or of finite numbers an infinity.

    Checked are the results of Values, floats and arrays, and the local derivatives that are recorded with Values. Their
    products in `backward`, which may still overflow, are not: `diagnose(root)` finds the first bad one.

    Returns:
        A context manager, which is also a decorator of functions. Inside, such an operation raises DomainError.

    Raises:
        TypeError: if it decorates a generator or coroutine function.

    Examples:
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
    """Note the line of the user's code that makes each new Value, in `.source`.

    `diagnose(root)`, the DomainError of `trap()` and the tooltips of pictures then name it. The line is that of the
    innermost frame outside this package and NumPy; it stays with the node when that is pickled or copied. While off it
    costs nothing.

    Returns:
        A context manager, which is also a decorator of functions.

    Raises:
        TypeError: if it decorates a generator or coroutine function.

    Examples:
        >>> from autograd import log
        >>> with trace_source():
        ...     y = log(Value(0.0, label="x"))
        >>> file, line = y.source
        >>> line
        2
    """
    return Switch("trace_source")


def scope(name: str) -> Switch:
    """Name a group for the nodes that are made inside, for pictures.

    A group lies inside those of the scopes around it.

    Args:
        name: the name of the group, a str.

    Returns:
        A context manager, which is also a decorator of functions.

    Raises:
        TypeError: if the name is not a str; if it decorates a generator or coroutine function.

    Examples:
        >>> with scope("layer 1"):
        ...     y = Value(2.0) * 3
        >>> y.group
        ('layer 1',)
    """
    return Switch("scope", string(name, "scope's name"))


def stop_gradient(x: Any) -> Any:
    """Return `x` without its history, so that no gradient flows through it.

    Args:
        x: a Value, or lists, tuples, dicts and arrays of them, nested; numbers and other things in it stay.

    Returns:
        The same structure, with a new leaf of the same number for each Value.

    Examples:
        >>> x = Value(2.0)
        >>> y = x * stop_gradient(x)
        >>> y.backward()
        >>> x.grad
        2.0
    """
    tree = Raveled(x)
    return tree.rebuild([item.detach() if type(item) is Value else item for item in tree.numbers]) if Value in tree.kinds else x
