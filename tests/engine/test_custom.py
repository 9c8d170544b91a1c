"""Operations of the user's own, made by `primitive`."""

from __future__ import annotations

import importlib
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import kind, output

import autograd
from autograd import (
    DomainError,
    Value,
    grad,
    gradient,
    hessian,
    jacobian,
    jit,
    no_grad,
    primitive,
    topological_order,
    trap,
)


@primitive(partials=[lambda x, y: autograd.exp(y) * autograd.cos(x), lambda x, y: autograd.exp(y) * autograd.sin(x)])
def wave(x: float, y: float) -> float:
    """sin(x) exp(y)"""
    return math.sin(x) * math.exp(y)


@primitive(partials=lambda x: 3 * x * x, symbol="x³")
def cube(x: float) -> float:
    return x * x * x


def test_one_node() -> None:
    x, y = Value(0.3), Value(0.7)
    z = wave(x, y)
    assert (z.op, z.data, z.parents) == ("wave", math.sin(0.3) * math.exp(0.7), (x, y))
    z.backward(2.0)
    assert (x.grad, y.grad) == (2 * math.exp(0.7) * math.cos(0.3), 2 * math.exp(0.7) * math.sin(0.3))
    assert (wave.__name__, wave.__doc__, cube(x).op) == ("wave", "sin(x) exp(y)", "x³")


def test_numbers_and_constants() -> None:
    assert (type(cube(2)), cube(2)) == (float, 8.0)
    x = Value(0.3)
    z = wave(x, 1)
    assert [p.is_constant for p in z.parents] == [False, True]
    with no_grad():
        assert wave(x, x).parents == ()
    with pytest.raises(DomainError, match=r"cube|x³"), trap():
        cube(Value(1e200))


def test_arrays() -> None:
    assert cube([1.0, 2.0]).tolist() == [1.0, 8.0]
    xs = np.array([[Value(1.0), Value(2.0)]])
    cubes = cube(xs)
    assert cubes.shape == (1, 2)
    autograd.sum(list(cubes.flat)).backward()
    assert [x.grad for x in xs.flat] == [3.0, 12.0]
    assert wave(np.zeros((2, 1)), np.zeros(3)).shape == (2, 3)


def test_higher_order() -> None:
    assert [grad(cube)(2.0), grad(grad(cube))(2.0), grad(grad(grad(cube)))(2.0)] == [12.0, 12.0, 6.0]
    found = hessian(lambda p: wave(p[0], p[1]))([0.3, 0.7])
    s, c, e = math.sin(0.3), math.cos(0.3), math.exp(0.7)
    assert np.allclose(found, [[-s * e, c * e], [c * e, s * e]], rtol=1e-15, atol=0)
    x = Value(2.0)
    assert gradient(gradient(cube(x), x, create_graph=True), x) == 12.0


@primitive(partials=[lambda x, y: autograd.cos(x), None])
def sine_beside(x: float, y: float) -> float:
    return math.sin(x) + y


@primitive(partials=lambda x, y: (None, 1.0) if y > 0 else (2.0, None))
def one_of_two(x: float, y: float) -> float:
    return y if y > 0 else 2.0 * x


def test_none_cuts_an_operand() -> None:
    x, y = Value(0.5), Value(0.0)
    node = sine_beside(x, autograd.sqrt(y))
    assert node.cuts == (False, True) and node.partials == (math.cos(0.5), 0.0)
    node.backward()
    assert (x.grad, y.grad) == (math.cos(0.5), 0.0)
    f = lambda p: sine_beside(p[0], autograd.sqrt(p[1]))  # noqa: E731
    assert grad(f)([0.5, 0.0]) == [math.cos(0.5), 0.0]
    assert hessian(f)([0.5, 0.0]) == [[-math.sin(0.5), 0.0], [0.0, 0.0]]


def test_none_among_the_numbers_of_one_function_for_all() -> None:
    for mode in ("forward", "reverse"):
        f = lambda p: [one_of_two(autograd.sqrt(p[0]), p[1])]  # noqa: E731
        assert jacobian(f, mode=mode)([0.0, 3.0]) == [[0.0, 1.0]]
        assert jacobian(f, mode=mode)([4.0, -1.0]) == [[0.5, 0.0]]
    assert hessian(lambda p: one_of_two(autograd.sqrt(p[0]), p[1]))([0.0, 3.0]) == [[0.0, 0.0], [0.0, 0.0]]


def test_none_cuts_in_a_program() -> None:
    f = lambda p: sine_beside(p[0], autograd.sqrt(p[1]))  # noqa: E731
    assert jit(grad(f))([0.5, 0.0]) == [math.cos(0.5), 0.0]


def test_wrong_number_of_partials() -> None:
    def times(x: float, y: float) -> float:
        return x * y

    with pytest.raises(ValueError, match=r"times has 2 operands \(x, y\), but 1 partials"):
        primitive(partials=[lambda x, y: y])(times)
    late = primitive(partials=lambda x, y: (y, x, 1.0))(times)
    with pytest.raises(ValueError, match=r"times has 2 operands.*3 derivatives"):
        late(Value(1.0), 2.0)


@pytest.mark.parametrize("wrong", [None, 3.0, [3.0], "x"], ids=kind)
def test_partials_must_be_functions(wrong: Any) -> None:
    with pytest.raises(TypeError, match="partials"):
        primitive(partials=wrong)(math.sin)


def test_wrong_operands_results_and_partials() -> None:
    with pytest.raises(TypeError, match=r"wave\(\) takes 2 operands, not 1"):
        wave(Value(1.0))
    with pytest.raises(TypeError, match="wave"):
        wave(Value(1.0), "2")
    with pytest.raises(TypeError, match="result of <lambda>"):
        primitive(partials=[lambda x: 1.0])(lambda x: "no")(Value(1.0))
    with pytest.raises(TypeError, match="partial of <lambda>"):
        primitive(partials=[lambda x: "no"])(lambda x: x)(Value(1.0))


MODULE = """
from autograd import primitive

@primitive(partials=[lambda x, y: 2 * x * y, lambda x, y: x * x])
def squared_times(x, y):
    return x * x * y
"""


def test_pickling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_operations_of_a_test.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("own_operations_of_a_test")
    x = Value(3.0, label="x")
    z = module.squared_times(x, 5.0) + x
    again = pickle.loads(pickle.dumps(z))
    again.backward()
    leaf = next(node for node in topological_order(again) if node.label == "x")
    assert (again.data, leaf.grad, again.parents[0].op) == (48.0, 31.0, "squared_times")
    (tmp_path / "z.pickle").write_bytes(pickle.dumps(z))
    load = "import pickle, pathlib; z = pickle.loads(pathlib.Path('z.pickle').read_bytes()); "
    assert output(load + "print(z.data, z.parents[0].partials)", tmp_path) == "48.0 (30.0, 9.0)"
