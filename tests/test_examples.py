"""Each example runs as its reader would run it, prints what it promises and leaves pictures."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
WEIGHT_STEPS = """\
hidden -> output   [0.00804047 0.00555918]
input  -> hidden   [[ 1.77005547e-04 -5.11178506e-04]
                    [ 3.54011093e-05 -1.02235701e-04]
                    [-7.08022187e-05  2.04471402e-04]]
"""
SMALL_TABLE = {  # quantity: full precision, as a textbook prints it
    "hidden net input": ("-0.020000000", "-0.02"),
    "hidden output a": ("0.49500017", "0.495"),
    "output y_hat": ("0.51237248", "0.512"),
    "output error term": ("0.12183224", "0.122"),
    "hidden error term": ("0.0030455013", "0.003"),
    "step of W": ("0.030153488", "0.0302"),
    "step of w1": ("0.00015227507", "0.00015"),
    "step of w2": ("0.00045682520", "0.00045"),
}


def run(folder: Path, script: str, *arguments: str) -> str:
    """The output of one example, started in `folder` in a fresh process."""
    command = [sys.executable, str(EXAMPLES / script), *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def assert_pictures(folder: Path, name: str, *texts: str) -> None:
    """`name.svg` is well-formed and shows `texts`; `name.png` is a PNG with a size."""
    root = ElementTree.parse(folder / f"{name}.svg").getroot()
    assert root.tag.endswith("svg")
    shown = " ".join(root.itertext())
    assert all(text in shown for text in texts), shown
    header = (folder / f"{name}.png").read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert min(struct.unpack(">II", header[16:24])) > 50


def difference_printed(output: str) -> float:
    line = next(line for line in output.splitlines() if line.startswith("Largest difference"))
    return float(line.rsplit(" ", 1)[1])


def test_lesson_prints_the_weight_steps_of_exercise_a(tmp_path: Path) -> None:
    output = run(tmp_path, "lesson.py")
    assert WEIGHT_STEPS in output
    assert "output unit        0.02873067" in output
    assert "hidden units       [ 0.00070802 -0.00204471]" in output
    assert difference_printed(output) < 1e-15
    assert str(tmp_path / "lesson.svg") in output and str(tmp_path / "lesson.png") in output
    assert_pictures(tmp_path, "lesson", "a1", "a2", "w32", "hidden layer", "output layer")


def test_lesson_small_prints_both_columns_of_exercise_b(tmp_path: Path) -> None:
    output = run(tmp_path, "lesson.py", "--small")
    for quantity, numbers in SMALL_TABLE.items():
        line = next(line for line in output.splitlines() if line.startswith(quantity))
        assert tuple(line[len(quantity) :].split()) == numbers
    assert difference_printed(output) < 1e-15
    assert_pictures(tmp_path, "lesson", "hidden layer", "output layer")


def test_first_steps(tmp_path: Path) -> None:
    output = run(tmp_path, "first_steps.py")
    assert "y = tanh(x w + b) = -0.197375" in output
    assert "dy/dx = -0.576626   dy/dw = 0.480521   dy/db = 0.961043" in output
    assert_pictures(tmp_path, "first_steps", "x", "w", "b")


def test_why_topological_shows_both_results_and_the_referee(tmp_path: Path) -> None:
    lines = run(tmp_path, "why_topological.py").splitlines()
    found = {line[:24].strip(): line[24:].split() for line in lines if line}
    assert found["depth first"] == ["y", "a", "x", "c", "4.0000", "wrong"]
    assert found["breadth first"] == ["y", "a", "c", "x", "4.0000", "wrong"]
    assert found["reverse topological"] == ["y", "c", "a", "x", "36.0000", "right"]
    assert found["y.backward()"] == found["numeric derivative"] == ["36.0000"]
    assert_pictures(tmp_path, "why_topological", "x", "a", "c", "y")


@pytest.mark.parametrize("script", ["lesson.py", "first_steps.py", "why_topological.py"])
def test_pictures_go_where_the_reader_says(tmp_path: Path, script: str) -> None:
    run(tmp_path, script, "--out", "new/folder")
    written = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    stem = script.removesuffix(".py")
    assert written == {f"{stem}.svg", f"{stem}.png"}
    assert list(tmp_path.iterdir()) == [tmp_path / "new"]


@pytest.mark.parametrize("script", ["lesson.py", "first_steps.py", "why_topological.py"])
def test_help(tmp_path: Path, script: str) -> None:
    output = run(tmp_path, script, "--help")
    assert "--out" in output
    assert list(tmp_path.iterdir()) == []
