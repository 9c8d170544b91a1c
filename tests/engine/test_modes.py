"""no_grad, scope, trap and stop_gradient: nesting, decorators, threads and tasks."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import namedtuple
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from math import inf
from typing import Any

import numpy as np
import pytest
from helpers import kind

import autograd
from autograd import (
    DomainError,
    Value,
    no_grad,
    scope,
    stop_gradient,
    trap,
    zero_grad,
)


def recorded() -> bool:
    return (Value(2.0) * 3.0).op == "*"


def test_no_grad_records_nothing() -> None:
    x = Value(2.0, "x")
    with no_grad():
        for y in (x * x, -x, autograd.tanh(x), autograd.sum([x, x]), autograd.clip(x, 0.0, 1.0)):
            assert (type(y), y.op, y.parents, y.partials) == (Value, "", (), ())
    assert (x * x).parents == (x, x)


def test_no_grad_nests() -> None:
    with no_grad():
        with no_grad():
            assert not recorded()
        assert not recorded()
    assert recorded()
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert recorded()


def test_modes_are_reusable() -> None:
    off = no_grad()
    for _ in range(2):
        with off, off:
            assert not recorded()
        assert recorded()


@pytest.mark.parametrize("switch", [no_grad, trap, lambda: scope("s")], ids=["no_grad", "trap", "scope"])
def test_modes_as_decorators(switch: Callable[[], Any]) -> None:
    """Of functions; generators and coroutines are refused."""

    @switch()
    def f(x: Any) -> Any:
        """Doubles."""
        return 2 * x

    assert (f.__name__, f.__doc__, f(3)) == ("f", "Doubles.", 6)

    def generator() -> Any:
        yield 1

    async def coroutine() -> None: ...

    async def async_generator() -> Any:
        yield 1

    for wrong in (generator, coroutine, async_generator):
        with pytest.raises(TypeError, match=f"{wrong.__name__}.*with "):
            switch()(wrong)
        with pytest.raises(TypeError, match="with "):
            switch()(partial(wrong))


def test_decorated_recursion() -> None:
    @no_grad()
    def off(n: int) -> bool:
        return recorded() if n == 0 else off(n - 1)

    @scope("layer")
    def layer(n: int) -> tuple[str, ...]:
        return (Value(1.0) * 2.0).group if n == 0 else layer(n - 1)

    assert (off(0), off(3), recorded()) == (False, False, True)
    assert (layer(0), layer(2), layer(0)) == (("layer",), ("layer",) * 3, ("layer",))


def test_scopes_nest() -> None:
    with scope("model"):
        x = Value(1.0)
        with scope("layer 1"):
            y, leaf = autograd.tanh(x * 2.0), Value(3.0, label="w")
            n_ary = autograd.sum([x, y])
        z = x + y
    assert (x.group, z.group) == (("model",), ("model",))
    assert y.group == y.parents[0].group == leaf.group == n_ary.group == ("model", "layer 1")
    assert (leaf.label, Value(1.0).group, (x * 2.0).group) == ("w", (), ())
    y.label = "y"
    assert (y.label, y.group) == ("y", ("model", "layer 1"))


def test_scope_with_no_grad() -> None:
    with scope("s"), no_grad():
        assert (Value(1.0) * 2.0).group == ("s",)


@pytest.mark.parametrize("wrong", [None, 3, b"s", ["s"]], ids=kind)
def test_scope_must_be_a_str(wrong: Any) -> None:
    with pytest.raises(TypeError, match="scope"):
        scope(wrong)


def test_interleaved_generators() -> None:
    """Each leaves its own modes only."""

    def inside(switch: Any) -> Any:
        with switch:
            yield
            yield

    a, b, off = inside(scope("a")), inside(scope("b")), inside(no_grad())
    for generator in (a, b, off):
        next(generator)
    a.close()
    with no_grad():
        assert Value(1.0).group == ("b",)
    assert not recorded()
    off.close()
    assert recorded()
    b.close()
    assert ((Value(1.0) * 2.0).group, recorded()) == ((), True)


def test_threads_have_their_own_modes() -> None:
    inside, done = threading.Event(), threading.Event()
    seen: list[Any] = []

    def off() -> None:
        with no_grad(), scope("thread"), trap():
            inside.set()
            done.wait(10)
            seen.append((recorded(), Value(1.0).group))

    thread = threading.Thread(target=off)
    thread.start()
    assert inside.wait(10)
    seen.append((recorded(), Value(1.0).group, autograd.log(Value(0.0)).data))
    done.set()
    thread.join()
    assert seen == [(True, (), -inf), (False, ("thread",))]


def test_tasks_have_their_own_modes() -> None:
    async def off(name: str) -> list[Any]:
        seen = []
        with no_grad(), scope(name):
            for _ in range(3):
                await asyncio.sleep(0)
                seen.append((recorded(), Value(1.0).group))
        return seen

    async def on() -> list[Any]:
        seen = []
        for _ in range(5):
            await asyncio.sleep(0)
            seen.append((recorded(), Value(1.0).group))
        return seen

    async def main() -> Any:
        return await asyncio.gather(off("a"), on(), off("b"))

    assert asyncio.run(main()) == [[(False, ("a",))] * 3, [(True, ())] * 5, [(False, ("b",))] * 3]


def test_task_started_in_no_grad() -> None:
    async def work() -> bool:
        return recorded()

    async def main(other: Any) -> bool:
        with no_grad():
            task = asyncio.create_task(work())
        with other:
            return await task

    alone, beside_a_scope = asyncio.run(main(nullcontext())), asyncio.run(main(scope("elsewhere")))
    assert alone == beside_a_scope


def test_trap() -> None:
    x = Value(0.0, label="rate")
    with trap():
        assert autograd.exp(x).data == 1.0
        with pytest.raises(DomainError, match=r"log of .*rate.* is -inf"):
            autograd.log(x)
        with pytest.raises(DomainError, match=r"/ of 1\.0, .*rate.* is inf"):
            1.0 / x
        with pytest.raises(DomainError, match="sum"):
            autograd.sum([Value(1e308), 1e308])
        with trap(), pytest.raises(DomainError):
            x / x
        with pytest.raises(DomainError):
            x / x
        assert (Value(inf) + 1.0).data == inf  # not new
        assert math.isnan((Value(math.nan) - inf).data)
        with pytest.raises(DomainError, match="is nan"):
            Value(inf) - Value(inf)
    assert autograd.log(x).data == -inf
    assert issubclass(DomainError, ArithmeticError)


def test_trap_of_partials() -> None:
    x = Value(0.0, label="rate")
    with trap():
        for f in (autograd.sqrt, autograd.cbrt, lambda v: v**0.5, lambda v: autograd.asin(v + 1.0)):
            with pytest.raises(DomainError, match=r"has the derivative inf by operand 1"):
                f(x)
        with pytest.raises(
            DomainError, match=r"\*\* of Value\(data=-2\.0.*, Value\(data=3\.0.* has the derivative nan by operand 2"
        ):
            Value(-2.0) ** Value(3.0)
        assert (Value(-2.0) ** 3).data == -8.0  # nobody asks for the derivative by a constant
        assert autograd.hypot(x, 0.0).data == abs(x).data == autograd.relu(x).data == 0.0
        assert autograd.clip(x).data == 0.0  # its open bounds are infinite before
    assert autograd.sqrt(x).partials == (inf,)


def test_trap_of_numbers_and_arrays() -> None:
    calls: list[Any] = [
        (lambda: autograd.log(0.0), r"log of 0\.0 is -inf"),
        (lambda: autograd.log(np.array([1.0, 0.0, -1.0])), r"log of 0\.0 is -inf"),
        (lambda: autograd.acosh([2.0, -8.0]), r"acosh of -8\.0 is nan"),
        (lambda: autograd.hypot(np.array([[1.0], [1e308]]), [0.0, 1.7e308]), r"hypot of 1e\+308, 1\.7e\+308 is inf"),
        (lambda: autograd.sum([1e308, 1e308]), r"sum of 1e\+308, 1e\+308 is inf"),
        (lambda: autograd.sumprod([1e308, 1.0], (10.0, 1.0)), r"sumprod of 1e\+308, 1\.0, 10\.0, 1\.0 is inf"),
        (lambda: autograd.prod(np.full(5, 1e300)), r"prod of 1e\+300, .*\(5 operands\) is inf"),
    ]
    for call, message in calls:
        with trap(), pytest.raises(DomainError, match=message):
            call()
        call()
    with trap():
        assert autograd.exp(inf) == autograd.sum([inf, 1.0]) == inf  # not new
        assert np.isnan(autograd.log(np.array([np.nan, 1.0])))[0]
        assert autograd.softplus(-1e6) == 0.0 and autograd.gelu(np.array([-1e9]))[0] == 0.0


def test_stop_gradient() -> None:
    for stop in (Value.detach, stop_gradient):
        x = Value(3.0)
        y = x * x
        still = stop(y)
        assert (type(still), still.data, still.op, still.parents) == (Value, 9.0, "", ())
        (still * x).backward()
        assert (x.grad, y.grad) == (9.0, 0.0)
    assert stop_gradient(2.0) == 2.0
    assert [v.parents for v in stop_gradient(np.array([x * 2.0, x]))] == [(), ()]


def test_stop_gradient_of_structures() -> None:
    pair = namedtuple("pair", "a b")
    y = Value(3.0) * 2.0
    stopped = [
        *stop_gradient([y, (y, 1.0)])[1][:1],
        stop_gradient({"a": y})["a"],
        stop_gradient({"a": [y]})["a"][0],
        stop_gradient(pair(y, 2.0)).a,
    ]
    assert [(v.data, v.parents) for v in stopped] == [(6.0, ())] * 4


def test_zero_grad_of_structures() -> None:
    xs = [Value(float(i)) for i in range(6)]
    for x in xs:
        x.grad = 1.0
    zero_grad(xs[0])
    zero_grad({"a": [xs[1], (xs[2],)], "b": np.array([[xs[3]]], dtype=object)})
    zero_grad(x for x in xs[4:])
    assert [x.grad for x in xs] == [0.0] * 6
    for wrong in (None, 3.0, "x", [3.0]):
        with pytest.raises(TypeError, match="zero_grad"):
            zero_grad(wrong)
