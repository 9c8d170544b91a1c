"""Measures in this process and prints JSON; started by run.py, once for each twin and for each chain."""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import sys
from pathlib import Path
from time import perf_counter

import engines
import gpt_step
import mlp_step

WORKLOADS = {"gpt": (gpt_step, gpt_step.tokens_of()), "mlp": (mlp_step, mlp_step.two_moons())}
STEPS = 5  # a turn: so many steps one after another, so that an engine pays for the garbage that it leaves


def one_step(workload, parameters, example, sweeps: bool) -> tuple[float, float, float]:
    """Seconds to build the graph, to sweep it and to drop it."""
    start = perf_counter()
    loss = workload.loss(parameters, example)
    built = perf_counter()
    if sweeps:
        loss.backward()
    swept = perf_counter()
    del loss
    return round(built - start, 7), round(swept - built, 7), round(perf_counter() - swept, 7)


def one_turn(name: str, engine: str) -> list[tuple[float, float, float]]:
    """Some steps of one engine with nothing of the others alive; the first, which warms up, does not count."""
    workload, example = WORKLOADS[name]
    parameters = workload.make_parameters(engines.load(engine))
    times = [one_step(workload, parameters, example, engine != "floats") for _ in range(STEPS + 1)]
    del parameters
    gc.collect()
    return times[1:]


def describe(name: str, engine: str) -> dict[str, object]:
    """The loss and a checksum of its gradient, so that unequal work is noticed, and the size of the graph."""
    workload, example = WORKLOADS[name]
    parameters = workload.make_parameters(engines.load(engine))
    loss = workload.loss(parameters, example)
    if engine == "floats":
        return {"loss": loss}
    loss.backward()
    size = sum(abs(p.grad) for p in workload.flat(parameters))
    return {"loss": loss.data, "gradient_size": size, "nodes": engines.count_nodes(loss)}


def measure_steps(name: str, wanted: list[str], rounds: int) -> dict[str, object]:
    """All engines in turn, round after round."""
    result: dict[str, object] = {"installed": engines.is_installed(), "missing": {}, "engines": {}}
    for engine in wanted:
        try:
            result["engines"][engine] = {**describe(name, engine), "turns": []}
        except engines.Missing as reason:
            result["missing"][engine] = str(reason)
    gc.collect()
    for _ in range(rounds):
        for engine, found in result["engines"].items():
            found["turns"].append(one_turn(name, engine))
    return result


def resident_bytes() -> int:
    """Memory in use now; where the system does not tell, the most that was ever in use."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return peak_bytes()


def peak_bytes() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measure_chain(engine: str, nodes: int) -> dict[str, float]:
    """Build, sweep and free one chain of alternating sums and products; sweeps only engines that do not recurse."""
    x = engines.load(engine)(1.0)
    before, start = resident_bytes(), perf_counter()
    y = x
    for _ in range(nodes // 2):
        y = (y + x) * x
    built, held = perf_counter(), resident_bytes()
    result = {"build": built - start, "bytes": (held - before) / nodes}
    if engine in ("compiled", "interpreted"):
        start = perf_counter()
        y.backward()
        result["sweep"] = perf_counter() - start
        result["peak_bytes"] = (peak_bytes() - before) / nodes
    start = perf_counter()
    del y
    result["free"] = perf_counter() - start
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=[*WORKLOADS, "chain"])
    parser.add_argument("--engines", required=True)
    parser.add_argument("--count", type=int, required=True, help="rounds, or nodes of the chain")
    options = parser.parse_args()
    wanted = options.engines.split(",")
    if options.what == "chain":
        result: dict = measure_chain(wanted[0], options.count)
    else:
        result = measure_steps(options.what, wanted, options.count)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
