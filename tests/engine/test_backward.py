"""The reverse sweep: gradients of leaves and nodes, repeated, interrupted, and called from a signal handler."""

from __future__ import annotations

import copy
import math
import os
import pickle
from pathlib import Path
from random import Random

import numpy as np
import pytest
from helpers import output

import autograd
from autograd import Value, gradient, topological_order
from autograd import sum as ag_sum
from autograd.engine.backward import made_since, order_since
from autograd.engine.value import next_level


def test_seed() -> None:
    for seed, expected in (((), 6.0), ((2.5,), 15.0), ((np.float32(0.5),), 3.0), ((0,), 0.0), ((-1,), -6.0)):
        x = Value(3.0)
        y = x * x
        y.backward(*seed)
        assert (x.grad, y.grad) == (expected, float(*seed) if seed else 1.0)
    y.backward(seed=1.0)
    assert x.grad == 0.0


def test_second_sweep_doubles_leaves() -> None:
    """Exactly, to the last bit."""
    x, w = Value(0.1), Value(0.7)
    y = autograd.tanh(x * w + 0.3) ** 3
    y.backward()
    once = (x.grad, w.grad)
    y.backward()
    assert (x.grad, w.grad) == (2 * once[0], 2 * once[1])


def test_interior_gradients_start_at_zero() -> None:
    x = Value(3.0)
    y = x * x
    z = y * 5.0
    for _ in range(3):
        z.backward()
        assert (z.grad, y.grad) == (1.0, 5.0)
    z.backward(2.0)
    assert (z.grad, y.grad, x.grad) == (2.0, 10.0, 3 * 30.0 + 60.0)


def test_assigned_grad_counts_at_leaves_only() -> None:
    x = Value(3.0)
    y = x * x
    z = y * 5.0
    x.grad, y.grad, z.grad = 1.0, 100.0, 100.0
    z.backward()
    assert (x.grad, y.grad, z.grad) == (31.0, 5.0, 1.0)


def test_assigned_data_changes_no_recorded_derivative() -> None:
    x, w = Value(2.0), Value(5.0)
    y = x * w
    z = autograd.exp(y)
    x.data, w.data, y.data = 100.0, 200.0, 300.0
    z.backward()
    assert (x.grad, w.grad) == (5.0 * math.exp(10.0), 2.0 * math.exp(10.0))
    assert (x * w).data == 20000.0


def test_root_is_a_leaf() -> None:
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    x.backward(2.5)
    assert x.grad == 3.5


def test_diamonds() -> None:
    x = Value(3.0)
    y = x * x
    z = y + y
    w = z * y - x
    w.backward()
    assert (w.grad, z.grad, y.grad, x.grad) == (1.0, 9.0, 9.0 * 2 + 18.0, 36.0 * 6.0 - 1.0)


def test_root_inside_a_later_graph() -> None:
    x = Value(3.0)
    y = x * x
    y.backward()
    z = y * 10.0
    z.backward()
    assert (y.grad, x.grad) == (10.0, 6.0 + 60.0)
    y.backward()
    assert (z.grad, y.grad, x.grad) == (1.0, 1.0, 6.0 + 60.0 + 6.0)


def test_nodes_outside_keep_their_gradients() -> None:
    x = Value(3.0)
    y, z = x * 2.0, x * 5.0
    y.backward()
    z.backward(7.0)
    assert (y.grad, z.grad, x.grad) == (1.0, 7.0, 37.0)


# ---- cuts


def test_what_only_a_cut_leads_to_is_not_reached() -> None:
    """Its gradient starts at 0 in each sweep as all others do, and it sends nothing on, though a partial be infinite."""
    x, y = Value(0.0), Value(2.0)
    root = autograd.sqrt(x)
    below = root * y
    below.backward()
    x.grad = y.grad = 0.0
    assert root.grad == 2.0
    for top in (autograd.maximum(below, 1.0), autograd.clip(y, below, 3.0), autograd.floor(below), below // y):
        below.grad = root.grad = 7.0
        top.backward()
        assert (below.grad, root.grad, x.grad) == (0.0, 0.0, 0.0)
    assert y.grad == 1.0  # of clip


def test_one_open_way_is_enough() -> None:
    x = Value(4.0)
    root = autograd.sqrt(x)
    for top in (autograd.maximum(root, 3.0) + root, root + autograd.maximum(root, 3.0), autograd.clip(root, root, 9.0)):
        x.grad = 0.0
        top.backward()
        assert (root.grad, x.grad) == (1.0, 0.25)


def test_an_adjoint_of_0_is_a_number() -> None:
    """It reaches what it is sent to, where nothing at all does not."""
    x = Value(0.0)
    autograd.sqrt(x).backward(0.0)
    assert math.isnan(x.grad)
    y, z = Value(0.0), Value(0.0)
    (autograd.sqrt(y) * 0.0 + autograd.minimum(autograd.sqrt(z), -1.0)).backward()
    assert math.isnan(y.grad) and z.grad == 0.0


def test_cuts_of_operations_on_many_operands() -> None:
    x = Value(0.0)
    deep = autograd.sqrt(x)
    for place, expected in ((0, [1.0, 0.0, 0.0]), (1, [0.0, 1.0, 0.0]), (2, [0.0, 0.0, 1.0])):
        operands = [Value(0.5), Value(0.0), Value(1.0)]
        if place:
            operands[0].data = [-1.0, 2.0][place - 1]
        autograd.clip(*operands).backward()
        assert [v.grad for v in operands] == expected
        operands[(place + 1) % 3] = deep + operands[(place + 1) % 3].data
        top = autograd.clip(*operands)
        assert sum(top.cuts) == 2
        top.backward()
        assert x.grad == 0.0


def test_a_step_of_the_chain_rule_by_hand() -> None:
    x, w = Value(2.0), Value(-3.0)
    h = autograd.maximum(x * w, 1.0)
    y = h * x + autograd.clip(w, -1.0, 1.0)
    y.grad = 1.0
    for node in reversed(autograd.topological_order(y)):
        node._backward()
    by_hand = [x.grad, w.grad]
    x.grad = w.grad = 0.0
    y.backward()
    assert by_hand == [x.grad, w.grad] == [1.0, 0.0]
    square = x * x
    square.grad, x.grad = 1.0, 0.0
    square._backward()
    assert x.grad == 4.0
    root = autograd.sqrt(Value(0.0))
    root.grad = 0.0
    root._backward()
    assert math.isnan(root.parents[0].grad)
    step = autograd.floor(root)
    step.grad, root.grad = math.inf, 0.5
    step._backward()
    assert root.grad == 0.5


# ---- ages


def test_the_order_since_a_call_began() -> None:
    x = Value(2.0)
    old = x * x
    level = next_level()
    y = Value(3.0)
    young = y * old
    top = young + x
    nodes, outside = order_since(level, [top])
    assert outside and list(map(id, nodes)) == list(map(id, [x, y, young, top]))
    assert order_since(level, [y * y])[1]  # made outside of all calls, that leaf is not the call's
    assert not order_since(level, [y.detach() * 2.0])[1]
    assert order_since(level, [old]) == ([], True)
    assert set(topological_order(top)) == {x, old, y, young, top}
    assert order_since(0, [top]) == (topological_order(top), False)


def test_what_takes_the_age_of_a_node() -> None:
    """A sweep does, and only that; then a derivative with respect to it looks at everything."""
    next_level()
    x = Value(2.0)
    y = x * x
    z = y * x
    level = made_since([x])
    next_level()
    w = z * z
    assert level == made_since([y]) == made_since([w, z]) < made_since([w])
    topological_order(w), order_since(made_since([w]), [w]), order_since(level, [z])
    gradient(w, [x, y]), gradient(w, z, create_graph=True)
    assert level == made_since([x]) == made_since([y, z]) < made_since([w])
    for copied in (copy.copy(y), copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert made_since([copied]) > made_since([w])
        assert gradient(copied * 3.0, copied) == 3.0
    z.backward()
    assert made_since([x]) == made_since([y]) == made_since([z]) == made_since([w, z]) == 0 < made_since([w])
    assert gradient(w, [x, y, z]) == [192.0, 32.0, 16.0]
    assert gradient(w, []) == []


def test_a_constant_is_as_old_as_what_uses_it() -> None:
    """Though it becomes a leaf only when somebody asks for it."""
    x = Value(3.0)
    y, total = x * 2.0, ag_sum([x, 5.0])
    next_level()
    assert gradient(y, y.parents[1]) == 3.0 and gradient(total, total.parents[1], create_graph=True).data == 1.0


COUNTED = """
import autograd
from autograd import Value, grad, gradient
from autograd.engine import _pure
from autograd.engine.backward import made_since
old = Value(3.0) * 1.0
for calls in (_pure.AGES - 5, _pure.AGES + made_since([old]) - 2):
    _pure._level = calls
    for _ in range(9):
        young = old * 2.0
        slope = grad(lambda x: x * grad(lambda y: x * y * young)(2.0))(3.0)
        assert slope.data == 36.0, slope
        assert gradient(young * old, [old, young]) == [12.0, 3.0]
assert made_since([old]) == 0 and not autograd.compiled
print("right")
"""


def test_ages_count_modulo(tmp_path: Path) -> None:
    """After so many calls an old node may look young, but no young one old; no input of gradient() is taken for younger."""
    assert output(COUNTED, tmp_path, AUTOGRAD_COMPILED="0") == "right"


WALKED = """
calls = []
def walk(_, __):
    raise KeyboardInterrupt
signal.signal(signal.SIGALRM, walk)
grad = autograd.grad
for tenth in range(2, 9, 3):
    for interrupted in (autograd.topological_order, Value.backward):
        try:
            signal.setitimer(signal.ITIMER_REAL, whole * tenth / 20)
            interrupted(y)
        except KeyboardInterrupt:
            calls.append(interrupted)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        found = grad(lambda x: x * grad(lambda z: x * z * y)(2.0))(3.0)
        assert found.data == 6.0 * y.data and autograd.gradient(found, leaves[0]) == 6.0 * once[0], found
assert len(set(calls)) == 2
print("right")
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="interval timers need a Unix")
def test_nested_derivatives_after_an_interrupted_walk(tmp_path: Path) -> None:
    """The ages that it has taken are not guessed."""
    assert output(COMB.replace("00_000", "0_000") + WALKED, tmp_path) == "right"


ORDER = """
import random, struct, zlib
from autograd import Value, sum as total, tanh
random.seed(3)
leaves = [Value(random.gauss(0, 1)) for _ in range(50)]
nodes = list(leaves)
for i in range(3000):
    a, b, c = random.choice(nodes[-80:]), random.choice(nodes), random.choice(leaves)
    nodes.append([tanh(a * b + c), a * c - b, total([a, b, c, a])][i % 3])
    if not abs(nodes[-1].data) < 1e6: nodes.pop()
total(nodes).backward()
print(zlib.crc32(struct.pack(f"{len(nodes)}d", *[node.grad for node in nodes])))
"""


def test_same_bits_in_every_process(tmp_path: Path) -> None:
    assert output(ORDER, tmp_path, PYTHONHASHSEED="1") == output(ORDER, tmp_path, PYTHONHASHSEED="2")


# A comb: sum of (weight * leaf), every gradient an exact integer, the leaves met along the whole sweep.
COMB = """
import autograd, os, signal, time
from autograd import SweepError, Value
size = 1_000_000 if autograd.compiled else 100_000
leaves = [Value(1.0) for _ in range(1000)]
y = leaves[0]
for i in range(size):
    y = (y * 1.0 + leaves[i % 1000]) * 1.0
start = time.perf_counter()
y.backward()
whole = time.perf_counter() - start
once = [x.grad for x in leaves]
assert once == [size / 1000 + 1] + [size / 1000] * 999
def sweeps():
    "how many sweeps the leaves hold: a whole number, or the text says what"
    counts = {x.grad / one for x, one in zip(leaves, once)}
    return counts.pop() if len(counts) == 1 else f"a part: {sorted(counts)[:9]}"
"""
INTERRUPT = """
signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
signal.signal(signal.SIGINT, signal.default_int_handler)
cut, n = 0, 1.0
for tenth in range(1, 13):
    try:
        signal.setitimer(signal.ITIMER_REAL, whole * tenth / 10)
        y.backward()
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert sweeps() == n + 1, sweeps()
    except KeyboardInterrupt:
        assert sweeps() in (n, n + 1), sweeps()
        cut += sweeps() == n
    n = sweeps()
assert cut > 0, "no sweep was interrupted"
y.backward()
z = leaves[1] * leaves[2]
z.backward(size / 1000)
assert leaves[3].grad == (n + 1) * once[3] and leaves[1].grad == (n + 2) * once[1] and y.grad == 1.0
print("all or none")
"""


# One sum of very many leaves: most of the time goes into handing them their gradients.
WIDE = """
import autograd, os, signal
from autograd import Value
leaves = [Value(1.0) for _ in range(200_000)]
y, n = autograd.sum(leaves), 0
signal.signal(signal.SIGALRM, signal.default_int_handler)
for attempt in range(60):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0002 + 0.001 * attempt)
        y.backward()
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert leaves[0].grad == n + 1
    except KeyboardInterrupt:
        assert leaves[0].grad in (n, n + 1)
    n = leaves[0].grad
    assert {x.grad for x in leaves} == {n}, (attempt, n)
y.backward()
assert {x.grad for x in leaves} == {n + 1}
print("all or none")
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="interval timers need a Unix")
@pytest.mark.parametrize("program", [COMB + INTERRUPT, WIDE], ids=["deep", "wide"])
def test_interrupted_sweep(program: str, tmp_path: Path) -> None:
    """After Ctrl-C the leaves hold all of a sweep or nothing of it, and the next sweep is right."""
    assert output(program, tmp_path) == "all or none"


HANDLER = """
z = leaves[1] * 3.0
seen = []
def handler(*_):
    for root in (y, z):
        try:
            root.backward()
            seen.append("done")
        except SweepError:
            seen.append("refused")
signal.signal(signal.SIGALRM, handler)
for _ in range(100):  # until the signal comes in the middle of the sweep
    autograd.zero_grad(leaves)
    seen.clear()
    signal.setitimer(signal.ITIMER_REAL, whole / 4)
    y.backward()
    signal.setitimer(signal.ITIMER_REAL, 0)
    if seen == ["refused", "refused"]:
        break
    assert seen in ([], ["done", "done"]), seen
else:
    raise AssertionError("no signal came in the middle")
assert sweeps() == 1.0
y.backward()
z.backward()
assert leaves[1].grad == 2 * once[1] + 3.0 and leaves[2].grad == 2 * once[2]
print("never hangs")
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="interval timers need a Unix")
def test_sweep_in_a_signal_handler(tmp_path: Path) -> None:
    """In the middle of another sweep it is refused and harms nothing."""
    assert output(COMB + HANDLER, tmp_path) == "never hangs"


def test_the_order_has_every_node_once_and_after_its_parents() -> None:
    random = Random(1)
    nodes = leaves = [Value(float(i)) for i in range(5)]
    for _ in range(100):
        a, b = random.choice(nodes), random.choice(nodes)
        nodes = [*nodes, random.choice([a * b, a + a, autograd.sum([a, b, a]), autograd.sin(a), 2.0 * b])]
    for roots in (nodes[-1], nodes, [nodes[-1], nodes[3], nodes[-1], nodes[50]]):
        order = autograd.topological_order(roots)
        place = {id(node): i for i, node in enumerate(order)}
        assert len(place) == len(order)
        assert all(id(root) in place for root in ([roots] if roots is nodes[-1] else roots))
        known = [parent for node in order for parent in node.parents if not parent.is_constant]
        assert {id(node) for node in known} <= set(place)
        assert all(place[id(parent)] < place[id(node)] for node in order for parent in node.parents if id(parent) in place)
        assert all(id(leaf) in place for leaf in leaves) or roots is not nodes
