"""What can be switched on for a while: recording nothing, naming groups, stopping at the first bad number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autograd import value
from autograd.errors import text
from autograd.value import MODE, Value


@contextmanager
def _switched(**change: Any) -> Iterator[None]:
    value.count_modes(1)
    token = MODE.set(MODE.get()._replace(**change))
    try:
        yield
    finally:
        MODE.reset(token)
        value.count_modes(-1)


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing: results are leaves. Own to its thread and async task; also a decorator.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.parents
    ()
    """
    with _switched(recording=False):
        yield


@contextmanager
def trap() -> Iterator[None]:
    """Raise DomainError at the first result that is nan or infinite though its operands are finite; also a decorator.

    >>> from autograd import DomainError, log
    >>> try:
    ...     with trap():
    ...         log(Value(0.0, label="x"))
    ... except DomainError as error:
    ...     print(error)
    log of Value(data=0.0, grad=0.0, label='x') is -inf
    """
    with _switched(trapping=True):
        yield


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Nodes made inside carry this group, below that of the scopes around; for pictures. Also a decorator.

    Argument: `name`, a str. TypeError for anything else.

    >>> with scope("layer 1"):
    ...     y = Value(2.0) * 3
    >>> y.group
    ('layer 1',)
    """
    with _switched(group=(*MODE.get().group, text(name, "scope's name"))):
        yield


def stop_gradient(x: Any) -> Any:
    """`x` without its history: a new leaf for a Value, numbers and arrays of numbers as they are.

    >>> x = Value(2.0)
    >>> y = x * stop_gradient(x)
    >>> y.backward()
    >>> x.grad
    2.0
    """
    import numpy as np

    if type(x) is Value:
        return x.detach()
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":
        return np.frompyfunc(stop_gradient, 1, 1)(x)
    if isinstance(x, (list, tuple)):
        return type(x)([stop_gradient(item) for item in x])
    return x
