"""The state of a training run in one file: an interrupted run resumes bit for bit."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autograd._files import read_arrays, remove_parts, write_arrays
from autograd.optim.optimizer import Optimizer


@dataclass
class History:
    """What happened in a run of `fit`.

    Attributes:
        loss: the loss of every step, before the parameters moved.
        validation: the validation loss of every epoch, if there is such data.
        epochs: how many epochs are finished.
        stopped: "end" if the run came to its end, "patience" if it stopped early.
        best: the smallest validation loss or, without such data, the smallest mean loss of an epoch.
        best_epoch: the number of that epoch, from 1.

    Examples:
        >>> history = History(loss=[4.0, 1.0], epochs=2, stopped="end")
        >>> history.loss[-1], history.validation
        (1.0, [])
    """

    loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    epochs: int = 0
    stopped: str = ""
    best: float = float("inf")
    best_epoch: int = 0


@dataclass
class Run:
    """A run between two steps: parameters, the best so far, the order of this epoch's examples, how many batches are done."""

    theta: Any
    optimizer: Optimizer
    rng: Any
    history: History = field(default_factory=History)
    best_theta: Any = None
    order: list[int] = field(default_factory=list)
    done: int = 0

    def arrays(self) -> dict[str, Any]:
        """Everything, as arrays by name."""
        history = {"loss": np.array(self.history.loss), "validation": np.array(self.history.validation)}
        rest = {
            "epochs": self.history.epochs,
            "stopped": self.history.stopped,
            "best": self.history.best,
            "best_epoch": self.history.best_epoch,
            "done": self.done,
            "rng": rng_state(self.rng),
        }
        return {
            "theta": self.theta,
            "best_theta": np.zeros(0) if self.best_theta is None else self.best_theta,
            "order": np.array(self.order, dtype=np.int64),
            "rest": np.array(json.dumps(rest)),
            **history,
            **{f"optimizer.{name}": array for name, array in self.optimizer.state_dict().items()},
        }

    def take(self, arrays: dict[str, Any]) -> None:
        """Become the run that these arrays are of."""
        rest = json.loads(str(arrays["rest"]))
        set_rng_state(self.rng, rest["rng"])
        self.optimizer.load_state_dict({n.partition(".")[2]: a for n, a in arrays.items() if n.startswith("optimizer.")})
        self.theta = arrays["theta"]
        self.best_theta = arrays["best_theta"] if arrays["best_theta"].size else None
        self.order, self.done = arrays["order"].tolist(), rest["done"]
        known = {name: rest[name] for name in ("epochs", "stopped", "best", "best_epoch")}
        self.history = History(arrays["loss"].tolist(), arrays["validation"].tolist(), **known)


class Checkpoint:
    """The file of a run; None for a path keeps nothing. `identity` says which run it is, to refuse the file of another."""

    def __init__(self, path: str | Path | None, identity: dict[str, Any], seconds: float) -> None:
        self.path = None if path is None else Path(path)
        self.identity = json.dumps(identity)
        self.seconds = seconds
        self._last = time.monotonic()

    def resume(self, run: Run) -> None:
        """Go on where the file stopped, if there is one. ValueError where it is damaged or of another run."""
        if self.path is None:
            return
        remove_parts(self.path)
        if not self.path.exists():
            return
        arrays = read_arrays(self.path)
        identity = str(arrays.pop("identity", ""))
        if identity != self.identity:
            raise ValueError(
                f"{self.path} is the checkpoint of another run: {identity or 'unknown'} instead of {self.identity}; "
                "remove it, give another path, or start afresh with resume=False"
            )
        run.take(arrays)

    def save(self, run: Run, now: bool = False) -> None:
        """Write the file if it is time to, or now."""
        if self.path is not None and (now or time.monotonic() - self._last >= self.seconds):
            write_arrays(self.path, {"identity": np.array(self.identity), **run.arrays()})
            self._last = time.monotonic()


def rng_state(rng: Any) -> Any:
    """The state of a generator as JSON can hold it."""
    if hasattr(rng, "getstate"):
        return rng.getstate()
    return json.loads(json.dumps(rng.bit_generator.state, default=lambda array: array.tolist()))


def set_rng_state(rng: Any, state: Any) -> None:
    """Put a generator into a state that `rng_state` gave. ValueError where it is one of another kind."""
    if isinstance(state, list) != hasattr(rng, "getstate"):
        raise ValueError("the checkpoint was written with another kind of rng")
    if hasattr(rng, "setstate"):
        rng.setstate((state[0], tuple(state[1]), state[2]))
    else:
        rng.bit_generator.state = state
