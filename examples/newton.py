"""Newton's method with exact derivatives: each step doubles the correct digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from plotting import BLUE, GREY, ORANGE, begin, save

from autograd import exp, grad, hessian, sin

ECCENTRICITY, MEAN_ANOMALY = 0.8, 0.6
MINIMUM = np.array([-math.log(2) / 2, 0.0])


def kepler(anomaly: Any) -> Any:
    """Kepler's equation: zero at the eccentric anomaly of a planet."""
    return anomaly - ECCENTRICITY * sin(anomaly) - MEAN_ANOMALY


def valley(p: Any) -> Any:
    """A convex function of two variables with its minimum at x = -log(2)/2, y = 0."""
    x, y = p
    return exp(x + 3 * y) + exp(x - 3 * y) + exp(-x)


def iterate(step: Callable[[Any], Any], start: Any) -> list[Any]:
    """The points of Newton's method, until a step is as small as rounding."""
    points = [start]
    while len(points) < 20:
        change = step(points[-1])
        points.append(points[-1] - change)
        if np.max(np.abs(change)) < 1e-15:
            break
    return points


def root_of(f: Callable[[Any], Any], start: float) -> list[float]:
    slope = grad(f)
    return iterate(lambda x: f(x) / slope(x), start)


def minimum_of(f: Callable[[Any], Any], start: Any) -> list[Any]:
    gradient, curvature = grad(f), hessian(f)
    return iterate(lambda p: np.linalg.solve(curvature(p), gradient(p)), start)


def errors(points: list[Any], solution: Any) -> list[float]:
    """Distances to the solution, down to where rounding takes over."""
    distances = [float(np.linalg.norm(point - solution)) for point in points]
    return [distance for distance in distances if distance > 4e-16]


def show(title: str, distances: list[float]) -> None:
    print(f"{title}\n{'step':>4}{'error':>12}{'error / previous error^2':>28}")
    for step, error in enumerate(distances):
        ratio = f"{error / distances[step - 1] ** 2:28.4f}" if step else ""
        print(f"{step:>4}{error:12.1e}{ratio}")


def main() -> None:
    plt, folder = begin(__doc__)
    roots = root_of(kepler, 2.5)
    root = roots[-1]
    constant = grad(grad(kepler))(root) / (2 * grad(kepler)(root))  # the next error is this times error^2
    cases = (
        ("Root of Kepler's equation", errors(roots, root), BLUE, "o"),
        ("Minimum in two variables", errors(minimum_of(valley, np.array([1.0, 1.0])), MINIMUM), ORANGE, "s"),
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4))
    for title, distances, colour, marker in cases:
        show(title, distances)
        left.semilogy(distances, marker=marker, color=colour, label=title)
        right.loglog(distances[:-1], distances[1:], marker, color=colour, label=title)
    print(f"theory for the root: f'' / (2 f') = {constant:.4f}")
    ends = np.array([1e-6, 3.0])
    line = "slope 2: f ″ / (2 f ′) · error², for the root"
    right.loglog(ends, constant * ends**2, "--", color=GREY, zorder=1, label=line)
    left.set(title="Error per step", xlabel="step", ylabel="distance to the solution")
    right.set(title="Each error against the one before", xlabel="error of a step", ylabel="error of the next step")
    left.xaxis.get_major_locator().set_params(integer=True)
    left.legend(loc="lower left")
    right.legend(loc="lower right")
    save(figure, folder, "newton.png")


if __name__ == "__main__":
    main()
