"""What pictures read of a node, so that they can be made of a graph of Values and of whatever else has these attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from autograd import Value
from autograd.engine.value import topological


class Node(Protocol):
    """A number and how it was made; the attributes are those of `autograd.Value`, which is one."""

    @property
    def data(self) -> float: ...
    @property
    def grad(self) -> float: ...
    @property
    def label(self) -> str: ...
    @property
    def op(self) -> str: ...
    @property
    def parents(self) -> tuple[Any, ...]: ...
    @property
    def partials(self) -> tuple[float, ...]: ...
    @property
    def group(self) -> tuple[str, ...]: ...
    @property
    def primitive(self) -> Any: ...
    @property
    def source(self) -> tuple[str, int] | None: ...
    @property
    def is_constant(self) -> bool: ...


def listing(roots: Sequence[Node]) -> list[Node]:
    """What the roots depend on, operands in their order just before their result: the order that reads best."""
    nodes: list[Node] = []
    done: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, opened = stack.pop()
        if id(node) in done:
            continue
        if opened or not node.parents:
            done.add(id(node))
            nodes.append(node)
        else:
            stack.append((node, True))
            stack += [(parent, False) for parent in reversed(node.parents) if id(parent) not in done]
    return nodes


def in_order(root: Node) -> list[Node]:
    """The same nodes in the order in which the engine's sweep goes back over them; constants may be missing."""
    return list(topological(root)) if isinstance(root, Value) else listing([root])
