"""The lesson: one step of back-propagation in two layers, and the picture of it.

The network is written like its formulas, on NumPy arrays of Values. One `backward()` of the squared error then gives
every error term of the lesson: delta = -dE/dh, the negative gradient at a unit's net input h.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autograd import Value, scope, sigmoid
from viz import draw

RATE = 0.5
QUANTITIES = (
    "hidden net input",
    "hidden output a",
    "output y_hat",
    "output error term",
    "hidden error term",
    "step of W",
    "step of w1",
    "step of w2",
)


class Exercise(NamedTuple):
    x: list[float]
    hidden_weights: list[list[float]]
    output_weights: list[float]
    target: float


THREE_INPUTS = Exercise([0.5, 0.1, -0.2], [[0.5, -0.6], [0.1, -0.2], [0.1, 0.7]], [0.1, -0.3], 0.6)
TWO_INPUTS = Exercise([0.1, 0.3], [[0.4], [-0.2]], [0.1], 1.0)


class Network:
    """One forward pass; the attributes are Values, or NumPy arrays of them."""

    def __init__(self, exercise: Exercise) -> None:
        with scope("inputs"):
            x = values(exercise.x, "x")
        with scope("hidden layer"):
            self.hidden_weights = values(exercise.hidden_weights, "w")
            self.hidden_net = named(x @ self.hidden_weights, "h")
            self.hidden = named(sigmoid(self.hidden_net), "a")
        with scope("output layer"):
            self.output_weights = values(exercise.output_weights, "W")
            self.net = self.hidden @ self.output_weights
            self.output = sigmoid(self.net)
        self.net.label, self.output.label = "h_o", "ŷ"
        self.error = 0.5 * (Value(exercise.target, "y") - self.output) ** 2
        self.error.label = "E"


class Step(NamedTuple):
    """The error terms and weight changes of one step of gradient descent."""

    output_delta: np.ndarray
    hidden_delta: np.ndarray
    output_change: np.ndarray
    hidden_change: np.ndarray


def values(numbers: list, name: str) -> np.ndarray:
    """An array of Values, labelled x1, x2 or w11, w12 by their place."""
    return named(np.vectorize(Value, otypes=[object])(numbers), name)


def named(array: np.ndarray, name: str) -> np.ndarray:
    for place, value in np.ndenumerate(array):
        value.label = name + "".join(str(i + 1) for i in place)
    return array


def gradients(array: np.ndarray | Value) -> np.ndarray:
    return np.vectorize(lambda value: value.grad, otypes=[float])(array)


def step_by_backward(network: Network) -> Step:
    network.error.backward()
    return Step(
        -gradients(network.net),
        -gradients(network.hidden_net),
        -RATE * gradients(network.output_weights),
        -RATE * gradients(network.hidden_weights),
    )


def step_by_hand(exercise: Exercise) -> Step:
    """The same step from the lesson's formulas, by hand in NumPy."""
    x, w, output_weights = map(np.array, exercise[:3])
    a = 1 / (1 + np.exp(-(x @ w)))
    y_hat = 1 / (1 + np.exp(-(a @ output_weights)))
    output_delta = (exercise.target - y_hat) * y_hat * (1 - y_hat)
    hidden_delta = output_weights * output_delta * a * (1 - a)
    return Step(output_delta, hidden_delta, RATE * output_delta * a, RATE * np.outer(x, hidden_delta))


def show_difference(step: Step, by_hand: Step) -> None:
    largest = max(float(np.max(np.abs(a - b))) for a, b in zip(step, by_hand, strict=True))
    print(f"\nLargest difference from the formulas by hand in NumPy: {largest:.1e}")


def show(title: str, array: np.ndarray) -> None:
    print(title + np.array2string(array, prefix=title))


def three_inputs() -> Network:
    """Exercise A: three inputs, two hidden units, one output."""
    network = Network(THREE_INPUTS)
    step = step_by_backward(network)
    print("Error terms (delta = -dE/dh)")
    show("output unit        ", step.output_delta)
    show("hidden units       ", step.hidden_delta)
    print(f"\nChange in weights (learning rate {RATE})")
    show("hidden -> output   ", step.output_change)
    show("input  -> hidden   ", step.hidden_change)
    show_difference(step, step_by_hand(THREE_INPUTS))
    return network


def textbook_column() -> list[float]:
    """Exercise B as a textbook prints it, with every quantity rounded on the way."""
    (x1, x2), ((w1,), (w2,)), (weight,), target = TWO_INPUTS
    h = round(w1 * x1 + w2 * x2, 3)
    a = round(1 / (1 + math.exp(-h)), 3)
    y_hat = round(1 / (1 + math.exp(-weight * a)), 3)
    output_delta = round((target - y_hat) * y_hat * (1 - y_hat), 3)
    hidden_delta = round(weight * output_delta * a * (1 - a), 3)
    steps = [RATE * output_delta * a, RATE * hidden_delta * x1, RATE * hidden_delta * x2]
    return [h, a, y_hat, output_delta, hidden_delta, *(float(f"{step:.3g}") for step in steps)]


def two_inputs() -> Network:
    """Exercise B: two inputs, one hidden unit, one output."""
    network = Network(TWO_INPUTS)
    step = step_by_backward(network)
    units = [network.hidden_net[0].data, network.hidden[0].data, network.output.data]
    exact = units + [float(number) for part in step for number in np.ravel(part)]
    print(f"{'quantity':<20}{'full precision':>16}{'rounded at each step':>23}")
    for name, number, rounded in zip(QUANTITIES, exact, textbook_column(), strict=True):
        print(f"{name:<20}{number:>#16.8g}{rounded:>23g}")
    show_difference(step, step_by_hand(TWO_INPUTS))
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description="One step of back-propagation in a two-layer network.")
    parser.add_argument("--small", action="store_true", help="the small exercise: two inputs, one hidden unit")
    parser.add_argument("--train", action="store_true", help="then go on until it has learned, and plot that")
    parser.add_argument("--out", type=Path, default=Path("."), help="where to write lesson.svg and lesson.png")
    options = parser.parse_args()
    network = two_inputs() if options.small else three_inputs()
    options.out.mkdir(parents=True, exist_ok=True)
    drawing = draw(network.error, view="neurons")
    for name in ("lesson.svg", "lesson.png"):
        drawing.save(options.out / name)
        print(f"wrote {(options.out / name).resolve()}")
    if options.train:
        from lesson_training import train

        train(TWO_INPUTS if options.small else THREE_INPUTS, Network, step_by_backward, options.out)


if __name__ == "__main__":
    main()
