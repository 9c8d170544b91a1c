"""Pickling and deep copying: a graph is laid flat in tables, so that depth and sharing cost nothing.

A `Block` holds every node that one root depends on. Whatever else of the same graph is pickled while that block is alive
(the pickler keeps it) refers to it, so nodes shared by several roots stay shared.
"""

from __future__ import annotations

import copyreg
from typing import Any
from weakref import WeakSet

from autograd import value
from autograd.formulas import OPS
from autograd.own import OWN
from autograd.value import Value, operands, topological

_alive: WeakSet[Block] = WeakSet()


class Block:
    """The nodes of one graph that no older living block holds, each after its parents."""

    def __init__(self, root: Value) -> None:
        older = list(_alive)
        self.nodes = [node for node in topological(root) if not any(id(node) in block.places for block in older)]
        self.places: dict[int, int] = {id(node): place for place, node in enumerate(self.nodes)}
        _alive.add(self)

    def __reduce__(self) -> Any:
        rows = []
        outside: list[Value] = []
        seen: dict[int, int] = {}
        for node in self.nodes:
            held: list[Any] = []
            for x in operands(node):
                if type(x) is not Value:
                    held.append(x)
                elif id(x) in self.places:
                    held.append((self.places[id(x)],))
                else:
                    if id(x) not in seen:
                        seen[id(x)] = len(outside)
                        outside.append(x)
                    held.append((-1 - seen[id(x)],))
            name = OWN.get(node.operation) or (node.primitive.name if node.operation else "")
            rows.append((name, node.data, node.grad, node.label, node.group, node.is_constant, tuple(held), node.partials))
        return _load_block, (tuple(rows), tuple(outside))


class _Loaded:
    """What a pickled block becomes: its nodes, made again."""

    def __init__(self, nodes: list[Value]) -> None:
        self.nodes = nodes


def _load_block(rows: tuple[Any, ...], outside: tuple[Value, ...]) -> _Loaded:
    nodes: list[Value] = []
    for name, data, grad, label, group, is_constant, held, partials in rows:
        parents = tuple([x if type(x) is float else outside[-1 - x[0]] if x[0] < 0 else nodes[x[0]] for x in held])
        op = name.operation if callable(name) else OPS[name] if name else 0
        nodes.append(value.restore(op, data, grad, label, group, is_constant, parents, partials))
    return _Loaded(nodes)


def _take(block: _Loaded, place: int) -> Value:
    return block.nodes[place]


def _reduce(node: Value) -> Any:
    for block in list(_alive):
        if id(node) in block.places:
            return _take, (block, block.places[id(node)])
    block = Block(node)
    return _take, (block, block.places[id(node)])


copyreg.pickle(Value, _reduce)
