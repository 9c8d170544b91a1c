"""Optimisers, learning-rate schedules, gradient clipping, and a training loop that survives being killed.

An optimiser's rule is written once, on arrays. `step()` moves Values by their `.grad`; `update(params, grads)` moves arrays.

>>> import numpy as np
>>> from autograd import Value, value_and_grad
>>> x, opt = Value(5.0), SGD(lr=0.25)
>>> opt = SGD([x], lr=0.25)
>>> for _ in range(3):
...     opt.zero_grad()
...     ((x - 1) ** 2).backward()
...     opt.step()
>>> x.data
1.5
>>> theta, opt = np.array([5.0]), SGD(lr=0.25)
>>> for _ in range(3):
...     number, gradient = value_and_grad(lambda t: (t[0] - 1) ** 2)(theta)
...     opt.update(theta, gradient)
>>> theta
array([1.5])
"""

from __future__ import annotations

from autograd.optim.checkpoint import History
from autograd.optim.clipping import clip_grad_norm, clip_grad_value
from autograd.optim.optimizer import Optimizer
from autograd.optim.optimizers import SGD, Adam, AdamW, RMSprop
from autograd.optim.schedules import cosine, exponential, linear, steps, warmup
from autograd.optim.training import fit

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "History",
    "Optimizer",
    "RMSprop",
    "clip_grad_norm",
    "clip_grad_value",
    "cosine",
    "exponential",
    "fit",
    "linear",
    "steps",
    "warmup",
]
