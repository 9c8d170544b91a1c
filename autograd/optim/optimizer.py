"""What all optimisers share: parameters, learning rate, memory, and their state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Value, zero_grad
from autograd.optim.trees import arrays_of, values_of

Rate = float | Callable[[int], float]


class Optimizer:
    """The base class of optimisers, which move parameters against their gradients.

    A subclass names its hyperparameters, and in `memory` the arrays that it remembers between steps, and states its
    rule once, on arrays, in `_rule(p, g, lr, *memory)`, which changes `p` and the memory in place.

    Args:
        parameters: the Values that `step()` moves, in arrays, lists and dicts, nested; None to move arrays of numbers
            with `update()`.
        lr: the learning rate, at least 0; or a schedule, a function of the number of steps taken.
        **hyper: hyperparameters of the rule, which it finds in `hyper`.

    Attributes:
        parameters: a list of the Values, or None.
        lr: the learning rate or schedule.
        hyper: the hyperparameters, a dict.
        steps: how many steps have been taken.

    Raises:
        TypeError: if `parameters` holds anything but Values.
        ValueError: if a hyperparameter is out of its range.

    Examples:
        >>> from autograd import Value
        >>> class SignDescent(Optimizer):
        ...     def _rule(self, p, g, lr):
        ...         p -= lr * np.sign(g)
        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> SignDescent([x], lr=0.5).step()
        >>> x.data
        2.5
    """

    memory: tuple[str, ...] = ()  # names of the arrays remembered, each of the size of the parameters

    def __init__(self, parameters: Any, lr: Rate, **hyper: Any) -> None:
        self.parameters: list[Value] | None = None if parameters is None else list(values_of(parameters))
        if not callable(lr) and not lr >= 0:
            raise ValueError(f"the learning rate must not be negative: lr={lr}")
        self.lr = lr
        self.hyper = hyper
        self.steps = 0
        self._memory: dict[str, Any] = {}

    def rate(self) -> float:
        """Return the learning rate of the next step.

        Returns:
            The rate, a float.
        """
        return float(self.lr(self.steps)) if callable(self.lr) else float(self.lr)

    def zero_grad(self) -> None:
        """Set the gradients of the Values to 0.

        Raises:
            TypeError: if the optimiser was made without Values.
        """
        zero_grad(self._values())

    def step(self) -> None:
        """Move each Value by its `.grad`.

        Raises:
            TypeError: if the optimiser was made without Values.
        """
        values = self._values()
        numbers = np.array([p.data for p in values], dtype=float)
        self.update(numbers, np.array([p.grad for p in values], dtype=float))
        for value, number in zip(values, numbers.tolist(), strict=True):
            value.data = number

    def update(self, params: Any, grads: Any) -> None:
        """Move arrays in place; after an error nothing is changed.

        Args:
            params: a float64 array, or lists, tuples and dicts of them; the same ones in each step.
            grads: the derivatives, in the same structure, of the same shapes.

        Raises:
            TypeError: if an array cannot be changed in place.
            ValueError: if the two differ in structure or shape, or there are not as many numbers as in the steps
                before.
        """
        pairs = list(arrays_of(params, grads))
        self._remember(sum(p.size for p, _ in pairs))
        lr, self.steps, start = self.rate(), self.steps + 1, 0
        for p, g in pairs:
            end = start + p.size
            self._rule(p, g, lr, *[self._memory[name][start:end].reshape(p.shape) for name in self.memory])
            start = end

    def state_dict(self) -> dict[str, Any]:
        """Copy the count of steps and the arrays remembered.

        Returns:
            A dict of arrays, "steps" and, after the first step, one of shape (parameters,) for each name in `memory`.
        """
        return {"steps": np.array(self.steps), **{name: array.copy() for name, array in self._memory.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state_dict()` returned.

        Args:
            state: the count of steps, and an array for each name in `memory`.

        Raises:
            ValueError: if it is the state of another kind of optimiser.
        """
        known = {"steps"} | (set(self.memory) if int(state.get("steps", 0)) else set())
        if set(state) != known:
            raise ValueError(f"this is not the state of {type(self).__name__}: {sorted(state)} instead of {sorted(known)}")
        self.steps = int(state["steps"])
        self._memory = {name: np.array(array, dtype=float) for name, array in state.items() if name != "steps"}

    def __repr__(self) -> str:
        lr = getattr(self.lr, "__name__", None) or self.lr
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in {'lr': lr, **self.hyper}.items())})"

    def _rule(self, p: Any, g: Any, lr: float, *memory: Any) -> None:
        """Change `p` and the memory in place, given the gradient `g`."""
        raise NotImplementedError

    def _values(self) -> list[Value]:
        if self.parameters is None:
            raise TypeError(f"this {type(self).__name__} was made without Values: give it model.parameters(), or use update()")
        return self.parameters

    def _remember(self, size: int) -> None:
        if not self._memory:
            self._memory = {name: np.zeros(size) for name in self.memory}
        for array in self._memory.values():
            if array.size != size:
                raise ValueError(f"this optimiser has moved {array.size} parameters before, and is now given {size}")


def within(name: str, x: float, low: float, high: float) -> float:
    """Return x; ValueError unless low <= x < high."""
    if not low <= x < high:
        raise ValueError(f"{name} must be at least {low} and less than {high}: {name}={x}")
    return x
