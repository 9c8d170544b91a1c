"""Module: a part of a model, whose attributes hold its parameters."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from operator import is_
from pathlib import Path
from typing import Any

import numpy as np

from autograd import Value, data, zero_grad
from autograd._files import read_arrays, write_arrays
from autograd._pytree import entries, flatten, rebuilt, unflatten


class Module:
    """A part of a model: the base class of layers and models.

    Subclass it, put Values, arrays of them, or other modules in attributes, also in lists and dicts, and write
    `__call__`. Attributes whose names begin with an underscore, and Values that are results of operations, are not
    parameters. What is in two places is one parameter, under the name of the first.

    Examples:
        >>> from autograd import Value
        >>> class Line(Module):
        ...     def __init__(self):
        ...         self.slope, self.offset = Value(2.0), Value(1.0)
        ...     def __call__(self, x):
        ...         return self.slope * x + self.offset
        >>> line = Line()
        >>> line.state_dict()
        {'slope': array(2.), 'offset': array(1.)}
        >>> line.bind({"slope": 5.0, "offset": 0.0})(2.0)
        10.0
    """

    def parameters(self) -> list[Value]:
        """Return the Values to be trained.

        Returns:
            A list of them, in the order of the attributes, each once.
        """
        return [value for _, part in self._parts() for value in part.flat]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        zero_grad(self.parameters())

    def state_dict(self) -> dict[str, Any]:
        """Copy the numbers of the parameters, by name.

        Returns:
            A dict from names, as "layers.0.neurons", to new float arrays of the shapes of the parameters.

        Raises:
            ValueError: if one Value is in two arrays, in which it would come apart.
        """
        return {name: data(part) for name, part in self._distinct()}

    def vector(self) -> Any:
        """Copy the numbers of all parameters into one vector.

        Returns:
            A new float array of shape (parameters,), in the order of `state_dict()`.

        Raises:
            ValueError: as in `state_dict`.
        """
        return np.array([value.data for _, part in self._distinct() for value in part.flat], dtype=float)

    def load_state_dict(self, state: Any) -> None:
        """Set all parameters; after an error none of them is changed.

        Args:
            state: the numbers, a dict as `state_dict()` returns, or an array of shape (parameters,) as `vector()` does.

        Raises:
            ValueError: if a name is missing or unknown, or a shape differs.
        """
        parts = self._distinct()
        numbers = [float(x) for array in arrays_for(parts, state) for x in np.asarray(array, dtype=float).flat]
        for value, number in zip([value for _, part in parts for value in part.flat], numbers, strict=True):
            value.data = number

    def bind(self, params: Any) -> Any:
        """Return this model with other parameters; the model itself is not changed.

        Args:
            params: numbers or Values, in a dict as `state_dict()` returns, or in an array of shape (parameters,) as
                `vector()` does.

        Returns:
            A model of the same class, whose parameters are those of `params`.

        Raises:
            ValueError: if a name is missing or unknown, or a shape differs.
        """
        parts = self._distinct()
        return _bound(self, iter(arrays_for(parts, params)), {})

    def label(self) -> None:
        """Label every parameter with its name and place, as "layers.0.neurons[1, 2]".

        Pictures and messages show the labels.
        """
        for name, part in self._parts():
            for index in np.ndindex(part.shape):
                part[index].label = f"{name}[{', '.join(map(str, index))}]" if index else name

    def save(self, path: str | Path) -> None:
        """Write the parameters to a file, in NumPy's .npz format, numbers only.

        After an error or a crash the file is the old one, or none: it is written as a whole or not at all.

        Args:
            path: the file.

        Raises:
            ValueError: as in `state_dict`.
            OSError: if the file cannot be written.
        """
        write_arrays(path, self.state_dict())

    def load(self, path: str | Path) -> None:
        """Set the parameters to those of a file that `save` wrote.

        Args:
            path: the file.

        Raises:
            ValueError: if the file is damaged or of another model.
            OSError: if the file cannot be read.
        """
        self.load_state_dict(read_arrays(path))

    def _fields(self) -> dict[str, Any]:
        """Where parameters are looked for, by name."""
        return {name: x for name, x in vars(self).items() if not name.startswith("_")}

    def _set_fields(self, fields: dict[str, Any]) -> None:
        """Put these in place of `_fields()`."""
        self.__dict__.update(fields)

    def _parts(self) -> list[tuple[str, Any]]:
        """Name and array of Values of each part."""
        return list(_parts_in(self, "", {}))

    def _distinct(self) -> list[tuple[str, Any]]:
        """The same; refused where a Value is in two of them, as it would come apart in arrays."""
        parts, first = self._parts(), dict[int, str]()
        for name, part in parts:
            for value in part.flat:
                if id(value) in first:
                    raise ValueError(
                        f"one Value is in both {first[id(value)]} and {name}: share whole arrays, lists or modules"
                    )
                first[id(value)] = name
        return parts


def functional_call(model: Module, params: Any, *args: Any) -> Any:
    """Call a model with other parameters: `model.bind(params)(*args)`.

    Args:
        model: a Module.
        params: numbers or Values, as for `Module.bind`.
        *args: the arguments of the call.

    Returns:
        What the model returns.

    Raises:
        ValueError: if a name is missing or unknown, or a shape differs.

    Examples:
        >>> from autograd.nn import Linear
        >>> functional_call(Linear(2, 1), {"weight": [[1.0, 2.0]], "bias": [0.5]}, [3.0, 4.0])
        array([11.5])
    """
    return model.bind(params)(*args)


def arrays_for(parts: list[tuple[str, Any]], params: Any) -> list[Any]:
    """An array for each part, out of a dict of them or one vector; ValueError where something does not fit."""
    if isinstance(params, Mapping):
        missing, unknown = [n for n, _ in parts if n not in params], set(params) - {n for n, _ in parts}
        if missing or unknown:
            raise ValueError(f"these are not this model's parameters: missing {missing}, unknown {sorted(unknown)}")
        arrays = [params[name] if isinstance(params[name], np.ndarray) else np.array(params[name]) for name, _ in parts]
        for (name, part), array in zip(parts, arrays, strict=True):
            if array.shape != part.shape:
                raise ValueError(f"{name} has shape {part.shape}, but {array.shape} is given")
        return arrays
    vector, sizes = np.asarray(params), [part.size for _, part in parts]
    if vector.shape != (sum(sizes),):
        raise ValueError(f"this model has {sum(sizes)} parameters, but an array of shape {vector.shape} is given")
    ends = np.cumsum(sizes)
    return [vector[e - n : e].reshape(part.shape) for e, n, (_, part) in zip(ends, sizes, parts, strict=True)]


# ---- the walk over what a module holds


def _array(x: Any) -> Any:
    """The array of Values that x is: a Value, or a list, list of lists or array of nothing else; None for other things."""
    if isinstance(x, (list, tuple)):
        if not x or not isinstance(x[0], (Value, list, tuple)) or not all([type(v) is Value for v in flatten(x)[0]]):
            return None
        if len({len(row) if isinstance(row, (list, tuple)) else -1 for row in x}) > 1:
            return None
    elif type(x) is not Value and not (isinstance(x, np.ndarray) and x.dtype == object):
        return None
    array = np.asarray(x, dtype=object)
    return array if array.size and all([type(v) is Value and v.op == "" for v in array.flat]) else None


def _children(x: Any) -> list[tuple[Any, Any]]:
    return list(x._fields().items()) if isinstance(x, Module) else entries(x)


def _parts_in(x: Any, name: str, seen: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    """Name and array of each part in x, those in `seen` left out."""
    if id(x) in seen:
        return
    array, children = _array(x), _children(x)
    if array is not None or children:
        seen[id(x)] = x  # held, so that its id stays its own
    if array is not None:
        yield name, array
        return
    for key, child in children:
        yield from _parts_in(child, f"{name}.{key}" if name else str(key), seen)


def _bound(x: Any, arrays: Iterator[Any], copies: dict[int, Any]) -> Any:
    """x with the next arrays in place of its parts, in the order of `_parts_in`; what it shares with itself stays shared."""
    if id(x) in copies:
        return copies[id(x)][1]
    if _array(x) is not None:
        result = next(arrays)
        if not isinstance(x, np.ndarray):
            result = unflatten(flatten(x)[1], result.ravel().tolist())
    elif isinstance(x, Module):
        result = copy.copy(x)
        copies[id(x)] = x, result  # before its parts, which may hold it
        result._set_fields({key: _bound(child, arrays, copies) for key, child in _children(x)})
    elif children := [child for _, child in _children(x)]:
        bound = [_bound(child, arrays, copies) for child in children]
        result = x if all(map(is_, bound, children)) else rebuilt(x, bound)
    else:
        return x
    copies[id(x)] = x, result
    return result
