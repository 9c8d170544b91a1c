"""Sensitivities of a damped pendulum: the Jacobian of an ODE solver."""

from __future__ import annotations

from typing import Any

import numpy as np
from plotting import BLUE, GREEN, GREY, ORANGE, RED, begin, save

from autograd import jacobian, sin

GRAVITY = 9.81  # m/s²
START = np.array([1.2, 0.25, np.radians(150.0), 0.0])  # length m, damping 1/s, angle rad, angular velocity rad/s
CHANGES = {  # name: (size of a small change, colour)
    "length + 1 %": (0.01 * START[0], BLUE),
    "damping + 1 %": (0.01 * START[1], GREEN),
    "initial angle + 1°": (np.radians(1.0), ORANGE),
    "initial velocity + 1 °/s": (np.radians(1.0), RED),
}
SECONDS, STEPS = 10.0, 500


def acceleration(angle: Any, velocity: Any, length: Any, damping: Any) -> Any:
    return -GRAVITY / length * sin(angle) - damping * velocity


def swing(p: Any) -> Any:
    """The angle at every time step, by the Runge-Kutta method of order 4."""
    length, damping, angle, velocity = p
    h = SECONDS / STEPS
    angles = [angle]
    for _ in range(STEPS):
        v1, a1 = velocity, acceleration(angle, velocity, length, damping)
        v2, a2 = velocity + h / 2 * a1, acceleration(angle + h / 2 * v1, velocity + h / 2 * a1, length, damping)
        v3, a3 = velocity + h / 2 * a2, acceleration(angle + h / 2 * v2, velocity + h / 2 * a2, length, damping)
        v4, a4 = velocity + h * a3, acceleration(angle + h * v3, velocity + h * a3, length, damping)
        angle = angle + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        velocity = velocity + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        angles.append(angle)
    return np.array(angles)


def central_differences(p: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Approximate the Jacobian by two more simulations for each parameter."""
    columns = [(swing(p + step * unit) - swing(p - step * unit)) / (2 * step) for unit in np.eye(len(p))]
    return np.stack(columns, axis=1)


def show(sensitivity: np.ndarray, numeric: np.ndarray) -> None:
    print(f"{'change':26}{'effect after 5 s':>18}{'by differences':>18}{'after 10 s':>14}{'by differences':>18}")
    for i, (name, (size, _)) in enumerate(CHANGES.items()):
        effects = [np.degrees(size * table[row, i]) for row in (STEPS // 2, STEPS) for table in (sensitivity, numeric)]
        print(f"{name:26}{effects[0]:17.6f}°{effects[1]:17.6f}°{effects[2]:13.6f}°{effects[3]:17.6f}°")
    off = np.max(np.abs(sensitivity - numeric), axis=0) / np.max(np.abs(sensitivity), axis=0)
    print(f"Largest relative difference from finite differences: {np.max(off):.1e}")


def main() -> None:
    plt, folder = begin(__doc__)
    times = np.linspace(0.0, SECONDS, STEPS + 1)
    sensitivity = jacobian(swing)(START)  # 501 angles by 4 numbers, in one forward pass
    show(sensitivity, central_differences(START))
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(9, 7), sharex=True)
    top.plot(times, np.degrees(swing(START)), color="black")
    top.axhline(0.0, color=GREY, linewidth=0.8)
    top.set(title="Pendulum of 1.2 m let go at 150°, damping 0.25 per second", ylabel="angle (°)")
    for i, (name, (size, colour)) in enumerate(CHANGES.items()):
        bottom.plot(times, np.degrees(size * sensitivity[:, i]), color=colour, label=name)
    bottom.axhline(0.0, color=GREY, linewidth=0.8)
    bottom.set(title="How the angle responds to small changes", xlabel="time (s)", ylabel="change of the angle (°)")
    bottom.legend(loc="upper left", ncols=2)
    bottom.margins(y=0.25)
    save(figure, folder, "ode_sensitivity.png")


if __name__ == "__main__":
    main()
