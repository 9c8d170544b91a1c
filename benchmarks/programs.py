"""Programs beside other compilers: `python benchmarks/programs.py` measures, and writes PROGRAMS.md and its plots.

Each engine has a process of its own, those of other packages in an environment that the command makes. For one case all
processes live together and take turns, round after round, so that a busy machine is busy for all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack

import program_report
import report
from environments import FOLDER, Failed, Worker, python_of, without_paths
from program_engines import CASES

SIZES = {"chain": (100_000, 1_000_000, 10_000_000), "wide": (100_000, 1_000_000, 10_000_000), "gpt": (0,)}
OFTEN = 1.0  # seconds to get ready, up to which this is measured in every round


def start(case: str, engine: str) -> Worker:
    """A process of this engine."""
    package = CASES[case][engine][0]
    if package:
        environment = without_paths() | {"JAX_PLATFORMS": "cpu"}
        return Worker(python_of(package), "program_worker.py", case, engine, environment=environment)
    return Worker(sys.executable, "program_worker.py", case, engine, environment={**os.environ, "AUTOGRAD_COMPILED": "1"})


def measure(case: str, options: argparse.Namespace) -> dict[str, dict]:
    """For each engine its times to get ready and its turns, and how far its numbers are from the first engine's."""
    found: dict[str, dict] = {}
    with ExitStack() as stack:
        workers = {}
        for engine in CASES[case]:
            worker = stack.enter_context(start(case, engine))
            print(f"  {engine}", end="", file=sys.stderr, flush=True)
            try:
                seconds = worker.ask("ready", options.seconds, options.gigabytes)["seconds"]
                found[engine] = {"ready": [seconds], "turns": [], "numbers": worker.ask("result")}
                workers[engine] = worker
            except Failed as reason:
                found[engine] = {"failed": str(reason)}
        for _ in range(options.rounds):
            for engine, worker in workers.items():
                if found[engine]["ready"][0] < OFTEN:
                    found[engine]["ready"].append(worker.ask("ready")["seconds"])
                found[engine]["turns"].append(worker.ask("turn", least=options.least))
    print(file=sys.stderr)
    reference = next(iter(found.values())).get("numbers", [])
    for engine in found.values():
        if "numbers" in engine:
            engine["difference"] = difference(engine.pop("numbers"), reference)
    return found


def difference(ours: list[float], theirs: list[float]) -> float:
    """The largest difference relative to the largest number."""
    if len(ours) != len(theirs):
        return float("inf")
    return max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) / max(map(abs, theirs), default=1.0)


def sizes(shape: str) -> list[dict]:
    """What programs of growing length take, each in a fresh process."""
    answers = []
    for n in SIZES[shape]:
        print(f"  {shape} {n or ''}", end="", file=sys.stderr, flush=True)
        command = [sys.executable, str(FOLDER / "program_size.py"), shape, str(n)]
        answers.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    print(file=sys.stderr)
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often the engines take turns (default %(default)s)")
    parser.add_argument("--least", type=float, default=0.2, help="seconds that a turn lasts at least (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=300.0, help="bound on getting ready (default %(default)s)")
    parser.add_argument("--gigabytes", type=float, default=8.0, help="bound on memory (default %(default)s)")
    parser.add_argument("--cases", help="cases whose names contain this; prints, and writes nothing")
    options = parser.parse_args()
    results: dict = {"machine": report.machine(), "load": [os.getloadavg()[0]], "cases": {}, "sizes": {}}
    for case in CASES:
        if options.cases is None or options.cases in case:
            print(case, file=sys.stderr)
            results["cases"][case] = measure(case, options)
    for shape in SIZES:
        if options.cases is None or options.cases in "sizes":
            results["sizes"][shape] = sizes(shape)
    results["load"].append(os.getloadavg()[0])
    if options.cases is None:
        (FOLDER / "programs.json").write_text(json.dumps(results, indent=1) + "\n")
        program_report.write(results, FOLDER)
    else:
        print(program_report.markdown(results))


if __name__ == "__main__":
    main()
