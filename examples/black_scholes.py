"""The price of a European call and seven of its greeks, from one formula."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from plotting import BLUE, ORANGE, begin, save

from autograd import erfc, exp, grad, log, sqrt

STRIKE, RATE, VOLATILITY, YEARS = 100.0, 0.03, 0.25, 0.75
MARKET = (VOLATILITY, YEARS, RATE)
UNITS = {  # greek: its unit
    "price": "€",
    "delta": "€ per €",
    "gamma": "€ per €²",
    "vega": "€ per volatility",
    "theta": "€ per year",
    "rho": "€ per rate",
    "vanna": "€ per € and volatility",
    "volga": "€ per volatility²",
}


def normal(x: Any) -> Any:
    """The distribution function of the standard normal."""
    return 0.5 * erfc(-x / math.sqrt(2))


def price(spot: Any, volatility: Any, years: Any, rate: Any) -> Any:
    """Black and Scholes's price of the call."""
    spread = volatility * sqrt(years)
    d1 = (log(spot / STRIKE) + (rate + 0.5 * volatility**2) * years) / spread
    return spot * normal(d1) - STRIKE * exp(-rate * years) * normal(d1 - spread)


DERIVED = {
    "price": price,
    "delta": (delta := grad(price, 0)),
    "gamma": grad(delta, 0),
    "vega": (vega := grad(price, 1)),
    "theta": lambda *market: -grad(price, 2)(*market),  # the time to expiry decreases
    "rho": grad(price, 3),
    "vanna": grad(delta, 1),
    "volga": grad(vega, 1),
}


def closed_forms(spot: float, volatility: float, years: float, rate: float) -> dict[str, float]:
    """The same numbers from the closed forms of the textbook."""
    root = math.sqrt(years)
    d1 = (math.log(spot / STRIKE) + (rate + 0.5 * volatility**2) * years) / (volatility * root)
    d2 = d1 - volatility * root
    density = math.exp(-0.5 * d1 * d1) / math.sqrt(2 * math.pi)
    owed = STRIKE * math.exp(-rate * years)
    return {
        "price": spot * normal(d1) - owed * normal(d2),
        "delta": normal(d1),
        "gamma": density / (spot * volatility * root),
        "vega": spot * density * root,
        "theta": -spot * density * volatility / (2 * root) - rate * owed * normal(d2),
        "rho": owed * years * normal(d2),
        "vanna": -density * d2 / volatility,
        "volga": spot * density * root * d1 * d2 / volatility,
    }


def main() -> None:
    plt, folder = begin(__doc__)
    spots = np.linspace(50.0, 160.0, 111)
    by_hand = [closed_forms(float(spot), *MARKET) for spot in spots]
    print(f"{'':8}{'at spot 100 €':>20}{'closed form':>20}{'difference':>14}  (largest, relative to the curve's largest value)")
    figure, axes = plt.subplots(2, 4, figsize=(14, 6.2), sharex=True)
    differences = []
    for axis, (name, derived) in zip(axes.flat, DERIVED.items(), strict=True):
        curve = np.array([derived(float(spot), *MARKET) for spot in spots])
        closed = np.array([greeks[name] for greeks in by_hand])
        differences.append(float(np.max(np.abs(curve - closed)) / np.max(np.abs(closed))))
        print(f"{name:8}{curve[50]:20.14f}{closed[50]:20.14f}{differences[-1]:14.1e}")
        axis.plot(spots, curve, color=BLUE, label="by nested derivatives")
        axis.plot(spots[::6], closed[::6], ".", color=ORANGE, markersize=7, label="closed form")
        axis.axvline(STRIKE, color="0.6", linewidth=0.8, linestyle=":")
        axis.set(title=name.capitalize(), ylabel=UNITS[name])
    for axis in axes[1]:
        axis.set_xlabel("spot price (€)")
    axes[0, 0].legend(loc="upper left")
    terms = f"strike {STRIKE:g} €, {YEARS:g} years, volatility {100 * VOLATILITY:g} %, rate {100 * RATE:g} %"
    figure.suptitle(f"European call: {terms}")
    print(f"Largest relative difference: {max(differences):.1e}")
    save(figure, folder, "black_scholes.png")


if __name__ == "__main__":
    main()
