"""Small neural networks of Values: layers, initialisations, losses. Written on the package's public names only.

Eagerly the parameters of a model are Values; `model.vector()` or `model.state_dict()` are their numbers as NumPy arrays, and
`model.bind(arrays)` is the same model computing with those instead, for transforms of functions of the parameters:

>>> import random
>>> from autograd import value_and_grad
>>> from autograd.nn import MLP, mse
>>> model = MLP(2, [3, 1], activation="tanh", rng=random.Random(1))
>>> def loss(theta):
...     return mse(model.bind(theta)([0.5, -1.0]), 0.25)
>>> number, gradient = value_and_grad(loss)(model.vector())
>>> gradient.shape, len(model.parameters())
((13,), 13)
"""

from __future__ import annotations

from autograd.nn.activations import ACTIVATIONS, activation
from autograd.nn.initial import INITIAL, parameter
from autograd.nn.layers import Linear, Sequential
from autograd.nn.losses import binary_cross_entropy, cross_entropy, half_squared_error, hinge, mse
from autograd.nn.module import Module, functional_call
from autograd.nn.neurons import MLP, Layer, Neuron

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
