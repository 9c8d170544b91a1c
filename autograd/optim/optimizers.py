"""The rules of the optimisers, each written once, on arrays that it changes in place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.optim.optimizer import Optimizer, Rate, within


class SGD(Optimizer):
    """Gradient descent, with momentum if that is not 0.

    With the gradient g, which includes the weight decay, the velocity becomes momentum · velocity + g, and the
    parameter moves by -lr · velocity; with `nesterov` by -lr · (g + momentum · velocity).

    Args:
        parameters: as for `Optimizer`.
        lr: the learning rate, at least 0, or a schedule; 0.01 by default.
        momentum: the share of the velocity that is kept in each step, from 0 to less than 1; 0 by default.
        nesterov: whether to look ahead along the velocity, which needs momentum.
        weight_decay: at least 0: this times each parameter is added to its gradient; 0 by default.

    Raises:
        TypeError: if `parameters` holds anything but Values.
        ValueError: if a hyperparameter is out of its range, or for `nesterov` without momentum.

    Examples:
        >>> from autograd import Value
        >>> x = Value(1.0)
        >>> (x * x).backward()
        >>> SGD([x], lr=0.1).step()
        >>> x.data
        0.8

    References:
        Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning, 2013,
        with the learning rate applied after the velocity.
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

    The mean becomes alpha · mean + (1 - alpha) · g², and the parameter moves by -lr · g / (sqrt(mean) + eps).

    Args:
        parameters: as for `Optimizer`.
        lr: the learning rate, at least 0, or a schedule; 0.01 by default.
        alpha: the share of the mean that is kept in each step, from 0 to less than 1; 0.99 by default.
        eps: is added to the root, at least 0; 1e-8 by default.
        weight_decay: as in `SGD`.

    Raises:
        TypeError: if `parameters` holds anything but Values.
        ValueError: if a hyperparameter is out of its range.

    Examples:
        >>> from autograd import Value
        >>> x = Value(1.0)
        >>> (x * x).backward()
        >>> RMSprop([x], lr=0.1).step()
        >>> round(x.data, 6)
        0.0

    References:
        Hinton, Neural networks for machine learning, lecture 6e, 2012.
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
    """Adam: steps along the mean gradient, divided by the root of the mean square.

    Both are running means: m becomes beta1 · m + (1 - beta1) · g, and v becomes beta2 · v + (1 - beta2) · g². As they
    start at 0, in step t they are divided by 1 - beta1^t and 1 - beta2^t; the parameter moves by -lr · m / (sqrt(v) +
    eps).

    Args:
        parameters: as for `Optimizer`.
        lr: the learning rate, at least 0, or a schedule; 0.001 by default.
        betas: the shares of the two means that are kept in each step, each from 0 to less than 1; (0.9, 0.999) by
            default.
        eps: is added to the root, at least 0; 1e-8 by default.
        weight_decay: as in `SGD`.

    Raises:
        TypeError: if `parameters` holds anything but Values.
        ValueError: if a hyperparameter is out of its range.

    Examples:
        >>> from autograd import Value
        >>> x = Value(1.0)
        >>> (x * x).backward()
        >>> Adam([x], lr=0.1).step()
        >>> round(x.data, 6)
        0.9

    References:
        Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.
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
    """Adam with decoupled weight decay.

    The decay does not go through the gradients: each step first multiplies the parameters by 1 - lr · weight_decay, and
    then moves them as `Adam` does.

    Args:
        parameters: as for `Optimizer`.
        lr: the learning rate, at least 0, or a schedule; 0.001 by default.
        betas: as in `Adam`.
        eps: as in `Adam`.
        weight_decay: the decay, at least 0; 0.01 by default.

    Raises:
        TypeError: if `parameters` holds anything but Values.
        ValueError: if a hyperparameter is out of its range.

    Examples:
        >>> from autograd import Value
        >>> x = Value(1.0)
        >>> AdamW([x], lr=0.1, weight_decay=0.5).step()
        >>> x.data
        0.95

    References:
        Loshchilov and Hutter, Decoupled weight decay regularization, 2019, algorithm 2.
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
