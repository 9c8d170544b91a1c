"""The pure-Python and the compiled implementation give the same bits; which of them runs is what was asked for."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import pytest
from helpers import output, python

import autograd

# Every operation of the table on sampled and on special operands; then operators, constants, modes, reductions, random
# graphs, sweeps over them, gradients of gradients. Each line: what it is, then numbers in hexadecimal.
PROGRAM = """
import math, random
import numpy as np
import autograd as ag
from autograd import Value
from autograd.engine.functions import FUNCTIONS
from autograd.ops.primitives import TABLE
from autograd import topological_order

def show(what, *numbers):
    print(what, *[float(x).hex() for x in numbers])

def show_node(what, node, leaves):
    node.backward()
    show(what, node.data, *[x for n in topological_order(node) for x in n.partials], *[x.grad for x in leaves])

random.seed(11)
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, math.inf, -math.inf, math.nan, 1e-300, 1e300, -1e300, 5e-324, 710.0)
for name, row in TABLE.items():
    if row.arity is None or name == "where":
        continue
    points = [[random.uniform(*interval) for interval in row.sample] for _ in range(40)]
    points += [[random.choice(SPECIAL) for _ in row.sample] for _ in range(60 if row.arity > 1 else 0)]
    points += [[x] for x in SPECIAL] if row.arity == 1 else []
    for point in points:
        leaves = [Value(x) for x in point]
        show_node(name, FUNCTIONS[name](*leaves), leaves)
        if row.arity == 2:
            show_node(name, FUNCTIONS[name](leaves[0], point[1]), leaves)
            show_node(name, FUNCTIONS[name](point[0], leaves[1]), leaves)
for name in ("sum", "prod", "mean", "logsumexp"):
    for size in (1, 2, 3, 10, 200):
        leaves = [Value(random.gauss(0, 3)) for _ in range(size)]
        show_node(name, FUNCTIONS[name](leaves + [0.25]), leaves)
for size in (1, 7):
    leaves = [Value(random.gauss(0, 1)) for _ in range(2 * size)]
    show_node("sumprod", ag.sumprod(leaves[:size], leaves[size:]), leaves)
    show_node("softmax", ag.sumprod(ag.softmax(leaves), leaves), leaves)
    show_node("log_softmax", ag.sumprod(ag.log_softmax(leaves), leaves), leaves)

def random_graph(size):
    leaves = [Value(random.uniform(0.5, 1.5)) for _ in range(20)]
    nodes = list(leaves)
    for i in range(size):
        a, b, k = random.choice(nodes[-30:]), random.choice(nodes), random.choice([2, 0.5, True, -1.25, np.float32(0.1)])
        made = (lambda: a * b, lambda: a + k, lambda: k - b, lambda: a / (1.5 + b * b), lambda: ag.tanh(a),
                lambda: -b, lambda: abs(a), lambda: a % 1.5, lambda: ag.sum([a, b, k, a]), lambda: ag.sigmoid(a) ** 2,
                lambda: ag.maximum(a, b), lambda: ag.where(a > b, a, b * 0.5), lambda: divmod(a, b + 3)[0] + round(a, 1),
                lambda: ag.clip(a, -1, b), lambda: ag.sumprod([a, b], [b, 1.0]), lambda: ag.exp(-abs(a)))
        node = made[i % len(made)]()
        nodes.append(node if abs(node.data) < 1e3 else ag.tanh(node))
    return leaves, nodes

for size in (10, 100, 3000):
    leaves, nodes = random_graph(size)
    root = ag.mean(nodes)
    root.backward()
    root.backward(0.5)
    show("graph", root.data, *[x.data for x in nodes], *[x.grad for x in nodes])
    show("leaves", *[x.grad for x in leaves])
    show("compared", *[a < b for a, b in zip(nodes, nodes[1:])], *[a == 0.5 for a in nodes])

def model(p):
    return ag.softplus(p[0] * p[1]) + ag.tanh(p[2]) ** 3 / ag.sqrt(p[1]) + ag.logsumexp(p) * ag.sin(p[0])
point = [0.3, 1.7, -0.4]
show("value_and_grad", ag.value_and_grad(model)(point)[0], *ag.grad(model)(point))
show("hessian", *[x for row in ag.hessian(model)(point) for x in row])
show("jacobian", *[x for row in ag.jacobian(ag.softmax)(np.array(point)) for x in row])
show("hvp", *ag.hvp(model, point, [1.0, 2.0, 3.0]), *ag.jvp(model, (point,), (point,)))
show("third", ag.grad(ag.grad(ag.grad(lambda x: ag.tanh(x * x))))(0.7))
x, trapped = Value(0.5, "x"), 0
with ag.scope("s"), ag.no_grad():
    show("no_grad", (x * x).data, len((x * x).parents))
for operation in (ag.log, ag.exp, ag.sqrt, lambda v: v / 0, lambda v: v**0.5):
    try:
        with ag.trap():
            operation(Value(-1000.0))
    except ag.DomainError as error:
        trapped += 1
        print("trap", str(error).replace(" ", "_"), x)
show("trapped", trapped)
"""

# Where CPython has an algorithm of its own in place of the C library's: hypot (in the partials of asinh and atan2 too) and
# lgamma, which CPython promises to "a few multiples of the machine accuracy", an absolute error at its zeros.
# The figures are ulps, of 1 at least.
LOOSE = {"hypot": 1.0, "atan2": 2.0, "asinh": 1.0, "direction_cosine": 4.0, "turn": 6.0, "lgamma": 8.0}
if sys.version_info < (3, 11):  # its math has neither; NumPy's take their place, and the partials follow
    LOOSE |= {"exp2": 2.0, "cbrt": 6.0}


def lines(folder: Path, compiled: int) -> list[str]:
    """What the program prints with one implementation, in a process of its own."""
    done = python("-c", PROGRAM, folder=folder, AUTOGRAD_COMPILED=str(compiled))
    if compiled and not autograd.compiled and "ImportError: AUTOGRAD_COMPILED=1" in done.stderr:
        pytest.skip("the compiled implementation is not built here")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-2000:]
    return done.stdout.splitlines()


def same(a: str, b: str, ulps: float) -> bool:
    if a == b or ulps == 0.0:
        return a == b
    x, y = float.fromhex(a), float.fromhex(b)
    return abs(x - y) <= ulps * math.ulp(max(abs(x), 1.0))


def test_same_bits(tmp_path: Path) -> None:
    compiled = lines(tmp_path, 1)
    pure = lines(tmp_path, 0)
    assert len(compiled) == len(pure) > 2000
    different = []
    for one, other in zip(compiled, pure, strict=True):
        name = one.split()[0]
        pairs = zip(one.split(), other.split(), strict=True)
        if not all(same(a, b, LOOSE.get(name, 0.0)) for a, b in pairs):
            different.append((one[:300], other[:300]))
    assert not different, f"{len(different)} lines, {sorted({a.split()[0] for a, _ in different})}: {different[:5]}"


# ---- which one runs


def test_autograd_compiled_is_heeded() -> None:
    wish = os.environ.get("AUTOGRAD_COMPILED", "")
    assert wish == "" or autograd.compiled == (wish == "1")
    assert autograd.compiled != str(sys.modules["autograd.engine.value"].__file__).endswith(".py")


WHICH = "import sys, autograd; print(autograd.compiled, sys.modules['autograd.engine.value'].__file__.endswith('.py'))"


def test_autograd_compiled_0_is_pure_python(tmp_path: Path) -> None:
    assert output(WHICH, tmp_path, AUTOGRAD_COMPILED="0") == "False True"


def test_cython_is_not_imported(tmp_path: Path) -> None:
    """Sources that can be compiled run without it, and are not slowed down where it is installed."""
    program = "import sys, autograd; print([name for name in sys.modules if name.lower().split('.')[0] == 'cython'])"
    assert output(program, tmp_path, AUTOGRAD_COMPILED="0") == "[]"


def test_autograd_compiled_1_is_compiled(tmp_path: Path) -> None:
    """Or an error that says how to build it."""
    done = python("-c", WHICH, folder=tmp_path, AUTOGRAD_COMPILED="1")
    if done.returncode == 0:
        assert done.stdout == "True False\n"
    else:
        assert not autograd.compiled
        assert "ImportError: AUTOGRAD_COMPILED=1" in done.stderr and "C compiler" in done.stderr


def test_autograd_compiled_otherwise_raises(tmp_path: Path) -> None:
    done = python("-c", WHICH, folder=tmp_path, AUTOGRAD_COMPILED="yes")
    assert done.returncode != 0 and "ImportError: AUTOGRAD_COMPILED='yes' is not understood" in done.stderr
