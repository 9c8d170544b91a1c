"""diagnose: find the first value and the first derivative that is nan or infinite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from autograd.engine.backward import topological_order
from autograd.engine.context import place
from autograd.engine.node import edges
from autograd.engine.value import Value, operands

SHOWN = 6  # operands of one operation in a message


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found; `str()` of it is a message.

    Attributes:
        size: how many nodes there are.
        value_node: the first node in forward order whose number is not finite, or None.
        position: its place in forward order, from 0; -1 if there is none.
        partial_node: the first node in backward order that gets a finite gradient and passes on one that is not finite; or
            None. To operands that are cut nothing is passed on.
        partial_position: its place in forward order, from 0; -1 if there is none.
        partial_index: to which of its operands it passes that on, from 0; -1 if there is none.
        adjoint: the gradient that it gets.
        partial: its local derivative.
        ok: whether all is finite.
    """

    size: int
    value_node: Value | None = None
    position: int = -1
    partial_node: Value | None = None
    partial_position: int = -1
    partial_index: int = -1
    adjoint: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether all values and derivatives are finite."""
        return self.value_node is None and self.partial_node is None

    @property
    def partial(self) -> float:
        """The local derivative of `partial_node` towards the operand; 0 if there is none."""
        return 0.0 if self.partial_node is None else self.partial_node.partials[self.partial_index]

    def __str__(self) -> str:
        lines = []
        if self.value_node is not None:
            where = f"node {self.position + 1} of {self.size}"
            lines.append(f"first value that is not finite: {self.value_node.data}, {where}, {describe(self.value_node)}")
        if self.partial_node is not None:
            where = f"node {self.partial_position + 1} of {self.size}"
            sent = f"local derivative {self.partial} times gradient {self.adjoint}"
            lines.append(
                f"first derivative that is not finite: to operand {self.partial_index + 1}, {sent}, {where}, "
                + describe(self.partial_node)
            )
        return "\n".join(lines) or "all finite"


def describe(node: Value) -> str:
    """An operation with its operands, label, group and line: `log(x=0.0), label 'loss', group 'layer 1', at a.py:3: log(x)`."""
    held = operands(node)
    shown = [_operand(x) for x in held[:SHOWN]] + [f"... {len(held)} in all"] * (len(held) > SHOWN)
    name = f"{node.primitive.name}({', '.join(shown)})" if node.operation else f"the leaf {node.data}"
    label = f", label {node.label!r}" if node.label else ""
    return name + label + (f", group {'/'.join(node.group)!r}" if node.group else "") + place(node.source)


def _operand(x: Value | float) -> str:
    if type(x) is not Value:
        return repr(x)
    return f"{x.label}={x.data!r}" if x.label else repr(x.data)


def diagnose(root: Value) -> Diagnosis:
    """Find where nan and inf come from, in the values and in the gradients.

    Values are searched from the leaves on, gradients from the root down. No `.grad` is changed. A constant operand, as
    the inf of `clip`'s open bound, is not reported itself.

    Args:
        root: the Value that `backward()` would be called on.

    Returns:
        A diagnosis with the attributes `ok`, `value_node`, `partial_node` and more. Its str() names the operations, and
        the lines that made them if that was under `trace_source()`.

    Raises:
        TypeError: if `root` is not a Value.

    Examples:
        >>> from autograd import log, sqrt
        >>> x = Value(0.0, label="x")
        >>> print(diagnose(log(x) * 0))
        first value that is not finite: -inf, node 2 of 3, log(x=0.0)
        first derivative that is not finite: to operand 1, local derivative inf times gradient 0.0, node 2 of 3, log(x=0.0)
        >>> print(diagnose(sqrt(x)))
        first derivative that is not finite: to operand 1, local derivative inf times gradient 1.0, node 2 of 2, sqrt(x=0.0)
        >>> print(diagnose(x + 1))
        all finite
    """
    if type(root) is not Value:
        raise TypeError(f"diagnose() takes the Value that backward() is called on, not {type(root).__name__}")
    order = [node for node in topological_order(root) if not node.is_constant]
    first = next((i for i, node in enumerate(order) if not isfinite(node.data)), -1)
    last, index, adjoint = _backward(order)
    return Diagnosis(
        len(order),
        order[first] if first >= 0 else None,
        first,
        order[last] if last >= 0 else None,
        last,
        index,
        adjoint,
    )


def _backward(order: Sequence[Value]) -> tuple[int, int, float]:
    """Position, operand and adjoint of the first node from the root down that passes something infinite or nan on."""
    adjoints = {id(order[-1]): 1.0} if order else {}
    for position in range(len(order) - 1, -1, -1):
        node = order[position]
        adjoint = adjoints.pop(id(node), None)
        if adjoint is None:
            continue
        for index, (x, partial) in enumerate(zip(operands(node), edges(node), strict=True)):
            if type(x) is Value and not x.is_constant and partial is not None:
                total = adjoints.get(id(x), 0.0) + partial * adjoint
                if not isfinite(total):
                    return position, index, adjoint
                adjoints[id(x)] = total
    return -1, -1, 0.0
