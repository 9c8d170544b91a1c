"""Neurons, layers and multi-layer perceptrons, with the names of micrograd's `nn`."""

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
    """One unit: the activation of the sum of w · x, plus b.

    Call it with a list or array of shape (nin,) of numbers or Values; it returns a Value.

    Args:
        nin: the number of inputs.
        nonlin: whether to apply the activation; with False the unit returns its net input. True by default.
        activation: the name of an activation, or a function; "relu" by default.
        init: the initialisation of the weights, as in `parameter`; "uniform", from -1 to 1, by default. The bias starts
            at 0.
        rng: as in `parameter`.
        nout: the number of units side by side, which the width of some initialisations depends on; 1 by default.

    Attributes:
        w: a list of `nin` Values, the weights.
        b: a Value, the bias.

    Raises:
        ValueError: at a call, if there are not as many inputs as weights; if there is no activation or initialisation
            of this name.
        TypeError: if the activation or `rng` is of another kind.

    Examples:
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
        """Return the weights, then the bias.

        Returns:
            A list of nin + 1 Values.
        """
        return [*self.w, self.b]

    def __repr__(self) -> str:
        name = getattr(self.activation, "__name__", self.activation)
        return f"{NAMES.get(name, name.capitalize()) if self.nonlin else 'Linear'}Neuron({len(self.w)})"


_function = activation  # by this name where an argument has the other


class Layer(Module):
    """Neurons side by side on the same inputs.

    Call it with a list or array of shape (nin,) of numbers or Values; it returns a list of `nout` Values, or the Value
    itself of a single neuron. In `state_dict()` a layer is one array of shape (nout, nin + 1): a row for each neuron,
    its bias last.

    Args:
        nin: the number of inputs.
        nout: the number of neurons.
        **kwargs: `nonlin`, `activation`, `init` and `rng`, as in `Neuron`.

    Attributes:
        neurons: the list of neurons.

    Raises:
        ValueError: as in `Neuron`.
        TypeError: as in `Neuron`.

    Examples:
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
        """Return the parameters neuron by neuron: its weights, then its bias.

        Returns:
            A list of nout · (nin + 1) Values.
        """
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
    """A multi-layer perceptron; the last layer is linear by default.

    Call it with a list or array of shape (nin,) of numbers or Values; it returns a list of `nouts[-1]` Values, or the
    Value itself if the last layer has a single neuron.

    Args:
        nin: the number of inputs.
        nouts: the sizes of the layers.
        activation: the name of an activation, or a function, of all layers but the last; "relu" by default.
        output: the same for the last layer; "linear" by default.
        init: the initialisation of the weights, as in `parameter`; "uniform", from -1 to 1, by default.
        rng: as in `parameter`. By default the weights are drawn with Python's `random`, in the order and from the range
            of micrograd, so that after `random.seed(n)` they are the same as there.

    Attributes:
        layers: the list of layers.

    Raises:
        ValueError: as in `Neuron`.
        TypeError: as in `Neuron`.

    Examples:
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
        """Return the parameters layer by layer, neuron by neuron: weights, then bias.

        Returns:
            A list of Values.
        """
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"
