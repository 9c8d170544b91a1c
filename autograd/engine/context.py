"""What is switched on here and now: in this thread or async task (modes.py switches)."""

from __future__ import annotations

import linecache
import os
import sys
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

Source = tuple[str, int]  # a file and a line in it

MODE: ContextVar[tuple[Any, ...]] = ContextVar("autograd_mode", default=())  # the switches entered
LEVEL: ContextVar[int] = ContextVar("autograd_level", default=0)  # of the transform's call or trace under way
_LIBRARY = os.path.dirname(os.__file__) + os.sep  # Python's own, as copy or statistics
_INSIDE = tuple(os.path.dirname(file) + os.sep for file in (os.path.dirname(__file__), np.__file__))

TRACE: ContextVar[Any] = ContextVar("autograd_trace", default=None)  # what listens to the trace under way


def tracing() -> bool:
    """Whether a function is being traced: what depends on a number must be recorded."""
    return TRACE.get() is not None


def guard(node: Any, truth: bool) -> None:
    """Tell the trace that the way on depends on whether this number is 0."""
    if (trace := TRACE.get()) is not None:
        trace.guard(node, truth)


def refuse(node: Any, what: str) -> None:
    """Let the trace refuse what it could not repeat."""
    if (trace := TRACE.get()) is not None:
        trace.refuse(node, what)


def traced(node: Any) -> Any:
    """A reduction's node as a trace wants it."""
    return node if (trace := TRACE.get()) is None else trace.reduction(node)


def traced_largest(xs: Any) -> tuple[Any, Any]:
    """The first of the largest of some numbers in a trace, chosen at run time, and its place."""
    trace = TRACE.get()
    assert trace is not None
    return trace.largest(xs)  # type: ignore[no-any-return]


class Mode(NamedTuple):
    """What is on: whether recording is paused, the scopes' names, whether bad numbers are trapped, whether lines are noted."""

    paused: bool
    group: tuple[str, ...]
    trapping: bool
    noting: bool


def mode() -> Mode:
    """What is on here and now."""
    paused = trapping = noting = False
    group: list[str] = []
    for switch in MODE.get():
        if switch.on:  # in a task that outlives the block that it was started in, the block's switches are off
            paused = switch.kind == "no_grad" or (paused and switch.kind != "recording")
            trapping = switch.kind == "trap" or (trapping and switch.kind != "untrapped")
            noting = noting or switch.kind == "trace_source"
            if switch.kind == "scope":
                group.append(switch.name)
    return Mode(paused, tuple(group), trapping, noting)


def fresh_note() -> tuple[str, tuple[str, ...], Source | None] | None:
    """What a new node notes of its making: no label yet, the scopes, and the user's line if it is wanted."""
    active = mode()
    line = user_line() if active.noting else None
    return ("", active.group, line) if active.group or active.noting else None


def _inside(file: str) -> bool:
    return file.startswith(_INSIDE) or (file.startswith(_LIBRARY) and "site-packages" not in file)


def user_line() -> Source | None:
    """The line under way outside this package, NumPy and Python's own library."""
    frame: Any = sys._getframe(1)
    while frame is not None and _inside(frame.f_code.co_filename):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else None


def place(source: Source | None) -> str:
    """`, at FILE:LINE: the line`, as far as known."""
    if source is None:
        return ""
    line = linecache.getline(*source).strip()
    return f", at {source[0]}:{source[1]}" + (f": {line}" if line else "")
