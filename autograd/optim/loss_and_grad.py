"""The loss of a model and its gradient, on the model's Values or compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Value
from autograd.nn import Module


class Eager:
    """On the Values of the model, which always hold the parameters that are in use."""

    def __init__(self, model: Module, loss: Callable[..., Any], values: list[Value]) -> None:
        self.model, self.loss, self.values = model, loss, values

    def vector(self) -> Any:
        """The parameters."""
        return np.array([p.data for p in self.values], dtype=float)

    def write(self, theta: Any) -> None:
        """These are the parameters of the next step."""
        self.finish(theta)

    def finish(self, theta: Any) -> None:
        """Leave the model with these parameters."""
        for value, number in zip(self.values, theta.tolist(), strict=True):
            value.data = number

    def gradient(self, theta: Any, batch: list[Any]) -> tuple[Any, Any]:
        """The loss of a batch, a Value with its graph, and its gradient, a new array."""
        autograd.zero_grad(self.values)
        result = self.loss(self.model, *batch)
        if type(result) is not Value:
            raise TypeError(f"the loss must be one Value, computed from the model's parameters, not {type(result).__name__}")
        result.backward()
        return result, np.array([p.grad for p in self.values], dtype=float)

    def evaluate(self, theta: Any, batch: tuple[Any, ...]) -> float:
        """The loss alone."""
        with autograd.no_grad():
            return float(autograd.data(self.loss(self.model, *batch)))


class Compiled:
    """The same through `autograd.jit`; the model's Values get the parameters at the end."""

    def __init__(self, model: Module, loss: Callable[..., Any], values: list[Value]) -> None:
        if [p.data for p in values] != model.vector().tolist():
            raise ValueError("fit(jit=True) trains all of model.vector(), but parameters() or the optimiser names other Values")

        def bound(theta: Any, *batch: Any) -> Any:
            return loss(model.bind(theta), *batch)

        self.model = model
        self._value_and_grad = autograd.jit(autograd.value_and_grad(bound))
        self._value = autograd.jit(bound)

    def vector(self) -> Any:
        """The parameters."""
        return self.model.vector()

    def write(self, theta: Any) -> None:
        """These are the parameters of the next step, which gets them anyway."""

    def finish(self, theta: Any) -> None:
        """Leave the model with these parameters."""
        self.model.load_state_dict(theta)

    def gradient(self, theta: Any, batch: list[Any]) -> tuple[Any, Any]:
        """The loss of a batch, a float, and its gradient, a new array."""
        result: tuple[float, Any] = self._value_and_grad(theta, *batch)
        return result

    def evaluate(self, theta: Any, batch: tuple[Any, ...]) -> float:
        """The loss alone."""
        return float(self._value(theta, *batch))
