"""Threads that live on between calls, for runs that release the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

_lock = Lock()
_pool: ThreadPoolExecutor | None = None


def _threads() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(os.cpu_count(), "autograd")
        return _pool


def _forget() -> None:
    """In a forked child none of the threads lives."""
    global _lock, _pool
    _lock, _pool = Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def share(run: Callable[[int, int], object], parts: Sequence[tuple[int, int]], workers: int) -> None:
    """Run all parts; this thread and others, `workers` together, each take the next when they have done one.

    `run` must not call this again: it would wait for threads that wait for it.
    """
    waiting = iter(parts)

    def work() -> None:
        for part in waiting:
            run(*part)

    helpers = [_threads().submit(work) for _ in range(min(workers, len(parts)) - 1)]
    work()
    for helper in helpers:
        if not helper.cancel():
            helper.result()
