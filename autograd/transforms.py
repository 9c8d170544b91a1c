"""Derivatives as functions: gradient of a graph already built, grad and value_and_grad of an ordinary function.

Adjoints live in a local mapping, never in the nodes, and each call differentiates with respect to fresh variables that
are linked to the caller's, so nested calls cannot confuse inner and outer ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd.errors import is_real
from autograd.formulas import OPS
from autograd.functions import VALUES
from autograd.value import Value, operands, topological, unary

Adjoints = dict[int, Any]


def gradient(output: Value, inputs: Any, create_graph: bool = False) -> Any:
    """The derivatives of a graph already built; nobody's `.grad` is touched.

    Arguments: `output`, a Value; `inputs`, Values of its graph (leaves or nodes between) in the structure of your choice:
    one, or a list, tuple, dict or array; `create_graph`, whether the derivatives are Values themselves, recorded so that
    they can be differentiated again.
    Result: the derivatives in the structure of `inputs`, floats or, with `create_graph`, Values.
    TypeError where output or an input is no Value.

    >>> x = Value(3.0)
    >>> y = x * x * x
    >>> slope = gradient(y, x, create_graph=True)
    >>> slope.data, gradient(slope, x)
    (27.0, 18.0)
    """
    if type(output) is not Value:
        raise TypeError(f"gradient() needs a Value as output, not {type(output).__name__}")
    leaves, rebuild = flatten(inputs)
    for item in leaves:
        if type(item) is not Value:
            raise TypeError(f"gradient() needs Values as inputs, not {type(item).__name__}")
    adjoints = pull_back(output, leaves, 1.0, create_graph)
    found = [adjoints.get(id(item), 0.0) for item in leaves]
    if create_graph:
        found = [x if type(x) is Value else Value(x) for x in found]
    return rebuild(found)


def pull_back(output: Value, inputs: Sequence[Value], seed: Any, create_graph: bool) -> Adjoints:
    """The adjoints of the inputs, by identity: the reverse sweep in a mapping, over what depends on an input only."""
    wanted = {id(item) for item in inputs}
    order = topological(output)
    active = set(wanted)
    for node in order:
        if id(node) not in active and any([type(x) is Value and id(x) in active for x in operands(node)]):
            active.add(id(node))
    adjoints: Adjoints = {id(output): seed} if id(output) in active else {}
    found: Adjoints = {}
    for node in reversed(order):
        adjoint = adjoints.pop(id(node), None)
        if adjoint is None:
            continue
        if id(node) in wanted:
            found[id(node)] = adjoint
        if not create_graph and adjoint == 0.0:
            continue
        _send(node, adjoint, active, adjoints, create_graph)
    return found


def _send(node: Value, adjoint: Any, active: set[int], adjoints: Adjoints, create_graph: bool) -> None:
    held = operands(node)
    partials: Any = None if create_graph else node.partials
    for i, x in enumerate(held):
        if type(x) is not Value or id(x) not in active:
            continue
        if partials is None and node.primitive.arity is None:
            partials = recorded_partials(node)
        partial = recorded_partial(node, i) if partials is None else partials[i]
        if create_graph and type(partial) is not Value and partial == 0.0:
            continue  # a rule's own zero cuts, whatever comes from above
        amount = adjoint if type(partial) is float and partial == 1.0 else partial * adjoint
        before = adjoints.get(id(x))
        adjoints[id(x)] = amount if before is None else before + amount


def recorded_partial(node: Value, i: int) -> Any:
    """The local derivative towards operand `i` as a Value (or a constant float), from the table's rule."""
    return node.primitive.partials[i](VALUES, *operands(node), node)


def recorded_partials(node: Value) -> list[Any]:
    """The local derivatives of a reduction as Values (or constant floats)."""
    row, held = node.primitive, operands(node)
    size = len(held) // max(row.lists, 1)
    lists = [list(held[k * size : (k + 1) * size]) for k in range(row.lists)]
    return list(row.partials[0](VALUES, *lists, node))


# ---- functions of numbers


def flatten(tree: Any) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """The numbers and Values in nested lists, tuples, dicts and arrays, and what puts others in their places."""
    if isinstance(tree, dict):
        parts = [flatten(item) for item in tree.values()]
        return _joined(parts, lambda items: dict(zip(tree, items, strict=True)))
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return _joined([flatten(item) for item in tree], lambda items: type(tree)(*items))
    if isinstance(tree, (list, tuple)):
        return _joined([flatten(item) for item in tree], lambda items: type(tree)(items))
    if isinstance(tree, np.ndarray):
        return list(tree.flat), lambda items: _array(items, tree.shape)
    return [tree], lambda items: items[0]


def _array(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    result = np.empty(len(items), dtype=object if any([type(x) is Value for x in items]) else float)
    result[:] = items
    return result.reshape(shape)


def _joined(parts: list[Any], build: Callable[[list[Any]], Any]) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    def rebuild(items: Sequence[Any]) -> Any:
        built, start = [], 0
        for leaves, inner in parts:
            built.append(inner(items[start : start + len(leaves)]))
            start += len(leaves)
        return build(built)

    return [leaf for leaves, _ in parts for leaf in leaves], rebuild


def _variable(x: Any, name: str) -> Value:
    """A fresh variable of the same number; linked to `x` if that is a Value, so that outer derivatives pass through."""
    if type(x) is Value:
        return unary(OPS["identity"], x)
    if not is_real(x):
        raise TypeError(f"{name}() differentiates with respect to numbers, not {type(x).__name__}: pick others with argnums")
    return Value(x)


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives f's value and its gradient.

    Arguments: `f`, a function that returns one number (with `has_aux` a pair: that number and anything else);
    `argnums`, the position or positions of the arguments to differentiate by: numbers, or lists, tuples, dicts or arrays of
    numbers, nested. Result: `(value, gradient)`, the gradient in the structure of the argument (a tuple of them for several
    argnums); with `has_aux` `((value, aux), gradient)`. Floats, or Values where the arguments held Values.
    TypeError where an argument holds something else than numbers, or f returns something else than one number.

    >>> value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    (6.0, {'a': 3.0, 'b': 2.0})
    """
    several = not isinstance(argnums, int)
    positions = tuple(argnums) if isinstance(argnums, Sequence) else (argnums,)

    @wraps(f)
    def derived(*args: Any, **kwargs: Any) -> Any:
        for position in positions:
            if not -len(args) <= position < len(args):
                raise TypeError(f"argnums {position} needs that many positional arguments; the call has {len(args)}")
        leaves, rebuild = flatten([args[position] for position in positions])
        outer = any([type(x) is Value for x in leaves])
        variables = [_variable(x, "grad") for x in leaves]
        filled = list(args)
        for position, argument in zip(positions, rebuild(variables), strict=True):
            filled[position] = argument
        result = f(*filled, **kwargs)
        output, aux = result if has_aux else (result, None)
        if type(output) is not Value and not is_real(output):
            raise TypeError(f"grad() needs a function that returns one number, not {type(output).__name__}")
        nested = outer or (type(output) is Value and _reaches_outside(output, variables))
        adjoints = pull_back(output, variables, 1.0, nested) if type(output) is Value else {}
        found = rebuild([adjoints.get(id(v), 0.0) for v in variables])
        shown = output if nested else output.data if type(output) is Value else float(output)
        return ((shown, aux) if has_aux else shown), (tuple(found) if several else found[0])

    return derived


def _reaches_outside(output: Value, variables: Sequence[Value]) -> bool:
    """Whether the output depends on Values other than the fresh variables (of an enclosing derivative, say)."""
    own = {id(v) for v in variables}
    return any([node.op == "" and id(node) not in own and not node.is_constant for node in topological(output)])


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives f's gradient: `value_and_grad` without the value.

    >>> from autograd import sin
    >>> grad(sin)(0.0), grad(grad(lambda x: x**3))(2.0)
    (1.0, 12.0)
    """
    both = value_and_grad(f, argnums, has_aux)

    @wraps(f)
    def derived(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return derived
