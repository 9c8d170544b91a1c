"""First-order bounds of rounding: what each operation may be off, times the derivative with respect to it."""

from __future__ import annotations

import math
from collections.abc import Callable

from expressions import Expression

from autograd import Value

# Whose results IEEE 754 fixes, also in lists, which are summed and multiplied from the left: the same bits everywhere.
FIXED = frozenset(
    "neg abs add sub mul div mod floordiv fmod sqrt relu leaky_relu sign floor ceil trunc minimum maximum clip where "
    "sum prod mean sumprod".split()
)
UNROUNDED = frozenset("neg abs floordiv relu sign floor ceil trunc minimum maximum clip where".split())
# The others call elementary functions of the C library, of Python's math or of NumPy, which are off by some units in the
# last place; so are rules that compose several of them.
ULPS = 4
DIGAMMA = 450  # its series: 1e-13


def nodes(root: Value) -> list[Value]:
    """The operations that a Value depends on."""
    found, stack = {root}, [root]
    while stack:
        fresh = set(stack.pop().parents) - found
        found |= fresh
        stack += fresh
    return [node for node in found if node.op]


def difference(node: Value) -> float:
    """How far two computations of one operation on the same operands may be apart."""
    name = node.operation
    if name in FIXED:
        return 0.0
    if name == "digamma":
        return 2 * DIGAMMA * math.ulp(max(1.0, abs(node.data)))
    if name == "lgamma":  # an absolute error at its zeros
        return 2 * ULPS * math.ulp(max(1.0, abs(node.data)))
    largest = max(abs(parent.data) for parent in node.parents) if name == "logsumexp" else 0.0
    return 2 * ULPS * math.ulp(max(abs(node.data), largest, 1.0 if name == "logsumexp" else 0.0))


def error(node: Value) -> float:
    """How far an operation may be from its exact result."""
    name = node.operation
    if name not in FIXED:
        return difference(node) / 2
    if name in UNROUNDED:
        return 0.0
    terms = [parent.data * partial for parent, partial in zip(node.parents, node.partials, strict=True)]
    roundings = len(terms) + 1 if name in ("sum", "mean", "sumprod") else len(terms) if name == "prod" else 1
    largest = sum(map(abs, terms)) if name in ("sum", "mean", "sumprod") else 0.0
    return 0.5 * roundings * math.ulp(max(abs(node.data), largest))


def bound(e: Expression, of: Callable[[Value], float]) -> float:
    """The sum of what every operation contributes, inputs and constants being exact; a hundredth more for higher orders."""
    root = e([Value(x) for x in e.inputs], Value)
    root.backward()
    return 1.01 * sum(abs(node.grad) * of(node) for node in nodes(root)) + 1e-36  # of the numbers of 40 digits
