"""The engines and their peers behind one interface: a method for each kind of workload, which makes a step.

A step is a function without arguments that returns numbers. Packages are imported where an engine is made, in its own process.
"""

from __future__ import annotations

import ctypes
import math
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import NamedTuple

from scalar_functions import FUNCTIONS
from workloads import CALL, DIRECTION, MANY, WORKLOADS, greeks_by_hand, valley_by_hand

UNARY = ("exp", "log", "sin", "tanh", "sqrt", "erf")
GCC = ("-O3", "-march=native", "-ffp-contract=off")


class Methods:
    """A namespace for engines whose functions are methods: `m.exp(x)` is `x.exp()`, or `math.exp(x)` of a plain number."""

    def __getattr__(self, name):
        return lambda x: getattr(math, name)(x) if isinstance(x, (int, float)) else getattr(x, name)()

    def number_in(self, x):
        return x.data


class Engine:
    """What the small questions need: a variable with backward(), the derivative of a function, a choice."""

    leaf = grad = where = None


class Eager(Engine):
    def __init__(self):
        import numpy as np

        import autograd

        self.ag, self.np = autograd, np
        self.leaf, self.grad, self.where = autograd.Value, autograd.grad, autograd.where
        self.m = SimpleNamespace(**vars(autograd), number_in=lambda x: x.data)

    def gradient(self, w):
        f, x = self.ag.value_and_grad(lambda xs: w.f(self.m, xs)), list(w.x)
        return lambda: f(x)

    call = gradient


class Recording(Eager):
    """The function on Values, without a sweep."""

    def gradient(self, w):
        leaves = [self.leaf(x) for x in w.x]
        return lambda: w.f(self.m, leaves).data


class Jit(Eager):
    def __init__(self, threads=1):
        super().__init__()
        self.m.number_in = lambda x: 0.0  # a trace cannot read a number: the softmax is without its shift
        self.threads, self.leaf = threads, None

    def jitted(self, w):
        ag, np = self.ag, self.np
        if w.kind == "hvp":
            f, args = lambda x, v: ag.hvp(lambda x: w.f(self.m, x), x, v), (np.array(w.x), np.array(DIRECTION))
        elif w.kind == "gradient":
            f, args = ag.value_and_grad(lambda xs: w.f(self.m, xs)), (np.array(w.x),)
        else:
            f, args = ag.value_and_grad(lambda *xs: w.f(self.m, xs), argnums=(0, 1, 2, 3, 4)), w.x
        return ag.jit(f), args

    def gradient(self, w):
        f, args = self.jitted(w)
        return lambda: f(*args)

    call = hvp = gradient

    def points(self, w):
        f, xs = self.ag.vmap(self.jitted(w)[0], threads=self.threads), w.x()
        return lambda: f(*xs)

    def mean(self, w):
        f = self.ag.vmap(self.ag.value_and_grad(lambda xs, *at: w.f(self.m, xs, *at)), in_axes=(None, 0, 0), threads=1)
        args = [self.np.array(x) for x in (w.x, *MANY)]

        def step():
            losses, gradients = f(*args)
            return losses.mean(), gradients.mean(0)

        return step


class Bound(Jit):
    """The program, called with arrays to read and to write."""

    def gradient(self, w):
        f, args = self.jitted(w)
        program, x = f.program(*args), self.np.hstack(args)
        out = self.np.empty(len(program.outputs))

        def step():
            program.run(x, out)
            return out

        return step

    call = hvp = gradient


class Export(Jit):
    """Value and gradient as exported C, compiled by gcc and called in a loop in C: no call from Python is in its time."""

    def gradient(self, w):
        x, value, gradient = (self.np.array(numbers) for numbers in (w.x, [0.0], w.x))
        loop = "void times(long n, const double *in, double *out, double *gradient) {"
        loop += ' while (n--) { f_gradient(in, out, gradient); __asm__ volatile("" ::: "memory"); } }'
        with tempfile.TemporaryDirectory() as folder:
            source, library = Path(folder, "f.c"), Path(folder, "f.so")
            source.write_text(self.ag.jit(lambda xs: w.f(self.m, xs)).program(x).to_c("f") + loop)
            subprocess.run(["gcc", *GCC, "-shared", "-fPIC", str(source), "-o", str(library), "-lm"], check=True)
            times = ctypes.CDLL(str(library)).times
        places = [ctypes.c_void_p(array.ctypes.data) for array in (x, value, gradient)]

        def step(count=1):
            times(ctypes.c_long(count), *places)
            return value, gradient

        step.repeats = x  # it takes a count; x stays alive
        return step

    call = gradient


class Plain(Engine):
    """A Value class of Python; micrograd's, or the one beside this file."""

    def __init__(self, micrograd=False):
        if micrograd:
            from micrograd.engine import Value

            Value.exp = lambda x: unary(Value, math.exp(x.data), lambda z: z, x)  # which it lacks, in its own style
            Value.log = lambda x: unary(Value, math.log(x.data), lambda z: 1.0 / x.data, x)
        else:
            from plain_value import Value
        self.leaf, self.m = Value, Methods()

    def gradient(self, w):
        leaves = [self.leaf(number) for number in w.x]

        def step():
            for leaf in leaves:
                leaf.grad = 0.0
            output = w.f(self.m, leaves)
            output.backward()
            return output.data, [leaf.grad for leaf in leaves]

        return step

    call = gradient


def unary(value, result, slope, x):
    out = value(result, (x,), "f")

    def _backward():
        x.grad += slope(result) * out.grad

    out._backward = _backward
    return out


class Floats(Engine):
    def __init__(self):
        functions = {name: getattr(math, name) for name in UNARY}
        self.m = SimpleNamespace(**functions, relu=lambda x: x if x > 0.0 else 0.0, number_in=lambda x: x)

    def gradient(self, w):
        return lambda: w.f(self.m, w.x)


class EmptyCall(Engine):
    def call(self, w):
        return lambda: None


class Hips(Engine):
    def __init__(self, matrices=False):
        import autograd.numpy as anp
        from autograd.scipy.special import erf

        import autograd

        functions = {name: getattr(anp, name) for name in UNARY if name != "erf"} | {"erf": erf, "array": anp.array}
        self.m = SimpleNamespace(**functions, relu=lambda x: anp.maximum(x, 0.0), number_in=lambda x: getattr(x, "_value", x))
        self.np, self.ag, self.grad, self.where, self.matrices = anp, autograd, autograd.grad, anp.where, matrices

    def gradient(self, w):
        f = self.ag.value_and_grad(lambda xs: (w.matrices if self.matrices else w.f)(self.m, xs))
        x = self.np.array(w.x) if self.matrices or (w.kind == "gradient" and len(w.x) < 1000) else list(w.x)  # what is faster
        return lambda: f(x)

    call = gradient


class Torch(Engine):
    def __init__(self, matrices=False):
        import torch

        def either(name):
            return lambda x: getattr(math, name)(x) if isinstance(x, (int, float)) else getattr(torch, name)(x)

        torch.set_num_threads(1)
        self.m = SimpleNamespace(**{name: either(name) for name in UNARY}, relu=torch.relu, number_in=lambda x: x.detach())
        self.m.array = lambda x: torch.tensor(x, dtype=torch.float64)
        self.leaf, self.where, self.torch, self.matrices = (
            lambda x: self.m.array(x).requires_grad_(),
            torch.where,
            torch,
            matrices,
        )
        self.grad = lambda f: lambda x: torch.func.grad(f)(torch.as_tensor(x))

    def gradient(self, w):
        x = w.x() if callable(w.x) else w.x
        leaves = [self.leaf(x)] if self.matrices else [self.leaf(entry) for entry in x]

        def step():
            output = w.matrices(self.m, leaves[0]) if self.matrices else w.f(self.m, leaves)
            slopes = self.torch.autograd.grad(output.sum(), leaves, allow_unused=True, materialize_grads=True)
            return output.detach(), slopes

        return step

    call = points = mean = gradient


class Jax(Engine):
    """64 bits on the CPU, everything jitted; arrays are in place before a step."""

    def __init__(self, matrices=False):
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        jax.config.update("jax_cpu_enable_async_dispatch", False)
        functions = {name: getattr(jnp, name) for name in UNARY if name != "erf"} | {"erf": jax.scipy.special.erf}
        self.m = SimpleNamespace(**functions, relu=jax.nn.relu, array=jnp.array, number_in=lambda x: 0.0)
        self.jax, self.grad, self.where, self.matrices = jax, jax.grad, jnp.where, matrices

    def of(self, f, *args):
        f, args = self.jax.jit(f), [self.jax.numpy.array(x) for x in args]
        return lambda: self.jax.block_until_ready(f(*args))

    def slopes(self, w):
        return self.jax.value_and_grad(lambda x: w.matrices(self.m, x) if self.matrices else w.f(self.m, list(x)))

    def gradient(self, w):
        return self.of(self.slopes(w), w.x)

    call = mean = gradient

    def points(self, w):
        return self.of(self.jax.vmap(self.slopes(w), in_axes=1), self.jax.numpy.array(w.x()))

    def hvp(self, w):
        slope = self.jax.grad(lambda x: w.matrices(self.m, x))
        return self.of(lambda x, v: self.jax.jvp(slope, (x,), (v,))[1], w.x, DIRECTION)


class Casadi(Engine):
    """SX Functions in CasADi's virtual machine, through bound buffers: the fastest call that it has from Python."""

    def __init__(self):
        import casadi as ca
        import numpy as np

        functions = {name: getattr(ca, name) for name in UNARY}
        self.m = SimpleNamespace(**functions, relu=lambda x: ca.fmax(x, 0.0), number_in=lambda x: 0.0)
        self.ca, self.np, self.where = ca, np, ca.if_else

    def grad(self, f):
        """For the small question: of a symbol, evaluated at what the derivative is called with."""
        x = self.ca.SX.sym("x")
        return lambda at: self.ca.substitute(self.ca.gradient(f(x), x), x, at)

    def bound(self, function, *arguments):
        args = [self.np.array(x, dtype=float).ravel() for x in arguments]
        results = [self.np.zeros(function.numel_out(i)) for i in range(function.n_out())]
        buffer, evaluate = function.buffer()
        for i, x in enumerate(args):
            buffer.set_arg(i, memoryview(x))
        for i, x in enumerate(results):
            buffer.set_res(i, memoryview(x))

        def step(kept=(function, buffer, args)):  # the buffer keeps none of them alive
            evaluate()
            return results

        return step

    def slopes(self, w, size):
        x = self.ca.SX.sym("x", size)
        output = w.f(self.m, self.ca.vertsplit(x))
        return self.ca.Function("f", [x], [output, self.ca.gradient(output, x)])

    def gradient(self, w):
        return self.bound(self.slopes(w, len(w.x)), w.x)

    call = gradient

    def points(self, w):
        xs = self.np.array(w.x())
        return self.bound(self.slopes(w, len(xs)).map(xs.shape[1]), xs.T)  # its matrices lie column by column

    def hvp(self, w):
        x, v = (self.ca.SX.sym(name, len(w.x)) for name in "xv")
        slope = self.ca.gradient(w.f(self.m, self.ca.vertsplit(x)), x)
        return self.bound(self.ca.Function("f", [x, v], [self.ca.jtimes(slope, x, v)]), w.x, DIRECTION)


class Numba(Engine):
    """Formulas that a person differentiated, compiled."""

    def __init__(self):
        import numba
        import numpy as np

        self.numba, self.np = numba, np
        self.one = numba.njit(greeks_by_hand(math.log, math.exp, math.sqrt, math.erf))

    def call(self, w):
        return lambda: self.one(*w.x)

    def points(self, w):
        one, xs = self.one, w.x()
        out = self.np.empty((6, len(xs[0])))

        @self.numba.njit
        def every(spot, strike, volatility, rate, years, out):
            for i in range(len(spot)):
                result = one(spot[i], strike[i], volatility[i], rate[i], years[i])
                for k in range(6):
                    out[k, i] = result[k]

        return lambda: every(*xs, out) or out


class NumPy(Engine):
    """The same formulas on arrays."""

    def __init__(self):
        import numpy as np
        from scipy.special import erf

        self.np, self.f = np, greeks_by_hand(np.log, np.exp, np.sqrt, erf)

    def points(self, w):
        xs = w.x()
        return lambda: self.f(*xs)

    def hvp(self, w):
        x, v = self.np.array(w.x), self.np.array(DIRECTION)
        return lambda: valley_by_hand(x, v)


class Spec(NamedTuple):
    """How an engine is started, and what of its workloads is measured."""

    make: type
    kinds: str
    options: Mapping[str, object] = MappingProxyType({})
    package: str = "scalar-autograd"
    environment: str = "ours"
    compiled: str = "1"  # AUTOGRAD_COMPILED
    processors: int = 1
    only: tuple[str, ...] = ()  # empty: all workloads of these kinds


MATRICES = {"matrices": True}
EAGER, JIT, BOUND = "scalar-autograd", "scalar-autograd, jit", "scalar-autograd, jit, bound arrays"
PURE, PURE_JIT, EXPORT = "scalar-autograd, pure Python", "scalar-autograd, jit, pure Python", "scalar-autograd, C export, gcc"
FLOATS, PLAIN, CASADI, EMPTY = "plain floats, no derivative", "plain Value", "CasADi, bound buffers", "an empty call"
ENGINES = {
    EAGER: Spec(Eager, "gradient call"),
    "scalar-autograd, recording only": Spec(Recording, "gradient"),
    PURE: Spec(Eager, "gradient call", compiled="0"),
    JIT: Spec(Jit, "gradient call points mean hvp"),
    BOUND: Spec(Bound, "gradient call hvp"),
    "scalar-autograd, jit, two threads": Spec(Jit, "points", {"threads": 2}, processors=2),
    PURE_JIT: Spec(Jit, "gradient call", compiled="0"),
    EXPORT: Spec(Export, "gradient call", only=(*FUNCTIONS, CALL)),
    FLOATS: Spec(Floats, "gradient"),
    PLAIN: Spec(Plain, "gradient"),
    "micrograd": Spec(Plain, "gradient", {"micrograd": True}, "micrograd", "peers"),
    "HIPS autograd": Spec(Hips, "gradient call", {}, "autograd", "hips"),
    "HIPS autograd, matrices": Spec(Hips, "gradient", MATRICES, "autograd", "hips"),
    "PyTorch": Spec(Torch, "gradient call points", {}, "torch", "peers"),
    "PyTorch, matrices": Spec(Torch, "gradient mean", MATRICES, "torch", "peers"),
    "JAX": Spec(Jax, "gradient call points", {}, "jax", "peers"),
    "JAX, two threads": Spec(Jax, "points", {}, "jax", "peers", processors=2),
    "JAX, matrices": Spec(Jax, "gradient mean hvp", MATRICES, "jax", "peers"),
    CASADI: Spec(Casadi, "gradient call points hvp", {}, "casadi", "peers"),
    "numba, by hand": Spec(Numba, "call points", {}, "numba", "peers"),
    "NumPy, by hand": Spec(NumPy, "points hvp", {}, "numpy", "peers"),
    EMPTY: Spec(EmptyCall, "call"),
}


def is_able(engine: str, name: str) -> bool:
    """Whether this workload is measured with this engine."""
    spec, w = ENGINES[engine], WORKLOADS[name]
    matrices = w.matrices is not None or not spec.options.get("matrices")
    return w.kind in spec.kinds.split() and matrices and name in (spec.only or WORKLOADS)
