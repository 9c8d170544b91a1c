"""The units of a network, recognised in its graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from viz.model.graph import Graph
from viz.model.node import Node, row_name
from viz.model.weighted_sums import SUMS, WEIGHT, WeightedSums, is_activation


@dataclass(frozen=True, eq=False)
class Unit:
    """One unit: `node` is its output, `net` its net input; linear, they are one.

    `inputs` are pairs of weight and source, `bias` a leaf or None, `others` further terms of the sum, which have no weight.
    `activation` is the name of its row in the table (or the symbol of an operation from outside it), "" if linear.
    `layer` is the scope, or "layer 1", "layer 2" by `depth`.
    """

    name: str
    node: Node
    net: Node
    inputs: tuple[tuple[Node, Node], ...]
    bias: Node | None
    others: tuple[Node, ...]
    activation: str
    layer: str
    depth: int


def find_units(graph: Graph) -> list[Unit]:
    """The units of the network, layer by layer; [] if it has none.

    A unit is an activation of a weighted sum, or a weighted sum of inputs and outputs of other units. Sums may be written
    with +, Python's sum(), autograd.sum or sumprod. In a product of two leaves the weight is recognised by its label (w1,
    W, ... against x1, input, ...), by the scope of the sum, by being used less often, at last by being the first.

    >>> from autograd import Value, sigmoid
    >>> a = sigmoid(Value(0.4, "w1") * Value(0.1, "x1") + Value(-0.2, "w2") * Value(0.3, "x2"))
    >>> [unit] = find_units(Graph([a]))
    >>> [(weight.label, source.label) for weight, source in unit.inputs], unit.activation
    ([('w1', 'x1'), ('w2', 'x2')], 'sigmoid')
    """
    finder = _Finder(graph)
    units = [unit for i in range(len(graph)) if (unit := finder.unit(i)) is not None]
    return _named(sorted(units, key=lambda unit: unit.depth))


class _Finder:
    """Goes over the nodes, operands first, and remembers the depth of the units."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.sums = WeightedSums(graph)
        self.outputs: set[int] = set()  # the ids of the units' outputs
        self.below: list[int] = []  # the depth of the deepest unit that each node depends on

    def unit(self, i: int) -> Unit | None:
        """The unit whose output node i is."""
        node = self.graph.nodes[i]
        self.below.append(max((self.below[operand] for operand in self.graph.operands[i]), default=0))
        unit = None
        if is_activation(node):
            unit = self._weighted_sum(node, node.parents[0], row_name(node) or node.op)
        elif row_name(node) in (*SUMS, "mul") and not self.sums.is_inner(node):
            unit = self._weighted_sum(node, node, "")
        if unit is not None:
            self.below[i] = unit.depth
            self.outputs.add(id(node))
        return unit

    def _weighted_sum(self, node: Node, net: Node, activation: str) -> Unit | None:
        inputs, others = self.sums.split(net, bool(activation))
        if not activation and not self._is_linear(inputs, others):
            return None
        if all(weight.is_constant for weight, _ in inputs) and not (activation and len(inputs) > 1):
            return None
        free = [x for x in others if not x.op and not x.is_constant]
        bias = next(iter([*free, *(x for x in others if x.is_constant and x.data != 0.0)]), None)
        others = [x for x in others if x is not bias and not x.is_constant]
        depth = self.below[self.graph.index[id(net)]] + 1
        return Unit("", node, net, tuple(inputs), bias, tuple(others), activation, "", depth)

    def _is_linear(self, inputs: list[tuple[Node, Node]], others: list[Node]) -> bool:
        """Whether a sum without an activation is a unit.

        Only inputs and outputs of other units may be in it.
        """
        sources = [source for _, source in inputs]
        named = any(WEIGHT.match(weight.label) or id(source) in self.outputs for weight, source in inputs)
        is_sum = len(inputs) > 1 or bool(others) or named
        return is_sum and all(not x.op or id(x) in self.outputs for x in [*sources, *others])


def _named(units: Sequence[Unit]) -> list[Unit]:
    """The units with their names and layers."""
    together: dict[tuple[int, tuple[str, ...]], int] = {}
    for unit in units:
        for length in range(len(unit.node.group) + 1):
            key = (unit.depth, unit.node.group[:length])
            together[key] = together.get(key, 0) + 1
    named = []
    for i, unit in enumerate(units, 1):
        group = unit.node.group
        if len(group) > 1 and together[unit.depth, group] == 1 < together[unit.depth, group[:-1]]:
            group = group[:-1]  # a scope of one unit among others
        name = unit.node.label or unit.net.label or f"unit {i}"
        named.append(replace(unit, name=name, layer=" / ".join(group) or f"layer {unit.depth}"))
    return named
