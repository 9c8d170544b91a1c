"""Compare every way of differentiating with every other, on random expressions at singular points, for as long as you like.

    python tests/agreement/fuzz.py --seed 7 --minutes 60

Prints each disagreement that the contract does not exempt, shrunk, as a program; and how many were exempt, and why.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from cases import Case
from exemptions import Exemptions
from singular_expressions import Expression, expression, simpler
from ways import DERIVED, ORDER, OTHER, RUNS, Way, text, ways

import autograd

CLOSE = 1e-13  # no bound is computed for less than this, relative


class Disagreement(NamedTuple):
    """Two ways to a quantity of a case, and their results."""

    case: Case
    quantity: str
    ways: tuple[Way, Way]
    results: tuple[Any, Any]

    def __str__(self) -> str:
        """A program that shows it."""
        lines = ["import sys", 'sys.path.insert(0, "tests")', "from ways import *", ""]
        for way in self.ways:
            source, point = self.case.variant(way[1])
            note = f"  # {OTHER}: AUTOGRAD_COMPILED={int(not autograd.compiled)}" if way[1] == OTHER else ""
            lines += [source + f"x = {point}", f"print({text(way)}){note}"]
        (a, b), names = map(_written, self.results), [f"{derived}, {run}" for derived, run in self.ways]
        return "\n".join([f"# {self.quantity}: {a} by {names[0]}, but {b} by {names[1]}", *lines])


def _written(result: Any) -> str:
    return result if isinstance(result, str) else str(result.tolist())


def _symmetric(derivatives: Any, size: int, order: int) -> Any:
    """The numbers in a row, with a nan wherever the same derivative, taken in another order, is nan: as `hessian` does."""
    if order < 2 or derivatives.size != size**order:
        return derivatives.ravel()
    tensor = derivatives.reshape((size,) * order)
    unknown = np.logical_or.reduce([np.isnan(np.transpose(tensor, axes)) for axes in permutations(range(order))])
    return np.where(unknown, np.nan, tensor).ravel()


class Other:
    """The other implementation, in a process of its own."""

    def __init__(self) -> None:
        environment = {**os.environ, "AUTOGRAD_COMPILED": str(int(not autograd.compiled))}
        paths = [str(Path(autograd.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        command = [sys.executable, __file__, "--serve"]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.runs = self.process.stdout.readline() == "ready\n"

    def result_of(self, case: Case, derived: str) -> Any:
        print(json.dumps([case.text, case.point, derived]), file=self.process.stdin, flush=True)
        result = json.loads(self.process.stdout.readline())
        return result if isinstance(result, str) else np.array(result, dtype=float)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def serve() -> None:
    """Answer an `Other`."""
    print("ready", flush=True)
    for line in sys.stdin:
        source, point, derived = json.loads(line)
        result = Case(source, point).result_of((derived, "eager"))
        print(json.dumps(result if isinstance(result, str) else result.tolist()), flush=True)


class Fuzz:
    """Comparisons under way, and what they have found."""

    def __init__(self, other: Other | None = None, runs: str = "") -> None:
        self.other = other
        self.runs = [run for run in (runs.split(",") if runs else RUNS) if run != OTHER or other]
        self.compared, self.exempt = 0, Counter[str]()

    def result_of(self, case: Case, way: Way) -> Any:
        return self.other.result_of(case, way[0]) if way[1] == OTHER else case.result_of(way)

    def disagreements(self, case: Case, quantity: str, chosen: Sequence[Way]) -> Iterator[Disagreement]:
        """Which of these ways differ from the first, without an exemption."""
        exemptions = Exemptions(case, on_a_line="direction" in quantity)
        reference = self.result_of(case, chosen[0])
        for way in chosen[1:]:
            result = self.result_of(case, way)
            if isinstance(result, str) and "IndexError" in result:
                continue  # a `take`, at the other point
            self.compared += 1
            reason = self._reason(exemptions, ORDER[quantity], reference, result)
            if reason is None:
                yield Disagreement(case, quantity, (chosen[0], way), (reference, result))
            elif reason:
                self.exempt[reason] += 1

    def _reason(self, exemptions: Exemptions, order: int, a: Any, b: Any) -> str | None:
        """Why two results may be as they are: "" if they agree, None if they may not."""
        if isinstance(a, str) or isinstance(b, str):
            return "both raise" if isinstance(a, str) and isinstance(b, str) else None
        a, b = (_symmetric(x, len(exemptions.case.point), order) for x in (a, b))
        if a.shape != b.shape:
            return None
        with np.errstate(invalid="ignore"):
            apart = ~((a == b) | (np.isnan(a) & np.isnan(b)) | (abs(a - b) <= CLOSE * abs(a)))
        a, b = a[apart], b[apart]
        finite = np.isfinite(a) & np.isfinite(b)
        if (finite & (abs(a - b) > exemptions.bound(order))).any() if finite.any() else False:
            return exemptions.reason(order, True)
        if finite.all():
            return ""
        return exemptions.reason(order, bool((np.isfinite(a) | np.isfinite(b)).any()))

    def check(self, case: Case, random: Random | None = None) -> list[Disagreement]:
        """Compare the ways to every quantity: all of them, or with `random` the eager ones and some others."""
        found = []
        for quantity in DERIVED:
            known = ways(quantity) + [
                (derived, OTHER) for derived in ("of_values(f)",) * (quantity == "value") or DERIVED[quantity]
            ]
            known = known[:1] + [way for way in known[1:] if way[1] in self.runs]
            if random:
                known = _some(random, known)
            found += self.disagreements(case, quantity, known)
        return found

    def shrunk(self, e: Expression, found: Disagreement) -> Disagreement:
        """The simplest case near an expression in which the same ways disagree, in what may be another manner."""
        progress = True
        while progress:
            progress = False
            for candidate in simpler(e):
                smaller = next(self.disagreements(candidate.case(), found.quantity, found.ways), None)
                if smaller and not any(isinstance(result, str) for result in smaller.results):
                    e, found, progress = candidate, smaller, True
                    break
        return found


def _some(random: Random, known: Sequence[Way]) -> list[Way]:
    """The reference, some of the eager ways, some of the others, and C now and then."""
    reference, *rest = known
    slow = [way for way in rest if way[1][0] == "C"]
    quick = [way for way in rest if way not in slow]
    chosen = [way for way in quick if random.random() < (0.7 if way[1] == "eager" else 0.25)]
    return [reference, *chosen, *random.sample(slow, random.random() < 0.04 and bool(slow))]


def fuzz(tool: Fuzz, seed: int, seconds: float = float("inf"), cases: int | None = None) -> list[str]:
    """Check random cases; the disagreements as programs, each kind once."""
    random, start, reports, count = Random(seed), time.monotonic(), dict[str, str](), 0
    while time.monotonic() - start < seconds and (cases is None or count < cases):
        count += 1
        e = expression(random)
        for found in tool.check(e.case(), random)[:3]:
            small = tool.shrunk(e, found)
            kind = f"{small.case.text} {small.quantity}"
            if kind not in reports:
                reports[kind] = str(small)
                print(reports[kind], end="\n\n", flush=True)
    print(f"seed {seed}: {count} cases, {tool.compared} comparisons, {len(reports)} disagreements", flush=True)
    for reason, number in tool.exempt.most_common():
        print(f"exempt: {number}, where {reason}", flush=True)
    return list(reports.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="a new one by default")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--runs", default="", help=f"a part of: {', '.join(RUNS)}")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve()
    print(f"seed {options.seed}", flush=True)
    other = Other()
    if not other.runs:
        print("the other implementation is not built here", flush=True)
    reports = fuzz(Fuzz(other if other.runs else None, options.runs), options.seed, 60.0 * options.minutes)
    other.close()
    sys.exit(1 if reports else 0)


if __name__ == "__main__":
    main()
