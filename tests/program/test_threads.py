"""Threads: every part once, exceptions of any thread, and a signal at any moment."""

from __future__ import annotations

import dis
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from autograd.program import threads
from autograd.program.threads import share

PARTS = [(i, i + 1) for i in range(12)]


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[threads.Job]:
    """The jobs that were shared."""
    kept: list[threads.Job] = []

    class Job(threads.Job):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            kept.append(self)

    monkeypatch.setattr(threads, "Job", Job)
    return kept


@pytest.mark.parametrize("workers", [1, 2, 3, 20])
def test_every_part_once(workers: int) -> None:
    for _ in range(50):
        done: list[int] = []
        share(lambda start, stop, done=done: done.append(start), PARTS, workers)
        assert sorted(done) == list(range(12))


def test_exception_in_one_thread() -> None:
    """Parts not begun are left out, and the exception comes when no thread runs any more."""
    for bad in range(8):
        begun, ended = [], []

        def run(start: int, stop: int, bad: int = bad, begun: list[int] = begun, ended: list[int] = ended) -> None:
            begun.append(start)
            time.sleep(0.002)
            ended.append(start)
            if start == bad:
                raise MemoryError

        with pytest.raises(MemoryError):
            share(run, [(i, i + 1) for i in range(200)], 3)
        assert sorted(begun) == sorted(ended) and len(begun) < 40
        count = len(begun)
        time.sleep(0.01)
        assert len(begun) == count


def interrupting(place: int) -> tuple[Callable[..., Any], list[str]]:
    """A trace function that raises KeyboardInterrupt in threads.py, at one of the places where CPython looks for signals.

    These are after a call, at the beginning of a function and at jumps back. The list holds the place once it was there.
    """
    before: dict[int, str] = {}
    count, places = 0, []

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        if frame.f_code.co_filename != threads.__file__:
            before[id(frame.f_back)] = "CALL"
            return None
        frame.f_trace_opcodes = True  # CPython 3.13 listens at the second event only
        if event == "call":
            before[id(frame.f_back)] = "CALL"
            before[id(frame)] = "RESUME"
        elif event == "opcode":
            name = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            last, before[id(frame)] = before.get(id(frame), ""), name
            if last.startswith(("CALL", "RESUME")) or ("JUMP" in last and ("BACKWARD" in last or "ABSOLUTE" in last)):
                count += 1
                if count == place:
                    places.append(f"{frame.f_code.co_name}, line {frame.f_lineno}")
                    raise KeyboardInterrupt
        return trace

    return trace, places


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_interrupted_at_every_place(workers: int, jobs: list[threads.Job]) -> None:
    """The interruption comes out, nobody works any more then, and the next run is whole."""
    share(lambda start, stop: time.sleep(0.001), PARTS, workers)
    for place in range(1, 200):
        trace, places = interrupting(place)
        previous, interrupted = sys.gettrace(), False
        sys._getframe().f_trace_opcodes = True  # CPython 3.12 looks for it when the tracing begins
        try:
            sys.settrace(trace)
            share(lambda start, stop: time.sleep(0.001), PARTS[:4], workers)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            sys.settrace(previous)
        if not places:
            break
        assert interrupted, places
        assert len(jobs[-1].entered) == len(jobs[-1].left), places
        done: list[int] = []
        share(lambda start, stop, done=done: done.append(start), PARTS, workers)
        assert sorted(done) == list(range(12)), places
    assert 10 < place < 199


def test_no_thread_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calling thread does everything alone."""

    def refuse(*args: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "start_new_thread", refuse)
    monkeypatch.setattr(threads, "_threads", [])
    done: list[int] = []
    share(lambda start, stop: done.append(start), PARTS, 3)
    assert done == list(range(12))
