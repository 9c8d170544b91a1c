"""From raw times to Markdown: medians, ratios taken turn by turn within one process, and the bars."""

from __future__ import annotations

import os
import platform
from math import isclose
from pathlib import Path
from statistics import median

BEGIN, END = "<!-- results: written by run.py -->", "<!-- end of results -->"
NAMES = {
    "compiled": "autograd, compiled",
    "interpreted": "autograd, interpreted",
    "plain": "plain `Value`",
    "floats": "plain floats (forward only)",
    "micrograd": "micrograd 0.1",
}
Turns = list[list[tuple[float, float, float]]]


def machine() -> dict[str, object]:
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
    }


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, all columns but the first to the right."""
    lines = [heads, ["---"] + ["--:"] * (len(heads) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def phases(turns: Turns) -> list[float]:
    """Median seconds to build, to sweep, to free and in all."""
    steps = [step for turn in turns for step in turn]
    return [median(step[i] for step in steps) for i in range(3)] + [median(map(sum, steps))]


def ratio(slow: Turns, fast: Turns, phase: slice = slice(None)) -> float:
    """How many times longer `slow` takes: the median over the rounds of the ratio of the two turns of a round."""

    def typical(turn: list[tuple[float, float, float]]) -> float:
        return median(sum(step[phase]) for step in turn)

    return median(typical(a) / typical(b) for a, b in zip(slow, fast, strict=True))


def step_table(found: dict[str, dict]) -> str:
    """One workload: each engine's phases and how many times faster than the plain Value of its own process it is."""
    rows, shown = [], set()
    for twin, process in found.items():
        for engine, measured in process["engines"].items():
            label = NAMES[engine] + (f", beside {twin}" if engine == "plain" else "")
            if label not in shown:
                shown.add(label)
                rows.append([label, *step_cells(measured, process["engines"]["plain"]["turns"])])
    heads = ["engine", "total ms", "build", "sweep", "free", "ns a node", "nodes", "times faster than plain"]
    return table(heads, rows)


def step_cells(measured: dict, plain: Turns) -> list[str]:
    *parts, total = phases(measured["turns"])
    cells = [f"{1e3 * total:.2f}", *(f"{1e3 * part:.2f}" for part in parts)]
    if "nodes" not in measured:
        return [*cells, "", "", f"(forward) {ratio(plain, measured['turns'], slice(1)):.1f}"]
    nodes = measured["nodes"]
    return [*cells, f"{1e9 * total / nodes:.0f}", f"{nodes:,}", f"{ratio(plain, measured['turns']):.1f}"]


def chain_medians(runs: list[dict]) -> dict[str, float]:
    return {key: median(run[key] for run in runs) for key in runs[0]}


def chain_total(runs: list[dict], nodes: int) -> float:
    """Nanoseconds a node to build, sweep and free."""
    return median(1e9 * (run["build"] + run["sweep"] + run["free"]) / nodes for run in runs)


def chain_table(found: dict[str, dict[str, list]]) -> str:
    rows = []
    for engine, lengths in found.items():
        for length, runs in lengths.items():
            nodes, middle = int(length), chain_medians(runs)
            times = [f"{1e9 * middle[p] / nodes:.0f}" if p in middle else "" for p in ("build", "sweep", "free")]
            total = f"{chain_total(runs, nodes):.0f}" if "sweep" in middle else ""
            peak = f"{middle['peak_bytes']:.0f}" if "peak_bytes" in middle else ""
            rows.append([NAMES[engine], f"{nodes:,}", *times, total, f"{middle['bytes']:.0f}", peak])
    heads = ["engine", "nodes", "build ns a node", "sweep", "free", "total", "bytes a node", "at the peak"]
    return table(heads, rows)


def bars(results: dict) -> str:
    """What the project promises beside what this run shows; a line is left out when its parts were not measured."""
    rows: list[list[str]] = []

    def line(promise: str, measured: float, holds: bool) -> None:
        rows.append([promise, f"{measured:.3g}", "yes" if holds else "**no**"])

    for twin, least in (("compiled", 18.0), ("interpreted", 1.0)):
        engines = results["gpt"].get(twin, {}).get("engines", {})
        if twin in engines:
            faster = ratio(engines["plain"]["turns"], engines[twin]["turns"])
            line(
                f"{twin}: GPT step at least {least:g} times faster than the plain `Value`",
                faster,
                faster >= least,
            )
        if twin == "compiled" and {"compiled", "floats"} <= set(engines):
            slower = ratio(engines[twin]["turns"], engines["floats"]["turns"], slice(1))
            line("compiled: forward at most 2 times as long as plain floats", slower, slower <= 2)
    lengths = results["chains"].get("compiled", {})
    for length, runs in lengths.items():
        size = chain_medians(runs)["bytes"]
        line(f"compiled: at most 96 bytes a node ({int(length):,} nodes)", size, size <= 96)
    if {"1000000", "10000000"} <= set(lengths):
        growth = chain_total(lengths["10000000"], 10**7) / chain_total(lengths["1000000"], 10**6)
        line("compiled: time a node at 10^7 at most 2.5 times that at 10^6", growth, growth <= 2.5)
    return table(["bar", "measured", "holds"], rows)


def agree(process: dict) -> bool:
    """Whether all engines found the same loss and gradient, to rounding: else their times mean nothing."""
    for key in ("loss", "gradient_size"):
        found = [engine[key] for engine in process["engines"].values() if key in engine]
        if not all(isclose(number, found[0], rel_tol=1e-9) for number in found):
            return False
    return True


def markdown(results: dict) -> str:
    about = results["machine"]
    parts = [f"{about['python']}, {about['system']}, {about['processors']} processors.", bars(results)]
    for key, title in (("gpt", "One-layer GPT, one 8-token name"), ("mlp", "2-16-16-1 network, 100 points")):
        if results[key]:
            parts += [f"### {title}", step_table(results[key])]
    if results["chains"]:
        parts += ["### Chain of alternating sums and products", chain_table(results["chains"])]
    processes = [process for key in ("gpt", "mlp") for process in results[key].values()]
    if not all(process["installed"] for process in processes):
        parts.append("**Measured from the source folder, not from an installed package.**")
    if not all(agree(process) for process in processes):
        parts.append("**The engines disagree on the loss or its gradient; the times cannot be compared.**")
    missing = {reason for process in processes for reason in process["missing"].values()}
    parts += [f"Left out: {reason}." for reason in sorted(missing)]
    return "\n\n".join(parts)


def update(readme: Path, text: str) -> None:
    """Replace what stands between the markers."""
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
