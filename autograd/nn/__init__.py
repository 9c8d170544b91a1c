"""Small neural networks of Values: layers, initialisations, losses. Written on the package's public names only.

Eagerly the parameters of a model are Values; `model.vector()` or `model.state_dict()` are their numbers as NumPy arrays, and
`model.bind(arrays)` is the same model computing with those instead, for functions of the parameters to be transformed and
compiled. `model.load_state_dict(arrays)` takes the numbers back.

>>> from autograd import jit, value_and_grad
>>> from autograd.nn import MLP, mse
>>> model = MLP(2, [3, 1], activation="tanh", rng=1)
>>> step = jit(value_and_grad(lambda theta, x, y: mse(model.bind(theta)(x), y)))
>>> theta = model.vector()
>>> for _ in range(200):
...     number, gradient = step(theta, [0.5, -1.0], 0.25)
...     theta -= 0.1 * gradient
>>> model.load_state_dict(theta)
>>> round(model([0.5, -1.0]).data, 6)
0.25
"""

from __future__ import annotations

from autograd.nn.activations import ACTIVATIONS, activation
from autograd.nn.initializers import INITIAL, parameter
from autograd.nn.layers import Linear, Sequential
from autograd.nn.losses import binary_cross_entropy, cross_entropy, half_squared_error, hinge, mse
from autograd.nn.mlp import MLP, Layer, Neuron
from autograd.nn.module import Module, functional_call

__all__ = [
    "ACTIVATIONS",
    "INITIAL",
    "MLP",
    "Layer",
    "Linear",
    "Module",
    "Neuron",
    "Sequential",
    "activation",
    "binary_cross_entropy",
    "cross_entropy",
    "functional_call",
    "half_squared_error",
    "hinge",
    "mse",
    "parameter",
]
