"""Calls of traced functions leave nothing behind."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad, jit, vmap


def test_calls_leave_nothing_behind(executor: str) -> None:
    f = jit(lambda x, y: [x * y, ag.sin(x)] if x > 0 else [x, y])
    many, slope, one = vmap(f), jit(grad(lambda a: ag.sum(a * a))), Value(1.0)
    a = np.arange(-20.0, 20.0)

    def calls() -> None:
        f(1.0, 2.0), f(-1.0, 2), f(one, 2.0), many(a, a), slope(a)
        with pytest.raises(OverflowError):
            f(1.0, 10**400)

    for _ in range(20):
        calls()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(100):
        calls()
    gc.collect()
    assert sys.getallocatedblocks() - before < 100


def test_paths_keep_no_value_alive() -> None:
    """Else each path would hold the whole graph that it was traced from."""

    def values(x: Any, depth: int = 0) -> Iterator[Any]:
        for y in gc.get_referents(x):
            if type(y) is Value:
                yield y
            elif (depth < 6 and isinstance(y, (list, tuple, dict))) or type(y).__module__.startswith("autograd.compiler"):
                yield from values(y, depth + 1)

    f = jit(lambda x: {"a": [x, x * x], "b": 3.0})
    f(1.0)
    assert not list(values(f._caches))
