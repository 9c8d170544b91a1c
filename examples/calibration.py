"""Calibrate the SABR model to quoted volatilities, with exact Jacobians."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from plotting import BLUE, GREEN, GREY, ORANGE, RED, begin, save

from autograd import exp, jacobian, jit, log, sqrt, tanh, where

try:
    from scipy.optimize import least_squares
except ModuleNotFoundError:
    sys.exit("calibration.py fits with SciPy, which is not installed: pip install 'scipy>=1.10'")

FORWARD, NOISE = 100.0, 0.001  # €, and of the quotes
STRIKES = np.array([70.0, 78.0, 85.0, 90.0, 95.0, 100.0, 105.0, 110.0, 118.0, 128.0, 140.0])
MARKET = {0.25: (0.21, -0.25, 1.1), 0.5: (0.22, -0.32, 0.85), 1.0: (0.23, -0.38, 0.65), 2.0: (0.24, -0.42, 0.45)}
NAMES = ("alpha", "rho", "nu")
START = np.array([-1.0, 0.0, 0.0])


def natural(free: Any) -> list[Any]:
    """Map three unbounded numbers to alpha > 0, -1 < rho < 1 and nu > 0.

    These are the volatility, the correlation and the volatility of volatility.
    """
    a, r, n = free
    return [exp(a), tanh(r), exp(n)]


def implied_volatility(alpha: Any, rho: Any, nu: Any, strike: Any, years: Any) -> Any:
    """Approximate the implied volatility of the SABR model with beta = 1.

    Source: Hagan et al., Managing smile risk, 2002, equation 2.17; at the money, where z / x is 0 / 0, by its series.
    """
    z = nu / alpha * log(FORWARD / strike)
    x = log((sqrt(1 - 2 * rho * z + z * z) + z - rho) / (1 - rho))
    ratio = where(abs(z) < 1e-6, 1 - rho * z / 2, z / where(abs(z) < 1e-6, 1.0, x))
    return alpha * ratio * (1 + (rho * nu * alpha / 4 + (2 - 3 * rho * rho) / 24 * nu * nu) * years)


def residuals(free: Any, quotes: Any, years: Any) -> list[Any]:
    """The distance of the model from each quote, in units of the quotes' noise."""
    parameters = natural(free)
    smile = [implied_volatility(*parameters, strike, years) for strike in STRIKES.tolist()]
    return [(model - quote) / NOISE for model, quote in zip(smile, quotes, strict=True)]


value, slopes = jit(residuals), jit(jacobian(residuals))


def calibrate(quotes: np.ndarray, years: float) -> Any:
    """Fit by SciPy's least squares, from the same start for every expiry.

    `.x` of the result are the free numbers, `.jac` the Jacobian there.
    """
    return least_squares(
        lambda free: np.array(value(free, quotes, years)),
        START,
        jac=lambda free: np.array(slopes(free, quotes, years)),
        **dict.fromkeys(("xtol", "ftol", "gtol"), 1e-15),
    )


def standard_errors(free: np.ndarray, J: np.ndarray) -> np.ndarray:
    """Standard errors of alpha, rho and nu.

    The noise of the quotes is propagated through the fit and the change of parameters to first order.
    """
    change = np.array(jacobian(natural)(free))
    return np.sqrt(np.diag(change @ np.linalg.inv(J.T @ J) @ change.T))


def error_of_differences(free: np.ndarray, quotes: np.ndarray, years: float, steps: np.ndarray) -> list[float]:
    """The largest error of forward differences, relative to the largest slope."""
    exact, here = np.array(slopes(free, quotes, years)), np.array(value(free, quotes, years))
    errors = []
    for step in steps:
        moved = [np.array(value(free + step * direction, quotes, years)) for direction in np.eye(3)]
        errors.append(np.max(np.abs((np.array(moved) - here).T / step - exact)) / np.max(np.abs(exact)))
    return errors


def main() -> None:
    plt, folder = begin(__doc__)
    rng = np.random.default_rng(11)
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
    fine, steps = np.linspace(66.0, 146.0, 200), np.logspace(-14, -1, 53)
    print(
        f"{'expiry':<10}"
        + "".join(f"{f'{name}: true':>14}{'fit':>10}{'std error':>12}" for name in NAMES)
        + f"{'rel. gradient':>15}"
    )
    for (years, truth), colour in zip(MARKET.items(), (BLUE, ORANGE, GREEN, RED), strict=True):
        exact = np.array([implied_volatility(*truth, strike, years) for strike in STRIKES.tolist()])
        quotes = exact + NOISE * rng.standard_normal(len(STRIKES))
        fit = calibrate(quotes, years)
        parameters = [float(p) for p in natural(fit.x)]
        slope = fit.jac.T @ fit.fun / (np.linalg.norm(fit.jac) * np.linalg.norm(fit.fun))
        rows = zip(truth, parameters, standard_errors(fit.x, fit.jac), strict=True)
        numbers = "".join(f"{true:>14.3f}{fitted:>10.4f}{error:>12.4f}" for true, fitted, error in rows)
        print(f"{years:>4g} years{numbers}{np.linalg.norm(slope):>15.1e}")
        left.plot(
            fine,
            [100 * implied_volatility(*parameters, k, years) for k in fine.tolist()],
            color=colour,
            label=f"{years:g}",
        )
        left.errorbar(STRIKES, 100 * quotes, 100 * NOISE, fmt="o", color=colour, markersize=4, capsize=2)
        right.loglog(steps, error_of_differences(fit.x, quotes, years, steps), color=colour)
    left.axvline(FORWARD, color=GREY, linewidth=0.8, linestyle=":")
    left.set(title="Quotes and calibrated smiles", xlabel="strike (€), forward 100 €", ylabel="implied volatility (%)")
    left.legend(loc="upper right", title="expiry (years)")
    right.set(
        title="What differences lose, against the exact Jacobian",
        xlabel="step of the difference",
        ylabel="largest relative error",
    )
    save(figure, folder, "calibration.png")


if __name__ == "__main__":
    main()
