"""One engine on one case in one process: reads requests as lines of JSON, answers each with a line; started by programs.py."""

from __future__ import annotations

import json
import os
import sys
from itertools import islice, repeat
from statistics import median
from time import perf_counter, process_time

import program_engines

CASE, NAME = sys.argv[1:]
_, MAKER, PROCESSORS = program_engines.CASES[CASE][NAME]
CLOCK = process_time if PROCESSORS == 1 else perf_counter  # on one processor: not what other processes take
LISTED = 6000  # numbers of a result that are compared
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-PROCESSORS:])
if PROCESSORS == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
READY = MAKER()
STEP = None


def ready(request) -> dict:
    """Seconds from the function to the end of its first step."""
    global STEP
    start = CLOCK()
    STEP = READY()
    return {"seconds": CLOCK() - start}


def result(request) -> list[float]:
    """The first numbers of what a step returns."""
    return list(islice(program_engines.numbers(STEP()), LISTED))


def turn(request) -> dict:
    """Seconds a step: the median and the least over batches, each long against the clock's grain."""
    count, batches = 1, []
    spent = batch(count)
    while spent < 5e-5:
        count *= 2
        spent = batch(count)
    end = perf_counter() + request["least"]
    while perf_counter() < end or not batches:
        batches.append(batch(count) / count)
    return {"median": median(batches), "least": min(batches)}


def batch(count: int) -> float:
    start = CLOCK()
    for _ in repeat(None, count):
        STEP()
    return CLOCK() - start


REQUESTS = {"ready": ready, "result": result, "turn": turn}

if __name__ == "__main__":
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = REQUESTS[request["what"]](request)
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {str(error)[:90]}"}
        print(json.dumps(answer), flush=True)
