"""One engine in one process: reads requests as lines of JSON, answers each with a line; started by run.py."""

from __future__ import annotations

import gc
import importlib.metadata
import json
import os
import platform
import resource
import sys
import warnings
from itertools import repeat
from time import perf_counter, process_time

from engines import ENGINES
from workloads import WORKLOADS, Workload

BATCH = 1e-3  # seconds at least between two looks at the clock
COMPARED = 2000  # numbers of a result


class Worker:
    """Answers to requests. Times are of the processor, those of two threads by the clock on the wall."""

    def __init__(self, name: str):
        self.spec = ENGINES[name]
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-self.spec.processors :])
        warnings.simplefilter("ignore")
        self.clock = process_time if self.spec.processors == 1 else perf_counter
        self.engine, self.count = self.spec.make(**self.spec.options), 1

    def describe(self):
        """The versions of package and Python."""
        if hasattr(self.engine, "ag") and self.spec.environment == "ours":
            assert self.engine.ag.compiled == (self.spec.compiled == "1"), "the wrong implementation is running"
        try:
            return importlib.metadata.version(self.spec.package)
        except importlib.metadata.PackageNotFoundError:
            return f"from source, Python {platform.python_version()}"

    def prepare(self, workload: str):
        """Seconds from nothing to the end of the first step, bytes that it took, and a sample of its numbers, sorted."""
        w = WORKLOADS[workload]
        before, start, children = resident(), self.clock(), sum(os.times()[2:4])
        self.step = getattr(self.engine, w.kind)(w)
        result = self.step()
        seconds = self.clock() - start + sum(os.times()[2:4]) - children  # a compiler that it ran
        ordered = sorted(numbers(result)) if result is not None else []
        sample = ordered[:: max(1, len(ordered) // COMPARED)]
        return {"ready": seconds, "peak": max(peak() - before, 0), "numbers": sample}

    def turn(self, least: float):
        """Seconds a step, over so many that the clock's grain and the collector's turns even out."""
        steps, spent, end = 0, 0.0, perf_counter() + least
        while perf_counter() < end or not steps:
            seconds = self.batch()
            if seconds < BATCH and steps == 0:
                self.count = max(2 * self.count, int(self.count * BATCH / max(seconds, 1e-7)))
            else:
                steps, spent = steps + self.count, spent + seconds
        return spent / steps

    def batch(self):
        step, start = self.step, self.clock()
        if hasattr(step, "repeats"):  # in C
            step(self.count)
        else:
            for _ in repeat(None, self.count):
                step()
        return self.clock() - start

    def slope(self, f, x):
        """The derivative of f(m, x), as the engine's workloads get theirs."""
        step = self.engine.gradient(Workload("gradient", lambda m, xs: f(m, xs[0]), [x]))
        return list(numbers(step()))[-1]

    def probe(self):
        """Small questions that engines answer differently; answers are text."""
        engine = self.engine
        questions = {
            "second": lambda: "none" if engine.grad is None else f"{float(engine.grad(engine.grad(lambda x: x**3))(2.0)):g}",
            "branch": lambda: f"{self.slope(lambda m, x: engine.where(x > 0, m.sqrt(x), 0.0 * x), 0.0):g}",
            "tail": lambda: f"{self.slope(lambda m, x: m.tanh(x), 20.0):.6e}",
            "sweeps": self.sweeps,
        }
        return {name: text(question) for name, question in questions.items()}

    def sweeps(self):
        """y = a + a * a, a = x * x at x = 2, swept twice."""
        if self.engine.leaf is None:
            return "no sweep to call"
        x, answers = self.engine.leaf(2.0), []
        a = x * x
        y = a + a * a
        for _ in range(2):
            y.backward()
            answers.append(f"{float(x.grad):g}")
        return ", then ".join(answers)

    def deep(self):
        """The gradient of a chain of 100,000 operations, as text."""

        def f(m, x):
            y = x
            for _ in range(50_000):
                y = y * 0.5 + x
            return y

        return text(lambda: f"{self.slope(f, 1.0):g}")

    def chain(self, size: int):
        """A graph of alternating sums and products, or a program of them: seconds and bytes an operation."""

        def f(x):
            y = x
            for _ in range(size // 2):
                y = (y + x) * x
            return y

        x = self.engine.leaf and self.engine.leaf(0.5)
        gc.collect()
        before, start = resident(), self.clock()
        if x is None:
            jitted = self.engine.ag.jit(f)
            y, sweep = jitted(0.5), lambda: jitted(0.5)
        else:
            y = f(x)
            sweep = y.backward
        times, kept, start = {"build": self.clock() - start}, resident(), self.clock()
        failed = text(sweep)
        times["sweep"], most, start = self.clock() - start, peak(), self.clock()
        del y, sweep
        gc.collect()
        times |= {"free": self.clock() - start, "bytes": kept - before, "peak": most - before}
        each = {name: value / size for name, value in times.items()}
        return {**each, "sweep": failed} if isinstance(failed, str) else each


def text(question):
    """The answer, or the name of the error."""
    try:
        return question()
    except Exception as error:
        return type(error).__name__


def numbers(result):
    """All numbers of a nested result."""
    if isinstance(result, (list, tuple)):
        for item in result:
            yield from numbers(item)
    elif getattr(result, "ndim", 0):
        yield from result.ravel().tolist()
    else:
        yield float(result)


def resident():
    """Bytes of memory held now; where the system does not tell, the most that was ever held."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return peak()


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    worker = Worker(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"answer": getattr(worker, request.pop("what"))(**request)}
        except Exception as error:
            answer = {
                "failed": f"{type(error).__name__}: {str(error).strip().splitlines()[0][:90] if str(error) else ''}".rstrip(
                    ": "
                )
            }
        print(json.dumps(answer), flush=True)
