"""The training loop `fit`: batches, progress bar, early stopping, and checkpoints to resume from.

The module is not called `fit`, since the package binds that name to the function.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import autograd
from autograd.nn import Module
from autograd.optim.checkpoint import Checkpoint, History, Run
from autograd.optim.clipping import clip_grad_norm
from autograd.optim.loss_and_grad import Compiled, Eager
from autograd.optim.optimizer import Optimizer


def fit(
    model: Module,
    loss: Callable[..., Any],
    data: Any,
    optimizer: Optimizer,
    *,
    epochs: int = 1,
    steps: int | None = None,
    batch_size: int | None = None,
    shuffle: bool = True,
    rng: Any = 0,
    validation: Any = None,
    patience: int | None = None,
    min_delta: float = 0.0,
    clip_norm: float | None = None,
    jit: bool = False,
    callback: Callable[[Any], object] | None = None,
    checkpoint: str | Path | None = None,
    save_seconds: float = 10.0,
    resume: bool = True,
    progress: bool | None = None,
) -> History:
    """Train a model; its parameters are the trained ones afterwards.

    Arguments:
    `model`, a Module; `loss`, a function of the model and a batch that returns one Value; `data`, the examples, a list or an
    array, or a tuple of several of one length (as inputs and targets), which the loss gets one by one; `optimizer`,
    which moves the Values that it was made with, or without any all of the model.
    `epochs`, how often to go through the data, or `steps`, how many steps to take in all; `batch_size`, how many examples a
    step takes, all by default; `shuffle`, whether each epoch has a new order; `rng`, a seed, NumPy Generator or
    `random.Random`: draw from the same in the loss.
    `validation`, examples as `data`, on which the loss is computed after each epoch; `patience`, after how many epochs without
    an improvement by more than `min_delta` to stop, with the best parameters (of the validation loss, or without it of the mean
    loss of the epoch); `clip_norm`, the largest norm of a gradient; `jit`, whether to compile the loss and its gradient;
    `callback`, called in each step, before the parameters move, with the loss: the Value with its graph and gradients, as
    `viz.watch` wants it, or compiled a float.
    `checkpoint`, a file for the state of the run, written every `save_seconds` and at the end, whole or not at all. If it
    exists the run goes on from there, and ends bit for bit as if it had never stopped; `resume=False` starts afresh. One file
    serves one run at a time. `progress`, whether to show a bar, by default on a terminal.

    Result: the History. Where an exception or Ctrl-C ends it, the parameters are those of the last step. FloatingPointError
    where the loss or its gradient is nan or infinite, ValueError for data that do not fit together and for the checkpoint of
    another run, TypeError for a loss that gives no Value.

    >>> from autograd import Value
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(0.0)
    >>> def squares(model, xs, ys):
    ...     return sum((model.slope * x - y) ** 2 for x, y in zip(xs, ys))
    >>> from autograd.optim import SGD
    >>> line = Line()
    >>> history = fit(line, squares, ([1.0, 2.0], [3.0, 6.0]), SGD(lr=0.05), epochs=50)
    >>> round(line.slope.data, 6), history.epochs, history.loss[0]
    (3.0, 50, 45.0)
    """
    columns, held = _columns("data", data), None if validation is None else _columns("validation", validation)
    if min(epochs, steps or 0) < 0 or (batch_size is not None and batch_size < 1) or (patience is not None and patience < 1):
        raise ValueError("epochs and steps must not be negative, batch_size and patience must be at least 1")
    count, size = len(columns[0]), batch_size or len(columns[0])
    batches = -(-count // size)
    goal = epochs * batches if steps is None else steps
    values = model.parameters() if optimizer.parameters is None else optimizer.parameters
    engine = Compiled(model, loss, values) if jit else Eager(model, loss, values)
    run = Run(engine.vector(), optimizer, np.random.default_rng(rng) if isinstance(rng, (int, np.integer)) else rng)
    identity = {"optimizer": repr(optimizer), "parameters": len(run.theta), "examples": count, "batch": size, "clip": clip_norm}
    file = Checkpoint(checkpoint, {**identity, "shuffle": shuffle}, save_seconds)
    if resume:
        file.resume(run)
    engine.write(run.theta)
    history, hidden = run.history, None if progress is None else not progress
    try:
        with tqdm(total=goal, initial=len(history.loss), disable=hidden, unit="step") as bar:
            while history.stopped != "patience" and (len(history.loss) < goal or run.done == batches):
                if not run.order:
                    run.order = _order(count, run.rng) if shuffle and size < count else list(range(count))
                for start in range(run.done * size, count, size)[: max(goal - len(history.loss), 0)]:
                    _step(run, engine, _chosen(columns, run.order[start : start + size]), clip_norm, callback)
                    bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
                    bar.update()
                    file.save(run)
                if run.done == batches:
                    _end_epoch(run, None if held is None else engine.evaluate(run.theta, held), patience, min_delta)
                file.save(run)
        history.stopped = history.stopped or "end"
        file.save(run, now=True)
    except BaseException:
        engine.finish(run.theta)
        raise
    engine.finish(run.best_theta if patience is not None and run.best_theta is not None else run.theta)
    return history


def _step(run: Run, engine: Eager | Compiled, batch: list[Any], clip_norm: float | None, callback: Any) -> None:
    result, gradient = engine.gradient(run.theta, batch)
    value = autograd.data(result)
    if callback is not None:
        callback(result)
    if clip_norm is not None:
        clip_grad_norm(gradient, clip_norm)
    if not math.isfinite(value) or not np.isfinite(gradient).all():
        what = f"the loss is {value}" if not math.isfinite(value) else "the gradient is not finite"
        step = len(run.history.loss) + 1
        raise FloatingPointError(f"{what} in step {step}: autograd.diagnose(loss) names the first bad number; try a smaller lr")
    theta = run.theta.copy()  # so that an interrupt leaves the old parameters or the new
    run.optimizer.update(theta, gradient)
    run.theta = theta
    engine.write(theta)
    run.history.loss.append(value)
    run.done += 1


def _end_epoch(run: Run, validation: float | None, patience: int | None, min_delta: float) -> None:
    history = run.history
    if validation is not None:
        history.validation.append(validation)
    judged = math.fsum(history.loss[-run.done :]) / run.done if validation is None else validation
    history.epochs += 1
    run.order, run.done = [], 0
    if judged < history.best - min_delta:
        history.best, history.best_epoch = judged, history.epochs
        run.best_theta = run.theta.copy() if patience is not None else None
    elif patience is not None and history.epochs - history.best_epoch >= patience:
        history.stopped = "patience"


def _columns(name: str, data: Any) -> tuple[Any, ...]:
    columns = data if isinstance(data, tuple) else (data,)
    lengths = [len(column) for column in columns]
    if not lengths or len(set(lengths)) > 1 or not lengths[0]:
        raise ValueError(
            f"{name} must be one or more sequences of one length, with examples in them; the lengths are {lengths}"
        )
    return columns


def _order(count: int, rng: Any) -> list[int]:
    if isinstance(rng, random.Random) or rng is random:
        return rng.sample(range(count), count)
    return rng.permutation(count).tolist()  # type: ignore[no-any-return]


def _chosen(columns: tuple[Any, ...], places: list[int]) -> list[Any]:
    if len(places) == len(columns[0]):
        return list(columns)
    return [column[places] if isinstance(column, np.ndarray) else [column[i] for i in places] for column in columns]
