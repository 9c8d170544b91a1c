"""Pickle and deep-copy graphs: they are flattened into tables, without recursion.

A `Block` holds what one root depends on, down to the leaves. Whatever else of the same graph is pickled while that block is
alive (the pickler keeps it) refers to it, so nodes shared by several roots stay shared.
"""

from __future__ import annotations

import copy
import copyreg
import threading
from typing import Any
from weakref import WeakValueDictionary

from autograd.engine import value
from autograd.engine.context import Source
from autograd.engine.node import edges
from autograd.engine.registry import OPERATIONS
from autograd.engine.value import Value, operands
from autograd.ops.formulas import OPS

STEP = 40  # the nesting depth of pickled blocks between two that are written first


class _Blocks(threading.local):
    """The living blocks of a thread, by the identity of a node in it, which the block keeps alive."""

    def __init__(self) -> None:
        self.of: WeakValueDictionary[int, Block] = WeakValueDictionary()


_blocks = _Blocks()


class Block:
    """The operations that one root depends on and that no living block holds, each after its parents."""

    def __init__(self, root: Value) -> None:
        self.nodes = _not_in_blocks(root)
        self.places = {id(node): place for place, node in enumerate(self.nodes)}
        older = self._older()
        self.depth: int = 1 + max([block.depth for block in older], default=0)
        self.stones: tuple[Block, ...] = _stones(older)
        for node in self.nodes:
            _blocks.of[id(node)] = self

    def _older(self) -> list[Block]:
        """The living blocks that this one refers to, each once."""
        found: dict[int, Block] = {}
        for node in self.nodes:
            for x in operands(node):
                if type(x) is Value and x.operation and id(x) not in self.places:
                    block = _blocks.of[id(x)]
                    found[id(block)] = block
        return list(found.values())

    def __reduce__(self) -> Any:
        return _load_block, (self._first(), *self._tables())

    def _first(self) -> tuple[Block, ...]:
        """Blocks far below, to be written before the others: so a long chain of blocks is no deep recursion."""
        return self.stones if self.depth % STEP == 0 else ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        first = [copy.deepcopy(block, memo) for block in self._first()]
        rows, outside = self._tables()
        return _load_block(first, rows, tuple([copy.deepcopy(x, memo) for x in outside]))

    def _tables(self) -> tuple[tuple[Any, ...], tuple[Value, ...]]:
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
            name = OPERATIONS[node.operation].function or node.primitive.name
            rows.append((name, node.data, node.grad, node.label, node.group, node.source, tuple(held), edges(node)))
        return tuple(rows), tuple(outside)


def _stones(older: list[Block]) -> tuple[Block, ...]:
    """Every STEPth block below these, the lowest first."""
    found = {id(stone): stone for block in older for stone in (*block.stones, *([block] if block.depth % STEP == 0 else []))}
    return tuple(sorted(found.values(), key=lambda block: block.depth))


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
            if type(x) is Value and x.operation and id(x) not in opened and id(x) not in _blocks.of:
                stack.append(x)
    return order


class _Loaded:
    """What a pickled block becomes: its nodes, made again."""

    def __init__(self, nodes: list[Value]) -> None:
        self.nodes = nodes


def _load_block(first: Any, rows: tuple[Any, ...], outside: tuple[Value, ...]) -> _Loaded:
    nodes: list[Value] = []
    for name, data, grad, label, group, source, held, partials in rows:
        parents = tuple([x if type(x) is float else _operand(x, nodes, outside) for x in held])
        op = name.operation if callable(name) else OPS[name]
        _check(op, parents, partials)
        node = value.restore(op, parents, data, partials)
        value.set_state(node, grad, _note(label, group, source))
        nodes.append(node)
    return _Loaded(nodes)


def _note(label: str, group: tuple[str, ...], source: Source | None) -> Any:
    return (label, group, source) if label or group or source else None


def _operand(place: Any, nodes: list[Value], outside: tuple[Value, ...]) -> Any:
    """The operand at a place: of this block, or from -1 down of those outside; anything else is left to `_check`."""
    if type(place) is tuple and type(place[0]) is int and -len(outside) <= place[0] < len(nodes):
        return nodes[place[0]] if place[0] >= 0 else outside[-1 - place[0]]
    return place


def _check(op: int, parents: tuple[Any, ...], partials: tuple[Any, ...]) -> None:
    """ValueError where a damaged pickle's parts do not fit together."""
    arity = OPERATIONS[op].row.arity if op <= len(OPS) else None
    fit = len(parents) == len(partials) > 0 and arity in (None, len(parents))
    if not fit or {*map(type, parents)} - {Value, float} or {*map(type, partials)} - {float, type(None)}:
        raise ValueError("the pickled graph is damaged, or of another version of this package")


def _load_leaf(data: float, grad: float, label: str, group: tuple[str, ...], source: Source | None, is_constant: bool) -> Value:
    leaf: Value = value.constant(data) if is_constant else value.leaf(data)
    value.set_state(leaf, grad, _note(label, group, source))
    return leaf


def _take(block: _Loaded, place: int) -> Value:
    return block.nodes[place]


def _reduce(node: Value) -> Any:
    if not node.operation:
        return _load_leaf, (node.data, node.grad, node.label, node.group, node.source, node.is_constant)
    block = _blocks.of.get(id(node)) or Block(node)
    return _take, (block, block.places[id(node)])


copyreg.pickle(Value, _reduce)
