"""What runs the programs' workloads: for each case and engine what it takes to get ready, and then a step.

A maker imports its package and returns `ready`, a function that makes a step from nothing; a step is a function without
arguments that returns numbers. Imports are inside, for each maker runs where only its own package is installed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from types import SimpleNamespace

import gpt_step
from field_workloads import TOKENS, gpt, option
from scalar_functions import rosenbrock, wave

Step = Callable[[], object]
GPT, CALL, POINTS, HESSIAN = (
    "GPT step: value and gradient by 4,192 parameters",
    "Black-Scholes and five greeks: one call with five floats",
    "Black-Scholes and five greeks: 100,000 points",
    "Rosenbrock, 1,000 variables: Hessian times vector",
)
PARAMETERS = gpt_step.flat(gpt_step.make_parameters())
OPTION = (100.0, 105.0, 0.2, 0.03, 0.75)
RANGES = ((80.0, 120.0), (80.0, 120.0), (0.1, 0.5), (0.0, 0.1), (0.1, 2.0))
COUNT, SIZE = 100_000, 1000
PLACE, DIRECTION = wave(SIZE, 0.5, 0.8), wave(SIZE, 1.0, 0.0)[::-1]


def points():
    """The market of each point: five arrays."""
    import numpy as np

    draw = np.random.default_rng(0)
    return [draw.uniform(low, high, COUNT) for low, high in RANGES]


def numbers(found: object) -> Iterable[float]:
    """All numbers of a nested result, row by row."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, (list, tuple)):
        for item in found:
            yield from numbers(item)
    elif getattr(found, "ndim", 0):
        yield from found.ravel().tolist()
    else:
        yield float(found)


# ---- this package


def own_gpt(m, parameters):
    """The loss from a dict of arrays or from one flat array; the softmax is the package's, which a trace can follow."""
    gpt_step.softmax, gpt_step.exp, gpt_step.log, gpt_step.relu = m.softmax, m.exp, m.log, m.relu
    if isinstance(parameters, dict):
        return gpt_step.loss({name: list(rows) for name, rows in parameters.items()}, TOKENS)
    rows, start = {}, 0
    for name, (count, width) in gpt_step.SHAPES.items():
        rows[name] = [list(parameters[start + i * width : start + (i + 1) * width]) for i in range(count)]
        start += count * width
    return gpt_step.loss(rows, TOKENS)


def gpt_array(jit: bool = True, native: bool = True):
    import numpy as np

    import autograd

    if not native:
        from autograd.program import executor as plan

        plan.native = None  # as if it had not been built
    x = np.array(PARAMETERS)

    def ready() -> Step:
        derivative = autograd.value_and_grad(lambda x: own_gpt(autograd, x))
        f = autograd.jit(derivative) if jit else derivative
        f(x)
        return lambda: f(x)

    return ready


def gpt_dict():
    import numpy as np

    import autograd

    x = {name: np.array(rows) for name, rows in gpt_step.make_parameters().items()}

    def ready() -> Step:
        f = autograd.jit(autograd.value_and_grad(lambda x: own_gpt(autograd, x)))
        f(x)
        return lambda: f(x)

    return ready


def in_place(f, *args) -> Step:
    """A step of a jitted function's program that reads one array and writes another."""
    import numpy as np

    program = f.program(*args)
    x, out = np.hstack(args), np.empty(len(program.outputs))
    return lambda: program.run(x, out)


def gpt_in_place():
    import numpy as np

    import autograd

    def ready() -> Step:
        step = in_place(autograd.jit(autograd.value_and_grad(lambda x: own_gpt(autograd, x))), np.array(PARAMETERS))
        step()
        return step

    return ready


def gpt_plain():
    from plain_value import Value

    m = SimpleNamespace(exp=lambda x: x.exp(), log=lambda x: x.log(), relu=lambda x: x.relu(), number_in=lambda x: x.data)

    def step():
        leaves = [Value(x) for x in PARAMETERS]
        loss = gpt(m, leaves)
        loss.backward()
        return loss.data, [leaf.grad for leaf in leaves]

    return lambda: step


def own_option():
    import autograd

    m = SimpleNamespace(**vars(autograd))
    return autograd.jit(autograd.value_and_grad(lambda *xs: option(m, xs), argnums=(0, 1, 2, 3, 4)))


def option_jit():
    import autograd  # noqa: F401

    def ready() -> Step:
        f = own_option()
        f(*OPTION)
        return lambda: f(*OPTION)

    return ready


def option_in_place():
    import autograd  # noqa: F401

    def ready() -> Step:
        step = in_place(own_option(), *OPTION)
        step()
        return step

    return ready


def option_vmap(threads: int):
    import autograd

    xs = points()

    def ready() -> Step:
        f = autograd.vmap(own_option(), threads=threads)
        f(*xs)
        return lambda: f(*xs)

    return ready


def rosenbrock_jit():
    import numpy as np

    import autograd

    x, v = np.array(PLACE), np.array(DIRECTION)

    def ready() -> Step:
        f = autograd.jit(lambda x, v: autograd.hvp(lambda x: rosenbrock(autograd, x), x, v))
        f(x, v)
        return lambda: f(x, v)

    return ready


# ---- CasADi: a Function of the scalar expression


def casadi_names():
    import casadi as ca

    functions = {name: getattr(ca, name) for name in ("exp", "log", "sqrt", "erf")}
    return ca, SimpleNamespace(**functions, relu=lambda x: ca.fmax(x, 0.0), number_in=lambda x: 0.0)


def through_buffers(function, arguments) -> Step:
    """A step through the Function's buffers, the fastest way that it has from Python; rows of numbers in, the same out."""
    import numpy as np

    held = [np.array(x, dtype=float) for x in arguments]
    results = [np.zeros(function.numel_out(i)) for i in range(function.n_out())]
    buffer, evaluate = function.buffer()
    for i, x in enumerate(held):
        buffer.set_arg(i, memoryview(x))
    for i, x in enumerate(results):
        buffer.set_res(i, memoryview(x))

    def step(kept=(function, buffer, held)):  # the buffer keeps none of them alive
        evaluate()
        return results

    return step


def gpt_casadi():
    ca, m = casadi_names()

    def ready() -> Step:
        x = ca.SX.sym("x", len(PARAMETERS))
        loss = gpt(m, ca.vertsplit(x))
        step = through_buffers(ca.Function("f", [x], [loss, ca.gradient(loss, x)]), [PARAMETERS])
        step()
        return step

    return ready


def casadi_option():
    ca, m = casadi_names()
    xs = [ca.SX.sym(name) for name in ("spot", "strike", "volatility", "rate", "years")]
    price = option(m, xs)
    return ca.Function("f", xs, [price, *[ca.gradient(price, x) for x in xs]])


def option_casadi(buffers: bool):
    casadi_names()

    def ready() -> Step:
        f = casadi_option()
        step = through_buffers(f, [[x] for x in OPTION]) if buffers else lambda: f(*OPTION)
        step()
        return step

    return ready


def option_casadi_map():
    casadi_names()
    xs = points()

    def ready() -> Step:
        step = through_buffers(casadi_option().map(COUNT), xs)
        step()
        return step

    return ready


def rosenbrock_casadi():
    ca, m = casadi_names()

    def ready() -> Step:
        x, v = ca.SX.sym("x", SIZE), ca.SX.sym("v", SIZE)
        gradient = ca.gradient(rosenbrock(m, ca.vertsplit(x)), x)
        step = through_buffers(ca.Function("f", [x, v], [ca.jtimes(gradient, x, v)]), [PLACE, DIRECTION])
        step()
        return step

    return ready


# ---- JAX, 64 bits, on the CPU; its arrays are in place before a step


def jax_option():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    m = SimpleNamespace(exp=jnp.exp, log=jnp.log, sqrt=jnp.sqrt, erf=jax.scipy.special.erf)
    return jax, jax.value_and_grad(lambda *xs: option(m, xs), argnums=(0, 1, 2, 3, 4))


def option_jax(mapped: bool):
    jax, derivative = jax_option()
    xs = [jax.numpy.array(x) for x in points()] if mapped else OPTION

    def ready() -> Step:
        f = jax.jit(jax.vmap(lambda *xs: derivative(*xs)) if mapped else lambda *xs: derivative(*xs))
        jax.block_until_ready(f(*xs))
        return lambda: jax.block_until_ready(f(*xs))

    return ready


def rosenbrock_jax():
    """The valley written with arrays: a thousand scalars one by one are nothing that XLA compiles in good time."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, v = jnp.array(PLACE), jnp.array(DIRECTION)

    def valley(x):
        return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    def ready() -> Step:
        f = jax.jit(lambda x, v: jax.jvp(jax.grad(valley), (x,), (v,))[1])
        jax.block_until_ready(f(x, v))
        return lambda: jax.block_until_ready(f(x, v))

    return ready


# ---- by hand: formulas that a person differentiated


def greeks(log, exp, sqrt, erf):
    """A function of a market: price and greeks, written with these functions of numbers or arrays."""
    root_half, density = math.sqrt(0.5), 1.0 / math.sqrt(2.0 * math.pi)

    def f(spot, strike, volatility, rate, years):
        root = sqrt(years)
        spread = volatility * root
        d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread
        d2 = d1 - spread
        n1, n2 = 0.5 + 0.5 * erf(d1 * root_half), 0.5 + 0.5 * erf(d2 * root_half)
        discounted = strike * exp(-rate * years)
        slope = spot * density * exp(-0.5 * d1 * d1)
        price = spot * n1 - discounted * n2
        by_years = 0.5 * slope * volatility / root + rate * discounted * n2
        return price, n1, -discounted / strike * n2, slope * root, years * discounted * n2, by_years

    return f


def option_numba(mapped: bool):
    import numba
    import numpy as np

    def ready() -> Step:
        one = numba.njit(greeks(math.log, math.exp, math.sqrt, math.erf))

        @numba.njit
        def every(spot, strike, volatility, rate, years, out):
            for i in range(len(spot)):
                found = one(spot[i], strike[i], volatility[i], rate[i], years[i])
                for k in range(6):
                    out[k, i] = found[k]

        if not mapped:
            one(*OPTION)
            return lambda: one(*OPTION)
        every(*xs, out)

        def step():
            every(*xs, out)
            return out

        return step

    xs = points()
    out = np.empty((6, COUNT))
    return ready


def option_numpy():
    import numpy as np
    from scipy.special import erf

    f, xs = greeks(np.log, np.exp, np.sqrt, erf), points()
    return lambda: lambda: f(*xs)


def rosenbrock_numpy():
    import numpy as np

    x, v = np.array(PLACE), np.array(DIRECTION)

    def step():
        diagonal, beside = np.zeros(SIZE), -400.0 * x[:-1]
        diagonal[:-1] = 1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0
        diagonal[1:] += 200.0
        result = diagonal * v
        result[:-1] += beside * v[1:]
        result[1:] += beside * v[:-1]
        return result

    return lambda: step


CASADI, JAX, NUMBA, SCIPY = "casadi==3.8.2", "jax==0.10.2", "numba==0.66.0", "scipy==1.17.1"
CASES: dict[str, dict[str, tuple[str, Callable[[], Callable[[], Step]], int]]] = {  # package, maker, processors
    GPT: {
        "jit, one array": ("", gpt_array, 1),
        "jit, dict of arrays": ("", gpt_dict, 1),
        "jit, program.run": ("", gpt_in_place, 1),
        "jit, NumPy executor": ("", partial(gpt_array, native=False), 1),
        "eager": ("", partial(gpt_array, jit=False), 1),
        "plain Value": ("", gpt_plain, 1),
        "CasADi, buffers": (CASADI, gpt_casadi, 1),
    },
    CALL: {
        "jit": ("", option_jit, 1),
        "jit, program.run": ("", option_in_place, 1),
        "CasADi": (CASADI, partial(option_casadi, False), 1),
        "CasADi, buffers": (CASADI, partial(option_casadi, True), 1),
        "JAX": (JAX, partial(option_jax, False), 1),
        "numba, by hand": (NUMBA, partial(option_numba, False), 1),
    },
    POINTS: {
        "vmap, one thread": ("", partial(option_vmap, 1), 1),
        "vmap, two threads": ("", partial(option_vmap, 2), 2),
        "JAX": (JAX, partial(option_jax, True), 1),
        "JAX, two processors": (JAX, partial(option_jax, True), 2),
        "CasADi, map": (CASADI, option_casadi_map, 1),
        "numba, by hand": (NUMBA, partial(option_numba, True), 1),
        "NumPy, by hand": (SCIPY, option_numpy, 1),
    },
    HESSIAN: {
        "jit": ("", rosenbrock_jit, 1),
        "CasADi, buffers": (CASADI, rosenbrock_casadi, 1),
        "JAX, with arrays": (JAX, rosenbrock_jax, 1),
        "NumPy, by hand": (SCIPY, rosenbrock_numpy, 1),
    },
}
