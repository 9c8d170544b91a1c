"""Train a one-layer GPT on names, then let it make up new ones.

It can be stopped at any moment: the same command resumes the training.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from model import GPT, LETTERS, tokens_of

from autograd.optim import Adam, History, fit, linear

HERE = Path(__file__).parent


def names_in(path: Path) -> list[str]:
    """The names of a file, one a line, in lower case."""
    names = [line.strip().lower() for line in path.read_text(encoding="utf-8").splitlines()]
    for number, name in enumerate(names, 1):
        if not set(name) <= set(LETTERS):
            sys.exit(f"{path}, line {number}: {name!r} has characters other than a to z")
    if not any(names):
        sys.exit(f"{path} holds no names")
    return [name for name in names if name]


def loss(model: GPT, texts: list[Any]) -> Any:
    """The loss that `fit` minimises: the mean surprise over the letters of one name."""
    (tokens,) = texts
    return model.loss(tokens)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE / "names.txt", help="a file of names, one a line")
    parser.add_argument("--steps", type=int, default=1000, help="number of names to learn from (1000)")
    parser.add_argument("--eager", action="store_true", help="build a graph of Values for each name instead of compiling")
    parser.add_argument("--seed", type=int, default=42, help="of the first parameters and the order of names")
    parser.add_argument("--samples", type=int, default=20, help="number of names to make up (20)")
    parser.add_argument("--temperature", type=float, default=0.5, help="of the samples; above 1 they get adventurous")
    parser.add_argument("--fresh", action="store_true", help="start again, even where a checkpoint exists")
    parser.add_argument("--out", type=Path, default=Path("."), help="where to write gpt.npz and gpt_loss.png")
    return parser.parse_args()


def train(chosen: argparse.Namespace, names: list[str]) -> tuple[GPT, History, float]:
    """Train, and return the model, the history and the seconds it took."""
    model, texts = GPT(chosen.seed), [np.array(tokens_of(name)) for name in names]
    optimizer = Adam(lr=linear(0.01, chosen.steps), betas=(0.85, 0.99))
    chosen.out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    history = fit(
        model,
        loss,
        texts,
        optimizer,
        steps=chosen.steps,
        batch_size=1,
        rng=chosen.seed,
        jit=not chosen.eager,
        checkpoint=chosen.out / "gpt.npz",
        resume=not chosen.fresh,
        save_seconds=2.0,
    )
    return model, history, time.perf_counter() - start


def plot(history: History, folder: Path) -> None:
    """Plot the loss of every step and its running mean, beside that of guessing."""
    sys.path.append(str(HERE.parent))
    from plotting import BLUE, GREY, ORANGE, pyplot, save

    plt = pyplot()
    if plt is None:
        print("no plot: matplotlib is not installed (pip install 'matplotlib>=3.7')")
        return
    losses = np.array(history.loss)
    width = min(100, len(losses))
    means = np.convolve(losses, np.ones(width) / width, mode="valid")
    figure, axis = plt.subplots(figsize=(9, 5))
    axis.plot(range(1, len(losses) + 1), losses, ".", color=BLUE, markersize=2, alpha=0.5, label="one name")
    axis.plot(range(width, len(losses) + 1), means, color=ORANGE, linewidth=2, label=f"mean of the last {width}")
    axis.axhline(np.log(len(LETTERS) + 1), color=GREY, linestyle="--", linewidth=1, label="guessing: log 27")
    axis.set(title="A GPT learns names", xlabel="step (one name each)", ylabel="loss (nats per letter)")
    axis.set_ylim(bottom=0)
    axis.legend(loc="lower left", ncols=3)
    save(figure, folder, "gpt_loss.png")


def main() -> None:
    chosen = options()
    names = names_in(chosen.data)
    print(f"{len(names)} names, {len(GPT(chosen.seed).vector()):,} parameters")
    try:
        model, history, seconds = train(chosen, names)
    except ValueError as error:
        sys.exit(f"{error}: --fresh starts again")
    last = history.loss[-100:]
    print(
        f"{len(history.loss)} steps, {seconds:.1f} s; loss {sum(last) / len(last):.4f} nats a letter (of the last {len(last)})"
    )
    rng = random.Random(chosen.seed)
    known = set(names)
    for _ in range(chosen.samples):
        name = model.sample(rng, chosen.temperature)
        print(f"  {name:<16} {'(in the list)' if name in known else ''}".rstrip())
    plot(history, chosen.out)


if __name__ == "__main__":
    main()
