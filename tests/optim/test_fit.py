"""The training loop: batches, early stopping, refusals; killed at random moments and resumed, it ends bit for bit the same."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import nn
from autograd.nn import MLP, Module
from autograd.optim import SGD, Adam, fit
from viz import watch


class Line(Module):
    def __init__(self, slope: float = 0.0) -> None:
        self.slope = autograd.Value(slope)


def squares(model: Line, xs: Any, ys: Any) -> Any:
    return nn.mse([model.slope * x for x in xs], list(ys))


XS, YS = [1.0, 2.0, 3.0, 4.0, 5.0], [3.0, 6.0, 9.0, 12.0, 15.0]


def test_full_batches() -> None:
    line, slope = Line(), 0.0
    history = fit(line, squares, (XS, YS), SGD(lr=0.02), epochs=30)
    losses = []
    for _ in range(30):
        losses.append(sum((slope * x - y) ** 2 for x, y in zip(XS, YS, strict=True)) / 5)
        slope -= 0.02 * sum(2 * x * (slope * x - y) for x, y in zip(XS, YS, strict=True)) / 5
    assert history.loss == pytest.approx(losses, rel=1e-9, abs=1e-20)
    assert line.slope.data == pytest.approx(slope)
    assert history.epochs == 30 and history.stopped == "end" and history.validation == []


@pytest.mark.parametrize("rng", [3, random.Random(3), np.random.default_rng(3)], ids=["seed", "random", "numpy"])
@pytest.mark.parametrize("as_arrays", [False, True])
def test_shuffling(rng: Any, as_arrays: bool) -> None:
    """Each epoch sees each example once, in a new order."""
    seen: list[list[float]] = []

    def loss(model: Line, xs: Any, ys: Any) -> Any:
        assert [3 * x for x in xs] == list(ys)
        seen.append(list(xs))
        return squares(model, xs, ys)

    data = (np.array(XS), np.array(YS)) if as_arrays else (XS, tuple(YS))
    fit(Line(), loss, data, SGD(lr=0.01), epochs=6, batch_size=2, rng=rng)
    assert [len(batch) for batch in seen] == [2, 2, 1] * 6
    epochs = [[x for batch in seen[i : i + 3] for x in batch] for i in range(0, 18, 3)]
    assert all(sorted(epoch) == XS for epoch in epochs) and len({tuple(epoch) for epoch in epochs}) > 2
    seen.clear()
    fit(Line(), loss, data, SGD(lr=0.01), epochs=2, batch_size=2, shuffle=False)
    assert seen == [XS[:2], XS[2:4], XS[4:]] * 2


def test_one_sequence_of_examples() -> None:
    line = Line()
    fit(line, lambda model, pairs: sum([(model.slope * x - y) ** 2 for x, y in pairs]), [(1.0, 2.0)], SGD(lr=0.5), epochs=1)
    assert line.slope.data == 2.0


def test_early_stopping() -> None:
    line, visited = Line(), []

    def loss(model: Line, xs: Any, ys: Any) -> Any:
        if xs == [1.0]:
            visited.append(autograd.data(model.slope))
        return squares(model, xs, ys)

    history = fit(line, loss, (XS, YS), SGD(lr=0.005), epochs=500, validation=([1.0], [1.5]), patience=4)
    assert history.stopped == "patience" and history.epochs == history.best_epoch + 4 == len(history.validation) < 500
    assert history.best == min(history.validation) == history.validation[history.best_epoch - 1]
    assert line.slope.data == visited[history.best_epoch - 1] and abs(line.slope.data - 1.5) < 0.2


def test_early_stopping_without_validation() -> None:
    history = fit(Line(3.0), squares, (XS, YS), SGD(lr=0.001), epochs=50, batch_size=2, patience=3)
    assert history.stopped == "patience" and history.epochs == 4 and history.best_epoch == 1
    slow = fit(Line(), squares, (XS, YS), SGD(lr=1e-6), epochs=50, patience=2, min_delta=1.0)
    assert slow.epochs == 3


def test_optimizer_of_some_values() -> None:
    """It moves these alone."""
    model = MLP(1, [2, 1], rng=1)
    last = model.layers[1].parameters()
    before = model.vector()
    fit(model, lambda m, xs: m(xs) ** 2, [1.0], SGD(last, lr=0.1), epochs=2)
    moved = model.vector() != before
    assert moved[4:].any() and not moved[:4].any()


def test_clipping() -> None:
    line = Line()
    fit(line, squares, (XS, YS), SGD(lr=0.1), epochs=3, clip_norm=0.5)
    assert line.slope.data == pytest.approx(0.15)


def test_loss_that_is_nan() -> None:
    """Training stops with the parameters before it."""
    line = Line(1.0)

    def loss(model: Line, xs: Any) -> Any:
        return autograd.log(model.slope)

    with pytest.raises(FloatingPointError, match="the loss is nan in step 2"):
        fit(line, loss, [0], SGD(lr=2.0), epochs=5)
    assert line.slope.data == -1.0
    with pytest.raises(FloatingPointError, match="the gradient is not finite in step 1"):
        fit(line := Line(0.0), lambda model, xs: autograd.sqrt(model.slope), [0], SGD())
    assert line.slope.data == 0.0


def test_exception_in_the_loss() -> None:
    """It leaves the parameters of the last step."""
    line, calls = Line(), []

    def loss(model: Line, xs: Any, ys: Any) -> Any:
        calls.append(model.slope.data)
        if len(calls) == 4:
            model.slope.data = 77.0
            raise KeyboardInterrupt
        return squares(model, xs, ys)

    with pytest.raises(KeyboardInterrupt):
        fit(line, loss, (XS, YS), SGD(lr=0.01), epochs=9)
    assert line.slope.data == calls[3]


def test_callback(capsys: pytest.CaptureFixture[str]) -> None:
    """It sees the loss of each step with its graph and gradients."""
    line, seen = Line(), []

    def look(loss: autograd.Value) -> None:
        seen.append((loss.data, line.slope.data, line.slope.grad, len(loss.parents)))

    history = fit(line, squares, (XS, YS), SGD(lr=0.01), epochs=3, callback=look)
    assert [loss for loss, *_ in seen] == history.loss and all(parents for *_, parents in seen)
    assert [slope - 0.01 * grad for _, slope, grad, _ in seen] == [*[slope for _, slope, *_ in seen[1:]], line.slope.data]
    floats: list[float] = []
    compiled = fit(Line(), squares, (XS, YS), SGD(lr=0.01), epochs=3, callback=floats.append, jit=True)
    assert floats == compiled.loss
    with watch(every=0) as live:
        fit(MLP(1, [2, 1], rng=1), lambda m, xs: m(xs) ** 2, [1.0], SGD(lr=0.1), epochs=2, callback=live.update)
    assert len(live.losses) == 2 and "step 1" in capsys.readouterr().out


def test_wrong_arguments() -> None:
    for data in (([], []), ([1.0], [1.0, 2.0]), ()):
        with pytest.raises(ValueError, match="sequences of one length"):
            fit(Line(), squares, data, SGD())
    for wrong in ({"epochs": -1}, {"steps": -1}, {"batch_size": 0}, {"patience": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            fit(Line(), squares, (XS, YS), SGD(), **wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the loss must be one Value"):
        fit(Line(), lambda model, xs, ys: 1.0, (XS, YS), SGD())


def test_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """It is shown when asked for, and not into a file."""
    fit(Line(), squares, (XS, YS), SGD(lr=0.01), epochs=3, progress=True)
    shown = capsys.readouterr()
    assert shown.out == "" and "3/3" in shown.err and "loss" in shown.err
    fit(Line(), squares, (XS, YS), SGD(lr=0.01), epochs=3)
    assert capsys.readouterr().err == ""


# ---- checkpoints


def test_resume(tmp_path: Path) -> None:
    """More epochs go on from the file; a finished run does nothing."""

    def run(epochs: int, file: Path | None) -> tuple[bytes, Any]:
        model = MLP(1, [3, 1], activation="tanh", rng=random.Random())
        if file is None or not file.exists():
            model = MLP(1, [3, 1], activation="tanh", rng=1)
        history = fit(model, fitted, (XS, YS), Adam(lr=0.05), epochs=epochs, batch_size=2, checkpoint=file)
        return model.vector().tobytes(), history

    def fitted(model: MLP, xs: Any, ys: Any) -> Any:
        return nn.mse([model([x]) for x in xs], list(ys))

    whole = run(7, None)
    file = tmp_path / "run"
    assert run(3, file)[1].epochs == 3
    assert run(7, file) == whole and run(7, file) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("first", range(9))
def test_resume_inside_an_epoch(tmp_path: Path, first: int) -> None:
    def run(steps: int, file: Path | None) -> Any:
        return fit(Line(), squares, (XS, YS), SGD(lr=0.01), steps=steps, batch_size=2, checkpoint=file)

    history = run(first, tmp_path / "run")
    assert len(history.loss) == first and history.epochs == first // 3
    assert run(8, tmp_path / "run") == run(8, None)


def test_file_of_another_run(tmp_path: Path) -> None:
    """It is refused, unless the run is to start anew."""

    def run(**changed: Any) -> Any:
        return fit(
            Line(), squares, (XS, YS), checkpoint=tmp_path / "run", **{"optimizer": SGD(lr=0.01), "batch_size": 2} | changed
        )

    run()
    with pytest.raises(ValueError, match=r"checkpoint of another run: .*lr=0\.01.* instead of .*lr=0\.02"):
        run(optimizer=SGD(lr=0.02))
    with pytest.raises(ValueError, match="checkpoint of another run"):
        run(batch_size=3)
    assert run(batch_size=3, resume=False).epochs == 1
    with pytest.raises(ValueError, match="another kind of rng"):
        run(batch_size=3, rng=random.Random(1))
    (tmp_path / "run").write_bytes(b"no archive")
    with pytest.raises(ValueError, match="holds no saved arrays, or it is damaged"):
        run(batch_size=3)


TRAINING = """
import random, sys
from autograd import Value, nn
from autograd.optim import Adam, cosine, fit
path, kind = sys.argv[1:]
rng = random.Random(5) if kind == "random" else __import__("numpy").random.default_rng(5)
points = random.Random(1)
xs = [[points.uniform(-1, 1), points.uniform(-1, 1)] for _ in range(24)]
ys = [1 if x * y > 0 else -1 for x, y in xs]

def loss(model, xs, ys):
    noise = {"random": "gauss", "numpy": "normal"}.get(kind)
    if noise:  # what a program cannot repeat, compiled runs do without
        xs = [[x + getattr(rng, noise)(0.0, 0.01) for x in point] for point in xs]
    return nn.hinge([model(point) for point in xs], ys)

model = nn.MLP(2, [8, 8, 1], rng=random.Random())  # what it starts with must not matter after a kill
if not __import__("os").path.exists(path):
    model = nn.MLP(2, [8, 8, 1], rng=3)
print("started", flush=True)
history = fit(model, loss, (xs, ys), Adam(lr=cosine(0.02, 200)), epochs=25, batch_size=5, rng=rng, patience=20,
              checkpoint=path, save_seconds=0, jit=kind == "compiled")
print(history, model.vector().tobytes().hex())
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("kind", ["random", "numpy", "compiled"])
def test_killed_and_resumed(tmp_path: Path, kind: str) -> None:
    """At random moments; it ends bit for bit the same."""
    (tmp_path / "training.py").write_text(TRAINING)

    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(tmp_path / "training.py"), str(tmp_path / name), kind]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    before = time.monotonic()
    undisturbed = start("whole")
    assert undisturbed.stdout is not None and undisturbed.stdout.readline() == "started\n"
    began = time.monotonic()
    expected, errors = undisturbed.communicate(timeout=120)
    assert undisturbed.returncode == 0, errors
    duration = time.monotonic() - began
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}, {began - before:.2f} s to start, {duration:.2f} s to train")
    moments, kills = random.Random(seed), 0
    while kills < 7:
        process = start("killed")
        assert process.stdout is not None and process.stdout.readline() == "started\n"
        time.sleep(moments.uniform(0, duration / 6))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=60)
        if process.returncode == 0:  # it was quicker than the kill: the next run is a new one
            assert rest == expected
            (tmp_path / "killed").unlink()
        else:
            assert process.returncode == -signal.SIGKILL
            kills += 1
    last = start("killed")
    found, errors = last.communicate(timeout=120)
    assert last.returncode == 0, errors
    assert found.removeprefix("started\n") == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed", "training.py", "whole"]


def test_compiled_needs_the_whole_model() -> None:
    class Half(Module):
        def __init__(self) -> None:
            self.a, self.b = autograd.Value(1.0), autograd.Value(2.0)

        def parameters(self) -> list[autograd.Value]:
            return [self.a]

    with pytest.raises(ValueError, match="names other Values"):
        fit(Half(), squares, (XS, YS), SGD(), jit=True)
    assert fit(Half(), lambda m, xs: m.a * m.b, [0], SGD()).loss == [2.0]


@pytest.mark.parametrize("as_arrays", [False, True])
def test_compiled(tmp_path: Path, as_arrays: bool) -> None:
    rng = np.random.default_rng(2)
    xs, ys = rng.uniform(-1, 1, size=(13, 2)), rng.choice([-1, 1], size=13)
    data: Any = (xs, ys) if as_arrays else (xs.tolist(), ys.tolist())

    def loss(model: MLP, points: Any, labels: Any) -> Any:
        scores = [model(point) for point in points]
        return nn.binary_cross_entropy(scores, [(label + 1) / 2 for label in labels])

    def run(jit: bool, epochs: int = 12, file: Path | None = None) -> Any:
        model = MLP(2, [5, 1], activation="tanh", rng=3)
        more = {"validation": data, "patience": 50, "clip_norm": 0.3, "batch_size": 4, "checkpoint": file}
        history = fit(model, loss, data, Adam(lr=0.05), epochs=epochs, jit=jit, **more)
        return history, model.vector()

    (history, theta), (compiled, compiled_theta) = run(False), run(True)
    assert compiled.loss == pytest.approx(history.loss, rel=1e-11)
    assert compiled.validation == pytest.approx(history.validation, rel=1e-11) and compiled.best_epoch == history.best_epoch
    assert compiled_theta == pytest.approx(theta, rel=1e-10)
    run(True, 5, tmp_path / "run")
    again, resumed = run(True, 12, tmp_path / "run")
    assert again == compiled and resumed.tobytes() == compiled_theta.tobytes()
