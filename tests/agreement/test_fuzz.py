"""All ways of differentiating agree at singular points; the tool that compares them sees it where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, nan
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from cases import Case
from exemptions import Exemptions
from helpers import load
from singular_expressions import expression, simpler
from ways import RUNS

tool = load(Path(__file__).with_name("fuzz.py"))
WITHOUT_C = ",".join(run for run in RUNS if run[0] != "C")


@pytest.fixture(scope="module")
def other() -> Iterator[Any]:
    """The other implementation, None where it is not built."""
    process = tool.Other()
    yield process if process.runs else None
    process.close()


# ---- agreement

FOUND = [  # what the tool has found
    ("x[1] ** x[0]", [0.5, 0.0]),
    ("v0 = x[0] ** x[1]; 0.0 ** v0", [0.0, 1.0]),
    ("v0 = ag.sum([x[1], x[0]]); ag.sinh(v0)", [0.0, inf]),
    ("v0 = ag.digamma(x[0]); v1 = round(v0); ag.asinh(v1)", [0.0]),
    ("v0 = ag.erfc(x[0]); ag.lgamma(v0)", [inf]),
    ("v0 = ag.log1p(x[0]); ag.erfc(v0)", [0.0]),
    ("v0 = ag.acos(x[0]); ag.sumprod([x[0]], [v0])", [0.0]),
    ("v0 = ag.acos(x[0]); ag.atan2(x[0], v0)", [0.0]),
    ("v0 = ag.hypot(x[0], 1.0); ag.tanh(v0)", [0.0]),
    ("ag.hypot(x[1], x[0])", [1.0, 0.0]),
    ("ag.asinh(x[0])", [0.0]),
    ("ag.atanh(x[0])", [0.0]),
    ("x[0] / -0.0", [nan]),
    ("v0 = x[0] / -0.0; ag.lgamma(v0)", [-2.0]),
    ("v0 = ag.log1p(x[0]); v1 = ag.sign(v0); v1 / 0.0", [0.5]),
    ("x[0] ** x[1]", [0.0, -1.0]),
    ("x[0] ** x[1]", [-2.0, 3.0]),
    ("v0 = ag.atanh(x[0]); ag.atan2(x[1], v0)", [2.0, inf]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("expression", "point"), FOUND)
def test_what_was_found_agrees(expression: str, point: list[float], other: Any) -> None:
    found = tool.Fuzz(other, WITHOUT_C).check(Case(expression, point))
    assert not found, found[0]


def test_some_random_expressions_agree(other: Any) -> None:
    assert tool.fuzz(tool.Fuzz(other, WITHOUT_C), seed=1, cases=25) == []


@pytest.mark.slow
def test_more_random_expressions_agree(other: Any) -> None:
    """And few of them are exempt."""
    fuzz = tool.Fuzz(other)
    assert tool.fuzz(fuzz, seed=2, cases=250) == []
    assert sum(fuzz.exempt.values()) < 0.01 * fuzz.compared


# ---- the tool sees a disagreement, and makes it small


def test_a_way_that_loses_a_nan_is_found_and_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    def lossy(case: Case, way: tuple[str, str]) -> Any:
        result = original(case, way)
        return np.nan_to_num(result, nan=0.0) if way[0] == "pulled(f)" and not isinstance(result, str) else result

    original = Case.result_of
    monkeypatch.setattr(Case, "result_of", lossy)
    reports = tool.fuzz(tool.Fuzz(runs="eager"), seed=3, cases=40)
    assert reports and all("pulled(f)" in report and "nan" in report for report in reports)
    assert min(report.count("v0") for report in reports) <= 2  # two operations at most


def test_a_report_is_a_program() -> None:
    case = Case("v0 = ag.sqrt(x[0]); v0 * v0", [4.0])
    ways = ("ag.grad(f)", "eager"), ("ag.hessian(f)", "arguments")
    program = str(tool.Disagreement(case, "gradient", ways, (np.array([1.0]), np.array([[0.0]]))))
    lines = [line for line in program.splitlines() if not line.startswith("sys.path")]
    printed: list[Any] = []
    exec("\n".join(lines), {"print": printed.append})
    assert printed == [[1.0], [[pytest.approx(0.0, abs=1e-15)]]]


def test_shrinking_ends() -> None:
    """Every step has fewer operations, inputs or operands, or simpler numbers."""
    random = Random(4)
    for _ in range(50):
        e = expression(random)
        for _ in range(1000):
            e = next(simpler(e), None)
            if e is None:
                break
        assert e is None


# ---- exemptions, as narrow as they are

PRODUCT = "a product of derivatives overflows or underflows"
SUM = "a sum of derivatives rounds to 0"
INFINITY = "an infinite derivative meets a sum over several paths"


@pytest.mark.parametrize(
    ("expression", "point", "order", "reason"),
    [
        ("ag.sqrt(2.0 * x[0] - x[0])", [0.0], 1, INFINITY),
        ("ag.sqrt(x[0] * x[0] + x[0])", [0.0], 1, INFINITY),
        ("v = ag.sqrt(x[0]); 2.0 * v - v", [0.0], 1, INFINITY),
        ("ag.exp(x[0] * 1e200) * 1e200", [0.0], 1, PRODUCT),
        ("(x[0] * 1e-200) * 1e-200", [1.0], 1, PRODUCT),
        ("1e17 * x[0] + 1.0 * x[0] - 1e17 * x[0]", [1.0], 1, SUM),
        # one path, or paths that an infinity multiplies as it does their sum
        ("ag.sqrt(x[0])", [0.0], 1, None),
        ("ag.acos(x[0])", [-1.0], 2, None),
        ("ag.sqrt(x[0]) ** 2.0", [0.0], 1, None),
        ("ag.sqrt(x[0] + x[0])", [0.0], 1, None),
        ("ag.log(x[0]) * 0.0", [0.0], 1, None),
        # several paths, no infinity
        ("2.0 * x[0] - x[0]", [0.0], 1, None),
        # the infinity, or the second path, is behind a cut
        ("ag.maximum(1.0, ag.sqrt(2.0 * x[0] - x[0]))", [0.0], 1, None),
        ("ag.sqrt(ag.maximum(2.0 * x[0], -1.0) + ag.minimum(-x[0], -1.0))", [0.0], 1, None),
        # sums that cancel exactly
        ("x[0] - x[0]", [1.0], 1, None),
    ],
)
def test_exemptions(expression: str, point: list[float], order: int, reason: str | None) -> None:
    assert Exemptions(Case(expression, point)).reason(order, finite=False) == reason
    assert Exemptions(Case(expression, point)).reason(order, finite=True) == (None if reason == INFINITY else reason)


def test_rounding_has_a_bound() -> None:
    """It is in proportion to the condition, and the exact derivative lies within it."""
    narrow = Exemptions(Case("ag.sin(x[0]) * x[0]", [1.0])).bound(1)
    assert 1e-16 < narrow < 1e-13
    assert Exemptions(Case("ag.sin(1e6 * x[0]) * x[0]", [1.0])).bound(1) > 1e5 * narrow
