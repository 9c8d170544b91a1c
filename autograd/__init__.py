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

from autograd.twins import choose as _choose  # noqa: E402

compiled: bool = _choose()

from autograd import copies as _copies  # noqa: E402, F401  (registers pickling)
from autograd.arrays import asarray, data, grads, zero_grad  # noqa: E402
from autograd.batching import vmap  # noqa: E402
from autograd.check import GradientError, check_grads  # noqa: E402
from autograd.diagnosis import diagnose  # noqa: E402
from autograd.errors import DomainError, LostGradientError, SweepError  # noqa: E402
from autograd.functions import PUBLIC as _PUBLIC  # noqa: E402
from autograd.links import take  # noqa: E402
from autograd.modes import no_grad, scope, stop_gradient, trace_source, trap  # noqa: E402
from autograd.objective import scipy_objective  # noqa: E402
from autograd.own import primitive  # noqa: E402
from autograd.program import export_c as _export_c  # noqa: E402, F401  (gives Program its to_c)
from autograd.program import running as _running  # noqa: E402, F401  (gives Program its run)
from autograd.program.program import Program  # noqa: E402
from autograd.solved import implicit  # noqa: E402
from autograd.sparse import sparsity  # noqa: E402
from autograd.staging import jit  # noqa: E402
from autograd.sweeps import gradient  # noqa: E402
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp  # noqa: E402
from autograd.value import Value  # noqa: E402

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
    "scipy_objective",
    "scope",
    "sparsity",
    "stop_gradient",
    "trace_source",
    "take",
    "trap",
    "value_and_grad",
    "vjp",
    "vmap",
    "zero_grad",
    *_PUBLIC,
]
