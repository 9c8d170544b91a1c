"""What is switched on here and now: in this thread or async task (modes.py switches)."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

MODE: ContextVar[tuple[Any, ...]] = ContextVar("autograd_mode", default=())  # the switches entered
CALL: ContextVar[float] = ContextVar("autograd_call", default=0.0)  # the number of the transform's call under way

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


def mode() -> tuple[bool, tuple[str, ...], bool]:
    """Whether recording is paused, the names of the scopes, and whether bad numbers are trapped."""
    paused = trapping = False
    group: list[str] = []
    for switch in MODE.get():
        if switch.on:  # in a task that outlives the block that it was started in, the block's switches are off
            paused = switch.kind == "no_grad" or (paused and switch.kind != "recording")
            trapping = switch.kind == "trap" or (trapping and switch.kind != "untrapped")
            if switch.kind == "scope":
                group.append(switch.name)
    return paused, tuple(group), trapping
