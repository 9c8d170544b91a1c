"""One engine in one process: reads requests as lines of JSON, answers each with a line; started by transforms.py.

`grad` of whichever package called autograd this interpreter imports, on the functions of scalar_functions.py.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from time import perf_counter
from types import SimpleNamespace

import numpy as np
from scalar_functions import FUNCTIONS

import autograd
from autograd import grad

OURS = hasattr(autograd, "Value")


def namespace():
    """The elementary functions of this engine."""
    if OURS:
        return autograd
    import autograd.numpy as anp
    from autograd.scipy.special import erf

    return SimpleNamespace(exp=anp.exp, log=anp.log, sin=anp.sin, tanh=anp.tanh, sqrt=anp.sqrt, erf=erf)


M = namespace()


def derivative(name):
    """The gradient function, and its argument in the form that the engine is fastest with."""
    f, x = FUNCTIONS[name]
    return grad(lambda x: f(M, x)), list(x) if OURS else np.array(x)


def describe(request) -> dict:
    """The engine, the fact of the compiled twin, and all gradients."""
    version = None if OURS else importlib.metadata.version("autograd")
    found = {}
    for name in FUNCTIONS:
        g, x = derivative(name)
        found[name] = [float(d) for d in g(x)]
    return {"version": version, "compiled": OURS and autograd.compiled, "gradients": found}


def seconds(request) -> float:
    """Per gradient, over so many that the clock's grain and the collector's turns even out."""
    g, x = derivative(request["name"])
    g(x)
    count, start = 0, perf_counter()
    while (spent := perf_counter() - start) < request["least"]:
        g(x)
        count += 1
    return spent / count


def long_sum(request) -> dict:
    """Seconds of a sum of so many terms on Values, without a derivative, and of its gradient from floats; paired."""
    terms = request["terms"]
    numbers = [1.0 + i / terms for i in range(terms)]
    f = {"n-ary": lambda xs: autograd.sum([x * x for x in xs]), "loop": lambda xs: sum(x * x for x in xs)}[request["way"]]
    values = [autograd.Value(x) for x in numbers]
    start = perf_counter()
    f(values)
    alone = perf_counter() - start
    del values
    start = perf_counter()
    found = grad(f)(numbers)
    whole = perf_counter() - start
    assert found == [2.0 * x for x in numbers]
    return {"function": alone, "gradient": whole}


REQUESTS = {"describe": describe, "seconds": seconds, "long_sum": long_sum}

if __name__ == "__main__":
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(REQUESTS[request["what"]](request)), flush=True)
