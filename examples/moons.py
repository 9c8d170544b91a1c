"""Two moons told apart by a network of 337 parameters, trained on a graph of Values and compiled, and the boundary it draws."""

from __future__ import annotations

import math
import random
import time
from typing import Any

import numpy as np
from plotting import BLUE, ORANGE, begin, save

from autograd.nn import MLP, hinge
from autograd.optim import SGD, History, fit, linear

POINTS, STEPS, DECAY = 100, 100, 1e-4


def two_moons(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of two half circles that reach into each other, with noise; and the label of each, -1 or 1."""
    rng = random.Random(seed)
    points, labels = [], []
    for i in range(count):
        angle, label = rng.uniform(0.0, math.pi), 1 if i % 2 else -1
        x, y = (1.0 - math.cos(angle), 0.5 - math.sin(angle)) if label == 1 else (math.cos(angle), math.sin(angle))
        points.append((x + rng.gauss(0.0, 0.1), y + rng.gauss(0.0, 0.1)))
        labels.append(label)
    return np.array(points), np.array(labels)


def loss(model: MLP, points: Any, labels: Any) -> Any:
    """The mean hinge loss, and a little of every squared parameter to keep them small."""
    return hinge([model(point) for point in points], labels) + DECAY * sum([p * p for p in model.parameters()])


def train(points: np.ndarray, labels: np.ndarray, jit: bool) -> tuple[MLP, History, float]:
    """The trained model, its history, and the seconds that took."""
    model = MLP(2, [16, 16, 1], rng=1337)
    start = time.perf_counter()
    history = fit(model, loss, (points, labels), SGD(lr=linear(1.0, STEPS, 0.1)), epochs=STEPS, jit=jit)
    return model, history, time.perf_counter() - start


def main() -> None:
    plt, folder = begin(__doc__)
    points, labels = two_moons(POINTS, 7)
    runs = {"graph of Values": train(points, labels, jit=False), "compiled": train(points, labels, jit=True)}
    for name, (_, history, seconds) in runs.items():
        print(f"{name:<16}{len(history.loss)} steps in {seconds:7.3f} s   loss {history.loss[0]:.6f} -> {history.loss[-1]:.6f}")
    model, history, _ = runs["graph of Values"]
    frozen = model.bind(model.vector())  # the same network on plain numbers
    right = sum((frozen(point) > 0) == (label > 0) for point, label in zip(points.tolist(), labels, strict=True))
    print(f"accuracy {right / POINTS:.0%}")
    xs, ys = np.linspace(-1.7, 2.7, 110), np.linspace(-1.2, 1.7, 80)
    scores = np.array([[frozen([x, y]) for x in xs.tolist()] for y in ys.tolist()])
    figure, (left, right_axis) = plt.subplots(1, 2, figsize=(12, 4.6), width_ratios=[3, 2])
    reach = np.max(np.abs(scores))
    left.contourf(xs, ys, scores, levels=np.linspace(-reach, reach, 21), cmap="PuOr_r", alpha=0.5)
    left.contour(
        xs, ys, scores, levels=[-1.0, 0.0, 1.0], colors="0.2", linewidths=[0.8, 1.8, 0.8], linestyles=["--", "-", "--"]
    )
    for label, colour, marker in ((-1, BLUE, "o"), (1, ORANGE, "s")):
        left.plot(
            *points[labels == label].T, marker, color=colour, markersize=5, markeredgecolor="white", label=f"label {label}"
        )
    left.set(title="Score 0 (line) and the margin ±1 (dashed)", xlabel="x", ylabel="y", aspect="equal")
    left.grid(False)
    left.legend(loc="upper right")
    for (name, (_, history, _)), style in zip(runs.items(), ("-", "--"), strict=False):
        right_axis.semilogy(range(1, STEPS + 1), history.loss, style, color=BLUE if style == "-" else ORANGE, label=name)
    right_axis.set(title="Loss", xlabel="step", ylabel="hinge loss + weight decay")
    right_axis.legend(loc="upper right")
    save(figure, folder, "moons.png")


if __name__ == "__main__":
    main()
