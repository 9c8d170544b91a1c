"""Threads that live on between calls, for runs that release the interpreter's lock.

A signal may raise in the calling thread after any call. So that thread holds no lock, and what must not be cut in two is one
call into C (`append`, `put`, `next`). `threading` and `concurrent.futures` wait in Python code: a signal can leave it locked.
"""

from __future__ import annotations

import os
from _thread import start_new_thread
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue

_jobs: SimpleQueue[Job] = SimpleQueue()
_threads: list[None] = []  # an item for each thread that serves _jobs


class Job:
    """Parts of a run: each thread takes the next when it has done one.

    A helper enters first and then looks whether the job is closed; so once it is, all who may still work are known.
    """

    def __init__(self, run: Callable[[int, int], object], parts: Sequence[tuple[int, int]]) -> None:
        self.run = run
        self.waiting = iter(parts)
        self.closed = False
        self.entered: list[None] = []
        self.left: list[None] = []
        self.news: SimpleQueue[None] = SimpleQueue()  # an item for each helper that has left
        self.errors: list[BaseException] = []

    def work(self) -> None:
        """Run parts until none is waiting."""
        for part in self.waiting:
            self.run(*part)

    def help(self) -> None:
        """Work in another thread; after an exception nobody begins another part."""
        self.entered.append(None)
        try:
            if not self.closed:
                self.work()
        except BaseException as error:
            self.errors.append(error)
            deque(self.waiting, 0)
        finally:
            self.left.append(None)
            self.news.put(None)

    def join(self) -> None:
        """Let nobody begin another part, and wait until all have left; what interrupts the waiting is raised then."""
        interruption: BaseException | None = None
        while True:
            try:
                deque(self.waiting, 0)
                while len(self.left) < len(self.entered):
                    self.news.get()
                break
            except BaseException as error:
                interruption = error
        if interruption is not None:
            raise interruption


def share(run: Callable[[int, int], object], parts: Sequence[tuple[int, int]], workers: int) -> None:
    """Run all parts; this thread and others, `workers` together, each take the next when they have done one.

    An exception in any of them, Ctrl-C in this one too, comes out when all have stopped; parts not begun are left out.
    Where no other thread is to be had, this one does everything.
    """
    job = Job(run, parts)
    try:
        _call_helpers(job, min(workers, len(parts)) - 1)
        job.work()
    finally:
        job.closed = True  # after no call, so nothing can be raised before
        try:
            job.join()
        except BaseException:
            job.join()  # a signal may come before the first has begun to listen
            raise
    if job.errors:
        raise job.errors[0]


def _call_helpers(job: Job, count: int) -> None:
    with suppress(RuntimeError):  # as at the end of the interpreter
        while len(_threads) < count:
            start_new_thread(_serve, ())
            _threads.append(None)
    for _ in range(min(count, len(_threads))):
        _jobs.put(job)


def _serve() -> None:
    """Help with one job after the other, and keep none of them alive meanwhile."""
    while True:
        _jobs.get().help()


def _forget() -> None:
    """In a forked child none of the threads lives."""
    global _jobs
    _jobs = SimpleQueue()
    _threads.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
