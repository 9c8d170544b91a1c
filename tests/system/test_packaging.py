"""Files of the other package called `autograd`, left in the folder by an install of both."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from helpers import HOME, output, python


@pytest.mark.slow
@pytest.mark.parametrize("leftover", ["core.py", "tracer.py", "extend.py", "differential_operators.py", "numpy/", "scipy/"])
def test_leftovers_stop_the_import(leftover: str, tmp_path: Path) -> None:
    """With the command that repairs the installation."""
    package = tmp_path / "autograd"
    shutil.copytree(HOME / "autograd", package, ignore=shutil.ignore_patterns("__pycache__"))
    program = "import autograd; print(autograd.__file__)"
    assert output(program, tmp_path, PYTHONPATH=str(tmp_path)) == str(package / "__init__.py")
    (package / leftover).mkdir() if leftover.endswith("/") else (package / leftover).touch()
    done = python("-c", program, folder=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode != 0 and "ImportError" in done.stderr
    assert "pip uninstall -y autograd scalar-autograd && pip install scalar-autograd" in done.stderr
