"""Layers on arrays: a linear map with an activation, and modules one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import sumprod
from autograd.nn.activations import activation
from autograd.nn.initializers import Initial, parameter
from autograd.nn.module import Module


class Linear(Module):
    """A fully connected layer: `weight @ x + bias`.

    Call it with the inputs, a list or array of shape (inputs,), or (examples, inputs) for many examples. The result is
    an array of shape (outputs,) or (examples, outputs).

    Args:
        inputs: the number of inputs, at least 1.
        outputs: the number of outputs, at least 1.
        bias: whether to add a bias, which starts at 0; True by default.
        init: the initialisation of the weights, as in `parameter`; "glorot_uniform" by default.
        rng: as in `parameter`.

    Attributes:
        weight: an array of Values of shape (outputs, inputs).
        bias: an array of Values of shape (outputs,), or None.

    Raises:
        ValueError: at a call, if the last axis does not have `inputs` items; also as in `parameter`.
        TypeError: as in `parameter`.

    Examples:
        >>> layer = Linear(2, 3, rng=0)
        >>> layer([1.0, 2.0]).shape, layer([[1.0, 2.0], [3.0, 4.0]]).shape, layer
        ((3,), (2, 3), Linear(2, 3))
    """

    def __init__(
        self, inputs: int, outputs: int, *, bias: bool = True, init: str | Initial = "glorot_uniform", rng: Any = None
    ) -> None:
        self.weight = parameter(outputs, inputs, init=init, rng=rng)
        self.bias = parameter(outputs, init="zeros") if bias else None

    def __call__(self, x: Any) -> Any:
        x = np.asarray(x)
        outputs, inputs = self.weight.shape
        if x.ndim == 0 or x.shape[-1] != inputs:
            raise ValueError(f"{self!r} takes {inputs} inputs, but an array of shape {x.shape} is given")
        rows = [list(row) for row in self.weight.tolist()]
        if self.bias is not None:
            rows = [[b, *row] for b, row in zip(self.bias.tolist(), rows, strict=True)]
        ones = [] if self.bias is None else [1.0]
        made = [sumprod(row, ones + xs) for xs in x.reshape(-1, inputs).tolist() for row in rows]
        return np.array(made).reshape(x.shape[:-1] + (outputs,))

    def __repr__(self) -> str:
        outputs, inputs = self.weight.shape
        return f"Linear({inputs}, {outputs}{'' if self.bias is not None else ', bias=False'})"


def _function(step: Any) -> Callable[[Any], Any]:
    return step if callable(step) else activation(step)


class Sequential(Module):
    """Modules and functions applied one after the other.

    Call it with what the first step takes; the result is that of the last step.

    Args:
        *steps: modules, functions of one argument, and names of activations.

    Attributes:
        steps: the list of them.

    Raises:
        ValueError: if there is no activation of a name.
        TypeError: if a step is neither callable nor a str.

    Examples:
        >>> model = Sequential(Linear(2, 4, rng=0), "tanh", Linear(4, 1, rng=1))
        >>> model([1.0, 2.0]).shape, sorted(model.state_dict())
        ((1,), ['steps.0.bias', 'steps.0.weight', 'steps.2.bias', 'steps.2.weight'])
    """

    def __init__(self, *steps: Module | Callable[[Any], Any] | str) -> None:
        for step in steps:
            _function(step)
        self.steps = list(steps)

    def __call__(self, x: Any) -> Any:
        for step in self.steps:
            x = _function(step)(x)
        return x

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.steps))})"
