"""Fit a curve to noisy data by Levenberg and Marquardt, with a confidence band."""

from __future__ import annotations

from typing import Any

import numpy as np
from plotting import BLUE, GREY, ORANGE, begin, save

from autograd import cos, exp, hessian, jacobian

TRUE = {"amplitude (mm)": 4.0, "decay time (s)": 3.0, "frequency (Hz)": 0.6, "phase (rad)": 0.5}
GUESS = np.array([2.0, 5.0, 0.55, 0.0])
NOISE = 0.4  # mm
STUDENT_T = 2.028  # 97.5 % point of Student's t for 40 - 4 degrees of freedom


def model(p: Any, times: np.ndarray) -> Any:
    """A damped oscillation: the displacement at each time."""
    amplitude, decay, frequency, phase = p
    return amplitude * exp(-times / decay) * cos(2 * np.pi * frequency * times + phase)


def half_squares(p: Any, times: np.ndarray, data: np.ndarray) -> Any:
    """Half the sum of the squared residuals, which the fit minimises."""
    return 0.5 * np.sum((model(p, times) - data) ** 2)


def fit(start: np.ndarray, times: np.ndarray, data: np.ndarray) -> np.ndarray:
    """Minimise by Gauss-Newton steps, damped as long as they lead uphill."""
    p, damping = start, 1e-2
    slopes = jacobian(model)
    print(f"{'step':>4}{'sum of squares':>18}{'damping':>12}")
    for step in range(50):
        square = half_squares(p, times, data)
        print(f"{step:>4}{2 * square:18.8f}{damping:12.0e}")
        J = slopes(p, times)
        normal, downhill = J.T @ J, J.T @ (data - model(p, times))
        while True:
            change = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), downhill)
            if half_squares(p + change, times, data) <= square or damping > 1e12:
                break
            damping *= 10
        p, damping = p + change, damping / 10
        if np.max(np.abs(change) / np.abs(p)) < 1e-9:
            break
    return p


def covariance(p: np.ndarray, times: np.ndarray, data: np.ndarray) -> np.ndarray:
    """The variance of the noise times the inverse Hessian at the minimum."""
    variance = 2 * half_squares(p, times, data) / (len(times) - len(p))
    return variance * np.linalg.inv(hessian(half_squares)(p, times, data))


def main() -> None:
    plt, folder = begin(__doc__)
    times = np.linspace(0.0, 8.0, 40)
    truth = np.array(list(TRUE.values()))
    data = model(truth, times) + NOISE * np.random.default_rng(7).standard_normal(len(times))
    p = fit(GUESS, times, data)
    spread = covariance(p, times, data)
    print(f"\n{'parameter':<18}{'true':>8}{'fit':>10}{'standard error':>18}")
    for name, true, fitted, error in zip(TRUE, truth, p, np.sqrt(np.diag(spread)), strict=True):
        print(f"{name:<18}{true:>8.3f}{fitted:>10.4f}{error:>18.4f}")
    fine = np.linspace(0.0, 8.0, 400)
    J = jacobian(model)(p, fine)
    band = STUDENT_T * np.sqrt(np.sum((J @ spread) * J, axis=1))  # the delta method
    curve = model(p, fine)
    figure, axis = plt.subplots(figsize=(9, 5))
    axis.fill_between(fine, curve - band, curve + band, color=BLUE, alpha=0.2, linewidth=0, label="95 % confidence band")
    axis.plot(fine, curve, color=BLUE, label="fit")
    axis.plot(fine, model(truth, fine), "--", color=GREY, linewidth=1.2, label="truth")
    axis.plot(times, data, "o", color=ORANGE, markersize=5, label="data (seeded noise of 0.4 mm)")
    axis.set(title="A damped oscillation, fitted", xlabel="time (s)", ylabel="displacement (mm)")
    axis.legend(loc="upper right")
    save(figure, folder, "curve_fit.png")


if __name__ == "__main__":
    main()
