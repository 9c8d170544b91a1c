"""examples/tiny_engine.py: at most 80 lines, and the gradients of the package."""

from __future__ import annotations

import random
import runpy
import subprocess
import sys
from typing import Any

import pytest
from helpers import ROOT

import autograd

PATH = ROOT / "examples" / "tiny_engine.py"
TINY = runpy.run_path(str(PATH))["Value"]


def positive(x: Any) -> Any:
    """A number between 1/2 and 3/2."""
    return x.tanh() * x.tanh() + 0.5


STEPS = (  # none of them makes a number more than twice as large
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y.tanh(),
    lambda x, y: x / positive(y),
    lambda x, y: positive(x) ** y.tanh(),
    lambda x, y: x.tanh() ** 3,
    lambda x, y: 1 + 0.5 * x,
    lambda x, y: 2.0 - x / 3,
    lambda x, y: 1.0 / positive(x),
    lambda x, y: -x,
    lambda x, y: x.tanh().exp(),
    lambda x, y: positive(x).log(),
    lambda x, y: x.tanh(),
    lambda x, y: x.sigmoid(),
    lambda x, y: x.relu(),
    lambda x, y: x.relu() + x,
)


def expression(value: Any, seed: int) -> tuple[list[Any], Any]:
    """Three leaves of a class, and the result of thirty random steps from them."""
    rng = random.Random(seed)
    leaves = [value(rng.uniform(-2.0, 2.0)) for _ in range(3)]
    nodes = list(leaves)
    for _ in range(30):
        x, y = rng.choices(nodes, k=2)
        nodes.append(rng.choice(STEPS)(x, y))
    result = nodes[-1]
    for node in nodes[-10:-1]:
        result = result + 0.3 * node
    return leaves, result


@pytest.mark.parametrize("seed", range(100))
def test_gradients_agree_with_the_package(seed: int) -> None:
    print("seed", seed)
    (mine, y), (ours, z) = expression(TINY, seed), expression(autograd.Value, seed)
    for _ in range(2):  # leaves accumulate, all other nodes start again
        y.backward()
        z.backward()
        assert y.data == pytest.approx(z.data, rel=1e-12)
        assert [leaf.grad for leaf in mine] == pytest.approx([leaf.grad for leaf in ours], rel=1e-9, abs=1e-12)
    assert any(leaf.grad for leaf in mine)


def test_a_long_chain_needs_no_recursion() -> None:
    x = y = TINY(1.0)
    for _ in range(100_000):
        y = y + x
    y.backward()
    assert x.grad == 100_001.0


def test_a_node_used_twice_is_complete_before_it_is_passed_on() -> None:
    x = TINY(2.0)
    a = x * x
    (a + a * a).backward()
    assert (x.grad, a.grad) == (36.0, 9.0)


def test_it_fits_on_one_page() -> None:
    assert len(PATH.read_text(encoding="utf-8").splitlines()) <= 80


def test_it_computes_the_error_terms_of_the_lesson() -> None:
    printed = subprocess.run([sys.executable, str(PATH)], capture_output=True, check=True, encoding="utf-8").stdout
    assert printed == "error terms: output 0.12183224, hidden 0.00304550; step of W: 0.03015349\n"
