"""Reverse and forward accumulation over a recorded graph, in dicts.

Adjoints and tangents live in dicts, so `.grad` is untouched; recorded sweeps make new nodes, which can be differentiated
again. A node in such a dict has been reached by a derivative, though it be 0; what lies behind cuts only is not in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd._validate import real
from autograd.engine.backward import topological_order
from autograd.engine.context import mode, tracing
from autograd.engine.functions import VALUES
from autograd.engine.modes import untrapped
from autograd.engine.node import has_cuts
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value, constant, number, operands
from autograd.errors import DomainError

Linear = dict[int, Any]  # an adjoint or tangent by the identity of its node


def gradient(output: Value, inputs: Any, create_graph: bool = False) -> Any:
    """Compute the derivatives of a graph that is already built.

    No `.grad` is changed. It is one reverse sweep, over the nodes that depend on an input.

    Args:
        output: the Value to be differentiated.
        inputs: Values of its graph, leaves or nodes between, to differentiate with respect to: one, or a list, tuple,
            dict or array of them, nested.
        create_graph: whether the derivatives are recorded Values, which can be differentiated again; False by default.

    Returns:
        The derivatives in the structure of `inputs`, floats or, with `create_graph`, Values. They are 0 for a Value
        that is not in the graph.

    Raises:
        TypeError: if the output or an input is not a Value.

    Examples:
        >>> x = Value(3.0)
        >>> y = x * x * x
        >>> slope = gradient(y, x, create_graph=True)
        >>> slope.data, gradient(slope, x)
        (27.0, 18.0)
    """
    if type(output) is not Value:
        raise TypeError(f"gradient() needs a Value as output, not {type(output).__name__}")
    tree = Raveled(inputs)
    for item in tree.numbers:
        if type(item) is not Value:
            raise TypeError(f"gradient() needs Values as inputs, not {type(item).__name__}")
    create_graph = create_graph or tracing()  # another call has other numbers
    found = pull_back({id(output): (output, 1.0)}, tree.numbers, create_graph)
    return tree.rebuild([as_value(x) for x in found] if create_graph else found)


def as_value(x: Any) -> Value:
    """A Value as it is, a number as a leaf."""
    return constant(x if type(x) is Value else float(x))


def pull_back(seeds: Mapping[int, tuple[Value, Any]], inputs: Sequence[Value], record: bool) -> list[Any]:
    """The adjoints of the inputs: the reverse sweep from seeded outputs, over what depends on an input only."""
    order = topological_order([node for node, _ in seeds.values()])
    wanted = {id(item) for item in inputs}
    active = dependents(order, wanted)
    adjoints: Linear = {key: seed for key, (_, seed) in seeds.items() if key in active}
    found: Linear = {}
    for node in reversed(order):
        adjoint = adjoints.pop(id(node), None)
        if adjoint is None:
            continue
        if id(node) in wanted:
            found[id(node)] = adjoint
        for x, partial in _edges(node, active, record):
            amount = _times(partial, adjoint)
            before = adjoints.get(id(x))
            adjoints[id(x)] = amount if before is None else before + amount
    return [found.get(id(item), 0.0) for item in inputs]


def dependents(order: Sequence[Value], inputs: set[int]) -> set[int]:
    """Which nodes of a graph in topological order depend on the inputs, these included; all by identity."""
    active = set(inputs)
    for node in order:
        if id(node) not in active and any([type(x) is Value and id(x) in active for x in operands(node)]):
            active.add(id(node))
    return active


def _times(partial: Any, linear: Any) -> Any:
    """The product, without a node for a factor that is plainly 1; in a trace as at run time an adjoint of 0 may cut."""
    if type(partial) is Branch:
        return VALUES.where(partial.condition, *((linear, 0.0) if partial.first else (0.0, linear)))
    if type(partial) is float and partial == 1.0:
        return linear
    if type(linear) is float and linear == 1.0:
        return partial
    return VALUES.zmul(linear, partial, linear) if type(partial) is Value and tracing() else partial * linear


def _edges(node: Value, active: set[int], record: bool) -> list[tuple[Value, Any]]:
    """The active operands that are not cut, with the local derivatives: as recorded with the node, or anew as Values."""
    held = operands(node)
    places = [i for i, x in enumerate(held) if type(x) is Value and id(x) in active]
    if has_cuts(node) and not (record and tracing()):  # another call cuts others
        cuts = node.cuts
        places = [i for i in places if not cuts[i]]
    if not places:
        return []
    if not record:
        partials = node.partials
        return [(held[i], partials[i]) for i in places]
    with untrapped():  # a rule also computes the branch that it does not take
        recorded = _recorded(node, held, places)
    if mode()[2]:
        _listen(node, recorded)
    edges = [(held[i], partial) for i, partial in zip(places, recorded, strict=True) if partial is not None]
    return [edge for edge in edges if type(edge[1]) is not float or edge[1] != 0.0] if tracing() else edges


class Branch(NamedTuple):
    """The local derivative of a choice that a trace keeps open: 1 to the branch taken, to the other an absolute 0."""

    condition: Any
    first: bool


def _recorded(node: Value, held: Sequence[Any], places: Sequence[int]) -> list[Any]:
    row = node.primitive
    if row.name == "where":
        return [Branch(held[0], i == 1) if i else 0.0 for i in places]
    if row.arity is not None:
        return [row.partials[i](VALUES, *held, node) for i in places]
    size = len(held) // max(row.lists, 1)
    partials = row.partials[0](VALUES, *[list(held[k : k + size]) for k in range(0, len(held), size)], node)
    return [partials[i] for i in places]


def _listen(node: Value, partials: Sequence[Any]) -> None:
    """Under `trap()`, a derivative that is nan or infinite at a finite value is an error too."""
    for partial in partials:
        if type(partial) in (float, Value) and math.isfinite(number(node)) and not math.isfinite(number(partial)):
            raise DomainError(f"a derivative of {node.op}, at the value {node!r}, is {number(partial)}")


def push_forward(outputs: Sequence[Any], tangents: Mapping[int, Any], record: bool) -> list[Any]:
    """The tangents of the outputs (numbers have 0), from those of the inputs: numbers, Values, or arrays of directions.

    In an array a 0 is structure: an infinite or nan derivative by one input spoils no direction that does not lead there.
    """
    order = topological_order([x for x in outputs if type(x) is Value])
    linear: Linear = dict(tangents)
    active = dependents(order, set(linear))
    reached: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in order:
            if id(node) not in active or id(node) in linear:
                continue
            for x, partial in _edges(node, active, record):
                if id(x) in linear:
                    amount = _times(partial, linear[id(x)])
                    if isinstance(amount, np.ndarray) and not math.isfinite(partial):
                        reached = reached or _reached(order, active, tangents)
                        amount = np.where(reached[id(x)], amount, 0.0)
                    before = linear.get(id(node))
                    linear[id(node)] = amount if before is None else before + amount
    return [linear.get(id(x), 0.0) if type(x) is Value else 0.0 for x in outputs]


def _reached(order: Sequence[Value], active: set[int], tangents: Mapping[int, Any]) -> dict[int, Any]:
    """For each active node, which of the directions lead to it at all."""
    found = {key: tangent != 0.0 for key, tangent in tangents.items()}
    for node in order:
        if id(node) in active and id(node) not in found:
            below = [found[id(x)] for x, _ in _edges(node, active, False) if id(x) in found]
            if below:
                found[id(node)] = np.logical_or.reduce(below)
    return found


def as_seeds(outputs: Sequence[Any], cotangents: Sequence[Any]) -> dict[int, tuple[Value, Any]]:
    """Seeds for `pull_back`; an output that occurs twice gets the sum."""
    seeds: dict[int, tuple[Value, Any]] = {}
    for node, seed in zip(outputs, cotangents, strict=True):
        seed = seed if type(seed) is Value else real(seed, "a cotangent")
        if type(node) is Value:
            seeds[id(node)] = (node, seeds[id(node)][1] + seed if id(node) in seeds else seed)
    return seeds


def directions(n: int) -> Any:
    """The unit vectors, one a row."""
    return np.eye(n)
