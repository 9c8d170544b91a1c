"""First steps: build an expression, ask for its derivatives, look at the graph."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograd import Value, tanh
from viz import draw


def tour() -> Value:
    x = Value(0.5, "x")
    w = Value(-0.6, "w")
    b = Value(0.1, "b")
    y = tanh(x * w + b)  # ordinary Python; every operation is remembered
    y.label = "y"
    y.backward()  # one sweep from y back to everything it was made from
    print(f"y = tanh(x w + b) = {y.data:.6f}")
    print(f"dy/dx = {x.grad:.6f}   dy/dw = {w.grad:.6f}   dy/db = {b.grad:.6f}")
    print(f"by hand, dy/dx = w (1 - y^2) = {w.data * (1 - y.data**2):.6f}")
    return y


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("."), help="where to write first_steps.svg and .png")
    options = parser.parse_args()
    drawing = draw(tour())
    options.out.mkdir(parents=True, exist_ok=True)
    for name in ("first_steps.svg", "first_steps.png"):
        drawing.save(options.out / name)
        print(f"wrote {(options.out / name).resolve()}")


if __name__ == "__main__":
    main()
