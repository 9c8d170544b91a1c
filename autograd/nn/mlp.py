"""Neurons, layers of them and multi-layer perceptrons, with the names of the well-known teaching engine's `nn`."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd import Value, sumprod
from autograd.nn.activations import activation
from autograd.nn.initializers import Initial, generator, initial
from autograd.nn.module import Module

NAMES = {"relu": "ReLU"}  # in reprs, where the name is not the function's with a capital


class Neuron(Module):
    """One unit: the activation of `sum of w x + b`, or the sum itself with `nonlin=False`.

    Arguments: the number of inputs; `nonlin`; `activation`, a name or a function; `init`, `rng` as in `parameter`, for the
    weights; the bias starts at 0. Attributes: `w`, a list of Values; `b`, a Value. Call it with a list or array of as many
    numbers or Values as it has weights (ValueError for another number); it gives a Value.

    >>> Neuron(2), Neuron(3, nonlin=False), Neuron(2, activation="tanh")
    (ReLUNeuron(2), LinearNeuron(3), TanhNeuron(2))
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        activation: Any = "relu",
        init: str | Initial = "uniform",
        rng: Any = None,
        nout: int = 1,
    ) -> None:
        draw, source = initial(init), generator(rng)
        self.w = [Value(draw(source, nin, nout)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin
        self.activation = activation
        self._function = _function(activation)

    def __call__(self, x: Any) -> Any:
        if len(x) != len(self.w):
            raise ValueError(f"{self!r} takes {len(self.w)} inputs, but {len(x)} are given")
        act = sumprod(self.w, x) + self.b
        return self._function(act) if self.nonlin else act

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        name = getattr(self.activation, "__name__", self.activation)
        return f"{NAMES.get(name, name.capitalize()) if self.nonlin else 'Linear'}Neuron({len(self.w)})"


_function = activation  # by this name where an argument has the other


class Layer(Module):
    """Neurons side by side on the same inputs; a list of their outputs, or the output itself of a single one.

    Arguments: the numbers of inputs and outputs, and those of `Neuron`. Attribute: `neurons`, a list. In `state_dict()` a layer
    is one array of shape (outputs, inputs + 1): a row for each neuron, its bias last.

    >>> Layer(2, 2)
    Layer of [ReLUNeuron(2), ReLUNeuron(2)]
    """

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        kwargs["rng"] = generator(kwargs.get("rng"))
        self.neurons = [Neuron(nin, nout=nout, **kwargs) for _ in range(nout)]

    def __call__(self, x: Any) -> Any:
        if isinstance(x, np.ndarray):
            x = x.tolist()
        if not hasattr(x, "__len__"):
            x = [x]  # the output of a single neuron
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Neuron by neuron: its weights, then its bias."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"

    def _fields(self) -> dict[str, Any]:
        return {"neurons": np.array([[*neuron.w, neuron.b] for neuron in self.neurons], dtype=object)}

    def _set_fields(self, fields: dict[str, Any]) -> None:
        self.neurons = [copy.copy(neuron) for neuron in self.neurons]
        for neuron, row in zip(self.neurons, fields["neurons"].tolist(), strict=True):
            neuron.w, neuron.b = row[:-1], row[-1]


class MLP(Module):
    """A multi-layer perceptron; the last layer is linear.

    Arguments: the number of inputs, and a list of the sizes of the layers; `activation`, a name or a function, of all layers
    but the last, and `output`, that of the last; `init`, `rng` as in `parameter`. Without rng the weights are drawn with
    Python's `random`, in the order and the range of the teaching engine, so after `random.seed(n)` they are the same as there.
    Attribute: `layers`, a list. Call it with a list or array of numbers or Values; it gives a list, or one Value where the last
    layer has a single neuron.

    >>> model = MLP(2, [3, 1], rng=0)
    >>> model, len(model.parameters())
    (MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]], 13)
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Any = "relu",
        output: Any = "linear",
        init: str | Initial = "uniform",
        rng: Any = None,
    ) -> None:
        functions = [activation] * (len(nouts) - 1) + [output]
        source = generator(rng)
        self.layers = [
            Layer(inputs, outputs, nonlin=function != "linear", activation=function, init=init, rng=source)
            for (inputs, outputs), function in zip(pairwise([nin, *nouts]), functions, strict=False)
        ]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        """Layer by layer, neuron by neuron: its weights, then its bias."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"
