"""Small questions that show what an engine does where engines differ; each answer is a number or an error, as it came."""

from __future__ import annotations


def gradient_at(maker, f, x):
    """The gradient of f(m, xs) at x, as numbers, by the engine's own way."""
    _, found = maker(f, x, False)()
    return [float(d) for d in found]


def chain(name, maker):
    """A chain of 100,000 operations."""

    def f(m, xs):
        y = xs[0]
        for _ in range(50_000):
            y = y * 0.5 + xs[0]
        return y

    return f"{gradient_at(maker, f, [1.0])[0]:g}"


def tail(name, maker):
    """The derivative of tanh at 20 is 1.699342e-17."""
    return f"{gradient_at(maker, lambda m, xs: m.tanh(xs[0]), [20.0])[0]:.6e}"


def second_sweep(name, maker):
    """y = a + a * a, a = x * x at x = 2, swept twice: the gradient is 36, then 72."""
    if name == "PyTorch":
        import torch

        x = torch.tensor(2.0, requires_grad=True)
    elif name == "micrograd":
        from micrograd.engine import Value

        x = Value(2.0)
    elif name == "plain Value":
        from plain_value import Value

        x = Value(2.0)
    elif name in ("scalar-autograd", "scalar-autograd, interpreted"):
        from autograd import Value

        x = Value(2.0)
    else:
        return "no sweep to call"
    a = x * x
    y = a + a * a
    y.backward()
    first = float(x.grad)
    y.backward()
    return f"{first:g}, then {float(x.grad):g}"


def second_derivative(name, maker):
    """The second derivative of x ** 3 at 2 is 12."""
    if name.startswith("scalar-autograd"):
        from autograd import grad

        return f"{grad(grad(lambda x: x**3))(2.0):g}"
    if name == "HIPS autograd":
        from autograd import grad

        return f"{float(grad(grad(lambda x: x**3))(2.0)):g}"
    if name.startswith("JAX"):
        from jax import grad

        return f"{float(grad(grad(lambda x: x**3))(2.0)):g}"
    if name == "PyTorch":
        import torch

        return f"{float(torch.func.grad(torch.func.grad(lambda x: x**3))(torch.tensor(2.0))):g}"
    if name == "CasADi":
        import casadi as ca

        x = ca.SX.sym("x")
        return f"{float(ca.Function('f', [x], [ca.hessian(x**3, x)[0]])(2.0)):g}"
    return "none"


def branch(name, maker):
    """sqrt(x) where x > 0, else 0 * x, by the engine's own `where`, at 0: the branch not taken gives nothing, so 0."""

    def f(m, xs):
        x = xs[0]
        if name.startswith("scalar-autograd"):
            return m.where(x > 0, m.sqrt(x), 0.0 * x)
        if name == "PyTorch":
            import torch

            return torch.where(x > 0, m.sqrt(x), 0.0 * x)
        if name.startswith("JAX"):
            import jax.numpy as jnp

            return jnp.where(x > 0, m.sqrt(x), 0.0 * x)
        if name == "HIPS autograd":
            import autograd.numpy as anp

            return anp.where(x > 0, m.sqrt(x), 0.0 * x)
        if name == "CasADi":
            import casadi as ca

            return ca.if_else(x > 0, m.sqrt(x), 0.0 * x)
        raise NotImplementedError("no where")

    return f"{gradient_at(maker, f, [0.0])[0]:g}"


PROBES = {
    "chain of 100,000 operations": chain,
    "second sweep: 36, then 72": second_sweep,
    "second derivative of x³ at 2: 12": second_derivative,
    "branch not taken, at 0: 0": branch,
    "tanh' at 20: 1.699342e-17": tail,
}
