"""From the programs' measurements to PROGRAMS.md: what is promised, tables, and plots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import report
from program_engines import CALL, CASADI, GPT, HESSIAN, JAX, NUMBA, POINTS, SCIPY

PLOTS = ("programs-steps.png", "programs-sizes.png")
INTRODUCTION = f"""# Programs beside other compilers

Written by `python benchmarks/programs.py` (about ten minutes), which makes an environment for each package, measures, and
writes this page. What it measures:

- **The same mathematics, 64-bit floats.** The GPT step and the option are the sources that the engines' report uses
  ([gpt_step.py](gpt_step.py), [field_workloads.py](field_workloads.py)); [program_engines.py](program_engines.py) is all that
  differs. This package's softmax shifts by the largest score, CasADi gets it without the shift, which is less work. The
  option "by hand" is written with derivatives that a person took and shortened. JAX gets Rosenbrock's valley as arrays.
- **Packages**: {CASADI}, {JAX} (on the CPU, 64 bits), {NUMBA}, {SCIPY}. CasADi's Functions evaluate SX graphs in its own
  virtual machine; no C compiler for either side.
- **Turns.** All engines of one case live at the same time, each in its process, and take turns, round after round. A turn is
  a series of batches of steps, its figure the median of them. Times are medians over the turns, "best" is the best batch of
  all, ratios are medians of the ratios within a round.
- **One processor**: what has no "two" in its name is bound to one and the same, with one thread of XLA and NumPy, and timed
  by what its process spends there, so other work on the machine counts less. The others are timed by the clock on the wall;
  where other work takes one of their two processors, only the best batch says what they can do.
- **Ready** is the time from the Python function to the end of the first step: tracing, derivatives, compiling. The package
  is imported before. Where it is below a second it is measured anew in each round, in a process that is warm.
- **Arrays**: JAX's are in place before a step; CasADi's buffers are bound before; this package takes and
  returns NumPy's, "program.run" reads one array and writes another.
"""


def ratio(found: dict, slow: str, fast: str) -> float:
    """How many times longer `slow` takes, round by round."""
    turns = zip(found[slow]["turns"], found[fast]["turns"], strict=True)
    return median(a["median"] / b["median"] for a, b in turns)


def typical(engine: dict) -> float:
    return median(turn["median"] for turn in engine["turns"])


def bars(results: dict) -> Iterator[tuple[str, float, bool]]:
    """What is promised: the words, the figure, and whether it holds."""
    cases = results["cases"]
    if GPT in cases:
        found = cases[GPT]
        jit = "jit, one array"
        x = ratio(found, "CasADi, buffers", jit)
        yield "GPT step: at least 4 times faster than CasADi through buffers", x, x >= 4
        x = ratio(found, "plain Value", jit)
        yield "GPT step: at least 1,000 times faster than the plain `Value`", x, x >= 1000
        x = ratio(found, "plain Value", "jit, NumPy executor")
        yield "GPT step, NumPy executor: at least 20 times faster than the plain `Value`", x, x >= 20
        x = median(found[jit]["ready"]) / typical(found["eager"])
        yield "GPT step: ready within 20 eager passes", x, x <= 20
    if CALL in cases:
        for other in ("CasADi", "JAX"):
            x = ratio(cases[CALL], other, "jit")
            yield f"greeks: a call takes less than a sixth of {other}'s", x, x > 6
    if POINTS in cases:
        x = 1.0 / ratio(cases[POINTS], "JAX", "vmap, one thread")
        yield "100,000 points on one processor: at most 1.0 times JAX's time", x, x <= 1
        x = best(cases[POINTS]["vmap, one thread"]) / best(cases[POINTS]["vmap, two threads"])
        yield "100,000 points: two threads at least 1.6 times faster than one (best against best)", x, x >= 1.6
    for shape, runs in results["sizes"].items():
        last = runs[-1]
        if len(runs) > 1:
            yield f"{shape}, 10^7 instructions: less than 4 GB", last["peak"] / 1e9, last["peak"] < 4e9
            x = (last["ready"] / last["instructions"]) / (runs[-2]["ready"] / runs[-2]["instructions"])
            yield f"{shape}: ready in linear time (time an instruction, at 10^7 over at 10^6, at most 1.5)", x, x <= 1.5
        x = last["bytes"] / last["instructions"]
        yield f"{shape}: at most 32 bytes an instruction", x, x <= 32


def best(engine: dict) -> float:
    return min(turn["least"] for turn in engine["turns"])


def duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def case_table(case: str, found: dict) -> str:
    first = next(iter(found))
    points = case == POINTS
    heads = ["", "a step", "best", *(["a point, best"] if points else []), "times the first's", "ready", "largest difference"]
    rows = []
    for engine, one in found.items():
        if "failed" in one:
            rows.append([engine, one["failed"], *[""] * (len(heads) - 2)])
            continue
        rows.append(
            [
                engine,
                duration(typical(one)),
                duration(best(one)),
                *([f"{1e9 * best(one) / 100_000:.1f} ns"] if points else []),
                f"{ratio(found, engine, first):.3g}",
                duration(median(one["ready"])),
                f"{one['difference']:.0e}",
            ]
        )
    return report.table(heads, rows)


def size_table(sizes: dict) -> str:
    heads = ["", "instructions", "recorded eagerly", "ready", "a run", "ready, each", "bytes, each", "most memory"]
    rows = []
    for shape, runs in sizes.items():
        for run in runs:
            n = run["instructions"]
            times = [duration(x) for x in (run["eager"], run["ready"], run["run"], run["ready"] / n)]
            rows.append([shape, f"{n:,}", *times, f"{run['bytes'] / n:.1f}", f"{run['peak'] / 1e9:.2f} GB"])
    return report.table(heads, rows)


def markdown(results: dict) -> str:
    """The whole page."""
    about = results["machine"]
    load = " and ".join(f"{x:.1f}" for x in results["load"])
    held = [[name, f"{x:.3g}", "yes" if holds else "no"] for name, x, holds in bars(results)]
    parts = [
        INTRODUCTION,
        f"{about['python']}, {about['system']}, {about['processors']} processors, which other work shared: the load was {load} "
        "at the beginning and the end.",
        "## What is promised",
        report.table(["", "measured", "holds"], held),
    ]
    for case, found in results["cases"].items():
        parts += [f"## {case}", case_table(case, found)]
        parts += [f"![Time of a step]({PLOTS[0]})"] if case == HESSIAN else []
    if results["sizes"]:
        parts += ["## Many instructions", SIZES, size_table(results["sizes"]), f"![Time to get ready]({PLOTS[1]})"]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


SIZES = """A chain (each operation of the one before: nothing to vectorise), layers of 1,000 (products and differences of
neighbours, all results returned) and the GPT step with its gradient, each in a fresh process
([program_size.py](program_size.py)), timed by the clock on the wall. The memory is all that the process held at any time,
the recorded graph and NumPy included; bytes count the program's arrays. Operands of sums and dot products are kept in a list
of their own, 4 bytes each: an instruction that stands for a dot product of 16 terms takes 144 bytes, where its 31 operations
would take 496. The GPT step is made of such."""


def write(results: dict, folder: Path) -> None:
    """PROGRAMS.md and its plots."""
    (folder / "PROGRAMS.md").write_text(markdown(results))
    plots(results, folder)


def plots(results: dict, folder: Path) -> None:
    import matplotlib.pyplot as plt

    cases = results["cases"]
    figure, axes = plt.subplots(len(cases), 1, figsize=(8, 1.2 + 0.34 * sum(map(len, cases.values()))), layout="constrained",
                                height_ratios=[len(found) + 1 for found in cases.values()])  # fmt: skip
    for axis, (case, found) in zip(axes, cases.items(), strict=True):
        shown = {name: best(one) for name, one in found.items() if "turns" in one}
        own = ["#0072b2" if name.startswith(("jit", "vmap", "eager")) else "#999999" for name in shown]
        drawn = axis.barh(list(shown), list(shown.values()), color=own)
        axis.bar_label(drawn, [duration(x) for x in shown.values()], padding=3, fontsize=8)
        axis.set(xscale="log", title=case)
        axis.title.set_fontsize(10)
        axis.tick_params(axis="x", which="both", bottom=False, labelbottom=False)
        axis.margins(x=0.15)
        axis.invert_yaxis()
        axis.spines[["top", "right"]].set_visible(False)
    figure.supxlabel("time of a step, best batch (logarithmic)", fontsize=9)
    figure.savefig(folder / PLOTS[0], dpi=110)
    figure, axis = plt.subplots(figsize=(6, 3.4), layout="constrained")
    for (shape, runs), color in zip(results["sizes"].items(), ("#0072b2", "#d55e00"), strict=False):
        n = [run["instructions"] for run in runs]
        axis.plot(n, [run["ready"] for run in runs], "o-", color=color, label=f"{shape}: ready")
        axis.plot(n, [run["run"] for run in runs], "s--", color=color, label=f"{shape}: a run")
    axis.set(xscale="log", yscale="log", xlabel="instructions", ylabel="seconds")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
    figure.savefig(folder / PLOTS[1], dpi=110)
