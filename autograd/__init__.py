"""Scalar automatic differentiation: write an expression in plain Python, call `.backward()`, see the gradients flow."""

from __future__ import annotations

from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import Any as _Any

_OTHERS = ("core.py", "tracer.py", "extend.py", "differential_operators.py", "numpy", "scipy")
_here = _Path(__file__).parent
if any((_here / name).exists() for name in _OTHERS):
    raise ImportError(
        f"files of another package called autograd lie in {_here}: "
        "pip uninstall -y autograd scalar-autograd && pip install scalar-autograd"
    )

from autograd._compiled import choose as _choose  # noqa: E402

compiled: bool = _choose()

from autograd._containers import register_pytree_node  # noqa: E402
from autograd.calculus.ad import gradient  # noqa: E402
from autograd.calculus.implicit import implicit  # noqa: E402
from autograd.calculus.scipy_objective import scipy_objective  # noqa: E402
from autograd.calculus.sparse import sparsity  # noqa: E402
from autograd.calculus.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp  # noqa: E402
from autograd.checks.check_grads import GradientError, check_grads  # noqa: E402
from autograd.checks.diagnose import diagnose  # noqa: E402
from autograd.compiler.jit import jit  # noqa: E402
from autograd.compiler.vmap import vmap  # noqa: E402
from autograd.engine import pickling as _pickling  # noqa: E402, F401  (registers pickling)
from autograd.engine.arrays import asarray, data, grads, zero_grad  # noqa: E402
from autograd.engine.backward import topological_order  # noqa: E402
from autograd.engine.custom import primitive  # noqa: E402
from autograd.engine.functions import PUBLIC as _PUBLIC  # noqa: E402
from autograd.engine.modes import no_grad, scope, stop_gradient, trace_source, trap  # noqa: E402
from autograd.engine.trace_ops import take  # noqa: E402
from autograd.engine.value import Value  # noqa: E402
from autograd.errors import DomainError, LostGradientError, SweepError  # noqa: E402
from autograd.program.program import Program  # noqa: E402

globals().update(_PUBLIC)


def __getattr__(name: str) -> _Any:
    """`autograd.nn` and `autograd.optim`, loaded when first asked for."""
    if name in ("nn", "optim"):
        return _import_module(f"autograd.{name}")
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


__all__ = [
    "DomainError",
    "GradientError",
    "LostGradientError",
    "Program",
    "SweepError",
    "Value",
    "asarray",
    "check_grads",
    "compiled",
    "data",
    "diagnose",
    "grad",
    "gradient",
    "grads",
    "hessian",
    "hvp",
    "implicit",
    "jacobian",
    "jit",
    "jvp",
    "no_grad",
    "primitive",
    "register_pytree_node",
    "scipy_objective",
    "scope",
    "sparsity",
    "stop_gradient",
    "trace_source",
    "take",
    "topological_order",
    "trap",
    "value_and_grad",
    "vjp",
    "vmap",
    "zero_grad",
    *_PUBLIC,
]
