"""The random generators that a function can reach, and whether they were used."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import numpy as np

KINDS = (random.Random, np.random.Generator, np.random.RandomState)


def states(f: Any) -> list[Any]:
    """What the next draw depends on: of the global generators, and of those that f holds in closures, defaults, attributes of
    its object, or reads from its module, itself or through functions of that module."""
    return [random.getstate(), _state(np.random.mtrand._rand), *map(_state, generators(f))]


def generators(f: Any) -> list[Any]:
    """The generators that f can reach without the help of others."""
    found: dict[int, Any] = {}
    seen: set[int] = set()
    waiting = [f]
    while waiting:
        x = waiting.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, KINDS):
            found[id(x)] = x
        elif isinstance(x, FunctionType):
            waiting += [y for y in _held(x) if _leads_on(y, x.__globals__)]
        else:
            waiting += [getattr(x, name) for name in ("__func__", "func", "wrapped") if hasattr(x, name)]
            own = [getattr(x, "__self__", None), *getattr(x, "args", ()), *getattr(x, "__dict__", {}).values()]
            waiting += [y for y in own if isinstance(y, KINDS) or (y is own[0] and y is not None and not callable(y))]
    return list(found.values())


def _held(f: FunctionType) -> Iterator[Any]:
    for cell in f.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            pass  # not filled yet
    yield from f.__defaults__ or ()
    yield from (f.__kwdefaults__ or {}).values()
    yield from [f.__globals__[name] for name in f.__code__.co_names if name in f.__globals__]


def _leads_on(x: Any, module: Any) -> bool:
    return isinstance(x, KINDS) or (isinstance(x, FunctionType) and x.__globals__ is module)


def _state(generator: Any) -> Any:
    if isinstance(generator, np.random.Generator):
        return pickle.dumps(generator.bit_generator.state)
    return pickle.dumps(generator.get_state() if isinstance(generator, np.random.RandomState) else generator.getstate())
