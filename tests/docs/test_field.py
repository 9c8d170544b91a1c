"""The field report's tools: workloads are what they say, bounds hold, and the page is what the measurements say."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from helpers import ROOT

import autograd

BENCHMARKS = ROOT / "benchmarks"
NAMES = ["2-16-16-1 network, 100 points", "Black-Scholes, one call and five greeks", "Pendulum, 100 Runge-Kutta steps"]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of benchmarks/ as its commands do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def imported(name: str) -> ModuleType:
        return importlib.import_module(name)

    return imported


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", ["scalar-autograd", "scalar-autograd, jit"])
def test_a_step_gives_value_and_gradient(load: Any, engine: str, name: str) -> None:
    f, x, _ = load("field_workloads").WORKLOADS[name]
    value, gradient = load("field_engines").ENGINES[engine][1](f, x, False)()
    direction = np.cos(np.arange(len(x)))
    h = 1e-6

    def at(t: float) -> float:
        step = load("field_engines").ENGINES["scalar-autograd"][1](f, list(np.array(x) + t * direction), False)
        return float(step()[0])

    assert float(value) == pytest.approx(at(0.0), rel=1e-12)
    assert float(np.dot(gradient, direction)) == pytest.approx((at(h) - at(-h)) / (2 * h), rel=1e-5)


def test_the_network_written_with_matrices_is_the_same_network(load: Any) -> None:
    f, x, matrices = load("field_workloads").WORKLOADS["2-16-16-1 network, 100 points"]
    arrays = autograd.asarray(x)
    m = type("M", (), {"array": staticmethod(np.array), "relu": staticmethod(autograd.relu)})
    output = matrices(m, arrays)
    output.backward()
    value, gradient = load("field_engines").ENGINES["scalar-autograd"][1](f, x, False)()
    assert output.data == pytest.approx(value, rel=1e-12)
    assert autograd.grads(arrays) == pytest.approx(np.array(gradient), rel=1e-9, abs=1e-15)


def test_what_fails_or_passes_a_bound_is_told(load: Any, tmp_path: Path) -> None:
    environments = load("environments")
    script = tmp_path / "worker.py"
    script.write_text(
        "import json, sys, time\n"
        "for line in sys.stdin:\n"
        "    what = json.loads(line)['what']\n"
        "    if what == 'sleep': time.sleep(60)\n"
        "    if what == 'die': raise KeyError('gone')\n"
        "    print(json.dumps({'failed': 'as told'} if what == 'fail' else {'ok': 1}), flush=True)\n"
    )

    def ask(what: str, **bounds: float) -> Any:
        with environments.Worker(sys.executable, str(script)) as worker:
            return worker.ask(what, **bounds)

    assert ask("work") == {"ok": 1}
    for what, told in (("fail", "as told"), ("die", "KeyError: 'gone'"), ("sleep", "stopped at 0.3 s")):
        with pytest.raises(environments.Failed, match=told):
            ask(what, seconds=0.3 if what == "sleep" else 60.0)


def test_the_page_is_what_was_measured(load: Any) -> None:
    results = json.loads((BENCHMARKS / "field.json").read_text(encoding="utf-8"))
    assert load("field_report").markdown(results) == (BENCHMARKS / "FIELD.md").read_text(encoding="utf-8")


def test_every_failure_and_every_loss_is_on_the_page(load: Any) -> None:
    results = json.loads((BENCHMARKS / "field.json").read_text(encoding="utf-8"))
    page = (BENCHMARKS / "FIELD.md").read_text(encoding="utf-8")
    told = 0
    for name, found in results["workloads"].items():
        assert name in page
        for engine, it in found.items():
            if "failed" in it:
                told += 1
                assert f"- {engine}: `{it['failed']}`" in page
    assert told > 0
