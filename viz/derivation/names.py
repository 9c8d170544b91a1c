"""A name for each node of an explanation or a table."""

from __future__ import annotations

from collections.abc import Iterable

from viz.model.node import Node
from viz.style.escape import clean


def name_nodes(nodes: Iterable[Node]) -> dict[int, str]:
    """A name for each node, by its identity; no name twice.

    It is the label, or else v1, v2, ...

    >>> from autograd import Value
    >>> x, y = Value(1.0, "x"), Value(2.0, "x")
    >>> list(name_nodes([x, y, x * y]).values())
    ['x', 'x#2', 'v1']
    """
    distinct = list({id(node): node for node in nodes}.values())
    labels = [clean(node.label).replace("\n", " ").strip() for node in distinct]
    reserved = set(labels)
    names: dict[int, str] = {}
    used: set[str] = set()
    counters: dict[str, int] = {}
    for node, label in zip(distinct, labels, strict=True):
        name = label
        while not name or name in used or (name != label and name in reserved):
            counters[label] = counters.get(label, 0 if not label else 1) + 1
            name = f"{label}#{counters[label]}" if label else f"v{counters[label]}"
        used.add(name)
        names[id(node)] = name
    return names
