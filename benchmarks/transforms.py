"""`grad` of scalar-heavy functions beside HIPS autograd: `python benchmarks/transforms.py`; prints a Markdown table.

The other package owns the import name `autograd` too, so it gets a virtual environment of its own, and a process there. The
two processes take turns, round after round, one function at a time.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from math import inf, isfinite
from statistics import median

from environments import Failed, Worker, python_of, without_paths
from scalar_functions import FUNCTIONS

OTHER = "autograd[scipy]==1.9.1"
WORKER = "transforms_worker.py"
ACCURACY, FASTER, DEARER = 1e-10, 20.0, 4.0  # what is promised: see the README
TERMS = 10**6


def difference(ours: list[float], theirs: list[float]) -> float:
    """The largest relative difference between two gradients, entry by entry; inf if one is not finite."""
    if not all(map(isfinite, [*ours, *theirs])):
        return inf
    return max(abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0 for a, b in zip(ours, theirs, strict=True))


def compare(ours: Worker, theirs: Worker, rounds: int) -> tuple[list[str], dict[str, bool]]:
    """The lines of the table, and whether each thing promised held."""
    us, them = ours.ask("describe"), theirs.ask("describe")
    if them["version"] is None:
        sys.exit("The interpreter given with --other imports this package, not HIPS autograd.")
    twin = "compiled" if us["compiled"] else "interpreted"
    lines = [f"| gradient of | HIPS autograd {them['version']} | {twin} | faster | least of a round | largest difference |"]
    lines += ["|---|--:|--:|--:|--:|--:|"]
    equal, faster = f"gradients equal to {ACCURACY:g}", f"each at least {FASTER:g} x faster"
    held = {equal: True, faster: True}
    turns = {name: [] for name in FUNCTIONS}
    for _ in range(rounds):
        for name, found in turns.items():
            found.append([engine.ask("seconds", name=name, least=0.1) for engine in (theirs, ours)])
    for name, found in turns.items():
        ratios = [slow / fast for slow, fast in found]
        off = difference(us["gradients"][name], them["gradients"][name])
        held[equal] &= off <= ACCURACY
        held[faster] &= median(ratios) >= FASTER
        slow, fast = (1e3 * median(column) for column in zip(*found, strict=True))
        lines += [f"| {name} | {slow:.2f} ms | {fast:.4f} ms | {median(ratios):.0f} x | {min(ratios):.0f} x | {off:.0e} |"]
    return lines, held


def sums(ours: Worker, rounds: int) -> tuple[list[str], dict[str, bool]]:
    """The same for the long sums, of this package only."""
    lines = [f"| gradient of a sum of {TERMS:,} terms | function on Values | gradient | times as much |", "|---|--:|--:|--:|"]
    cheap = f"sums at most {DEARER:g} x the function"
    held = {cheap: True}
    for way, text in (("n-ary", "`sum([x * x for x in xs])` of the package"), ("loop", "Python's `sum(x * x for x in xs)`")):
        found = [ours.ask("long_sum", way=way, terms=TERMS) for _ in range(rounds)]
        times = median(turn["gradient"] / turn["function"] for turn in found)
        held[cheap] &= times <= DEARER
        alone, whole = (1e3 * median(turn[what] for turn in found) for what in ("function", "gradient"))
        lines += [f"| {text} | {alone:.0f} ms | {whole:.0f} ms | {times:.1f} x |"]
    return lines, held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often the engines take turns (default %(default)s)")
    parser.add_argument("--other", help="an interpreter that has HIPS autograd, instead of a fresh environment")
    options = parser.parse_args()
    with ExitStack() as stack:
        ours = stack.enter_context(Worker(sys.executable, WORKER, environment=dict(os.environ)))
        theirs = stack.enter_context(Worker(options.other or python_of(OTHER), WORKER, environment=without_paths()))
        try:
            table, held = compare(ours, theirs, options.rounds)
            long, held_too = sums(ours, options.rounds)
        except Failed as reason:
            sys.exit(f"A worker process failed: {reason}")
    print("\n".join([*table, "", *long]))
    verdicts = {**held, **held_too}
    print("\n" + "; ".join(f"{promise}: {'yes' if kept else 'NO'}" for promise, kept in verdicts.items()))


if __name__ == "__main__":
    main()
