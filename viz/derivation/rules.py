"""Local derivatives written down: the table's rules with the names of the nodes in them, as they hold at this point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from autograd.ops.expr import DOMAIN, Symbol, symbol
from autograd.ops.kernels import FLOATS
from autograd.ops.primitives import TABLE
from autograd.ops.printers import MATHEMATICS, Language, call, tidy
from viz.model.node import Node
from viz.style.escape import clean

INFIX = {"pow": "**", "**": "**", "//": "//", "%": "%"}
MANY = 4  # operands of a sum that are written out
SIGNS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "neg": "neg", "fabs": "abs"}
CHOICES = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__, "==": float.__eq__, "!=": float.__ne__}


def _call(name: str, args: list[str]) -> str:
    if name in INFIX:
        return f" {INFIX[name]} ".join(f"({a})" if a.startswith("-") or " " in a else a for a in args)
    return call("abs" if name == "fabs" else name, args)


PLAIN = Language(_call, MATHEMATICS.where, lambda shown: MATHEMATICS.numbers(shown))


def name_nodes(nodes: Iterable[Node]) -> dict[int, str]:
    """A name for each node, by its identity: the label, or else v1, v2, ...; no name twice.

    >>> from autograd import Value
    >>> x, y = Value(1.0, "x"), Value(2.0, "x")
    >>> list(name_nodes([x, y, x * y]).values())
    ['x', 'x#2', 'v1']
    """
    held = list({id(node): node for node in nodes}.values())
    labels = [clean(node.label).replace("\n", " ").strip() for node in held]
    taken = set(labels)
    names: dict[int, str] = {}
    used: set[str] = set()
    counter: dict[str, int] = {}
    for node, label in zip(held, labels, strict=True):
        name = label
        while not name or name in used or (name != label and name in taken):
            counter[label] = counter.get(label, 0 if not label else 1) + 1
            name = f"{label}#{counter[label]}" if label else f"v{counter[label]}"
        used.add(name)
        names[id(node)] = name
    return names


def expression(node: Node, names: dict[int, str]) -> Symbol:
    """How a node was made: x * w, tanh(h), sum(a, b, ...); its name if it is a leaf."""
    if not node.op:
        return _operand(node, names)
    operands = [_operand(parent, names) for parent in node.parents]
    if node.primitive is TABLE["sumprod"]:
        half = len(operands) // 2
        operands = _few([Symbol("*", pair) for pair in zip(operands[:half], operands[half:], strict=True)])
        return reduce(lambda a, b: Symbol("+", (a, b)), operands)
    return Symbol(node.op, tuple(_few(operands)))


def _few(operands: list[Symbol]) -> list[Symbol]:
    return operands if len(operands) <= MANY else [*operands[: MANY - 1], symbol("…"), operands[-1]]


def local_rule(node: Node, k: int, names: dict[int, str]) -> Symbol | None:
    """The formula of the local derivative to operand k, on the branch that holds here; None if the table has none."""
    row, operands = node.primitive, [_operand(parent, names) for parent in node.parents]
    if row.name not in TABLE or TABLE[row.name] is not row:
        return None
    z = symbol(names[id(node)])
    if row.arity is None:
        return _of_reduction(row.name, operands, k, z)
    if row.name == "digamma":
        return Symbol("digamma′", tuple(operands))
    values = {s.shown: p.data for s, p in zip([*operands, z], [*node.parents, node], strict=True) if s.op == "name"}
    return _at_point(tidy(symbol(row.partials[k](DOMAIN, *operands, z))), values)[0]


def _operand(node: Node, names: dict[int, str]) -> Symbol:
    return symbol(node.data) if node.is_constant and not node.label else symbol(names[id(node)])


def _of_reduction(name: str, xs: Sequence[Symbol], k: int, z: Symbol) -> Symbol | None:
    if name == "sumprod":
        return xs[(k + len(xs) // 2) % len(xs)]
    if name == "prod":
        others = [*xs[:k], *xs[k + 1 :]]
        if not others or len(others) > MANY:
            return symbol("product of the others") if others else symbol(1.0)
        return reduce(lambda a, b: Symbol("*", (a, b)), others)
    known = {
        "sum": symbol(1.0),
        "mean": Symbol("/", (symbol(1.0), symbol(len(xs)))),
        "logsumexp": Symbol("exp", (Symbol("-", (xs[k], z)),)),
    }
    return known.get(name)


def _at_point(f: Symbol, values: dict[str, float]) -> tuple[Symbol, float]:
    """The formula with its choices made and its plain numbers put together, and its value."""
    if not f.args:
        return f, values[f.shown] if f.op == "name" else float(f.shown)
    if f.op == "where":
        return _at_point(f.args[1 if _at_point(f.args[0], values)[1] else 2], values)
    args = [_at_point(a, values) for a in f.args]
    numbers = [x for _, x in args]
    if f.op in CHOICES:
        return Symbol(f.op, tuple(a for a, _ in args)), float(CHOICES[f.op](*numbers))
    value = float(getattr(FLOATS, SIGNS.get(f.op, f.op))(*numbers))  # IEEE: Python's own division raises at a pole
    return _put_together(f.op, [a for a, _ in args], numbers, value), value


def _put_together(op: str, args: list[Symbol], numbers: list[float], value: float) -> Symbol:
    plain = [a.op == "number" for a in args]
    if all(plain) and op in SIGNS:
        return symbol(value)
    if op == "pow" and plain[1] and numbers[1] == 0.0:
        return symbol(1.0)
    if op in ("*", "/", "pow") and plain[1] and numbers[1] == 1.0:
        return args[0]
    if op == "*" and plain[0] and numbers[0] == 1.0:
        return args[1]
    return Symbol(op, tuple(args))
