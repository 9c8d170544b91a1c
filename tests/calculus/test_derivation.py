"""Functions that transforms made: they look like the function, work as methods, and travel."""

from __future__ import annotations

import copy
import gc
import importlib
import inspect
import pickle
import sys
import weakref
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from helpers import output

import autograd as ag
from autograd import grad, hessian, jacobian, jit, value_and_grad, vmap

MODULE = """
import numpy as np
from autograd import grad, hessian, jacobian, jit, scipy_objective, value_and_grad, vmap

def f(x, y=1.0):
    "What it is."
    return x**3 * y

def total(x):
    return np.sum(x * x)

def pair(x):
    return x * x, "aux"

@grad
def decorated(x):
    return x**4

@jit
@value_and_grad
def twice_decorated(x):
    return x**4

class Holder:
    slope = grad(lambda self, x: x * x, argnums=1)

@vmap
def at_points(x):
    return x * x

df, both, rows, second = grad(f), value_and_grad(f, argnums=(0, 1)), jacobian(f, mode="forward"), hessian(f)
with_aux = grad(pair, has_aux=True)
nested = grad(grad(f))
fast, faster = jit(f, static_argnums=1, max_paths=3), jit(grad(f))
points, objective = vmap(f, in_axes=(0, None)), scipy_objective(total)
"""
CALLS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "df": ((2.0, 5.0), 60.0),
    "both": ((2.0, 5.0), (40.0, (60.0, 8.0))),
    "rows": ((2.0,), 12.0),
    "second": ((2.0,), 12.0),
    "with_aux": ((2.0,), (4.0, "aux")),
    "nested": ((2.0,), 12.0),
    "fast": ((2.0, 5.0), 40.0),
    "faster": ((2.0,), 12.0),
    "decorated": ((2.0,), 32.0),
    "twice_decorated": ((2.0,), (16.0, 32.0)),
}


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of a user, with derived functions."""
    (tmp_path / "mine.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    return importlib.import_module("mine")


@pytest.mark.parametrize("name", CALLS)
def test_pickles_and_copies(name: str, mine: ModuleType) -> None:
    arguments, expected = CALLS[name]
    derived = getattr(mine, name)
    assert derived(*arguments) == expected
    for other in (pickle.loads(pickle.dumps(derived)), copy.deepcopy(derived), copy.copy(derived)):
        assert type(other) is type(derived) and other(*arguments) == expected
        assert other.__name__ == derived.__name__ and inspect.unwrap(other) is inspect.unwrap(derived)


def test_pickles_of_many_points_and_objectives(mine: ModuleType) -> None:
    x = np.array([1.0, 2.0])
    for points in (pickle.loads(pickle.dumps(mine.points)), copy.deepcopy(mine.points)):
        assert points(x, 2.0).tolist() == [2.0, 16.0]
    assert pickle.loads(pickle.dumps(mine.at_points)) is mine.at_points
    for objective in (pickle.loads(pickle.dumps(mine.objective)), copy.deepcopy(mine.objective)):
        assert (objective.fun([1.0, 2.0]), objective.jac([1.0, 2.0]).tolist()) == (5.0, [2.0, 4.0])
    assert pickle.loads(pickle.dumps(mine.fast)).static.options == mine.fast.static.options
    assert pickle.loads(pickle.dumps(mine.fast)).max_paths == 3


def test_other_processes_load_them(mine: ModuleType, tmp_path: Path) -> None:
    names = list(CALLS)
    data = pickle.dumps([getattr(mine, name) for name in names])
    program = f"import pickle; print([f(*a) for f, a in zip(pickle.loads({data!r}), {[CALLS[n][0] for n in names]!r})])"
    assert output(program, tmp_path) == str([CALLS[name][1] for name in names])


def test_an_unreachable_function_is_refused_by_pickle() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(grad(lambda x: x))


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
def test_looks_like_the_function(transform: Any) -> None:
    def loss(x: float, *, scale: float = 2.0) -> float:
        """What it loses."""
        return x * x * scale

    derived = transform(loss)
    assert (derived.__name__, derived.__doc__, derived.__module__) == ("loss", "What it loses.", __name__)
    assert inspect.signature(derived) == inspect.signature(loss) and callable(derived)
    assert repr(derived).startswith(f"<{transform.__name__} of <function")
    assert derived(3.0, scale=5.0) in (30.0, (45.0, 30.0), 10.0)


def test_is_a_method_in_a_class(mine: ModuleType) -> None:
    assert mine.Holder().slope(3.0) == 6.0
    assert callable(mine.Holder.slope)


def test_an_argument_may_be_called_self() -> None:
    assert grad(lambda x, self: x * self)(2.0, self=3.0) == 3.0


def test_goes_when_nobody_holds_it() -> None:
    """Without the garbage collector."""
    gc.disable()
    try:
        for derive in (grad, value_and_grad, jacobian, hessian, vmap, jit):
            derived = derive(lambda x: ag.sin(x))
            reference = weakref.ref(derived)
            del derived
            assert reference() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("derive", [grad, jit, vmap])
def test_what_a_script_decorated_travels_by_value_with_cloudpickle(derive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pickle refers to it by name, which suits the processes of `multiprocessing`; others do not have the script."""
    script = sys.modules["__main__"]
    derived = derive(lambda x: x)
    derived.__module__, derived.__qualname__ = "__main__", "decorated"
    monkeypatch.setattr(script, "decorated", derived, raising=False)
    assert pickle.loads(pickle.dumps(derived)) is derived
    cloudpickle: dict[str, Any] = {"__name__": "cloudpickle.cloudpickle"}
    exec("def dump(x): return x.__reduce__()", cloudpickle)
    make, arguments = cloudpickle["dump"](derived)[:2]
    assert type(make(*arguments)) is type(derived)
