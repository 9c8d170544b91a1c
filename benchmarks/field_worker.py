"""One engine in one process: reads requests as lines of JSON, answers each with a line; started by field.py."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
import warnings
from time import perf_counter

import field_engines
import field_probes
from environments import resident
from field_workloads import WORKLOADS

warnings.simplefilter("ignore")
NAME = sys.argv[1]
PACKAGE, MAKER = field_engines.ENGINES[NAME]
STEP = None


def describe(request) -> dict:
    """What runs here: the version of the package, and of Python."""
    name = PACKAGE.split("==")[0].split("[")[0] or "scalar-autograd"
    answer = {"version": importlib.metadata.version(name), "python": platform.python_version()}
    if NAME.startswith("scalar-autograd"):
        import autograd

        wanted = "interpreted" not in NAME
        if autograd.compiled != wanted:
            raise RuntimeError(f"the {'compiled' if wanted else 'interpreted'} twin is not running")
        if "jit" in NAME and not hasattr(autograd, "jit"):
            raise RuntimeError("this version has no jit")
    return answer


def prepare(request) -> dict:
    """From nothing to the first value and gradient: seconds, and bytes of memory that it took."""
    global STEP
    f, x, with_matrices = WORKLOADS[request["workload"]]
    matrices = NAME.endswith(field_engines.MATRICES)
    before, start = resident("self"), perf_counter()
    STEP = MAKER(with_matrices if matrices else f, x, matrices)
    value, gradient = STEP()
    seconds = perf_counter() - start
    numbers = [float(d) for d in gradient]
    return {"ready": seconds, "before": before, "value": float(value), "gradient": numbers}


def turn(request) -> dict:
    """Seconds a step, over so many steps that the clock's grain and the collector's turns even out."""
    count, start = 0, perf_counter()
    while (spent := perf_counter() - start) < request["least"]:
        STEP()
        count += 1
    return {"seconds": spent / count, "steps": count}


def probe(request) -> dict:
    """What one small question shows; the answer is text."""
    return {"text": field_probes.PROBES[request["name"]](NAME, MAKER)}


REQUESTS = {"describe": describe, "prepare": prepare, "turn": turn, "probe": probe}

if __name__ == "__main__":
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = REQUESTS[request["what"]](request)
        except (Exception, RecursionError) as error:
            answer = {
                "failed": f"{type(error).__name__}: {str(error).strip().splitlines()[0][:90] if str(error) else ''}".rstrip(
                    ": "
                )
            }
        print(json.dumps(answer), flush=True)
