"""Classify two moons with a network of 337 parameters, eagerly and compiled."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from plotting import BLUE, ORANGE, begin, save

from autograd import vmap
from autograd.nn import MLP, hinge
from autograd.optim import SGD, History, fit, linear

POINTS, STEPS, DECAY = 100, 100, 1e-4


def two_moons(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noisy points of two interleaving half circles, and their labels -1 and 1."""
    rng = random.Random(seed)
    points, labels = [], []
    for i in range(count):
        angle, label = rng.uniform(0.0, math.pi), 1 if i % 2 else -1
        x, y = (1.0 - math.cos(angle), 0.5 - math.sin(angle)) if label == 1 else (math.cos(angle), math.sin(angle))
        points.append((x + rng.gauss(0.0, 0.1), y + rng.gauss(0.0, 0.1)))
        labels.append(label)
    return np.array(points), np.array(labels)


def loss(model: MLP, points: Any, labels: Any) -> Any:
    """The mean hinge loss, with a weight decay that keeps the parameters small."""
    return hinge([model(point) for point in points], labels) + DECAY * sum([p * p for p in model.parameters()])


def train(points: np.ndarray, labels: np.ndarray, jit: bool) -> tuple[MLP, History, float]:
    """Train, and return the model, its history and the seconds it took."""
    model = MLP(2, [16, 16, 1], rng=1337)
    start = time.perf_counter()
    history = fit(model, loss, (points, labels), SGD(lr=linear(1.0, STEPS, 0.1)), epochs=STEPS, jit=jit)
    return model, history, time.perf_counter() - start


def main() -> None:
    plt, folder = begin(__doc__)
    points, labels = two_moons(POINTS, 7)
    runs = {"graph of Values": train(points, labels, jit=False), "compiled": train(points, labels, jit=True)}
    for name, (_, history, seconds) in runs.items():
        print(f"{name:<16}{STEPS} steps in {seconds:7.3f} s   loss {history.loss[0]:.6f} -> {history.loss[-1]:.6f}")
    trained = runs["compiled"][0]
    score = vmap(trained.bind(trained.vector()))  # the network on plain numbers, at many points at once
    print(f"accuracy {np.mean((score(points) > 0) == (labels > 0)):.0%}")
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6), width_ratios=[3, 2])
    plot_boundary(left, score, points, labels)
    for (name, (_, history, _)), style, colour in zip(runs.items(), ("-", "--"), (BLUE, ORANGE), strict=True):
        right.semilogy(range(1, STEPS + 1), history.loss, style, color=colour, label=name)
    right.set(title="Loss", xlabel="step", ylabel="hinge loss + weight decay")
    right.legend(loc="upper right")
    save(figure, folder, "moons.png")


def plot_boundary(axis: Any, score: Callable[[Any], Any], points: np.ndarray, labels: np.ndarray) -> None:
    """Show the score as colour, with the decision boundary and the margin."""
    xs, ys = np.linspace(-1.7, 2.7, 221), np.linspace(-1.2, 1.7, 161)
    scores = score(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)).reshape(len(ys), len(xs))
    reach = np.max(np.abs(scores))
    axis.contourf(xs, ys, scores, levels=np.linspace(-reach, reach, 21), cmap="PuOr_r", alpha=0.5)
    axis.contour(
        xs, ys, scores, levels=[-1.0, 0.0, 1.0], colors="0.2", linewidths=[0.8, 1.8, 0.8], linestyles=["--", "-", "--"]
    )
    for label, colour, marker in ((-1, BLUE, "o"), (1, ORANGE, "s")):
        axis.plot(
            *points[labels == label].T, marker, color=colour, markersize=5, markeredgecolor="white", label=f"label {label}"
        )
    axis.set(title="Score 0 (line) and the margin ±1 (dashed)", xlabel="x", ylabel="y", aspect="equal")
    axis.grid(False)
    axis.legend(loc="upper right")


if __name__ == "__main__":
    main()
