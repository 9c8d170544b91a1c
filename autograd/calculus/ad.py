"""Reverse and forward accumulation over a recorded graph, in dicts.

Adjoints and tangents live in dicts, so `.grad` is untouched; recorded sweeps make new nodes, which can be differentiated
again. A node in such a dict has been reached, though its derivative be 0; what lies behind cuts only is not in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd._validate import real
from autograd.calculus.chain_rule import Term, Terms, edges
from autograd.engine.backward import made_since, order_since
from autograd.engine.context import TRACE, tracing
from autograd.engine.ravel import Raveled
from autograd.engine.value import Value, constant, next_level, operands


def gradient(output: Value, inputs: Any, create_graph: bool = False) -> Any:
    """Compute the derivatives of a graph that is already built.

    No `.grad` is changed. It is one reverse sweep, over the nodes that depend on an input. What is older than all inputs is
    not even looked at.

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
    found = pull_back({id(output): (output, 1.0)}, tree.numbers, create_graph, made_since(tree.numbers))
    next_level()  # an input of the next call, made from here on, is younger than all this
    return tree.rebuild([as_value(x) for x in found] if create_graph else found)


def deferred(sweep: str, seeds: Sequence[tuple[Value, Any]], others: Sequence[Any]) -> list[Any] | None:
    """The results of a recorded sweep that the trace under way derives from its program later; None where it does not."""
    trace = TRACE.get()
    return None if trace is None else getattr(trace, sweep)(seeds, others)


def as_value(x: Any) -> Value:
    """A Value as it is, a number as a leaf."""
    return constant(x if type(x) is Value else float(x))


def pull_back(seeds: Mapping[int, tuple[Value, Any]], inputs: Sequence[Value], record: bool, level: int) -> list[Any]:
    """The adjoints of the inputs, made since a level: the reverse sweep from seeded outputs, over what depends on an input."""
    if record and (found := deferred("pull_back", list(seeds.values()), inputs)) is not None:
        return found
    return [0.0 if term is None else term[0] for term in pull_back_terms(seeds, inputs, record, level)]


def pull_back_terms(
    seeds: Mapping[int, tuple[Value, Any]], inputs: Sequence[Value], record: bool, level: int
) -> list[Term | None]:
    """The same with *reached*, see chain_rule.py; None for an input that nothing but cuts leads to, or nothing at all."""
    order, _ = order_since(level, [node for node, _ in seeds.values()])
    wanted = {id(item) for item in inputs}
    active = dependents(order, wanted)
    terms = Terms({key: seed for key, (_, seed) in seeds.items() if key in active})
    found: dict[int, Term] = {}
    for node in reversed(order):
        key = id(node)
        if key in terms.linear:
            for x, partial, read in edges(node, active, record):
                terms.send(key, id(x), partial, read)
            if key in wanted:
                found[key] = terms.result(key)
            terms.drop(key)
    return [found.get(id(item)) for item in inputs]


def dependents(order: Sequence[Value], inputs: set[int]) -> set[int]:
    """Which nodes of a graph in topological order depend on the inputs, these included; all by identity."""
    active = set(inputs)
    for node in order:
        if id(node) not in active and any([type(x) is Value and id(x) in active for x in operands(node)]):
            active.add(id(node))
    return active


def push_forward(outputs: Sequence[Any], seeds: Mapping[int, tuple[Value, Any]], record: bool, level: int) -> list[Any]:
    """The tangents of the outputs (numbers have 0), from seeded inputs, made since a level: numbers, Values, arrays.

    In an array, of directions, a 0 is structure: an infinite or nan derivative by one input spoils no direction that does not
    lead there.
    """
    if record and (waiting := deferred("push_forward", list(seeds.values()), outputs)) is not None:
        return waiting
    tangents = {key: tangent for key, (_, tangent) in seeds.items()}
    order, _ = order_since(level, [x for x in outputs if type(x) is Value])
    terms = Terms(dict(tangents))
    active = dependents(order, set(tangents))
    arrays = any([isinstance(tangent, np.ndarray) for tangent in tangents.values()])
    leading: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in order:
            key = id(node)
            if key not in active or key in tangents:
                continue
            for x, partial, read in edges(node, active, record):
                if id(x) in terms.linear:
                    if arrays and not math.isfinite(partial):
                        leading = leading or _leading(order, active, tangents)
                        partial = np.where(leading[id(x)], partial, 0.0)
                    terms.send(id(x), key, partial, read)
    return [terms.result(id(x))[0] if type(x) is Value and id(x) in terms.linear else 0.0 for x in outputs]


def _leading(order: Sequence[Value], active: set[int], tangents: Mapping[int, Any]) -> dict[int, Any]:
    """For each active node, which of the directions lead to it at all."""
    found = {key: tangent != 0.0 for key, tangent in tangents.items()}
    for node in order:
        if id(node) in active and id(node) not in found:
            below = [found[id(x)] for x, _, _ in edges(node, active, False) if id(x) in found]
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
