"""What all optimisers share: the parameters, the count of steps, the learning rate, the memory, saving and restoring them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Value, zero_grad
from autograd.optim.trees import arrays_of, values_of

Rate = float | Callable[[int], float]


class Optimizer:
    """Moves parameters against their gradients.

    A subclass names its hyperparameters and the arrays that it remembers between steps, and states its rule once, on arrays.
    Arguments: `parameters`, the Values that `step()` moves, in a list or in arrays, lists and dicts, nested (leave it out to
    move arrays of numbers with `update`); `lr`, the learning
    rate, a number or a schedule: a function of the number of steps taken. TypeError for parameters that are no Values,
    ValueError for hyperparameters out of their range.
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
        """The learning rate of the next step."""
        return float(self.lr(self.steps)) if callable(self.lr) else float(self.lr)

    def zero_grad(self) -> None:
        """Set the gradients of the Values to 0."""
        zero_grad(self._values())

    def step(self) -> None:
        """Move each Value by its `.grad`. TypeError where the optimiser was made without Values."""
        values = self._values()
        numbers = np.array([p.data for p in values], dtype=float)
        self.update(numbers, np.array([p.grad for p in values], dtype=float))
        for value, number in zip(values, numbers.tolist(), strict=True):
            value.data = number

    def update(self, params: Any, grads: Any) -> None:
        """Move arrays in place.

        Arguments: `params`, a float64 array, or lists, tuples and dicts of them, always the same ones for one optimiser;
        `grads`, the derivatives in the same structure. TypeError for what cannot be changed in place, ValueError where the two
        differ in structure or shape, or from those of the steps before; nothing is changed then.
        """
        pairs = list(arrays_of(params, grads))
        self._remember(sum(p.size for p, _ in pairs))
        lr, self.steps, start = self.rate(), self.steps + 1, 0
        for p, g in pairs:
            end = start + p.size
            self._rule(p, g, lr, *[self._memory[name][start:end].reshape(p.shape) for name in self.memory])
            start = end

    def state_dict(self) -> dict[str, Any]:
        """The count of steps and the arrays remembered, copied."""
        return {"steps": np.array(self.steps), **{name: array.copy() for name, array in self._memory.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a `state_dict()`. ValueError where it is that of another kind of optimiser."""
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
    """x; ValueError unless low <= x < high."""
    if not low <= x < high:
        raise ValueError(f"{name} must be at least {low} and less than {high}: {name}={x}")
    return x
