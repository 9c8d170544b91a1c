"""Each example runs as its reader would run it, prints what it promises and leaves pictures."""

from __future__ import annotations

import math
import os
import re
import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from helpers import ROOT

EXAMPLES = ROOT / "examples"
PLOTS = ["newton.py", "black_scholes.py", "ode_sensitivity.py", "curve_fit.py", "moons.py", "calibration.py"]
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


def assert_png(path: Path) -> None:
    """The file is a PNG with a size."""
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert min(struct.unpack(">II", header[16:24])) > 50


def assert_pictures(folder: Path, name: str, *texts: str) -> None:
    """`name.svg` is well-formed and shows `texts`; `name.png` is a PNG with a size."""
    root = ElementTree.parse(folder / f"{name}.svg").getroot()
    assert root.tag.endswith("svg")
    shown = " ".join(root.itertext())
    assert all(text in shown for text in texts), shown
    assert_png(folder / f"{name}.png")


def difference_printed(output: str) -> float:
    line = next(line for line in output.splitlines() if line.startswith("Largest"))
    return float(line.rsplit(" ", 1)[1])


def table_printed(output: str, first: str, last: str) -> list[list[float]]:
    """The numbers of the lines between those that start with `first` and `last`, without the words before them."""
    lines = output.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(first))
    end = next(i for i, line in enumerate(lines) if i > start and line.startswith(last))
    found = [[float(text) for text in re.findall(r"(?<!\S)-?\d[-+.\de]*", line)] for line in lines[start + 1 : end]]
    return [row for row in found if row]


def test_lesson_exercise_a(tmp_path: Path) -> None:
    output = run(tmp_path, "lesson.py")
    assert WEIGHT_STEPS in output
    assert "output unit        0.02873067" in output
    assert "hidden units       [ 0.00070802 -0.00204471]" in output
    assert difference_printed(output) < 1e-15
    assert str(tmp_path / "lesson.svg") in output and str(tmp_path / "lesson.png") in output
    assert_pictures(tmp_path, "lesson", "a1", "a2", "w32", "hidden layer", "output layer")


def test_lesson_exercise_b(tmp_path: Path) -> None:
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


@pytest.mark.slow
def test_why_topological(tmp_path: Path) -> None:
    lines = run(tmp_path, "why_topological.py").splitlines()
    found = {line[:24].strip(): line[24:].split() for line in lines if line}
    assert found["depth first"] == ["y", "a", "x", "c", "4.0000", "wrong"]
    assert found["breadth first"] == ["y", "a", "c", "x", "4.0000", "wrong"]
    assert found["reverse topological"] == ["y", "c", "a", "x", "36.0000", "right"]
    assert found["y.backward()"] == found["numeric derivative"] == ["36.0000"]
    assert_pictures(tmp_path, "why_topological", "x", "a", "c", "y")


@pytest.mark.slow
@pytest.mark.parametrize("script", ["lesson.py", "first_steps.py", "why_topological.py"])
def test_out_of_pictures(tmp_path: Path, script: str) -> None:
    run(tmp_path, script, "--out", "new/folder")
    written = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    stem = script.removesuffix(".py")
    assert written == {f"{stem}.svg", f"{stem}.png"}
    assert list(tmp_path.iterdir()) == [tmp_path / "new"]


@pytest.mark.slow
@pytest.mark.parametrize("script", ["lesson.py", "first_steps.py", "why_topological.py", *PLOTS])
def test_help(tmp_path: Path, script: str) -> None:
    output = run(tmp_path, script, "--help")
    assert "--out" in output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("first, last", [("Root", "Minimum"), ("Minimum", "theory")])
def test_newton(tmp_path: Path, first: str, last: str) -> None:
    output = run(tmp_path, "newton.py")
    errors = [row[1] for row in table_printed(output, first, last)]
    ratios = [new / old**2 for old, new in pairwise(errors)]
    assert errors[-1] < 1e-7 and len(errors) >= 5
    assert ratios[-1] == pytest.approx(ratios[-2], rel=0.1)  # the errors are printed with two digits
    assert_png(tmp_path / "newton.png")


@pytest.mark.slow
def test_newton_theory(tmp_path: Path) -> None:
    output = run(tmp_path, "newton.py")
    theory = float(output.partition("2 f') = ")[2].split()[0])
    root = 0.6
    for _ in range(200):
        root = 0.6 + 0.8 * math.sin(root)  # converges slowly, but without a derivative
    assert theory == pytest.approx(0.8 * math.sin(root) / (2 * (1 - 0.8 * math.cos(root))), abs=5e-5)
    assert table_printed(output, "Root", "Minimum")[-1][2] == pytest.approx(theory, rel=1e-3)


@pytest.mark.slow
def test_black_scholes(tmp_path: Path) -> None:
    output = run(tmp_path, "black_scholes.py")
    assert difference_printed(output) < 1e-12
    greeks = [line.split()[0] for line in output.splitlines()[1:9]]
    assert greeks == ["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga"]
    rows = table_printed(output, " ", "Largest")
    assert [row[0] for row in rows] == pytest.approx([row[1] for row in rows], rel=1e-10)
    assert_png(tmp_path / "black_scholes.png")


@pytest.mark.slow
def test_ode_sensitivity(tmp_path: Path) -> None:
    output = run(tmp_path, "ode_sensitivity.py")
    assert difference_printed(output) < 1e-7
    pairs = [re.findall(r"-?\d+\.\d+(?=°)", line) for line in output.splitlines()[1:5]]
    assert all(len(row) == 4 and row[::2] == pytest.approx(row[1::2]) for row in [list(map(float, r)) for r in pairs])
    assert_png(tmp_path / "ode_sensitivity.png")


@pytest.mark.slow
def test_curve_fit(tmp_path: Path) -> None:
    output = run(tmp_path, "curve_fit.py")
    squares = [row[1] for row in table_printed(output, "step", "parameter")]
    assert squares == sorted(squares, reverse=True) and squares[0] > 10 * squares[-1]
    parameters = table_printed(output, "parameter", "wrote")
    assert len(parameters) == 4
    for true, found, error in parameters:
        assert 0 < error < 0.15 * true and abs(found - true) < 3 * error
    assert_png(tmp_path / "curve_fit.png")


@pytest.mark.slow
def test_lesson_learns(tmp_path: Path) -> None:
    output = run(tmp_path, "lesson.py", "--train")
    assert WEIGHT_STEPS in output
    rows = table_printed(output, " step", "Error term that")
    errors = [row[1] for row in rows]
    assert rows[0][1] == pytest.approx(0.115026569) and 0 < errors[-1] < 2e-9 and errors == sorted(errors, reverse=True)
    assert rows[0][3:] == [0.5, -0.6, 0.1, -0.2, 0.1, 0.7, 0.1, -0.3]
    assert [new - old for new, old in zip(rows[1][3:], rows[0][3:], strict=True)] == pytest.approx(
        [1.77e-4, -5.11e-4, 3.5e-5, -1.02e-4, -7.1e-5, 2.04e-4, 8.04e-3, 5.56e-3], abs=1e-4
    )
    sigmoid, tanh, relu = table_printed(output, "layers", "wrote")
    assert all(0 < size < 1.5 * 0.25 ** (n + 1) for n, size in enumerate(sigmoid)) and sigmoid[5] < tanh[5] / 100
    assert relu[5] > 10 * sigmoid[5]
    assert_png(tmp_path / "lesson_training.png")


@pytest.mark.slow
def test_moons(tmp_path: Path) -> None:
    output = run(tmp_path, "moons.py")
    eager, compiled = [(float(a), float(b)) for a, b in re.findall(r"loss (\S+) -> (\S+)", output)]
    assert eager == compiled and eager[0] > 0.5 and eager[1] < 0.1
    assert len(re.findall(r"100 steps in +\d+\.\d+ s", output)) == 2
    assert int(re.findall(r"accuracy (\d+)%", output)[0]) >= 98
    assert_png(tmp_path / "moons.png")


@pytest.mark.slow
def test_calibration(tmp_path: Path) -> None:
    rows = table_printed(run(tmp_path, "calibration.py"), "expiry", "wrote")
    assert len(rows) == 4
    for _, *numbers, gradient in rows:
        for true, fitted, error in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
            assert 0 < error < 0.05 and abs(true - fitted) < 4 * error
        assert gradient < 1e-6
    assert_png(tmp_path / "calibration.png")


@pytest.mark.slow
def test_gpt(tmp_path: Path) -> None:
    output = run(tmp_path, "gpt/train.py", "--steps", "120", "--samples", "5")
    assert "600 names, 4,192 parameters" in output
    loss = float(re.findall(r"loss (\S+) nats", output)[0])
    assert 2.0 < loss < math.log(27) - 0.3
    samples = [line.split()[0] for line in output.splitlines() if line.startswith("  ") and line.split()]
    assert 1 <= len(samples) <= 5 and all(re.fullmatch("[a-z]{1,16}", name) for name in samples)
    assert_png(tmp_path / "gpt_loss.png")
    again = run(tmp_path, "gpt/train.py", "--steps", "120", "--samples", "5")
    assert re.sub(r"[\d.]+ s;", "", again) == re.sub(r"[\d.]+ s;", "", output)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gpt.npz", "gpt_loss.png"]
    eager = run(tmp_path, "gpt/train.py", "--steps", "120", "--samples", "5", "--eager", "--fresh")
    assert re.findall(r"loss (\S+) nats", eager) == re.findall(r"loss (\S+) nats", output)


@pytest.mark.slow
def test_gpt_with_another_list(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Anna\n\notto\n" + "x" * 40 + "\n")
    assert "3 names" in run(tmp_path, "gpt/train.py", "--data", "good.txt", "--steps", "4", "--samples", "1")
    (tmp_path / "bad.txt").write_text("anna\nrené\n", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("\n")
    for name, message in (("bad.txt", "bad.txt, line 2: 'rené' has characters other than a to z"), ("empty.txt", "no names")):
        command = [sys.executable, str(EXAMPLES / "gpt" / "train.py"), "--data", name]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", env=environment, timeout=60)
        assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("script", PLOTS)
def test_out_of_plots(tmp_path: Path, script: str) -> None:
    assert str(Path("new", "folder", script).with_suffix(".png")) in run(tmp_path, script, "--out", "new/folder")
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == [script.replace(".py", ".png")]
    assert list(tmp_path.iterdir()) == [tmp_path / "new"]


@pytest.mark.slow
@pytest.mark.parametrize("script", PLOTS)
def test_without_matplotlib(tmp_path: Path, script: str) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sitecustomize.py").write_text("import sys; sys.modules['matplotlib'] = None")
    path = os.pathsep.join([str(tmp_path / "without"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / script), "--out", "plots"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1 and done.stdout == "" and not (tmp_path / "plots").exists()
    assert done.stderr == f"{script} plots with matplotlib, which is not installed: pip install 'matplotlib>=3.7'\n"
