"""The public names: every one of the contract is there."""

from __future__ import annotations

from types import ModuleType

import pytest

import autograd
from autograd import Value
from autograd.ops.primitives import TABLE

FUNCTIONS = """
exp expm1 exp2 log log1p log2 log10 sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh hypot
erf erfc lgamma digamma sigmoid relu leaky_relu elu gelu silu softplus sign floor ceil trunc minimum maximum clip where fmod
sum prod sumprod mean logsumexp softmax log_softmax
""".split()
OTHERS = """
Value DomainError no_grad stop_gradient scope trap zero_grad primitive compiled
gradient grad value_and_grad jvp vjp hvp jacobian hessian register_pytree_node
""".split()
OF_VALUE = """
data grad label op parents partials _prev _op backward detach
primitive group is_constant operation
""".split()


@pytest.mark.parametrize("name", FUNCTIONS + OTHERS)
def test_contract(name: str) -> None:
    assert hasattr(autograd, name) and name in autograd.__all__


def test_all_is_complete() -> None:
    assert len(set(autograd.__all__)) == len(autograd.__all__)
    assert [name for name in autograd.__all__ if not hasattr(autograd, name)] == []
    modules = {name for name, x in vars(autograd).items() if isinstance(x, ModuleType)}
    spare = {name for name in vars(autograd) if not name.startswith("_")} - modules - set(autograd.__all__)
    assert spare == {"annotations"}


@pytest.mark.parametrize("name", OF_VALUE)
def test_contract_of_value(name: str) -> None:
    assert hasattr(Value, name)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if TABLE[name].arity and name != "where"])
def test_functions_are_methods(name: str) -> None:
    x, *others = [(low + high) / 2 + 0.1 for low, high in TABLE[name].sample]
    assert getattr(Value(x), name)(*others).data == getattr(autograd, name)(Value(x), *others).data


ERRORS = [name for name in autograd.__all__ if name.endswith("Error")]


@pytest.mark.parametrize("name", ERRORS)
def test_exceptions(name: str) -> None:
    error = getattr(autograd, name)
    assert error.__doc__ and {base.__name__ for base in error.__mro__[1:]} & {
        "TypeError",
        "ValueError",
        "RuntimeError",
        "AssertionError",
    }


@pytest.mark.parametrize("name", OF_VALUE)
def test_docstrings_of_value(name: str) -> None:
    assert len(getattr(Value, name).__doc__ or "") > 20
