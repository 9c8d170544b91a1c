"""From the field's measurements to a report: tables in Markdown, and plots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

import report
from field_engines import ENGINES, MATRICES, REFERENCE
from field_probes import PROBES

PLOTS = ("field-steps.png", "field-functions.png", "field-total.png")
MAIN = 3  # so many workloads have a table of their own; the ten functions share one
AGREE = 1e-9
INTRODUCTION = """# The field, side by side

Written by `python benchmarks/field.py`, which makes an environment for each package, measures, and writes this page;
nothing in it is written by hand after a run. What it measures:

- **The same sources.** The one-layer GPT ([gpt_step.py](gpt_step.py)), the network ([mlp_step.py](mlp_step.py)), ten scalar
  functions ([scalar_functions.py](scalar_functions.py)) and one option ([field_workloads.py](field_workloads.py)) are one
  text for every engine; [field_engines.py](field_engines.py) is all that differs. The compiling engines, and JAX, get the
  GPT's softmax without its shift by the largest logit, which is not known while they trace; the result is the same.
- **A step** is one value and gradient by all parameters, called from Python. **Ready** is the time from nothing to the end
  of the first step: what a compiling engine pays once for each program.
- **Turns.** All engines of one workload live at the same time, each in its process, and take turns, round after round.
  Times are medians over the rounds, ratios medians of the ratios within a round. An engine that needs longer than
  {slow:g} s for its first step has one turn.
- **Memory** is the most that the process held, above what it held before the workload.
- **Bounds**: {seconds:g} s and {gigabytes:g} GB to get ready. What fails is shown as it failed.

What it does not measure: this is a field of scalar programs, each number by itself. Tensor engines are made for another
one. For the network the same loss, written with matrices, stands beside it.
"""


def markdown(results: dict) -> str:
    """The whole report."""
    parts = [INTRODUCTION.format(**results["bounds"]), *versions(results)]
    for number, (name, found) in enumerate(results["workloads"].items()):
        if number < MAIN:
            parts += [f"## {name}", steps(found)]
            parts += [f"![Time of a step]({PLOTS[0]})"] if number == MAIN - 1 else []
            parts += [f"![Time in all for so many steps]({PLOTS[2]})"] if number == 0 else []
    others = dict(list(results["workloads"].items())[MAIN:])
    if others:
        parts += [
            "## Ten scalar functions",
            "Times slower than the compiled engine's eager step; below 1, faster.",
            functions(others),
        ]
        parts += [f"![Time of a gradient]({PLOTS[1]})"]
    parts += ["## What each does", "Answers as they came, errors included.", probes(results["engines"])]
    parts += remarks(results["workloads"])
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def versions(results: dict) -> list[str]:
    about = results["machine"]
    lines = [f"{about['python']}, {about['system']}, {about['processors']} processors. Versions: "]
    told, left_out = {}, []
    for engine, found in results["engines"].items():
        if "failed" in found:
            left_out.append(f"Left out: {engine}: {found['failed']}.")
        else:
            told[engine.split(",")[0]] = found["version"]
    told.pop("plain Value", None)
    return [lines[0] + ", ".join(f"{name} {version}" for name, version in told.items()) + ".", *busy(results), *left_out]


def busy(results: dict) -> list[str]:
    """A warning where others used the machine: the measurement itself makes a load of about 1."""
    processors = results["machine"]["processors"]
    crowded = {name: load for name, load in results["load"].items() if load > processors}
    if not crowded:
        return []
    return [
        f"**The machine was not always left alone**: for {len(crowded)} of {len(results['load'])} workloads its load was up to "
        f"{max(crowded.values()):g} on {processors} processors. Times are then longer than on a quiet "
        "machine; ratios, which are taken within a round, are better, but scatter." + results.get("note", "")
    ]


def ratio(found: dict, reference: dict) -> float | None:
    """How many times as long as the reference's: the median over the rounds in which both had a turn."""
    pairs = zip(found.get("turns", ()), reference.get("turns", ()), strict=False)
    ratios = [a / b for a, b in pairs if a is not None and b is not None]
    return median(ratios) if ratios else None


def typical(found: dict) -> float:
    return median(turn for turn in found["turns"] if turn is not None)


def duration(seconds: float) -> str:
    """Three digits with the unit that suits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size or unit == "µs":
            return f"{seconds / size:.3g}\u00a0{unit}" if seconds / size < 1000 else f"{seconds / size:,.0f}\u00a0{unit}"
    raise AssertionError


def times(x: float | None) -> str:
    return "" if x is None else f"{x:,.0f}" if x >= 100 else f"{x:.3g}" if x >= 0.1 else f"{x:.2g}"


def steps(found: dict[str, dict]) -> str:
    """One workload: a line for each engine, the fastest step first, failures last."""
    measured = sorted((engine for engine in found if "turns" in found[engine]), key=lambda engine: typical(found[engine]))
    rows = []
    for engine in measured:
        it = found[engine]
        slower = ratio(it, found.get(REFERENCE, {}))
        cells = [duration(typical(it)), times(slower), duration(it["ready"]), f"{it['peak'] / 1e6:,.0f}\u00a0MB"]
        rows.append([f"**{engine}**" if engine == REFERENCE else engine, *cells, f"{it['steps']:,}", f"{it['difference']:.0e}"])
    rows += [[engine, f"{it['failed']}", "", "", "", "", ""] for engine, it in found.items() if "failed" in it]
    heads = ["engine", "step", f"times {REFERENCE}'s", "ready", "memory", "steps measured", "largest difference"]
    return report.table(heads, rows)


def functions(found: dict[str, dict[str, dict]]) -> str:
    """The ten functions: a line each, a column for each engine."""
    engines = [engine for engine in ENGINES if any("turns" in it.get(engine, {}) for it in found.values())]
    rows = []
    for name, it in found.items():
        reference = it.get(REFERENCE, {})
        cells = [duration(typical(reference)) if "turns" in reference else ""]
        cells += [times(ratio(it[e], reference)) if "turns" in it.get(e, {}) else "fails" for e in engines if e != REFERENCE]
        rows.append([name, *cells])
    return report.table(["gradient of", f"{REFERENCE}, a step", *(e for e in engines if e != REFERENCE)], rows)


def probes(engines: dict[str, dict]) -> str:
    """What each engine answers to the small questions; the heads say what is right."""
    rows = [
        [engine, *(it["probes"][name].split(":")[0] for name in PROBES)] for engine, it in engines.items() if "probes" in it
    ]
    return report.table(["engine", *PROBES], rows)


def remarks(workloads: dict[str, dict[str, dict]]) -> list[str]:
    """Failures in full, and gradients that differ."""
    failed: dict[tuple[str, str], list[str]] = {}
    wrong = []
    for name, found in workloads.items():
        for engine, it in found.items():
            if "failed" in it:
                failed.setdefault((engine, it["failed"]), []).append(name)
            elif not it["difference"] <= AGREE:
                wrong.append(f"- {engine}, {name}: the gradient differs by {it['difference']:.0e}.")
    told = [f"- {engine}: `{reason}` ({'; '.join(names)})." for (engine, reason), names in failed.items()]
    parts = ["## What failed", "\n".join(told) or "Nothing."]
    return [*parts, "**Gradients that disagree, so that their times mean nothing:**\n\n" + "\n".join(wrong)] if wrong else parts


# ---- plots


def colours() -> dict[str, str]:
    palette = ("#d55e00", "#7a2f00", "#e69f00", "#777777", "#000000", "#0072b2", "#cc3377", "#56b4e9", "#004b6e", "#009e73")
    scalar = dict(zip([engine for engine in ENGINES if not engine.endswith(MATRICES)], palette, strict=True))
    return {engine: scalar[engine.removesuffix(MATRICES)] for engine in ENGINES}


def plot_steps(plt, results: dict, path: Path) -> None:
    """A panel for each main workload: one bar an engine, on a logarithmic scale; what failed has no bar, and says so."""
    main = dict(list(results["workloads"].items())[:MAIN])
    figure, panels = plt.subplots(3, 1, figsize=(8, 9.5), height_ratios=[10, 14, 10], layout="constrained")
    for axes, (name, found) in zip(panels.flat, main.items(), strict=False):
        order = sorted(found, key=lambda e: typical(found[e]) if "turns" in found[e] else float("inf"), reverse=True)
        shown = [typical(found[e]) if "turns" in found[e] else None for e in order]
        least = min(x for x in shown if x is not None) / 3
        axes.barh(
            order,
            [x or least for x in shown],
            color=[colours()[e] if x else "none" for e, x in zip(order, shown, strict=True)],
        )
        for place, (engine, x) in enumerate(zip(order, shown, strict=True)):
            text = duration(x) if x is not None else found[engine]["failed"].split(":")[0].split(",")[0]
            axes.text((x or least) * 1.15, place, text, va="center", fontsize=7, color="black" if x else "#b00020")
        axes.set(xscale="log", title=name, xlim=(least, max(x for x in shown if x) * 20))
        axes.tick_params(axis="y", labelsize=8)
    figure.suptitle("Seconds for one value and gradient (shorter is faster)", fontsize=11)
    figure.savefig(path, dpi=100)


def plot_functions(plt, results: dict, path: Path) -> None:
    """The ten functions: a dot for each engine."""
    others = dict(list(results["workloads"].items())[MAIN:])
    figure, axes = plt.subplots(figsize=(10, 5), layout="constrained")
    for engine, colour in colours().items():
        dots = [(typical(it[engine]), name) for name, it in others.items() if "turns" in it.get(engine, {})]
        if dots:
            axes.plot(*zip(*dots, strict=True), "o", color=colour, label=engine, markersize=6, alpha=0.85)
    axes.set(xscale="log", xlabel="seconds for one value and gradient", title="Ten scalar functions")
    axes.invert_yaxis()
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(path, dpi=100)


def plot_total(plt, results: dict, path: Path) -> None:
    """Building and all: from which number of steps on a compiling engine is worth its compiling."""
    name, found = next(iter(results["workloads"].items()))
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    counts = [10 ** (k / 4) for k in range(25)]
    for engine, colour in colours().items():
        if "turns" in found.get(engine, {}):
            it = found[engine]
            axes.loglog(counts, [it["ready"] + (n - 1) * typical(it) for n in counts], color=colour, label=engine)
    axes.set(xlabel="steps", ylabel="seconds in all", title=f"{name}: getting ready, and so many steps")
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(path, dpi=100)


def write(results: dict, folder: Path) -> None:
    """FIELD.md and its plots."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True})
    plots: list[Callable] = [plot_steps, plot_functions, plot_total]
    for plot, name in zip(plots, PLOTS, strict=True):
        plot(plt, results, folder / name)
        plt.close("all")
    (folder / "FIELD.md").write_text(markdown(results), encoding="utf-8")


if __name__ == "__main__":
    import json

    HERE = Path(__file__).resolve().parent
    write(json.loads((HERE / "field.json").read_text()), HERE)
