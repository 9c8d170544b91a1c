"""What many tests share: where things are, Python in a process of its own, numbers compared to the last bit."""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import autograd

ROOT = Path(__file__).resolve().parent.parent  # the sources
HOME = Path(autograd.__file__).parent.parent  # where the packages under test stand


def python(*arguments: str, folder: Path, **wishes: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own: the same packages and implementation, warnings are errors."""
    paths = os.pathsep.join(map(str, (HOME, ROOT / "tests", folder)))
    environment = {**os.environ, "PYTHONPATH": paths, "AUTOGRAD_COMPILED": str(int(autograd.compiled))}
    environment = {"PYTHONIOENCODING": "utf-8", **environment, **wishes}
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=300)


def output(program: str, folder: Path, **environment: str) -> str:
    """What a program prints in a process of its own, which must end well and complain of nothing."""
    done = python("-c", program, folder=folder, **environment)
    assert (done.returncode, done.stderr) == (0, ""), f"ended with {done.returncode}\n{done.stderr[-2000:]}"
    return done.stdout.strip()


def load(path: Path) -> ModuleType:
    """A module from a file that is in no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kind(x: Any) -> str:
    """The type of a parameter and its text, as a test's id."""
    return f"{type(x).__name__} {x}".split(" at 0x")[0][:30]


def same(a: float, b: float) -> bool:
    """Whether two numbers are equal to the last bit; one nan is as good as another, 0.0 is not -0.0."""
    return a != a and b != b if a != b else math.copysign(1.0, a) == math.copysign(1.0, b)


def ulps(a: float, b: float, signed: bool = True) -> float:
    """How far apart two numbers are, in units of the last place; nan is at nan, and 0.0 not at -0.0 where zeros are signed."""
    if same(a, b) or (a == b and not signed):
        return 0.0
    return abs(a - b) / math.ulp(max(abs(a), abs(b))) if math.isfinite(a) and math.isfinite(b) and a != b else math.inf
