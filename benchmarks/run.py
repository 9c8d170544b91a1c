"""Measure everything: `python benchmarks/run.py` writes results.json, and its numbers into README.md here and of the project.

Engines that do one workload live together and take turns, round after round, so that a busy machine is busy for all.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from time import monotonic, strftime

import report
from engines import BOUND, CASADI, EAGER, EMPTY, ENGINES, FLOATS, JIT, PLAIN, PURE, is_able
from environments import FOLDER, ROOT, Failed, Process, source_hash
from workloads import WORKLOADS

QUICK = (EAGER, JIT, BOUND, PLAIN, FLOATS, EMPTY)
PROBED = (EAGER, JIT, PURE, PLAIN, "micrograd", "HIPS autograd", "PyTorch", "JAX", CASADI)
CHAINS = {
    EAGER: (10**6, 10**7),
    JIT: (10**6, 10**7),
    PURE: (10**6,),
    PLAIN: (10**6,),
    "micrograd": (10**5,),
    "PyTorch": (10**5,),
}
OPTIONS = {
    "--only": {"default": "", "help": "workloads whose names contain this; prints, and writes nothing"},
    "--quick": {"action": "store_true", "help": "this package only, as it is imported here; prints, and writes nothing"},
    "--here": {"action": "store_true", "help": "measure the package that this interpreter imports"},
    "--pages": {"action": "store_true", "help": "measure nothing: write the pages from results.json"},
    "--rounds": {"type": int, "default": 7, "help": "how often the engines take turns (default %(default)s)"},
    "--least": {"type": float, "default": 0.15, "help": "seconds that a turn lasts at least (default %(default)s)"},
    "--slow": {"type": float, "default": 2.0, "help": "an engine with a longer step has one turn (default %(default)s)"},
    "--seconds": {"type": float, "default": 60.0, "help": "bound on an answer (default %(default)s)"},
    "--gigabytes": {"type": float, "default": 8.0, "help": "bound on memory (default %(default)s)"},
}


def machine(here: bool) -> list[str]:
    """What the numbers depend on."""
    processor = platform.processor()
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().split("\n")
        processor = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    version = ["gcc", "-dumpfullversion"]
    gcc = subprocess.run(version, capture_output=True, text=True).stdout.strip() if shutil.which("gcc") else "missing"
    source = f"source {source_hash()}" + (", not built for this run" if here else "")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.machine()}"
    return [strftime("%Y-%m-%d"), source, python, system, processor, f"{os.cpu_count()} processors", f"gcc {gcc}"]


def measure(name: str, engines: list[str], start: partial, rounds: int, least: float, slow: float) -> dict[str, dict]:
    """One workload: for each engine seconds to get ready, a step's seconds in each round, bytes, and how far it is off."""
    results: dict[str, dict] = {engine: {"turns": []} for engine in engines}
    requests = [{"what": "describe"}, {"what": "prepare", "workload": name}]  # the first waits for the import
    requests += [{"what": "turn", "least": least}] * rounds
    with ExitStack() as stack:
        processes = {engine: stack.enter_context(start(engine)) for engine in engines}
        for request in requests:
            for engine, result in results.items():
                if "failed" in result or (result["turns"] and result["turns"][0] > slow):
                    continue
                try:
                    answer = processes[engine].ask(**request)
                except Failed as reason:
                    results[engine] = {"failed": str(reason)}
                    continue
                if request["what"] == "prepare":
                    result |= answer
                elif request["what"] == "turn":
                    result["turns"].append(answer)
    first = next((result["numbers"] for result in results.values() if result.get("numbers")), [])
    for result in results.values():
        own = result.pop("numbers", [])
        if len(own) == len(first) > 1:
            result["off"] = max(abs(a - b) for a, b in zip(own, first, strict=True)) / max(map(abs, first))
    return results


def run(options: argparse.Namespace) -> dict:
    """All measurements that are asked for."""
    start = partial(Process, here=options.here, seconds=options.seconds, gigabytes=options.gigabytes)

    def ask(engine: str, what: str, **request: object):
        """The answer of a fresh process; where it fails a dict that says why."""
        with start(engine) as process:
            try:
                return process.ask(what, **request)
            except Failed as reason:
                return {"failed": str(reason)}

    load = [os.getloadavg()[0]]
    versions = {engine: ask(engine, "describe") for engine in ENGINES if not options.quick or engine in QUICK}
    results: dict = {
        "machine": machine(options.here),
        "options": vars(options),
        "versions": versions,
        "load": load,
        "workloads": {},
    }
    engines = [engine for engine, version in versions.items() if isinstance(version, str)]
    for name in (name for name in WORKLOADS if options.only in name):
        began, able = monotonic(), [engine for engine in engines if is_able(engine, name)]
        results["workloads"][name] = measure(name, able, start, options.rounds, options.least, options.slow)
        print(f"{name}: {monotonic() - began:.0f} s", file=sys.stderr)
    if not (options.only or options.quick):
        results["probes"] = {e: {"deep": ask(e, "deep")} | ask(e, "probe") for e in PROBED if e in engines}
        results["chains"] = [(e, n, ask(e, "chain", size=n)) for e in CHAINS if e in engines for n in CHAINS[e]]
    load.append(os.getloadavg()[0])
    results["busy"] = max(load) > (os.cpu_count() or 1) + 0.5  # a run alone makes a load of 1 to 2
    return json.loads(json.dumps(results), parse_float=lambda digits: float(f"{float(digits):.4g}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, option in OPTIONS.items():
        parser.add_argument(name, **option)
    options = parser.parse_args()
    options.here |= options.quick
    saved, partly = FOLDER / "results.json", options.only or options.quick
    results = json.loads(saved.read_text(encoding="utf-8")) if options.pages else run(options)
    if partly:
        print("\n\n".join(part(results) for part in (report.compared, report.ten, report.workloads)))
        return
    saved.write_text(json.dumps(results) + "\n", encoding="utf-8")
    report.write(results, FOLDER / "README.md", ROOT / "README.md")


if __name__ == "__main__":
    main()
