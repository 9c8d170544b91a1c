"""Fold a graph without loss: chains of + become one Σ, constants go inside.

Nothing is folded that has a name or is shared.

Sums of products can be folded too, as sumprod is drawn: the local derivative on each arrow is then the other factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from viz.model.engine import TABLE
from viz.model.graph import Graph
from viz.model.node import GLYPHS, Node, glyph, row_name
from viz.model.operation_text import with_constants

Operand = tuple[int, float | None]  # which node, and the local derivative towards it, None if it is cut


@dataclass
class Item:
    """A node that is drawn: its operands, its operation, the nodes folded into it."""

    index: int
    operands: list[Operand]
    operation: str
    folded: list[int] = field(default_factory=list)
    constants: list[float] = field(default_factory=list)  # those of the folded nodes that are constants


def unfolded(graph: Graph) -> list[Item]:
    """Every node as it is."""
    return [Item(i, _operands(graph, i), glyph(node)) for i, node in enumerate(graph.nodes)]


def fold(graph: Graph, products: bool = False) -> list[Item]:
    """The nodes to be drawn, in order; with `products`, sums of products as one."""
    return _Folding(graph, products).items()


def fewest_items(graph: Graph) -> int:
    """A number of items that folding will not fall below; cheaper than folding."""
    sums = (TABLE["add"], TABLE["mul"])
    return sum(bool(node.label) or (node.primitive not in sums if node.op else not node.is_constant) for node in graph.nodes)


def same(x: float, y: float) -> bool:
    """Equal, or both nan."""
    return x == y or (x != x and y != y)


def _operands(graph: Graph, i: int) -> list[Operand]:
    return list(graph.edges[i])


class _Folding:
    """Which nodes of a graph go into the item of their only user."""

    def __init__(self, graph: Graph, products: bool) -> None:
        self.graph, self.nodes = graph, graph.nodes
        used_once = {i for i, users in enumerate(graph.users) if len(users) == 1 and not self.nodes[i].label}
        self.foldable = used_once - graph.root_ids
        only_user = {i: self.nodes[graph.users[i][0]] for i in self.foldable}
        self.sums = {i for i, user in only_user.items() if _is_partial_sum(self.nodes[i], user)}
        self.products = {i for i, user in only_user.items() if _is_term(self.nodes[i], user)} if products else set()

    def items(self) -> list[Item]:
        items = [self._item(i) for i in range(len(self.nodes)) if i not in self.sums]
        folded = {i for item in items for i in item.folded}
        return [item for item in items if item.index not in folded]

    def _item(self, i: int) -> Item:
        """Node i with the sums and products inside it opened, constants inside its text."""
        item = Item(i, [], glyph(self.nodes[i]))
        stack = _operands(self.graph, i)[::-1]
        while stack:
            operand = stack.pop()
            if operand[0] in self.sums or operand[0] in self.products:
                stack += self._open(item, operand[0])[::-1]
            else:
                item.operands.append(operand)
        if item.folded:
            row = "sum" if self.products.isdisjoint(item.folded) else "sumprod"
            item.operation = GLYPHS.get(TABLE[row].glyph, TABLE[row].glyph)
        self._take_constants(item)
        return item

    def _open(self, item: Item, i: int) -> list[Operand]:
        """Fold node i into the item; what the item then has for an operand instead."""
        item.folded.append(i)
        operands = _operands(self.graph, i)
        if i in self.products:  # a constant factor is the local derivative on the arrow of the other
            factor = [k for k, _ in operands if self._is_constant(k)][:1]
            item.folded += factor
            item.constants += [self.nodes[k].data for k in factor]
            operands = [operand for operand in operands if operand[0] not in factor]
        return operands

    def _is_constant(self, i: int) -> bool:
        return self.nodes[i].is_constant and i in self.foldable

    def _take_constants(self, item: Item) -> None:
        """Move constants from the operands into the text of the operation.

        Those stay operands whose number and place the text would not tell.
        """
        places = [k for k, (i, _) in enumerate(item.operands) if self._is_constant(i)]
        if not places or len(places) == len(item.operands):
            return
        name = row_name(self.nodes[item.index])
        if name == "sumprod":
            places = self._constant_factors(item, places)
        else:
            constants = {k: self.nodes[item.operands[k][0]].data for k in places}
            name = "sum" if item.folded else name
            operation = with_constants(item.operation, name, constants, len(item.operands))
            if not operation:
                return
            item.operation = operation
        item.folded += [item.operands[k][0] for k in places]
        item.constants += [self.nodes[item.operands[k][0]].data for k in places]
        item.operands = [operand for k, operand in enumerate(item.operands) if k not in places]

    def _constant_factors(self, item: Item, places: Sequence[int]) -> list[int]:
        """The constants of a dot product that the arrow of the other factor shows.

        They are its local derivative.
        """
        half = len(item.operands) // 2
        pairs = {k: (k + half) % (2 * half) for k in places}
        return [
            k
            for k, other in pairs.items()
            if other not in pairs and item.operands[other][1] == self.nodes[item.operands[k][0]].data
        ]


def _is_partial_sum(node: Node, user: Node) -> bool:
    """Whether Σ at the user says everything about this node.

    So it is where the node is the sum of its terms and has the same gradient.
    """
    if node.primitive is not TABLE["add"] or user.primitive not in (TABLE["add"], TABLE["sum"]) or node.group != user.group:
        return False
    left, right = node.parents
    return same(node.data, left.data + right.data) and same(node.grad, user.grad)


def _is_term(node: Node, user: Node) -> bool:
    """Whether the node is a product that a sum can take in."""
    sums = (TABLE["add"], TABLE["sum"])
    return node.primitive is TABLE["mul"] and user.primitive in sums and node.group == user.group and same(node.grad, user.grad)
