"""Nothing is left behind: no memory, no cycles, nothing for the garbage collector to look at."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
from autograd import Value

STATM = Path("/proc/self/statm")
STEPS = 100_000


def resident() -> int:
    """Bytes of memory this process holds; 0 where the system does not say."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if STATM.exists() else 0


@pytest.fixture(autouse=True)
def frozen_heap() -> Iterator[None]:
    """What exists before a test is none of the collector's business: collecting is quick."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def fill_the_pool() -> None:
    """The compiled implementation keeps some thousand freed nodes for reuse; have them all made before measuring."""
    [Value(0.0) for _ in range(20_000)].clear()


PARAMS = [Value(0.1 * i - 0.2, label=f"w{i}") for i in range(5)]


def step() -> None:
    """One step of training on one sample: forward, backward, descend."""
    a, b, c, d, e = PARAMS
    hidden = ag.tanh(a * 0.5 + b)
    loss = (ag.sumprod([hidden, c], [d, 2.0]) + e - 1.0) ** 2
    loss.backward()
    for p in PARAMS:
        p.data -= 0.01 * p.grad
    ag.zero_grad(PARAMS)


# ---- things a program does again and again


@ag.primitive(partials=[lambda x: 3.0 * x * x])
def cube(x: float) -> float:
    return x**3


def build_and_sweep() -> None:
    x = Value(0.5)
    y = x
    for _ in range(30):
        y = ag.sin(y * x + 0.1) + ag.sum([y, x, 1.0]) + ag.clip(y, -1.0, x) + cube(x)
    y.backward()
    assert y.parents and y.partials


def read_the_graph() -> None:
    from autograd import topological_order

    y = 2.0 * Value(3.0) + 1.0
    for node in topological_order(y):
        assert node in {node, *node.parents}


def with_modes() -> None:
    x = Value(2.0)
    with ag.scope("layer"), ag.trap(), ag.no_grad():
        y = x * 3.0
    assert y.group == ("layer",)


def with_exceptions() -> None:
    x = Value(0.0)
    with suppress(ag.DomainError), ag.trap():
        ag.log(x * 2.0)
    with suppress(TypeError):
        Value("one")  # type: ignore[arg-type]
    with suppress(ZeroDivisionError):
        ag.grad(lambda x: 1 // 0)(1.0)


def arrays() -> None:
    w = ag.asarray([[1.0, 2.0], [3.0, 4.0]], label="w")
    ag.sum(ag.softmax(w @ w, axis=1)[0] ** 2).backward()
    assert ag.grads(w).shape == (2, 2)


def pickled() -> None:
    import copy
    import pickle

    x = Value(2.0)
    y = ag.exp(x * x)
    pickle.loads(pickle.dumps((y, x)))[0].backward()
    copy.deepcopy([y, x])[0].backward()


def f(p: Any) -> Any:
    return ag.exp(p[0] * p[1]) + ag.sin(p[0]) ** 3 + ag.logsumexp(p)


POINT = [0.3, 0.7]


def transforms() -> None:
    ag.grad(f)(POINT)
    ag.value_and_grad(f)(POINT)
    ag.hessian(f)(POINT)
    ag.jacobian(ag.grad(f), mode="forward")(POINT)
    ag.hvp(f, POINT, [1.0, 0.0])
    ag.jvp(f, (POINT,), ([1.0, 0.0],))
    ag.vjp(f, POINT)[1](1.0)
    ag.grad(ag.grad(ag.grad(lambda x: ag.exp(x * x))))(0.5)
    x = Value(0.5)
    ag.gradient(ag.gradient(x**3, x, create_graph=True), x)


HABITS = [build_and_sweep, read_the_graph, with_modes, with_exceptions, arrays, pickled, transforms]


@pytest.mark.slow
def test_long_training() -> None:
    for _ in range(STEPS // 10):
        step()
    fill_the_pool()
    gc.collect()
    memory, objects = resident(), len(gc.get_objects())
    for _ in range(STEPS):
        step()
    grown = resident() - memory
    gc.collect()
    assert len(gc.get_objects()) - objects < 50
    assert grown < 2**20, f"{grown} bytes in {STEPS} steps: {grown / STEPS:.1f} a step"


@pytest.mark.slow
@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__)
def test_no_growth(habit: Callable[[], None]) -> None:
    for _ in range(200):
        habit()
    fill_the_pool()
    gc.collect()
    memory, blocks, objects = resident(), sys.getallocatedblocks(), len(gc.get_objects())
    for _ in range(1000):
        habit()
    gc.collect()
    assert len(gc.get_objects()) - objects < 20
    assert sys.getallocatedblocks() - blocks < 500
    assert resident() - memory < 2**20


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__)
def test_no_cyclic_garbage(without_collector: None, habit: Callable[[], None]) -> None:
    habit()
    gc.collect()  # what importing and caching left, the first time
    habit()
    assert gc.collect() == 0


@pytest.mark.skipif(sys.getallocatedblocks() == 0, reason="PYTHONMALLOC=malloc: Python counts no blocks")
def test_graph_is_freed_at_once(without_collector: None) -> None:
    fill_the_pool()
    blocks = sys.getallocatedblocks()
    y = Value(1.0)
    for _ in range(50_000):
        y = y * 0.5 + y
    assert sys.getallocatedblocks() - blocks > 50_000
    del y
    assert abs(sys.getallocatedblocks() - blocks) < 200


def test_operands_outlive_no_node(without_collector: None) -> None:
    """The references a node takes are given back: to the numbers, tuples and labels it holds."""
    number, label = 12345.678, "a label of its own"
    before = sys.getrefcount(number), sys.getrefcount(label)
    x = Value(2.0, label=label)
    nodes = [x * number, number**x, ag.sum([x, number]), ag.clip(x, number, number), ag.prod([number, x])]
    ag.sum(nodes).backward()
    assert nodes[0].parents[1].data == number
    del x, nodes
    assert (sys.getrefcount(number), sys.getrefcount(label)) == before


@pytest.mark.skipif(not ag.compiled, reason="only C can do without the collector")
def test_compiled_nodes_are_small_and_untracked() -> None:
    x = Value(2.0, label="x")
    nodes = [x, x * 3.0, x * x, -x, ag.exp(x), ag.sum([x, x]), ag.clip(x, 0.0, 1.0), cube(x)]
    for node in nodes:
        assert not gc.is_tracked(node)
        assert sys.getsizeof(node) <= 96
