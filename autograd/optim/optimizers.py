"""The rules of the optimisers, each written once, on arrays that it changes in place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.optim.optimizer import Optimizer, Rate, within


class SGD(Optimizer):
    """Gradient descent, with momentum where that is not 0, and Nesterov's look ahead.

    Arguments: as for `Optimizer`; `momentum`, from 0, less than 1; `nesterov`; `weight_decay`, which adds that much of each
    parameter to its gradient. Source: Sutskever et al., On the importance of initialization and momentum, 2013.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> SGD([x], lr=0.1).step()
    >>> x.data
    0.8
    """

    def __init__(
        self,
        parameters: Any = None,
        lr: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        within("momentum", momentum, 0, 1)
        within("weight_decay", weight_decay, 0, math.inf)
        if nesterov and not momentum:
            raise ValueError("nesterov=True looks ahead along the momentum, which is 0")
        super().__init__(parameters, lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
        self.memory = ("velocity",) if momentum else ()  # of the size of the parameters; none where it is not needed

    def _rule(self, p: Any, g: Any, lr: float, *memory: Any) -> None:
        momentum = self.hyper["momentum"]
        g = _decayed(g, p, self.hyper["weight_decay"])
        if memory:
            (velocity,) = memory
            velocity *= momentum
            velocity += g
            g = g + momentum * velocity if self.hyper["nesterov"] else velocity
        p -= lr * g


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of the squared gradients.

    Arguments: as for `Optimizer`; `alpha`, how much of that mean is kept in each step; `eps`, added to the root;
    `weight_decay` as in `SGD`. Source: Hinton's lecture 6e of Neural Networks for Machine Learning, 2012.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> RMSprop([x], lr=0.1).step()
    >>> round(x.data, 6)
    0.0
    """

    memory = ("square",)

    def __init__(
        self, parameters: Any = None, lr: Rate = 0.01, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        within("alpha", alpha, 0, 1)
        within("eps", eps, 0, math.inf)
        within("weight_decay", weight_decay, 0, math.inf)
        super().__init__(parameters, lr, alpha=alpha, eps=eps, weight_decay=weight_decay)

    def _rule(self, p: Any, g: Any, lr: float, *memory: Any) -> None:
        (square,) = memory
        g = _decayed(g, p, self.hyper["weight_decay"])
        _towards(square, g * g, 1 - self.hyper["alpha"])
        p -= lr * g / (np.sqrt(square) + self.hyper["eps"])


class Adam(Optimizer):
    """Steps along the running mean of the gradients, divided by the root of that of their squares, both freed of their start.

    Arguments: as for `Optimizer`; `betas`, how much of the two means is kept in each step; `eps`, added to the root;
    `weight_decay` as in `SGD`. Source: Kingma and Ba, Adam: a method for stochastic optimization, 2015.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> Adam([x], lr=0.1).step()
    >>> round(x.data, 6)
    0.9
    """

    memory = ("mean", "square")

    def __init__(
        self,
        parameters: Any = None,
        lr: Rate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        within("the first of betas", betas[0], 0, 1)
        within("the second of betas", betas[1], 0, 1)
        within("eps", eps, 0, math.inf)
        within("weight_decay", weight_decay, 0, math.inf)
        super().__init__(parameters, lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)

    def _rule(self, p: Any, g: Any, lr: float, *memory: Any) -> None:
        (mean, square), (beta1, beta2) = memory, self.hyper["betas"]
        g = self._with_decay(p, g, lr)
        _towards(mean, g, 1 - beta1)
        _towards(square, g * g, 1 - beta2)
        root = np.sqrt(square)  # what follows is lr m / (sqrt(v) + eps), m and v freed of their start at 0
        root *= 1 / math.sqrt(1 - beta2**self.steps)
        root += self.hyper["eps"]
        np.divide(mean, root, out=root)
        root *= lr / (1 - beta1**self.steps)
        p -= root

    def _with_decay(self, p: Any, g: Any, lr: float) -> Any:
        return _decayed(g, p, self.hyper["weight_decay"])


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves, by lr · weight_decay in each step, beside the gradients.

    Arguments: as for `Adam`. Source: Loshchilov and Hutter, Decoupled weight decay regularization, 2019.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> AdamW([x], lr=0.1, weight_decay=0.5).step()
    >>> x.data
    0.95
    """

    def __init__(
        self,
        parameters: Any = None,
        lr: Rate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def _with_decay(self, p: Any, g: Any, lr: float) -> Any:
        p *= 1 - lr * self.hyper["weight_decay"]
        return g


def _decayed(g: Any, p: Any, decay: float) -> Any:
    return g + decay * p if decay else g


def _towards(mean: Any, x: Any, share: float) -> None:
    """Move a running mean by a share of its distance to x."""
    x = x - mean
    x *= share
    mean += x
