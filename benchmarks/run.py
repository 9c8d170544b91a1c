"""One command for all measurements: `python benchmarks/run.py`. It measures the installed package.

Engines take turns in one process, with the garbage collector as Python sets it. The compiled and the interpreted
autograd cannot share a process, so each has its own, and each is compared there with the plain Value of
plain_value.py. Chains have a fresh process each, for their memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import report

FOLDER = Path(__file__).resolve().parent
TWINS = ("compiled", "interpreted")
OTHERS = ("floats", "micrograd")
CHAINS = {
    "compiled": (10**6, 10**7),
    "interpreted": (10**6,),
    "plain": (10**6,),
    "micrograd": (10**5,),
}


def measure(what: str, engines: list[str], count: int, twin: str) -> dict | None:
    """The JSON of one worker process, or None (with the reason on stderr) if it failed."""
    switch = {"compiled": "1", "interpreted": "0"}[twin]
    command = [sys.executable, str(FOLDER / "worker.py"), what, f"--engines={','.join(engines)}"]
    done = subprocess.run(
        [*command, f"--count={count}"],
        env={**os.environ, "AUTOGRAD_COMPILED": switch},
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        print(f"left out: {what} of {', '.join(engines)}: {reason}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def steps(workload: str, wanted: list[str], rounds: int) -> dict[str, dict]:
    """For each twin asked for: its turns beside those of the plain Value and, with the first, all the others."""
    others = [engine for engine in OTHERS if engine in wanted]
    found = {}
    for twin in (twin for twin in TWINS if twin in wanted):
        result = measure(workload, [twin, "plain", *others], rounds, twin)
        if result is not None:
            found[twin] = result
            others = []
    return found


def chains(wanted: list[str], repeats: int, largest: int) -> dict[str, dict[str, list]]:
    """For each engine and length, the figures of several fresh processes."""
    found: dict[str, dict[str, list]] = {}
    for _ in range(repeats):
        for engine, lengths in CHAINS.items():
            for nodes in lengths:
                if engine in wanted and nodes <= largest:
                    twin = engine if engine in TWINS else "interpreted"
                    result = measure("chain", [engine], nodes, twin)
                    if result is not None:
                        found.setdefault(engine, {}).setdefault(str(nodes), []).append(result)
    return found


def main() -> None:
    everything = [*TWINS, "plain", *OTHERS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds and no long chain; writes nothing")
    parser.add_argument("--engines", default=",".join(everything), help="some of %(default)s; writes nothing")
    options = parser.parse_args()
    wanted = options.engines.split(",")
    if unknown := set(wanted) - set(everything):
        parser.error(f"no such engine: {', '.join(sorted(unknown))}")
    rounds, repeats, largest = (2, 1, 10**6) if options.quick else (9, 3, 10**8)
    gpt = steps("gpt", wanted, rounds)
    present = [engine for process in gpt.values() for engine in process["engines"]]
    if not present:
        sys.exit("Nothing was measured. Is the package installed (pip install .)?")
    results = {
        "machine": report.machine(),
        "gpt": gpt,
        "mlp": steps("mlp", present, rounds),
        "chains": chains([engine for engine in wanted if engine in present], repeats, largest),
    }
    text = report.markdown(results)
    print(text)
    if not options.quick and set(wanted) == set(everything):
        (FOLDER / "results.json").write_text(json.dumps(results) + "\n")
        report.update(FOLDER / "README.md", text)


if __name__ == "__main__":
    main()
