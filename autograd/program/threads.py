"""A pool of threads that live on between calls, for runs that release the interpreter's lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

_lock = Lock()
_pool: ThreadPoolExecutor | None = None


def _submit(work: Callable[[], None]) -> Future[None]:
    """Hand work to a thread of the pool."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(os.cpu_count(), "autograd")
        try:
            return _pool.submit(work)
        except BaseException:  # Ctrl-C while a thread starts: the pool may not count it
            _pool.shutdown(wait=False)
            _pool = None
            raise


def _forget() -> None:
    """In a forked child none of the threads lives."""
    global _lock, _pool
    _lock, _pool = Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def share(run: Callable[[int, int], object], parts: Sequence[tuple[int, int]], workers: int) -> None:
    """Run all parts; this thread and others, `workers` together, each take the next when they have done one.

    An exception in any of them, Ctrl-C in this one too, comes out when all have stopped; parts not begun are left out. (`run`
    holds what it writes to, so that memory stays good even where a second Ctrl-C cuts the waiting short.) `run` must not call
    this again: it would wait for threads that wait for it.
    """
    waiting = iter(parts)

    def work() -> None:
        try:
            for part in waiting:
                run(*part)
        finally:
            deque(waiting, 0)  # after an exception nobody begins another part

    helpers: list[Future[None]] = []
    try:
        for _ in range(min(workers, len(parts)) - 1):
            helpers.append(_submit(work))
        work()
    finally:
        deque(waiting, 0)
        _join(helpers)
    for helper in helpers:
        if not helper.cancelled():
            helper.result()


def _join(helpers: Sequence[Future[None]]) -> None:
    """Cancel or wait for each helper, however often a signal interrupts the waiting; raises the last interruption."""
    interruption: BaseException | None = None
    waiting = list(helpers)
    while waiting:
        try:
            if waiting[-1].cancel() or wait(waiting[-1:]):
                waiting.pop()
        except BaseException as error:
            interruption = error
    if interruption is not None:
        raise interruption
