"""Failures that a fresh reader found, each kept as a case."""

from __future__ import annotations

import math
import multiprocessing
import threading

import numpy as np
import pytest

import autograd
from autograd import Value, grad, jacobian, jvp, vjp


def test_masked_arrays_are_refused_by_our_functions_because_their_mask_would_be_lost() -> None:
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    for function in (autograd.sum, autograd.sin, autograd.data, autograd.asarray):
        with pytest.raises(TypeError, match="mask"):
            function(masked)


def test_numpy_s_own_masked_products_keep_the_gradient() -> None:
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    assert grad(lambda s: (masked * s).sum())(3.0) == 1.0


@pytest.mark.parametrize("result", [None, "a", {1.0}, range(2)], ids=["nothing", "text", "a set", "a range"])
def test_a_function_that_returns_no_numbers_has_no_derivative(result: object) -> None:
    for transform in (jacobian(lambda x: result), lambda x: jvp(lambda y: result, x, 1.0), lambda x: vjp(lambda y: result, x)):
        with pytest.raises(TypeError, match="returns numbers"):
            transform(1.0)


def test_silu_and_gelu_have_their_limits_at_infinity() -> None:
    for f in (autograd.silu, autograd.gelu):
        for value, derivative, at in ((0.0, 0.0, -math.inf), (math.inf, 1.0, math.inf)):
            x = Value(at)
            y = f(x)
            y.backward()
            assert (y.data, x.grad) == (value, derivative)


@pytest.mark.parametrize(
    "row",
    [
        ("mul", 1.0, 0.0, "", (), None, (1.0,), (1.0,)),
        ("mul", 1.0, 0.0, "", (), None, (), ()),
        ("sum", 1.0, 0.0, "", (), None, ("x",), (1.0,)),
    ],
    ids=["an operand missing", "no operands", "an operand of text"],
)
def test_a_damaged_pickle_is_an_error(row: tuple[object, ...]) -> None:
    from autograd.engine.pickling import _load_block

    with pytest.raises(ValueError, match="damaged"):
        _load_block((), (row,), ())


def test_numpy_s_variance_of_values() -> None:
    x = autograd.asarray([1.0, 2.0, 4.0])
    y = np.var(x)
    y.backward()
    assert np.allclose(autograd.grads(x), 2 / 3 * (autograd.data(x) - 7 / 3), rtol=1e-14)


def _square() -> None:
    x = Value(3.0)
    (x * x).backward()
    raise SystemExit(0 if x.grad == 6.0 else 1)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_may_sweep_though_another_thread_was_sweeping() -> None:
    stop = threading.Event()
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0

    def sweep() -> None:
        while not stop.is_set():
            y.backward()

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        children = [multiprocessing.get_context("fork").Process(target=_square) for _ in range(5)]
        for child in children:
            child.start()
            child.join(20)
            assert child.exitcode == 0
    finally:
        stop.set()
        thread.join()
        for child in children:
            child.kill()
