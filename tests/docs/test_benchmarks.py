"""The benchmarks: each form of a workload computes the same, bounds hold, and the command runs."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from helpers import ROOT, python

import autograd

BENCHMARKS = ROOT / "benchmarks"
NAMES = ["MLP step", "Greeks, one call", "Pendulum, 100 Runge-Kutta steps"]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of benchmarks/ as its command does."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def imported(name: str) -> ModuleType:
        return importlib.import_module(name)

    return imported


def step(load: Any, engine: str, workload: Any) -> tuple[float, np.ndarray]:
    """Value and gradient by an engine of benchmarks/."""
    spec = load("engines").ENGINES[engine]
    value, gradient = getattr(spec.make(**spec.options), workload.kind)(workload)()
    return float(value), np.array(gradient)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", ["scalar-autograd", "scalar-autograd, jit"])
def test_a_step_gives_value_and_gradient(load: Any, engine: str, name: str) -> None:
    workload = load("workloads").WORKLOADS[name]
    value, gradient = step(load, engine, workload)
    x = np.array(workload.x)
    direction = np.cos(np.arange(len(x)))
    h = 1e-6

    def at(t: float) -> float:
        return step(load, "scalar-autograd", workload._replace(x=list(x + t * direction)))[0]

    assert value == pytest.approx(at(0.0), rel=1e-12)
    assert float(np.dot(gradient, direction)) == pytest.approx((at(h) - at(-h)) / (2 * h), rel=1e-5)


def test_the_network_written_with_matrices_is_the_same_network(load: Any) -> None:
    workload = load("workloads").WORKLOADS["MLP step"]
    arrays = autograd.asarray(workload.x)
    output = workload.matrices(SimpleNamespace(array=np.array, relu=autograd.relu), arrays)
    output.backward()
    value, gradient = step(load, "scalar-autograd", workload)
    assert output.data == pytest.approx(value, rel=1e-12)
    assert autograd.grads(arrays) == pytest.approx(gradient, rel=1e-9, abs=1e-15)


def test_the_gpt_written_with_matrices_is_the_same_gpt(load: Any) -> None:
    workload = load("workloads").WORKLOADS["GPT step"]
    m = SimpleNamespace(array=np.array, exp=np.exp, log=np.log, relu=lambda x: np.maximum(x, 0.0))
    assert workload.matrices(m, np.array(workload.x)) == pytest.approx(step(load, "scalar-autograd", workload)[0], rel=1e-12)


def test_derivatives_by_hand_are_the_derivatives(load: Any) -> None:
    workloads, engines = load("workloads"), load("engines")
    call, hvp = (workloads.WORKLOADS[name] for name in ("Greeks, one call", "Hessian times vector"))
    numbers = workloads.greeks_by_hand(autograd.log, autograd.exp, autograd.sqrt, autograd.erf)(*call.x)
    value, gradient = step(load, "scalar-autograd", call)
    assert numbers == pytest.approx([value, *gradient], rel=1e-12)
    product = workloads.valley_by_hand(np.array(hvp.x), np.array(workloads.DIRECTION))
    assert product == pytest.approx(engines.Jit().hvp(hvp)(), rel=1e-9)


@pytest.mark.parametrize(
    ("what", "reason"),
    [("fail", "as told"), ("die", "KeyError: 'gone'"), ("sleep", "stopped after 0 s")],
    ids=["fail", "die", "sleep"],
)
def test_failures_and_bounds_are_reported(
    load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, reason: str
) -> None:
    environments = load("environments")
    (tmp_path / "worker.py").write_text(
        "import json, sys, time\n"
        "for line in sys.stdin:\n"
        "    what = json.loads(line)['what']\n"
        "    if what == 'sleep': time.sleep(60)\n"
        "    if what == 'die': raise KeyError('gone')\n"
        "    print(json.dumps({'failed': 'as told'} if what == 'fail' else {'answer': 1}), flush=True)\n"
    )
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    with environments.Process("plain Value", here=True, seconds=60.0, gigabytes=8.0) as process:
        assert process.ask("work") == 1
        process.seconds = 0.3 if what == "sleep" else 60.0
        with pytest.raises(environments.Failed, match=reason):
            process.ask(what)


@pytest.mark.slow
def test_the_quick_run_prints_a_table(tmp_path: Path) -> None:
    if not autograd.compiled:
        pytest.skip("the run compares the compiled implementation")
    options = ("--quick", "--only", "Greeks, one call", "--rounds", "1", "--least", "0.001")
    done = python(str(BENCHMARKS / "run.py"), *options, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(f"| **scalar-autograd{engine}** | " in done.stdout for engine in ("", ", jit", ", jit, bound arrays"))
    assert "failed" not in done.stdout and "Error" not in done.stdout
