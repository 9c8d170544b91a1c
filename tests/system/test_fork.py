"""Forked children: they sweep and make threads of their own, whatever the parent was doing."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from autograd import Value


def square() -> None:
    x = Value(3.0)
    (x * x).backward()
    raise SystemExit(0 if x.grad == 6.0 else 1)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_sweep_in_a_child() -> None:
    """Though another thread of the parent was sweeping."""
    stop = threading.Event()
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0

    def sweep() -> None:
        while not stop.is_set():
            y.backward()

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        children = [multiprocessing.get_context("fork").Process(target=square) for _ in range(5)]
        for child in children:
            child.start()
            child.join(20)
            assert child.exitcode == 0
    finally:
        stop.set()
        thread.join()
        for child in children:
            child.kill()


FORK = """
import os, numpy, autograd
f, x = autograd.vmap(lambda x: x * x, threads=2), numpy.arange(5000.0)
assert f(x)[-1] == 4999.0**2
child = os.fork()
if child == 0:
    os._exit(0 if f(x)[-1] == 4999.0**2 else 1)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_threads_of_a_child(tmp_path: Path) -> None:
    """A program's workers are made anew in a child."""
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], check=True, timeout=60, cwd=tmp_path)
