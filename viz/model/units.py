"""The units of a network, found in its graph: weighted sums, their weights, biases and activations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from viz.model.node import Node, listing
from viz.model.weighted_sums import SUMS, WEIGHT, Sums, is_activation, row_name

__all__ = ["Unit", "row_name", "units"]


@dataclass(frozen=True, eq=False)
class Unit:
    """One unit: `node` is its output, `net` its net input (the same node if it is linear).

    `inputs` are pairs of weight and source, `bias` a leaf or None, `others` further terms of the sum, which have no weight.
    `activation` is the name of its row in the table (or the symbol of an operation of your own), "" if linear.
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


def units(root: Node | Iterable[Node]) -> list[Unit]:
    """The units of the network under `root` (a Value or several), layer by layer; [] if it has none.

    A unit is an activation of a weighted sum, or a weighted sum of inputs and outputs of other units. Sums may be written
    with +, Python's sum(), autograd.sum or sumprod. In a product of two leaves the weight is told by its label (w1, W, ...
    against x1, input, ...), by the scope of the sum, by being used less often, at last by standing first.

    >>> from autograd import Value, sigmoid
    >>> a = sigmoid(Value(0.4, "w1") * Value(0.1, "x1") + Value(-0.2, "w2") * Value(0.3, "x2"))
    >>> [unit] = units(a)
    >>> [(weight.label, source.label) for weight, source in unit.inputs], unit.activation
    ([('w1', 'x1'), ('w2', 'x2')], 'sigmoid')
    """
    roots = list(root) if isinstance(root, Iterable) else [root]
    nodes = listing(roots)
    finder = _Finder(Sums(nodes, roots))
    found = [unit for node in nodes if (unit := finder.unit(node)) is not None]
    return _named(sorted(found, key=lambda unit: unit.depth))


class _Finder:
    """Goes over the nodes in order, operands first, and remembers the depth of the units found."""

    def __init__(self, sums: Sums) -> None:
        self.sums = sums
        self.depth: dict[int, int] = {}  # of each unit's output
        self.below: dict[int, int] = {}  # of the deepest unit that a node depends on

    def unit(self, node: Node) -> Unit | None:
        """The unit whose output this node is."""
        self.below[id(node)] = max((self.below[id(parent)] for parent in node.parents), default=0)
        found = None
        if is_activation(node):
            found = self._weighted_sum(node, node.parents[0], row_name(node) or node.op)
        elif row_name(node) in (*SUMS, "mul") and id(node) not in self.sums.taken:
            found = self._weighted_sum(node, node, "")
        if found is not None:
            self.depth[id(node)] = self.below[id(node)] = found.depth
        return found

    def _weighted_sum(self, node: Node, net: Node, activation: str) -> Unit | None:
        inputs, others = self.sums.split(net, bool(activation))
        if not activation and not self._is_linear(inputs, others):
            return None
        if all(weight.is_constant for weight, _ in inputs) and not (activation and len(inputs) > 1):
            return None
        free = [x for x in others if not x.op and not x.is_constant]
        bias = next(iter([*free, *(x for x in others if x.is_constant and x.data != 0.0)]), None)
        others = [x for x in others if x is not bias and not x.is_constant]
        return Unit("", node, net, tuple(inputs), bias, tuple(others), activation, "", self.below[id(net)] + 1)

    def _is_linear(self, inputs: list[tuple[Node, Node]], others: list[Node]) -> bool:
        """Without an activation to tell, only what came in or out of other units counts as input."""
        sources = [source for _, source in inputs]
        named = len(inputs) > 1 or bool(others) or any(WEIGHT.match(w.label) or id(s) in self.depth for w, s in inputs)
        return named and all(not x.op or id(x) in self.depth for x in [*sources, *others])


def _named(found: list[Unit]) -> list[Unit]:
    """The units with their names and layers."""
    together: dict[tuple[int, tuple[str, ...]], int] = {}
    for unit in found:
        for length in range(len(unit.node.group) + 1):
            key = (unit.depth, unit.node.group[:length])
            together[key] = together.get(key, 0) + 1
    result = []
    for i, unit in enumerate(found, 1):
        group = unit.node.group
        if len(group) > 1 and together[unit.depth, group] == 1 < together[unit.depth, group[:-1]]:
            group = group[:-1]  # a scope of one unit among others
        name = unit.node.label or unit.net.label or f"unit {i}"
        result.append(replace(unit, name=name, layer=" / ".join(group) or f"layer {unit.depth}"))
    return result
