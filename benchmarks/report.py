"""From results.json to the marked parts of README.md here, and of the project's README."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from statistics import geometric_mean, median, quantiles

from engines import BOUND, CASADI, EAGER, ENGINES, EXPORT, FLOATS, GCC, JIT, PLAIN, PURE, PURE_JIT
from scalar_functions import FUNCTIONS
from workloads import CALL, GPT, MEAN, MLP, POINTS, WORKLOADS

PEERS = [engine for engine, spec in ENGINES.items() if spec.environment != "ours" and spec.processors == 1]
TEN = tuple(FUNCTIONS)
RATIOS = (
    (EAGER, FLOATS, TEN), ("scalar-autograd, recording only", FLOATS, (GPT, MLP)), (EAGER, PLAIN, (GPT, MLP)),
    (PURE, PLAIN, (GPT, MLP)), (JIT, PLAIN, (GPT,)), (EAGER, "HIPS autograd", TEN), (EAGER, "PyTorch", TEN),
    (BOUND, EXPORT, TEN), (BOUND, CASADI, TEN), (JIT, CASADI, TEN), (JIT, CASADI, (GPT,)), (JIT, CASADI, (CALL,)),
    (JIT, "JAX, matrices", (GPT,)), (JIT, "JAX", (POINTS,)), (JIT, "JAX, matrices", (MEAN,)),
    (JIT, "PyTorch, matrices", (MEAN,)),
)  # fmt: skip
PROBES = {
    "deep": "chain of 100,000 operations: 2", "sweeps": "two sweeps: 36, then 72", "second": "second derivative of x³ at 2: 12",
    "branch": "branch not taken, at 0: 0", "tail": "tanh' at 20: 1.699342e-17",
}  # fmt: skip
PACKAGES = (  # and their engines: a step, compiled, with arrays
    (EAGER, EAGER, JIT, ""), (PURE, PURE, PURE_JIT, ""), ("a plain Python `Value`", PLAIN, "", ""),
    ("micrograd", "micrograd", "", ""), ("PyTorch", "PyTorch", "", "PyTorch, matrices"),
    ("HIPS autograd", "HIPS autograd", "", "HIPS autograd, matrices"), ("JAX", "", "JAX", "JAX, matrices"),
    ("CasADi", "", CASADI, ""),
)  # fmt: skip
SWEEPS = {  # what the second sweep's answer means
    "36, then 72": "adds the same again", "36, then 140": "counts inner nodes twice", "no sweep to call": "functions only",
    "RuntimeError": "refused",
}  # fmt: skip
CHAIN = {"build": "build, ns each", "sweep": "sweep", "free": "free", "bytes": "bytes each", "peak": "at the peak"}


def ratio(results: dict, name: str, a: str, b: str) -> float | None:
    """Time of a over time of b: the median over the rounds that both have."""
    turns = [results["workloads"].get(name, {}).get(engine, {}).get("turns") for engine in (a, b)]
    return median(x / y for x, y in zip(*turns, strict=False)) if all(turns) else None


def ratios(results: dict, a: str, b: str, names: Iterable[str]) -> dict[str, float]:
    values = {name: ratio(results, name, a, b) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def times(x: float | None) -> str:
    return "" if x is None else f"{x:,.0f}" if x >= 100 else f"{x:.3g}" if x >= 0.1 else f"{x:.2g}"


def duration(seconds: float) -> str:
    """Three digits with the unit that suits."""
    unit, size = next(((u, s) for u, s in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)) if seconds >= s), ("ns", 1e-9))
    return f"{seconds / size:#.3g}".rstrip(".") + f"\u00a0{unit}"


def step(it: dict) -> str:
    """The median of the turns and their spread, or how the engine failed."""
    turns = it.get("turns", [])
    if len(turns) < 3:
        return duration(median(turns)) if turns else short(it)
    low, _, high = quantiles(turns, n=4)
    return f"{duration(median(turns))} ±{50 * (high - low) / median(turns):.0f}\u00a0%"


def short(answer: object) -> str:
    """A text as it came, or the kind of failure."""
    return re.sub(r"(:| with).*", "", answer.get("failed", "")) if isinstance(answer, dict) else str(answer)


def is_ours(engine: str) -> bool:
    return engine.startswith("scalar-autograd")


def row(*cells: str) -> str:
    first, *rest = cells
    return "| " + " | ".join([f"**{first}**" if is_ours(first) else first, *rest]) + " |"


def table(heads: Iterable[str], rows: Iterable[str]) -> str:
    """A Markdown table, all columns but the first to the right."""
    return "\n".join([row(*heads), row("---", *["--:"] * (len(tuple(heads)) - 1)), *rows])


def workload(results: dict, name: str) -> str:
    """A row for each engine, the fastest first, failures last."""
    rows, engines = [], results["workloads"][name]
    for engine in sorted(engines, key=lambda engine: median(engines[engine].get("turns") or [1e9])):
        it, slower = engines[engine], times(ratio(results, name, engine, JIT))
        if "failed" in it:
            rows.append(row(engine, it["failed"], "", "", "", ""))
        else:
            off = f"{it['off']:.0e}" if "off" in it else ""
            rows.append(row(engine, step(it), slower, duration(it["ready"]), f"{it['peak'] / 1e6:,.0f}\u00a0MB", off))
    return table([name, "a step", "times jit's", "ready", "memory", "largest difference"], rows)


def ten(results: dict) -> str:
    """The ten functions: a row for each engine, a column for each function, and the mean."""
    names, rows = [name for name in TEN if name in results["workloads"]], []
    for engine in ENGINES:
        column = [results["workloads"][name].get(engine) for name in names]
        if any(column):
            both = ratios(results, engine, JIT, names)
            mean = times(geometric_mean(both.values())) + f" (of {len(both)})" * (len(both) < len(names)) if both else ""
            rows.append(
                row(engine, *(times(1e6 * median(it["turns"])) if it.get("turns") else short(it) for it in column), mean)
            )
    return table(["µs", *names, "geometric mean, times jit's"], rows)


def compared(results: dict) -> str:
    rows = []
    for a, b, names in RATIOS:
        if values := ratios(results, a, b, names):
            worst = max(values, key=values.__getitem__)
            on = f"{len(values)} of the ten functions" if names == TEN else ", ".join(values)
            worst = f"{times(values[worst])} ({worst})" if len(values) > 1 else ""
            rows.append(row(a, b, on, times(geometric_mean(values.values())), worst))
    return table(["time of", "over that of", "on", "geometric mean", "worst"], rows)


def losses(results: dict) -> str:
    """Where each peer is faster than a call of a jitted function, in words."""
    lines, never = [], []
    for peer in PEERS:
        values = ratios(results, peer, JIT, results["workloads"])
        ten = [values.pop(name) for name in TEN if name in values]
        places = [f"{name} ({times(value)} of the time)" for name, value in values.items() if value < 1.0]
        if faster := sum(value < 1.0 for value in ten):
            mean = times(geometric_mean(ten))
            places.insert(0, f"{faster} of the ten scalar functions ({mean} of the time in the mean of {len(ten)})")
        if places:
            lines.append(f"- **{peer}** is faster on {', on '.join(places)}.")
        else:
            never.append(peer)
    if bound := ratios(results, CASADI, BOUND, TEN):
        count, mean = sum(value < 1.0 for value in bound.values()), times(geometric_mean(bound.values()))
        lines.append(
            f"- Programs called with bound arrays lose {count} of the ten to CasADi, which takes {mean} of their time."
        )
    return "\n".join([*lines, f"- Not faster anywhere: {'; '.join(never)}."])


def machine(results: dict) -> str:
    versions = results["versions"]
    packages = {ENGINES[engine].package: version for engine, version in versions.items() if isinstance(version, str)}
    missing = [f"{engine} ({version['failed']})" for engine, version in versions.items() if not isinstance(version, str)]
    lines = [", ".join(results["machine"]) + "."]
    lines += [", ".join(f"{package} {version}" for package, version in packages.items()) + "."]
    lines += [f"Load {' and '.join(map(times, results['load']))} at the beginning and the end."]
    lines += ["**The machine was busy: these numbers are preliminary.**"] if results["busy"] else []
    return "\n".join([*lines, *([f"Left out: {'; '.join(missing)}."] if missing else [])])


def method(results: dict) -> str:
    """The options of the run."""
    return (
        "{rounds} rounds of {least:g} s each; an engine whose step takes more than {slow:g} s has one turn. "
        "An answer may take {seconds:g} s and {gigabytes:g} GB; gcc has {gcc}."
    ).format(**results["options"], gcc=" ".join(GCC))


def comparison(results: dict) -> str:
    """A row for each package, also for the project's README."""
    rows, gpt = [], results["workloads"][GPT]
    for label, *forms in PACKAGES:
        main = forms[0] or forms[1]
        if main not in results["probes"]:
            continue
        version = short(results["versions"][main]).split("+")[0] if ENGINES[main].environment != "ours" else ""
        cells = [
            duration(median(it["turns"])) if it.get("turns") else short(it) for it in (gpt.get(form, {}) for form in forms)
        ]
        ready = gpt.get(forms[1], {}).get("ready")
        sweeps, deep = (short(results["probes"][main].get(key, "")) for key in ("sweeps", "deep"))
        cells += [duration(ready) if ready else "", SWEEPS.get(sweeps, sweeps), "yes" if deep == "2" else f"`{deep}`"]
        rows.append(row(f"{label} {version}".strip(), *cells))
    heads = ["engine", "a step", "compiled", "with arrays", "ready after", "second `backward()`", "chain of 100,000"]
    return table(heads, rows)


def workloads(results: dict) -> str:
    """A table for each workload but the ten functions."""
    names = [name for name in results["workloads"] if name not in TEN]
    return "\n\n".join(f"### {name}\n\n{WORKLOADS[name].about}\n\n{workload(results, name)}" for name in names)


def probes(results: dict) -> str:
    rows = [row(engine, *(short(answers.get(key, answers)) for key in PROBES)) for engine, answers in results["probes"].items()]
    return table(["", *PROBES.values()], rows)


def chains(results: dict) -> str:
    rows = []
    for engine, size, it in results["chains"]:
        shown = {key: value if isinstance(value, str) else times(value) for key, value in it.items()}
        shown |= {key: times(1e9 * it[key]) for key in ("build", "sweep", "free") if isinstance(it.get(key), float)}
        rows.append(row(engine, f"{size:,}", *(shown.get(key, short(it)) for key in CHAIN)))
    return table(["", "operations", *CHAIN.values()], rows)


def write(results: dict, *pages: Path) -> None:
    """Of each page what is between the markers."""
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for part in (machine, method, losses, comparison, ten, workloads, compared, probes, chains):
            before, begin, rest = text.partition(f"<!-- {part.__name__}: printed by benchmarks/run.py -->\n")
            if begin:
                end = f"<!-- end of {part.__name__} -->"
                text = before + begin + part(results) + "\n" + end + rest.partition(end)[2]
        page.write_text(text, encoding="utf-8")
