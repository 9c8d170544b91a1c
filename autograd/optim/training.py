"""The training loop `fit`: batches, early stopping, checkpoints to resume from.

The module is not called `fit`, since the package binds that name to the function.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import autograd
from autograd.nn import Module
from autograd.optim.batches import Batches, columns_of
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
    """Train a model: batches, early stopping, and a run that survives being killed.

    The model has the trained parameters afterwards; with `patience` those of the best epoch. After an exception or
    Ctrl-C it has the parameters of the last step. An epoch is judged by its validation loss, or without such data by
    the mean loss of its steps. The callback gets the loss as a Value with its graph and gradients, as `viz.watch` wants
    it, or with `jit` as a float.

    A run with a `checkpoint` writes its whole state to that file, as a whole or not at all. If the file exists, the run
    goes on from there, and ends bit for bit as if it had never stopped, also if the loss draws random numbers, as long
    as it draws them from the same generator `rng`. One file serves one run at a time.

    Args:
        model: the Module to be trained.
        loss: a function of the model and, for each sequence in `data`, a batch of its items; it returns one Value.
        data: the examples, a list or array, or a tuple of several of the same length, as (inputs, targets).
        optimizer: moves the Values that it was made with, or the whole model if it was made without.

        epochs: how often to go through the data; 1 by default.
        steps: how many steps to take in all, in place of `epochs`.
        batch_size: how many examples a step takes; all by default.
        shuffle: whether each epoch has a new order; True by default.
        rng: a seed, a NumPy Generator or a `random.Random`, which the orders are drawn with; 0 by default.

        validation: examples as `data`, whose loss is computed after each epoch.
        patience: stop after this many epochs without an improvement, at least 1; None never stops early.
        min_delta: how much smaller than the best a loss must be to be an improvement; 0 by default.

        clip_norm: the largest Euclidean norm of a gradient, as for `clip_grad_norm`; None does not clip.
        jit: whether to compile the loss and its gradient; False by default.
        callback: a function, called with the loss in each step, before the parameters move.

        checkpoint: a file for the state of the run; None keeps no state.
        save_seconds: the seconds between two writes of that file, which is also written at the end; 10 by default.
        resume: whether to go on from that file if it exists, rather than to start from the beginning; True by default.

        progress: whether to show a progress bar; None, the default, shows one on a terminal.

    Returns:
        The History of the run, with the loss of every step, the validation loss of every epoch, and how it ended.

    Raises:
        FloatingPointError: if the loss or its gradient is nan or infinite.
        ValueError: if the data do not fit together, a count is out of its range, or the checkpoint is damaged or of
            another run.
        TypeError: if the loss is not one Value.

    Examples:
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
    _check_counts(epochs, steps, batch_size, patience)
    batches = Batches(data, batch_size, shuffle)
    held_out = None if validation is None else columns_of("validation", validation)
    values = model.parameters() if optimizer.parameters is None else optimizer.parameters
    engine = (Compiled if jit else Eager)(model, loss, values)
    run = Run(engine.vector(), optimizer, _generator(rng))
    file = Checkpoint(checkpoint, _identity(run, batches, clip_norm), save_seconds)
    if resume:
        file.resume(run)
    engine.write(run.theta)
    goal = epochs * batches.per_epoch if steps is None else steps
    history, hidden = run.history, None if progress is None else not progress
    try:
        with tqdm(total=goal, initial=len(history.loss), disable=hidden, unit="step") as bar:
            while history.stopped != "patience" and (len(history.loss) < goal or run.done == batches.per_epoch):
                for batch in batches.rest_of_epoch(run, goal - len(history.loss)):
                    _step(run, engine, batch, clip_norm, callback)
                    bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
                    bar.update()
                    file.save(run)
                if run.done == batches.per_epoch:
                    judgement = None if held_out is None else engine.evaluate(run.theta, held_out)
                    _end_epoch(run, judgement, patience, min_delta)
                file.save(run)
        history.stopped = history.stopped or "end"
        file.save(run, now=True)
    except BaseException:
        engine.finish(run.theta)
        raise
    engine.finish(run.theta if patience is None or run.best_theta is None else run.best_theta)
    return history


def _check_counts(epochs: int, steps: int | None, batch_size: int | None, patience: int | None) -> None:
    if min(epochs, steps or 0) < 0 or (batch_size is not None and batch_size < 1) or (patience is not None and patience < 1):
        raise ValueError("epochs and steps must not be negative, batch_size and patience must be at least 1")


def _generator(rng: Any) -> Any:
    return np.random.default_rng(rng) if isinstance(rng, (int, np.integer)) else rng


def _identity(run: Run, batches: Batches, clip_norm: float | None) -> dict[str, Any]:
    """What tells this run from another one, so that a checkpoint is not taken for that of another run."""
    return {
        "optimizer": repr(run.optimizer),
        "parameters": len(run.theta),
        "examples": batches.count,
        "batch": batches.size,
        "clip": clip_norm,
        "shuffle": batches.shuffle,
    }


def _step(run: Run, engine: Eager | Compiled, batch: list[Any], clip_norm: float | None, callback: Any) -> None:
    """Take one step; an interrupt leaves the parameters before it or after it."""
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
    theta = run.theta.copy()
    run.optimizer.update(theta, gradient)
    run.theta = theta
    engine.write(theta)
    run.history.loss.append(value)
    run.done += 1


def _end_epoch(run: Run, validation: float | None, patience: int | None, min_delta: float) -> None:
    """Judge an epoch, keep its parameters if they are the best, and stop if there were none for long."""
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
