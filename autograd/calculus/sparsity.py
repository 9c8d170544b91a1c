"""Sparsity patterns of Jacobians and Hessians, from the graph and the table's rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from autograd.calculus.ad import dependents
from autograd.calculus.dependence import NOTHING, Reach, Reads, curvature, is_linear, of_lists, union
from autograd.engine.backward import topological_order
from autograd.engine.registry import OPERATIONS
from autograd.engine.value import Value, operands


class Graph:
    """The nodes between outputs and variables, and what each of them has to say about the variables that it reaches.

    A node's set is made only where somebody reads it, and dropped after the last reader: a long chain of additions at the
    end of a program costs nothing.
    """

    def __init__(self, outputs: Sequence[Any], variables: Sequence[Value], whole: bool) -> None:
        roots = [y for y in outputs if type(y) is Value]
        self.order = topological_order(roots)
        self.places = {id(v): i for i, v in enumerate(variables)}
        self.active = dependents(self.order, set(self.places))
        self.uses = Counter(map(id, roots)) if whole else Counter[int]()
        self.sources: dict[int, list[Value]] = {}
        live = set(map(id, roots))
        for node in reversed(self.order):
            if id(node) in live and id(node) not in self.places:
                edges = self._edges(node)
                live.update([id(x) for x, _ in edges])
                read = [x for x, curved in edges if curved or self.uses[id(node)]]
                self.uses.update(map(id, read))
                self.sources[id(node)] = read

    def _edges(self, node: Value) -> list[tuple[Value, bool]]:
        """The operands towards which there is a derivative, and whether second ones come with them."""
        held, op = operands(node), node.operation
        places = [i for i, x in enumerate(held) if type(x) is Value and id(x) in self.active]
        if not op or OPERATIONS[op].row.arity is None:
            return [(held[i], not is_linear(op)) for i in places]
        found = curvature(op)
        second = [of or NOTHING for of in found]
        curved = [any([j in second[i] or i in second[j] for j in places]) for i in places]
        return [(held[i], bends) for i, bends in zip(places, curved, strict=True) if found[i] is not None]

    def walk(self) -> Iterator[tuple[Value, dict[int, Reach]]]:
        """Each node with sources, and the sets, by identity, that it may read."""
        reach: dict[int, Reach] = {}
        for node in self.order:
            key = id(node)
            if key in self.places:
                reach[key] = frozenset([self.places[key]])
                continue
            read = self.sources.get(key, [])
            if self.uses[key]:
                reach[key] = union([reach[id(x)] for x in read])
            if read:
                yield node, reach
            for x in read:
                self.uses[id(x)] -= 1
                if not self.uses[id(x)]:
                    reach.pop(id(x), None)
        self.reach = reach


def jacobian_pattern(outputs: Sequence[Any], variables: Sequence[Value]) -> list[Reach]:
    """For each output the variables that reach it."""
    graph = Graph(outputs, variables, whole=True)
    for _ in graph.walk():
        pass
    return [graph.reach.get(id(y), NOTHING) for y in outputs]


def hessian_pattern(output: Any, variables: Sequence[Value]) -> list[set[int]]:
    """For each variable those with which it interacts other than linearly on the way to the output."""
    rows: list[set[int]] = [set() for _ in variables]
    done: set[tuple[Reach, Reach]] = set()
    for node, reach in Graph([output], variables, whole=False).walk():
        for pair in _interactions(node, reach):
            if pair not in done:
                done.add(pair)
                for left, right in (pair, pair[::-1]):
                    for i in left:
                        rows[i] |= right
    return rows


def _interactions(node: Value, reach: dict[int, Reach]) -> Iterator[tuple[Reach, Reach]]:
    """Pairs of sets whose members have second derivatives with each other in this node."""
    sets = [reach.get(id(x), NOTHING) if type(x) is Value else NOTHING for x in operands(node)]
    if OPERATIONS[node.operation].row.arity is None:
        if not is_linear(node.operation):
            found = of_lists(node.operation, [Reads(s) for s in sets])
            yield from zip(sets, found, strict=True)
        return
    for left, second in zip(sets, curvature(node.operation), strict=True):
        yield from ((left, sets[j]) for j in second or ())
