"""The field side by side: `python benchmarks/field.py` measures every engine on the same sources and writes FIELD.md.

Each engine has a process of its own, those of other packages in an environment that the command makes. For one workload
all processes live together and take turns, round after round, so that a busy machine is busy for all. What fails is told
as it failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import ExitStack
from math import inf, isfinite

import field_report
import report
from environments import FOLDER, Failed, Worker, python_of, without_paths
from field_engines import ENGINES, MATRICES, REFERENCE
from field_probes import PROBES
from field_workloads import WORKLOADS


def start(engine: str) -> Worker:
    """A process of this engine."""
    package, _ = ENGINES[engine]
    if package:
        return Worker(python_of(package), "field_worker.py", engine, environment=without_paths() | {"JAX_PLATFORMS": "cpu"})
    twin = "0" if "interpreted" in engine or engine == "plain Value" else "1"
    return Worker(sys.executable, "field_worker.py", engine, environment={**os.environ, "AUTOGRAD_COMPILED": twin})


def measure(workload: str, engines: list[str], options: argparse.Namespace) -> dict[str, dict]:
    """For each engine what it took to be ready, its turns, its memory, and how far its gradient is from the reference's."""
    found: dict[str, dict] = {}
    with ExitStack() as stack:
        workers = {}
        for engine in engines:
            worker = stack.enter_context(start(engine))
            print(f"  {engine}", end="", file=sys.stderr, flush=True)
            try:
                worker.ask("describe")
                found[engine] = worker.ask("prepare", options.seconds, options.gigabytes, workload=workload)
                found[engine] |= {"turns": [], "steps": 0}
                workers[engine] = worker
            except Failed as reason:
                found[engine] = {"failed": str(reason)}
        for number in range(options.rounds):
            for engine, worker in workers.items():
                slow = found[engine]["ready"] > options.slow
                turn = worker.ask("turn", least=options.least) if number == 0 or not slow else {"seconds": None, "steps": 0}
                found[engine]["turns"].append(turn["seconds"])
                found[engine]["steps"] += turn["steps"]
        for engine, worker in workers.items():
            found[engine]["peak"] = max(worker.peak, peak(worker.process.pid)) - found[engine].pop("before")
    print(file=sys.stderr)
    return settle(found)


def peak(pid: int) -> int:
    """The most memory that a process ever held; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/status") as lines:
            return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


def settle(found: dict[str, dict]) -> dict[str, dict]:
    """Replace gradients, which are long, by their largest relative difference from the reference's (or the first engine's)."""
    measured = [engine for engine in found if "gradient" in found[engine]]
    reference = found[REFERENCE if REFERENCE in measured else measured[0]]["gradient"] if measured else []
    for engine in measured:
        found[engine]["difference"] = difference(found[engine]["gradient"], reference)
    for engine in measured:
        del found[engine]["gradient"]
    return found


def difference(ours: list[float], theirs: list[float]) -> float:
    """The largest difference between two gradients, relative to the largest entry; inf where one is not finite."""
    if len(ours) != len(theirs) or not all(map(isfinite, ours)):
        return inf
    return max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) / max(map(abs, theirs))


def describe(engine: str, options: argparse.Namespace) -> dict:
    """The versions of one engine, and its answers to the small questions, each in a process of its own."""
    with start(engine) as worker:
        try:
            about = worker.ask("describe")
        except Failed as reason:
            return {"failed": str(reason)}
    about["probes"] = {}
    for name in PROBES:
        with start(engine) as worker:
            try:
                about["probes"][name] = worker.ask("probe", options.seconds, options.gigabytes, name=name)["text"]
            except Failed as reason:
                about["probes"][name] = str(reason)
    return about


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often the engines take turns (default %(default)s)")
    parser.add_argument("--least", type=float, default=0.2, help="seconds that a turn lasts at least (default %(default)s)")
    parser.add_argument(
        "--slow", type=float, default=5.0, help="an engine that needs longer gets one turn (default %(default)s s)"
    )
    parser.add_argument("--seconds", type=float, default=180.0, help="bound on getting ready (default %(default)s)")
    parser.add_argument("--gigabytes", type=float, default=12.0, help="bound on memory (default %(default)s)")
    parser.add_argument("--engines", help="some of the engines, separated by semicolons; writes nothing")
    parser.add_argument("--workloads", help="workloads whose names contain this; writes nothing")
    parser.add_argument("--again", help="measure workloads whose names contain this once more, in place of what is there")
    options = parser.parse_args()
    engines = options.engines.split(";") if options.engines else list(ENGINES)
    results: dict = {"machine": report.machine(), "bounds": vars(options), "load": {}, "engines": {}, "workloads": {}}
    if options.again is not None:
        results = json.loads((FOLDER / "field.json").read_text())
    else:
        ask(results, engines, options)
    run(results, engines, options)
    if options.engines or options.workloads:
        print(field_report.markdown(results))
    else:
        (FOLDER / "field.json").write_text(json.dumps(results, indent=1) + "\n")
        field_report.write(results, FOLDER)


def ask(results: dict, engines: list[str], options: argparse.Namespace) -> None:
    """Versions of the engines, and their answers to the small questions."""
    for engine in engines:
        if not engine.endswith(MATRICES):
            print(f"asking {engine}", file=sys.stderr)
            results["engines"][engine] = describe(engine, options)


def run(results: dict, engines: list[str], options: argparse.Namespace) -> None:
    """Measure the workloads, and how busy the machine was meanwhile."""
    present = [engine for engine in engines if "failed" not in results["engines"].get(engine.removesuffix(MATRICES), {})]
    for workload, (_, _, with_matrices) in WORKLOADS.items():
        if (options.again or options.workloads or "") in workload:
            print(workload, file=sys.stderr)
            able = [engine for engine in present if with_matrices or not engine.endswith(MATRICES)]
            results["workloads"][workload] = measure(workload, able, options)
            results["load"][workload] = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0


if __name__ == "__main__":
    main()
