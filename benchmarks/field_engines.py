"""The engines of the field, each behind one interface: what it needs to give value and gradient of `f(m, xs)` once.

An engine is a function of (f, x, matrices) that gives a step: a function without arguments that returns value and gradient.
With `matrices`, f takes its parameters as one array, of the engines that have arrays.
Imports are inside, for each runs where only its own package is installed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace

Step = Callable[[], tuple[object, object]]
UNARY = ("exp", "log", "sin", "tanh", "sqrt", "erf")


class Methods:
    """A namespace for engines whose functions are methods: `m.exp(x)` is `x.exp()`, or `math.exp(x)` of a plain number."""

    def __getattr__(self, name: str) -> Callable[[object], object]:
        return lambda x: getattr(math, name)(x) if isinstance(x, (int, float)) else getattr(x, name)()

    def number_in(self, x):
        return x.data


def scalar_engine(value: type, f, x) -> Step:
    """An engine of Values with backward() and grad: leaves live on, as parameters do; their gradients are set to 0."""
    m, leaves = Methods(), [value(number) for number in x]

    def step():
        for leaf in leaves:
            leaf.grad = 0.0
        output = f(m, leaves)
        output.backward()
        return output.data, [leaf.grad for leaf in leaves]

    return step


def plain(f, x, matrices) -> Step:
    from plain_value import Value

    return scalar_engine(Value, f, x)


def micrograd(f, x, matrices) -> Step:
    import engines

    return scalar_engine(engines.micrograd(), f, x)


def ours(f, x, matrices) -> Step:
    import autograd

    m = SimpleNamespace(**vars(autograd), number_in=lambda x: x.data)
    derivative = autograd.value_and_grad(lambda xs: f(m, xs))
    return lambda: derivative(x)


def ours_jit(f, x, matrices) -> Step:
    import numpy as np

    import autograd

    m = SimpleNamespace(**vars(autograd), number_in=lambda x: 0.0)
    derivative = autograd.jit(autograd.value_and_grad(lambda xs: f(m, xs)))
    point = np.array(x)
    return lambda: derivative(point)


def hips(f, x, matrices) -> Step:
    import autograd.numpy as anp
    from autograd.scipy.special import erf

    from autograd import value_and_grad

    functions = {name: getattr(anp, name) for name in UNARY if name != "erf"}
    m = SimpleNamespace(
        **functions, erf=erf, relu=lambda x: anp.maximum(x, 0.0), number_in=lambda x: getattr(x, "_value", x), array=anp.array
    )
    point = anp.array(x) if matrices or len(x) < 1000 else list(x)  # an array is faster, but for thousands of parameters
    derivative = value_and_grad(lambda xs: f(m, xs))
    return lambda: derivative(point)


def torch(f, x, matrices) -> Step:
    import torch

    functions = {name: getattr(torch, name) for name in UNARY}

    def array(numbers):
        return torch.tensor(numbers, dtype=torch.float64)

    kept = {name: on_numbers(functions[name], getattr(math, name)) for name in UNARY}
    m = SimpleNamespace(**kept, relu=torch.relu, number_in=lambda x: x.detach(), array=array)
    leaves = array(x).requires_grad_() if matrices else [array(number).requires_grad_() for number in x]

    def step():
        output = f(m, leaves)
        found = torch.autograd.grad(output, leaves, allow_unused=True, materialize_grads=True)
        return output.detach(), found[0] if matrices else found

    return step


def on_numbers(function, of_math):
    """The function, and Python's own where the operand is a plain number."""
    return lambda x: of_math(x) if isinstance(x, (int, float)) else function(x)


def jax_derivative(f, matrices):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    functions = {name: getattr(jnp, name) for name in UNARY if name != "erf"}
    m = SimpleNamespace(**functions, erf=jax.scipy.special.erf, relu=jax.nn.relu, number_in=lambda x: 0.0, array=jnp.array)
    return jax.value_and_grad(lambda xs: f(m, xs if matrices else list(xs)))


def jax(f, x, matrices) -> Step:
    import jax
    import jax.numpy as jnp

    derivative = jax_derivative(f, matrices)
    point = jnp.array(x) if matrices else list(x)
    return lambda: jax.block_until_ready(derivative(point))


def jax_jit(f, x, matrices) -> Step:
    import jax
    import jax.numpy as jnp

    derivative = jax.jit(jax_derivative(f, matrices))
    point = jnp.array(x)
    return lambda: jax.block_until_ready(derivative(point))


def casadi(f, x, matrices) -> Step:
    """A Function of the scalar expression, called through its buffers: the fastest way that it has from Python."""
    import casadi as ca
    import numpy as np

    functions = {name: getattr(ca, name) for name in UNARY}
    m = SimpleNamespace(**functions, relu=lambda x: ca.fmax(x, 0.0), number_in=lambda x: 0.0)
    symbols = ca.SX.sym("x", len(x))
    output = f(m, ca.vertsplit(symbols))
    function = ca.Function("f", [symbols], [output, ca.gradient(output, symbols)])
    value, gradient, point = np.zeros(1), np.zeros(len(x)), np.array(x)
    buffer, evaluate = function.buffer()
    buffer.set_arg(0, memoryview(point))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))

    def step(held=(function, buffer, point)):  # the buffer points into these, and keeps none of them alive
        evaluate()
        return value[0], gradient

    return step


ENGINES = {  # name: package and version in an environment of its own ("" is the interpreter that measures), step maker
    "scalar-autograd": ("", ours),
    "scalar-autograd, jit": ("", ours_jit),
    "scalar-autograd, interpreted": ("", ours),
    "plain Value": ("", plain),
    "micrograd": ("micrograd==0.1.0", micrograd),
    "HIPS autograd": ("autograd[scipy]==1.9.1", hips),
    "PyTorch": ("torch==2.13.0", torch),
    "JAX": ("jax==0.10.2", jax),
    "JAX, jit": ("jax==0.10.2", jax_jit),
    "CasADi": ("casadi==3.8.2", casadi),
}
MATRICES = ", matrices"  # what is added to the names of engines where they run the matrix form of a workload
ENGINES |= {name + MATRICES: ENGINES[name] for name in ("HIPS autograd", "PyTorch", "JAX", "JAX, jit")}
REFERENCE = "scalar-autograd"
