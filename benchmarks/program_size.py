"""Programs of many instructions: `python benchmarks/program_size.py chain 1000000` prints what one took, as JSON."""

from __future__ import annotations

import json
import resource
import sys
from time import perf_counter

import numpy as np
from program_engines import PARAMETERS, own_gpt

import autograd


def chain(n: int):
    """A function of one number: n operations, each of the one before."""

    def f(x):
        y = x
        for _ in range(n // 2):
            y = y * 0.999 + 0.001
        return y

    return f, 2.0


def wide(n: int, width: int = 1000):
    """A function of 1,000 numbers: layers of products and sums of neighbours, n operations, all of them returned."""

    def f(xs):
        ys = list(xs)
        for layer in range(n // width):
            beside = ys[1:] + ys[:1]
            if layer % 2:
                ys = [y * z for y, z in zip(ys, beside, strict=True)]
            else:
                ys = [y - z for y, z in zip(ys, beside, strict=True)]
        return np.array(ys)

    return f, np.linspace(0.5, 1.5, width)


def gpt(n: int):
    """Value and gradient of the GPT step; it has the size that it has."""
    return autograd.value_and_grad(lambda x: own_gpt(autograd, x)), np.array(PARAMETERS)


SHAPES = {"chain": chain, "wide": wide, "gpt": gpt}


def measure(shape: str, n: int) -> dict:
    """Seconds to get ready and to run once, bytes of the program, and the most memory that the process held."""
    function, x = SHAPES[shape](n)
    start = perf_counter()
    function({"chain": autograd.Value, "wide": autograd.asarray, "gpt": list}[shape](x))
    eager = perf_counter() - start
    f = autograd.jit(function)
    start = perf_counter()
    program = f.program(x)
    traced = perf_counter() - start
    f(x)
    ready = perf_counter() - start
    runs = []
    for _ in range(5):
        start = perf_counter()
        f(x)
        runs.append(perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "instructions": len(program), "bytes": program.nbytes, "eager": eager, "traced": traced, "ready": ready,
        "run": min(runs), "peak": peak,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
