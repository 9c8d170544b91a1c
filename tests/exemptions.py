"""Where ways of differentiating may disagree: the contract's exemptions as a predicate, and how far rounding may carry them.

Both are read from graphs: that of the function and, for higher orders, those of its derivatives, recorded in reverse and in
forward mode. A path counts if no operand on it is cut.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from cases import Case
from rounding import difference, error
from ways import by_numpy, direction, each, forward, many, reverse

import autograd as ag
from autograd import Value, topological_order
from autograd.engine.value import operands
from autograd.ops.kernels import FLOATS

LARGE, SMALL = 1020.0, -1020.0  # binary exponents: a sum of some paths more or less
ROUNDED = 1e-10  # what is left of a sum of larger terms by less than this is mostly their rounding

Signs = frozenset[float]  # of path products: -inf, -1, 0, 1, inf
Edge = tuple[Value, Value, float]
Numbers = tuple[Any, ...]  # an operation, its result and operands


class Graph:
    """What a derivative is computed from: nodes and edges that are not cut."""

    def __init__(self, root: Value, leaves: Sequence[Value], known: Collection[Numbers] = ()) -> None:
        self.order, self.root, self.leaves = topological_order(root), root, leaves
        self.edges = [edge for node in self.order for edge in edges(node)]
        self.own = [node for node in self.order if node.operation and numbers(node) not in known]

    def flow(self, start: Value, upward: bool) -> tuple[dict[int, Signs], dict[int, int]]:
        """The signs of the products along all paths from a node, to what is below or above it, and how many paths there are."""
        signs, count = {id(start): frozenset([1.0])}, {id(start): 1}
        for node, operand, partial in self.edges if upward else reversed(self.edges):
            source, target = (operand, node) if upward else (node, operand)
            if id(source) in signs:
                further = frozenset(sign(s * sign(partial)) for s in signs[id(source)])
                signs[id(target)] = signs.get(id(target), frozenset()) | further
                count[id(target)] = min(2, count.get(id(target), 0) + count[id(source)])
        return signs, count

    def infinity_meets_a_sum(self) -> bool:
        """Whether infinity, times the sum of several paths above or below an edge, is not the sum of infinity times each."""
        infinite = [edge for edge in self.edges if math.isinf(edge[2])]
        if not infinite:
            return False
        above = self.flow(self.root, upward=False)
        for leaf in self.leaves:
            below = self.flow(leaf, upward=True)
            for node, operand, _ in infinite:
                if id(node) in above[0] and id(operand) in below[0]:
                    if _differs(above, node) or _differs(below, operand):
                        return True
        return False

    def product_leaves_the_range(self) -> bool:
        """Whether the product of finite partials along some path, from any node to any other, overflows or underflows."""
        longest: dict[int, tuple[float, float]] = {}
        for node, operand, partial in reversed(self.edges):
            if partial != 0.0 and math.isfinite(partial):
                low, high = longest.get(id(node), (0.0, 0.0))
                exponent = math.log2(abs(partial))
                before = longest.get(id(operand), (0.0, 0.0))
                low, high = min(low + exponent, before[0]), max(high + exponent, before[1])
                longest[id(operand)] = low, high
                if low < SMALL or high > LARGE:
                    return True
        return any(map(_leaves_the_range, self.own))

    def sum_rounds_to_0(self) -> bool:
        """Whether derivatives, or numbers that derivatives are made of, cancel but for their rounding."""
        starts = [(self.root, False), *((leaf, True) for leaf in self.leaves)]
        return any(_cancels(*self._totals(*start)) for start in starts) or any(map(_difference_is_rounding, self.own))

    def _totals(self, start: Value, upward: bool) -> tuple[dict[int, Fraction], dict[int, float], dict[int, float]]:
        """The sums of the products along all paths: exactly, in floats, and of their sizes; where partials are finite."""
        exact, total, size = {id(start): Fraction(1)}, {id(start): 1.0}, {id(start): 1.0}
        for node, operand, partial in self.edges if upward else reversed(self.edges):
            source, target = (operand, node) if upward else (node, operand)
            if id(source) in total and math.isfinite(partial):
                exact[id(target)] = exact.get(id(target), Fraction(0)) + exact[id(source)] * Fraction(partial)
                total[id(target)] = total.get(id(target), 0.0) + total[id(source)] * partial
                size[id(target)] = size.get(id(target), 0.0) + size[id(source)] * abs(partial)
        return exact, total, size

    def bound(self) -> float:
        """How far rounding may carry the root, to first order."""
        size = {id(self.root): 1.0}
        for node, operand, partial in reversed(self.edges):
            size[id(operand)] = size.get(id(operand), 0.0) + size.get(id(node), 0.0) * abs(partial)
        return (
            1.01 * sum(size[id(node)] * _error(node) for node in self.order if _error(node) > 0.0 and id(node) in size) + 5e-324
        )


def edges(node: Value) -> Iterator[Edge]:
    """The operands that are Values and not cut, with the partials."""
    if not node.operation:
        return
    held, row = operands(node), node.primitive
    numbers = [x.data if type(x) is Value else x for x in held]
    for i, (x, partial) in enumerate(zip(held, node.partials, strict=True)):
        if type(x) is Value and not (row.cut and row.cut[i] is not None and row.cut[i](FLOATS, *numbers)):
            yield node, x, partial


def sign(x: float) -> float:
    return x if math.isinf(x) or x != x or x == 0.0 else math.copysign(1.0, x)


def _differs(flow: tuple[dict[int, Signs], dict[int, int]], node: Value) -> bool:
    """Whether infinity does not distribute over the sum of these paths: a 0 or two signs are among them."""
    signs, count = flow[0][id(node)], flow[1][id(node)]
    return count > 1 and not any(s != s for s in signs) and not (min(signs) > 0.0 or max(signs) < 0.0)


def _cancels(exact: dict[int, Fraction], total: dict[int, float], size: dict[int, float]) -> bool:
    return any(
        abs(total[key]) < ROUNDED * size[key] and math.isfinite(size[key]) and Fraction(total[key]) != exact[key]
        for key in total
    )


def numbers(node: Value) -> Numbers:
    return (node.operation, str(node.data), *[str(x.data if type(x) is Value else x) for x in operands(node)])


def _leaves_the_range(node: Value) -> bool:
    """Whether a product or quotient of numbers that are not 0 is 0 or nearly, or infinite."""
    if node.primitive.name not in ("mul", "div", "prod", "sumprod"):
        return False
    held = [x.data if type(x) is Value else x for x in operands(node)]
    inside = all(math.isfinite(x) and x != 0.0 for x in held)
    return inside and not 2.0**SMALL < abs(node.data) < 2.0**LARGE


def _difference_is_rounding(node: Value) -> bool:
    held = [x.data if type(x) is Value else x for x in operands(node)]
    largest = max(map(abs, held))
    return node.primitive.name in ("add", "sub", "sum") and math.isfinite(largest) and 0.0 < abs(node.data) < ROUNDED * largest


def _error(node: Value) -> float:
    """How far an operation may be off; nothing where its result is special, which rounding does not make."""
    if node.data == 0.0 or not math.isfinite(node.data):
        return 0.0
    return max(error(node), difference(node))


class Exemptions:
    """What explains that two ways to a quantity of a case disagree."""

    def __init__(self, case: Case, on_a_line: bool = False) -> None:
        self.case, self.on_a_line = case, on_a_line
        self._graphs: dict[int, list[Graph]] = {}

    def graphs(self, order: int) -> list[Graph]:
        """Those of the derivatives of this order, recorded in reverse and in forward mode."""
        if order not in self._graphs:
            known = {numbers(node) for graph in self.graphs(0) for node in graph.own} if order else set()
            self._graphs[order] = []
            for mode in (reverse, forward) if order else (reverse,):
                inputs, starts = self._inputs()
                roots = (each(self.case.f, *[mode] * order) if order else self.case.f)(inputs)
                flat = [root for root in np.ravel(np.array(roots, dtype=object)) if type(root) is Value]
                self._graphs[order] += [Graph(root, starts, known) for root in flat]
        return self._graphs[order]

    def _inputs(self) -> tuple[list[Value], list[Value]]:
        """The arguments, and what is differentiated with respect to: for derivatives in a direction how far one goes too."""
        inputs, far = [Value(x) for x in self.case.point], Value(-0.0)
        if not self.on_a_line:
            return inputs, inputs
        inputs = [x + far * step for x, step in zip(inputs, direction(inputs), strict=True)]
        return inputs, [*inputs, far]

    def reason(self, order: int, finite: bool) -> str | None:
        """The exemption under which ways to a derivative of this order may differ; `finite`: in a finite number."""
        below = [graph for lower in range(order) for graph in self.graphs(lower)]
        if any(graph.product_leaves_the_range() for graph in below):
            return "a product of derivatives overflows or underflows"
        if any(graph.sum_rounds_to_0() for graph in below):
            return "a sum of derivatives rounds to 0"
        if not finite and any(graph.infinity_meets_a_sum() for graph in below):
            return "an infinite derivative meets a sum over several paths"
        return "numbers differ by rounding before any derivative" if self._primals_differ else None

    @cached_property
    def _primals_differ(self) -> bool:
        """Whether the executors have other last bits of the steps, whose operations IEEE 754 does not fix."""
        f, x = self.case.steps_and_result(), self.case.point
        eager = [y.data if type(y) is Value else y for y in f([Value(number) for number in x])]
        others = [np.array(run(f)(x), dtype=float) for run in (ag.jit, by_numpy, many)]
        return not all(np.array_equal(eager, other, equal_nan=True) for other in others)

    def bound(self, order: int) -> float:
        """How far apart rounding may carry finite derivatives of this order, in any of their entries."""
        total = sum(graph.bound() for graph in self.graphs(order))
        largest = max([abs(graph.root.data) for graph in self.graphs(order) if math.isfinite(graph.root.data)], default=0.0)
        return 2.0 * total if math.isfinite(total) else 1e-6 * max(1.0, largest)
