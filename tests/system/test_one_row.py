"""The contribution guide's promise: an operation is one row, and everything else follows. Done in a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

FOLLOWS = """
import math, numpy as np
import autograd
from autograd import Value, check_grads, grad, softsign
from autograd.ops.codegen_c import c_header
from autograd.ops.kernels import printed
from print_edges import edges
from print_tables import markdown, stub
from viz import draw, explain

assert softsign(3.0) == 0.75 and "softsign" in autograd.__all__
x = Value(-3.0, "x")
y = x.softsign()
y.backward()
assert (y.data, x.grad, y.op) == (-0.75, 0.0625, "softsign")
assert softsign([1.0, 3.0]).tolist() == [0.5, 0.75]
assert softsign(np.array([Value(1.0)]))[0].data == 0.5
assert grad(grad(softsign))(1.0) == -0.25
assert check_grads(softsign, 0.7, order=3).skipped == []
assert printed("softsign", "0")(3.0) == (0.75, 0.0625)
assert "ag_softsign_0(double x, double z)" in c_header() and "AG_SOFTSIGN" in c_header()
assert "| `softsign(x)` | `1 / ((1 + abs(x)) * (1 + abs(x)))` | as everywhere |" in markdown()
assert "def softsign(x: Value, /) -> Value: ..." in stub()
assert "| **softsign** | 0; 1 |" in edges()
assert "softsign" in draw(y).source and "softsign(x)" in str(explain(y, x))
"""


def row_of_the_guide() -> str:
    """The row that CONTRIBUTING.md shows."""
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (row,) = re.findall(r'^row\("softsign".*\)$', guide, re.MULTILINE)
    return row.replace('kinks="..."', 'kinks="as everywhere"')


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with one more row, and nothing else changed."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in ("autograd", "docs", "viz", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.so", "*.pyd"))
    shutil.copy(ROOT / "setup.cfg", copy)
    table = copy / "autograd" / "ops" / "primitives.py"
    table.write_text(table.read_text(encoding="utf-8") + "\n\n" + row_of_the_guide() + "\n", encoding="utf-8")
    return copy


def python(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tree), str(tree / "docs")]), "AUTOGRAD_COMPILED": "0"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_everything_follows_from_the_row(tree: Path) -> None:
    done = python(tree, "-W", "error", "-c", FOLLOWS)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_tests_of_every_row_include_it(tree: Path) -> None:
    done = python(tree, "-m", "pytest", "-q", "-k", "softsign", "tests/ops")
    assert done.returncode == 0, done.stdout + done.stderr
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    assert int(passed) >= 5
