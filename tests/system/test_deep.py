"""Graphs deep, wide and shared: each case in a process of its own, where a crash is a failing test."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import output

import autograd

DEEP = 10_000_000 if autograd.compiled else 1_000_000
WIDE = 1_000_000 if autograd.compiled else 200_000


HEAD = f"from autograd import Value\nimport autograd as ag\nDEEP, WIDE = {DEEP}, {WIDE}\n"

CHAIN = """
y = x = Value(1.0)
for _ in range(DEEP):
    y = y + 1.0
y.backward()
print(y.data == DEEP + 1, x.grad)
del y
print("freed", x.grad)
"""
TREE = """
level = [Value(1.0) for _ in range(1 << (WIDE.bit_length() - 1))]
first, count = level[0], len(level)
while len(level) > 1:
    level = [a + b for a, b in zip(level[::2], level[1::2])]
level[0].backward()
print(level[0].data == count, first.grad)
level.clear()
print("freed")
"""
WIDE_SUM = """
xs = [Value(1.0) for _ in range(WIDE)]
total = ag.sum(xs)
total.backward()
print(total.data == WIDE, xs[0].grad, xs[-1].grad)
del total, xs
print("freed")
"""
CHAIN_OF_SUMS = """
x = y = Value(1.0)
for _ in range(WIDE):
    y = ag.sum([y, 1.0, 2.0])
y.backward()
print(x.grad)
del y
print("freed")
"""
DIAMONDS = """
x = y = Value(1.0)
for _ in range(WIDE):
    y = (y + y) * 0.5
y.backward()
print(x.grad)
del y
print("freed")
"""
PATHS = """
x = y = Value(1.0)
for _ in range(60):
    y = y + y
y.backward()
print(x.grad == 2.0 ** 60)
"""
RANDOM = """
import random
random.seed(20)
nodes = [Value(random.random()) for _ in range(100)]
for i in range(WIDE):
    a, b = random.choice(nodes[-1000:]), random.choice(nodes)
    made = (a * b, a + a, ag.sumprod([a, b], [b, 0.5]), ag.clip(a, b, 1.0), ag.sin(a))
    nodes.append(made[i % len(made)])
random.shuffle(nodes)
while nodes:
    nodes.pop()
print("freed")
"""
EXCEPTION = """
def fail():
    y = Value(1.0)
    for _ in range(DEEP):
        y = y * 1.0
    raise ValueError("kept")
try:
    fail()
except ValueError as error:
    print(error)
"""
EXIT = """
y = Value(1.0)
for _ in range(DEEP):
    y = y * 1.0
print("the interpreter frees the rest")
"""
THREADS = """
import threading
def chain():
    y = Value(1.0)
    for _ in range(WIDE // 4):
        y = y + y * 0.5
    chains.append(y)
for _ in range(2):
    chains = []
    makers = [threading.Thread(target=chain) for _ in range(4)]
    [t.start() for t in makers]; [t.join() for t in makers]
    killers = [threading.Thread(target=chains.pop) for _ in range(4)]
    [t.start() for t in killers]; [t.join() for t in killers]
print("freed", len(chains))
"""
SHARED = """
import sys, threading
sys.setswitchinterval(1e-5)
leaf, failed = Value(0.5), []
def work():
    try:
        for _ in range(100):
            y = leaf
            for _ in range(100):
                y = y * 1.0 + leaf
            y.backward()
    except BaseException as error:
        failed.append(error)
threads = [threading.Thread(target=work) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(failed, leaf.grad == 8 * 100 * 101)
"""
ORDER = """
from autograd import topological_order
x = y = Value(1.0)
for _ in range(WIDE):
    y = y * 1.0
nodes = topological_order(y)
print(nodes[0] is x, nodes[-1] is y, len(nodes) == WIDE + 1)
"""
GENERATED = """
from autograd import topological_order
def roots():
    for i in range(2000):
        y = Value(float(i)) * 2.0
        for _ in range(50):
            y = y * 1.5
        yield y
nodes = topological_order(roots())
print(len(nodes) == 2000 * 52, sum(node.op == "" for node in nodes))
"""
NO_VALUE = """
from autograd import topological_order
for wrong in (None, 1.0, "y"):
    try:
        topological_order([wrong])
    except TypeError:
        print("refused")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        pytest.param(CHAIN, "True 1.0\nfreed 1.0", id="chain"),
        pytest.param(TREE, "True 1.0\nfreed", id="balanced tree"),
        pytest.param(WIDE_SUM, "True 1.0 1.0\nfreed", id="one wide sum"),
        pytest.param(CHAIN_OF_SUMS, "1.0\nfreed", id="chain of sums"),
        pytest.param(DIAMONDS, "1.0\nfreed", id="a million diamonds"),
        pytest.param(PATHS, "True", id="2^60 paths"),
        pytest.param(RANDOM, "freed", id="random graph freed in random order"),
        pytest.param(EXCEPTION, "kept", id="freed while an exception is raised"),
        pytest.param(EXIT, "the interpreter frees the rest", id="freed at exit"),
        pytest.param(THREADS, "freed 0", id="freed from several threads"),
        pytest.param(SHARED, "[] True", id="threads that share a leaf"),
        pytest.param(ORDER, "True True True", id="topological order of a chain"),
        pytest.param(GENERATED, "True 2000", id="topological order of roots that nothing else holds"),
        pytest.param(NO_VALUE, "refused\nrefused\nrefused", id="topological order of no Value"),
    ],
)
def test_deep_graphs(tmp_path: Path, program: str, expected: str) -> None:
    assert output(HEAD + program, tmp_path) == expected
