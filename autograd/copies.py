"""Pickling and deep copying: a graph is laid flat in tables, so that depth and sharing cost nothing.

A `Block` holds what one root depends on, down to the leaves. Whatever else of the same graph is pickled while that block is
alive (the pickler keeps it) refers to it, so nodes shared by several roots stay shared.
"""

from __future__ import annotations

import copyreg
from typing import Any
from weakref import WeakValueDictionary

from autograd import value
from autograd.formulas import OPS
from autograd.own import OWN
from autograd.value import Value, operands

_blocks: WeakValueDictionary[int, Block] = WeakValueDictionary()  # by the identity of a node in it, which it keeps alive


class Block:
    """The operations that one root depends on and that no living block holds, each after its parents."""

    def __init__(self, root: Value) -> None:
        self.nodes = _not_in_blocks(root)
        self.places = {id(node): place for place, node in enumerate(self.nodes)}
        for node in self.nodes:
            _blocks[id(node)] = self

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
            name = OWN.get(node.operation) or node.primitive.name
            rows.append((name, node.data, node.grad, node.label, node.group, tuple(held), node.partials))
        return _load_block, (tuple(rows), tuple(outside))


def _not_in_blocks(root: Value) -> list[Value]:
    """The operations that root depends on, parents first, as far as no block has them."""
    order: list[Value] = []
    opened: set[int] = set()
    done: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in done:
            continue
        if id(node) in opened:
            done.add(id(node))
            order.append(node)
            continue
        opened.add(id(node))
        stack.append(node)
        for x in reversed(operands(node)):
            if type(x) is Value and x.operation and id(x) not in opened and id(x) not in _blocks:
                stack.append(x)
    return order


class _Loaded:
    """What a pickled block becomes: its nodes, made again."""

    def __init__(self, nodes: list[Value]) -> None:
        self.nodes = nodes


def _load_block(rows: tuple[Any, ...], outside: tuple[Value, ...]) -> _Loaded:
    nodes: list[Value] = []
    for name, data, grad, label, group, held, partials in rows:
        parents = tuple([x if type(x) is float else outside[-1 - x[0]] if x[0] < 0 else nodes[x[0]] for x in held])
        op = name.operation if callable(name) else OPS[name]
        nodes.append(value.restore(op, data, grad, label, group, False, parents, partials))
    return _Loaded(nodes)


def _load_leaf(data: float, grad: float, label: str, group: tuple[str, ...], is_constant: bool) -> Value:
    leaf: Value = value.restore(0, data, grad, label, group, is_constant, (), ())
    return leaf


def _take(block: _Loaded, place: int) -> Value:
    return block.nodes[place]


def _reduce(node: Value) -> Any:
    if not node.operation:
        return _load_leaf, (node.data, node.grad, node.label, node.group, node.is_constant)
    block = _blocks.get(id(node)) or Block(node)
    return _take, (block, block.places[id(node)])


copyreg.pickle(Value, _reduce)
