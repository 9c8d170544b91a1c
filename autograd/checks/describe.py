"""Operations in words: with operands, labels and lines; the formulas of their partials; why their numbers are nan."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf, isnan
from typing import Any

from autograd.engine.context import place
from autograd.engine.registry import OPERATIONS
from autograd.engine.value import Value, number, operands
from autograd.ops.at_point import partial_at
from autograd.ops.expr import Symbol, symbol
from autograd.ops.primitives import TABLE
from autograd.ops.printers import MATHEMATICS

SHOWN = 6  # operands of one operation in a message


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


def in_table(row: Any) -> bool:
    """Whether it is an operation of the package, not one's own."""
    return TABLE.get(row.name) is row


def describe_partial(node: Value, k: int) -> str:
    """The local derivative towards an operand: `local derivative 1 / x = inf`."""
    shown = formula(node, k)
    return f"local derivative {shown} = {node.partials[k]}" if shown else f"local derivative {node.partials[k]}"


def formula(node: Value, k: int) -> str:
    """The formula of a partial in the labels of the operands; "" if it is but a number, or an operand has no label."""
    row, held = OPERATIONS[node.operation].row, operands(node)
    labels = {id(x): x.label for x in held if type(x) is Value and not x.is_constant}
    is_named = "" not in labels.values() and len({*labels.values()}) == len(labels)
    if not in_table(row) or not row.arity or not is_named:
        return ""
    names = [labels.get(id(x), number(x)) for x in held]
    symbols = [symbol(name) for name in names]
    z = symbol(node.label) if node.label else Symbol(row.symbol if row.symbol in "+-*/" else row.name, tuple(symbols))
    values = {name: x.data for name, x in zip([*names, node.label], [*held, node], strict=True) if type(name) is str}
    found = partial_at(row, k, symbols, z, values, node.partials[k])
    return "" if found is None or found.op == "number" else MATHEMATICS.write(found)


def why_nan(node: Value) -> str:
    """Why a number is nan: which zero met which infinity."""
    held, row = operands(node), OPERATIONS[node.operation].row
    if not held:
        return ""
    numbers = [number(x) for x in held]
    if any(map(isnan, numbers)):
        return f"operand {[*map(isnan, numbers)].index(True) + 1} is nan"
    infinite, zeros = any(map(isinf, numbers)), 0.0 in numbers
    if row.name in ("mul", "prod", "sumprod", "zmul") and infinite and zeros:
        return "0 times infinity" + _made(held)
    if row.name in ("add", "sub", "sum", "mean", "sumprod") and infinite:
        return "infinity minus infinity" + _made(held)
    if row.name == "div" and (infinite or zeros):
        return ("infinity divided by infinity" if infinite else "0 divided by 0") + _made(held)
    return "outside of the domain" if in_table(row) else ""


def _made(held: Sequence[Value | float]) -> str:
    """Where zeros and infinities among operands come from: `; operand 2 is log(p=0.0)`."""
    made = [(i, x) for i, x in enumerate(held, 1) if type(x) is Value and x.operation and (x.data == 0.0 or isinf(x.data))]
    return "".join(f"; operand {i} is {describe(x)}" for i, x in made[:2])
