"""Train the lesson's network, and see error terms vanish: `lesson.py --train`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from plotting import BLUE, GREEN, GREY, ORANGE, pyplot, save

from autograd import asarray, grads, relu, sigmoid, tanh

SHOWN = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
DEPTHS = range(1, 7)
WIDTH, NETWORKS = 8, 40
ACTIVATIONS = {"sigmoid": (sigmoid, ORANGE, "o"), "tanh": (tanh, BLUE, "s"), "relu": (relu, GREEN, "^")}


def converge(exercise: Any, network_of: Callable[[Any], Any], step_of: Callable[[Any], Any]) -> tuple[np.ndarray, np.ndarray]:
    """Train until the error is below 1e-9, or for 5,000 steps.

    Returns the error y - ŷ and all weights before each step.
    """
    errors, weights = [], []
    while len(errors) <= SHOWN[-1]:
        network = network_of(exercise)
        errors.append(exercise.target - network.output.data)
        weights.append([*np.ravel(exercise.hidden_weights), *exercise.output_weights])
        if abs(errors[-1]) < 1e-9:
            break
        step = step_of(network)
        exercise = exercise._replace(
            hidden_weights=(np.array(exercise.hidden_weights) + step.hidden_change).tolist(),
            output_weights=(np.array(exercise.output_weights) + step.output_change).tolist(),
        )
    return np.array(errors), np.array(weights)


def first_delta(activation: Callable[[Any], Any], depth: int, seed: int) -> float:
    """Mean size of the error term that reaches the first of `depth` random layers.

    The error terms of the output have size 1.
    """
    rng = np.random.default_rng(seed)
    first = net = asarray(rng.normal(size=WIDTH))
    for _ in range(depth):
        net = activation(net) @ rng.normal(scale=WIDTH**-0.5, size=(WIDTH, WIDTH))
    for unit, error in zip(net, np.sign(rng.normal(size=WIDTH)), strict=True):
        unit.backward(error)
    return float(np.mean(np.abs(grads(first))))


def show(errors: np.ndarray, weights: np.ndarray) -> None:
    print(f"\n{'step':>5}{'error y - ŷ':>16}{'E':>14}   weights")
    for step in sorted({*(n for n in SHOWN if n < len(errors)), len(errors) - 1}):
        numbers = " ".join(f"{w:8.4f}" for w in weights[step])
        print(f"{step:>5}{errors[step]:>16.9f}{errors[step] ** 2 / 2:>14.3e}   {numbers}")


def train(exercise: Any, network_of: Callable[[Any], Any], step_of: Callable[[Any], Any], folder: Path) -> None:
    """Print the numbers and, where matplotlib is installed, write lesson_training.png."""
    errors, weights = converge(exercise, network_of, step_of)
    show(errors, weights)
    sizes = {
        name: [[first_delta(f, n, seed) for seed in range(NETWORKS)] for n in DEPTHS] for name, (f, *_) in ACTIVATIONS.items()
    }
    means = {name: np.mean(size, axis=1) for name, size in sizes.items()}
    print(f"\nError term that reaches the first layer, of 1 at the output (mean of {NETWORKS} random networks)")
    print(f"{'layers':<10}" + "".join(f"{n:>10}" for n in DEPTHS))
    for name, mean in means.items():
        print(f"{name:<10}" + "".join(f"{x:>10.5f}" for x in mean))
    plt = pyplot()
    if plt is None:
        print("no plot: matplotlib is not installed (pip install 'matplotlib>=3.7')")
        return
    figure, axes = plt.subplots(1, 3, figsize=(15, 4.6))
    plot_training(axes[0], axes[1], errors, weights, exercise)
    plot_vanishing(axes[2], means)
    save(figure, folder, "lesson_training.png")


def plot_training(left: Any, middle: Any, errors: np.ndarray, weights: np.ndarray, exercise: Any) -> None:
    left.semilogy(errors**2 / 2, color=ORANGE)
    left.set(title="The squared error falls", xlabel="step", ylabel="E = ½ (y - ŷ)²")
    inputs, units = np.shape(exercise.hidden_weights)
    names = [f"w{i + 1}{j + 1}" for i in range(inputs) for j in range(units)] + [f"W{j + 1}" for j in range(units)]
    for number, (name, line) in enumerate(zip(names, weights.T, strict=True)):
        colour = ORANGE if name.startswith("W") else BLUE
        middle.plot(line, color=colour, alpha=1.0 if name.startswith("W") else 0.7)
        near = sum(abs(line[-1] - other[-1]) < 0.05 for other in weights.T[:number])  # labels side by side, not on each other
        middle.annotate(
            name, (len(line) - 1, line[-1]), (4 + 28 * near, 0), textcoords="offset points", va="center", color=colour
        )
    middle.set(title="Its weights: hidden (blue), output (orange)", xlabel="step", ylabel="weight")
    middle.set_xlim(right=1.25 * len(weights))


def plot_vanishing(axis: Any, means: dict[str, np.ndarray]) -> None:
    for name, mean in means.items():
        _, colour, marker = ACTIVATIONS[name]
        axis.semilogy(DEPTHS, mean, marker=marker, color=colour, label=name)
    axis.semilogy(DEPTHS, [0.25**n for n in DEPTHS], "--", color=GREY, label="¼ a layer: a sigmoid's largest slope")
    axis.set(title="The error term on its way back", xlabel="layers it went through", ylabel="mean size (1 at the output)")
    axis.set_ylim(1e-6, 2)
    axis.legend(loc="lower left")
