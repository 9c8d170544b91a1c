"""Every way of computing a function and its derivatives, as Python expressions of `f` and the point `x`.

`DERIVED` says which functions of x give a quantity, `RUNS` how a function may be run. A way is one of each, and reads as what
a user would write, so that a disagreement prints as a program (`from ways import *`).
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value
from autograd.engine.value import constant
from autograd.program import native_plan

Function = Callable[..., Any]
Way = tuple[str, str]  # of DERIVED and of RUNS
OTHER = "the other implementation"
ELSEWHERE = [0.71, 1.3, -0.62, 0.9, 1.1, -1.7, 0.4, 2.3]  # a regular point
COMPILER = which("gcc") or which("cc")


# ---- functions of x


def only(f: Function, x: Sequence[Any], i: int) -> Function:
    """f as a function of number i alone, the others being constants (not floats, whose operators raise)."""
    return lambda t: f([t if k == i else constant(other) if type(other) is float else other for k, other in enumerate(x)])


def forward(f: Function, i: int) -> Function:
    """The derivative with respect to number i alone, in forward mode."""
    return lambda x: ag.jvp(only(f, x, i), x[i], 1.0)[1]


def reverse(f: Function, i: int) -> Function:
    """The derivative with respect to number i alone, in reverse mode."""
    return lambda x: ag.grad(only(f, x, i))(x[i])


def each(f: Function, mode: Function, *outer: Function) -> Function:
    """All partial derivatives, one at a time, the first mode innermost: a list, a list of lists ..."""
    return lambda x: [each(mode(f, i), *outer)(x) if outer else mode(f, i)(x) for i in range(len(x))]


def direction(x: Sequence[Any]) -> list[float]:
    """A direction; a tangent of 0 in it is a number like any other."""
    return [2.0, 0.0, 1.0, *[0.0] * len(x)][: len(x)]


def along(f: Function) -> Function:
    """The derivative in the direction, in forward mode."""
    return lambda x: ag.jvp(f, (x,), (direction(x),))[1]


def on_a_line(f: Function) -> Function:
    """The same, in reverse mode by how far one goes; adding -0.0 changes no number, not even a zero."""
    return lambda x: ag.grad(lambda s: f([a + s * b for a, b in zip(x, direction(x), strict=True)]))(-0.0)


def pulled(f: Function) -> Function:
    return lambda x: ag.vjp(f, x)[1](1.0)[0]


# ---- graphs, which no program holds


def of_values(f: Function) -> Function:
    """f's number, of Values: floats have Python's own operators, which raise."""
    return lambda x: ag.data(f([Value(number) for number in x]))


def swept(f: Function) -> Function:
    """`backward()`."""

    def gradient(x: Sequence[float]) -> list[float]:
        leaves = [Value(number) for number in x]
        f(leaves).backward()
        return [leaf.grad for leaf in leaves]

    return gradient


def recorded(f: Function) -> Function:
    """`gradient(create_graph=True)`."""

    def gradient(x: Sequence[float]) -> list[float]:
        leaves = [Value(number) for number in x]
        return [slope.data for slope in ag.gradient(f(leaves), leaves, create_graph=True)]

    return gradient


# ---- runs


def elsewhere(f: Function) -> Function:
    """f, traced at another point."""

    def run(x: Sequence[float]) -> Any:
        jitted = ag.jit(f)
        jitted(ELSEWHERE[: len(x)])
        return jitted(x)

    return run


def many(f: Function) -> Function:
    """f at several points at once, of which this is the last."""

    def run(x: Sequence[float]) -> Any:
        points = np.array([x, ELSEWHERE[: len(x)], x])
        return _last(ag.vmap(lambda *numbers: f(list(numbers)))(*points.T))

    return run


def _last(results: Any) -> Any:
    return [_last(item) for item in results] if isinstance(results, list) else results[-1]


def by_numpy(f: Function) -> Function:
    """f as a program, run by the NumPy executor."""

    def run(x: Sequence[float]) -> Any:
        native, native_plan._native = native_plan._native, None
        try:
            return ag.jit(f)(x)
        finally:
            native_plan._native = native

    return run


def in_c(f: Function, suffix: str = "") -> Function:
    """f as a program, exported to C; with `suffix` the gradient that C's own function gives."""

    def run(x: Sequence[float]) -> Any:
        program = ag.jit(lambda x: _values(f(x), x[0])).program(x)
        with tempfile.TemporaryDirectory() as folder:
            source, library = Path(folder, "f.c"), Path(folder, "f.so")
            source.write_text(program.to_c("f"), encoding="ascii")
            flags = ["-O0", "-ffp-contract=off", "-shared", "-fPIC", "-w"]
            subprocess.run([str(COMPILER), *flags, "-o", library, source, "-lm"], check=True)
            function = getattr(ctypes.CDLL(str(library)), "f" + suffix)
        point, outputs = (ctypes.c_double * len(x))(*x), (ctypes.c_double * len(program.outputs))()
        jacobian = (ctypes.c_double * (len(x) * len(outputs)))()
        assert function(point, outputs, *[jacobian] * bool(suffix)) == 0
        return list(jacobian if suffix else outputs)

    return run


def _values(results: Any, like: Any) -> list[Any]:
    """The results one after the other, numbers as constants, so that the program has them all."""
    return [ag.where(True, item, like) for item in np.ravel(np.array(results, dtype=object))]


def gradient_in_c(f: Function) -> Function:
    return in_c(f, "_gradient")


# ---- the table

DERIVED: dict[str, list[str]] = {
    "value": ["f"],
    "gradient": [
        "ag.grad(f)",
        "ag.jacobian(f, mode='reverse')",
        "ag.jacobian(f, mode='forward')",
        "pulled(f)",
        "each(f, forward)",
        "each(f, reverse)",
    ],
    "derivative in a direction": ["along(f)", "on_a_line(f)"],
    "hessian": [
        "ag.hessian(f)",
        "ag.jacobian(ag.grad(f), mode='reverse')",
        "ag.jacobian(ag.grad(f), mode='forward')",
        "each(f, forward, forward)",
        "each(f, forward, reverse)",
        "each(f, reverse, forward)",
        "each(f, reverse, reverse)",
    ],
    "hessian times a direction": ["lambda x: ag.hvp(f, x, direction(x))", "along(ag.grad(f))", "ag.grad(along(f))"],
    "third derivatives": [
        "ag.jacobian(ag.hessian(f), mode='reverse')",
        "ag.jacobian(ag.hessian(f), mode='forward')",
        "each(f, forward, forward, forward)",
        "each(f, reverse, reverse, reverse)",
        "each(f, reverse, forward, reverse)",
    ],
}
ORDER = dict(zip(DERIVED, (0, 1, 1, 2, 2, 3), strict=True))
EAGER = {"value": ["of_values(f)"], "gradient": ["swept(f)", "recorded(f)"]}
RUNS = {  # as a function of x
    "eager": "{}",
    "jit": "ag.jit({})",
    "jit inside": "{}",  # with f jitted
    "traced elsewhere": "elsewhere({})",
    "vmap": "many({})",
    "NumPy executor": "by_numpy({})",
    "C": "in_c({})",
    "C's gradient": "gradient_in_c({})",
    "arguments": "{}",  # with f's literals as arguments
    "arguments, jit": "ag.jit({})",
    OTHER: "{}",
}


def ways(quantity: str) -> list[Way]:
    """All ways to a quantity, the reference first."""
    runs = [run for run in RUNS if run != OTHER and (run[0] != "C" or (run == "C" and COMPILER))]
    found = [(derived, run) for run in runs for derived in DERIVED[quantity]]
    found += [("f", "C's gradient")] * (quantity == "gradient" and COMPILER is not None)
    found = [(derived, run) for run in ("eager", "arguments") for derived in EAGER.get(quantity, [])] + found
    if quantity == "value":
        found = [way for way in found if way not in [("f", "eager"), ("f", "arguments")]]
    return [way for way in found if not ("direction" in quantity and way[1].startswith("arguments"))]


def text(way: Way) -> str:
    """The way as a Python expression, of f, or of a variant of it."""
    derived, run = way
    return f"({RUNS[run].format(derived)})(x)" if "lambda" in derived else f"{RUNS[run].format(derived)}(x)"
