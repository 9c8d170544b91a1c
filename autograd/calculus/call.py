"""One call of a function that is differentiated, on fresh variables."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from contextvars import Token
from itertools import islice
from threading import Lock
from typing import Any

import numpy as np

from autograd._pytree import is_container, map_leaves
from autograd._validate import is_real
from autograd.calculus.derivation import Argnums, Function
from autograd.engine.backward import order_since
from autograd.engine.context import LEVEL, MODE, TRACE
from autograd.engine.modes import recording
from autograd.engine.ravel import Raveled, array_of, values_in
from autograd.engine.value import Value, count_active, next_level, number, unary, variable, variables
from autograd.ops.formulas import OPS

FLOATS = {float}
_lock = Lock()


class inside:
    """Record, and give leaves made meanwhile this level, by which they are known as constants of the call."""

    __slots__ = ("_recording", "_token", "level")

    def __init__(self, level: int) -> None:
        self.level = level

    def __enter__(self) -> None:
        self._recording = recording() if MODE.get() else None
        if self._recording is not None:
            self._recording.__enter__()
        with _lock:
            count_active(more_calls=1)
        self._token: Token[int] = LEVEL.set(self.level)

    def __exit__(self, *exception: Any) -> None:
        LEVEL.reset(self._token)
        if self._recording is not None:
            self._recording.__exit__(*exception)
        with _lock:
            count_active(more_calls=-1)


class Call:
    """One call of a function on fresh variables: `inputs` (a Raveled), `variables`, `result`, `aux`, `nested`."""

    def __init__(
        self, name: str, f: Function, args: Sequence[Any], kwargs: Any, argnums: Argnums, has_aux: bool = False
    ) -> None:
        self.argnums, self.level = argnums, next_level()
        self.inputs = Raveled(self._chosen(name, args))
        kinds = self.inputs.kinds
        self.nested = Value in kinds
        if kinds == FLOATS:
            self.variables: list[Value] = variables(self.inputs.numbers, self.level)
        else:
            self.variables = [self._variable(x, i, name) for i, x in enumerate(self.inputs.numbers)]
        arguments, rebuilt = list(args), self.inputs.rebuild(self.variables)
        if isinstance(argnums, int):
            arguments[argnums] = rebuilt
        else:
            for position, argument in zip(argnums, rebuilt, strict=True):
                arguments[position] = argument
        with inside(self.level), self._sweeps_recorded():
            self.result = f(*arguments, **kwargs)
        self.aux: Any = None
        if has_aux:
            self.result, self.aux = pair_of(name, self.result)

    def _sweeps_recorded(self) -> Any:
        """In a trace, let no derivative inside wait for the program where this call may calculate with its number at once."""
        trace = TRACE.get()
        return nullcontext() if trace is None or self.inputs.kinds == {Value} else trace.recording_sweeps()

    def _chosen(self, name: str, args: Sequence[Any]) -> Any:
        """The arguments at the positions argnums."""
        argnums, count = self.argnums, len(args)
        for position in (argnums,) if isinstance(argnums, int) else argnums:
            if not -count <= position < count:
                raise TypeError(f"{name}: argnums {position} needs more than the {count} positional arguments of the call")
        if isinstance(argnums, int):
            return args[argnums]
        if len({position % count for position in argnums}) < len(argnums):
            raise ValueError(f"{name}: argnums {tuple(argnums)} names an argument twice")
        return tuple([args[position] for position in argnums])

    def _variable(self, x: Any, i: int, name: str) -> Value:
        if type(x) is Value:
            return unary(OPS["identity"], x)
        if not is_real(x):
            raise TypeError(f"{name} differentiates by numbers, not {type(x).__name__}, at {self._place(i)}: {way_out(x)}")
        return variable(float(x), self.level)

    def _place(self, i: int) -> str:
        """Where a number of the inputs is among the arguments."""
        place = next(islice(self.inputs.places(""), i, None))
        if isinstance(self.argnums, int):
            return f"args[{self.argnums}]{place}"
        which, _, rest = place.removeprefix("[").partition("]")
        return f"args[{self.argnums[int(which)]}]{rest}"

    def look_outside(self, outputs: Sequence[Any]) -> None:
        """Note whether the outputs depend on Values from outside."""
        self.nested = self.nested or self.reaches_outside(outputs)

    def reaches_outside(self, outputs: Sequence[Any]) -> bool:
        """Whether the outputs depend on Values from outside, as on variables of an enclosing derivative.

        Operations that are older than the call come from outside, and leaves of lower levels, as enclosing calls have; what
        calls inside left behind is constant by now.
        """
        return order_since(self.level, [x for x in outputs if type(x) is Value])[1]

    def plain(self, x: Any) -> Any:
        """A result as the caller gets it: the number, unless this call is nested in another derivative."""
        return x if self.nested or type(x) is not Value else number(x)

    def plain_aux(self) -> Any:
        """The aux as the caller gets it: numbers for its Values, unless Values from outside take part."""
        values = values_in(self.aux)
        if not values or self.nested or self.reaches_outside(values):
            return self.aux
        return map_leaves(_plain, self.aux)

    def mirrored(self, found: Sequence[Any]) -> Any:
        """Derivatives in the structure of the arguments."""
        return self.inputs.rebuild(found)


def _plain(x: Any) -> Any:
    """A leaf with numbers for its Values."""
    if isinstance(x, np.ndarray):
        return array_of([number(item) if type(item) is Value else item for item in x.flat], x.shape) if values_in(x) else x
    return number(x) if type(x) is Value else x


def pair_of(name: str, result: Any) -> tuple[Any, Any]:
    """The output and the aux that a function with `has_aux` returned; TypeError for anything else."""
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise TypeError(f"{name} with has_aux needs a function that returns a pair (output, aux), not {type(result).__name__}")
    return result[0], result[1]


def one_number(name: str, output: Any) -> Any:
    """The number that a function returned; TypeError for anything else."""
    if type(output) is Value:
        return output
    if isinstance(output, np.ndarray) and output.ndim == 0:
        output = output.item()
    if type(output) is not Value and not is_real(output):
        raise TypeError(f"{name} needs a function that returns one number, not {type(output).__name__}: {_way_to_one(output)}")
    return output


def _way_to_one(output: Any) -> str:
    if output is None:
        return "is there a return on every path?"
    if hasattr(output, "__await__"):
        return "an async function has to be run inside of one that is not"
    return "use jacobian()" if is_container(output) or isinstance(output, np.ndarray) else "compute a float or Value"


def numbers_of(name: str, result: Any) -> Raveled:
    """The numbers of a result; TypeError where there is anything else, as after a forgotten return."""
    outputs = Raveled(result)
    others = [i for i, x in enumerate(outputs.numbers) if type(x) is not Value and not is_real(x)]
    if others or result is None:
        kind = type(outputs.numbers[others[0]] if others else result)
        place = next(islice(outputs.places(""), others[0], None)) if others else ""
        raise TypeError(
            f"{name} needs a function that returns numbers, in lists, tuples, dicts, dataclasses or arrays, "
            f"not {kind.__name__}{place and ' at result' + place}"
        )
    return outputs


def way_out(x: Any) -> str:
    """What to do with an object that is no number."""
    kind = type(x)
    if hasattr(kind, "state_dict") and hasattr(kind, "bind"):
        return "give model.state_dict() to a function of params that calls model.bind(params)"
    text = "leave that argument out with argnums"
    if kind.__module__ in ("builtins", "numpy"):
        return f"{text}, or pass it in another one"
    return f"{text}, or say with autograd.register_pytree_node({kind.__name__}, flatten, unflatten) which numbers are in it"
