"""Compute an expression in Python's notation with Values, without eval()."""

from __future__ import annotations

import ast
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from typing import Any

from autograd import Value
from viz.cli.grammar import BINARY, CALLABLE, COMPARISONS, FUNCTIONS, ExpressionError, Part, Syntax
from viz.model.engine import TABLE

__all__ = ["ExpressionError", "evaluate", "is_name"]


def evaluate(text: str, names: Mapping[str, Value]) -> Value:
    """The Value of an expression in `names`.

    It may have numbers, these names, + - * / // % **, parentheses, and calls of the package's functions; comparisons
    as the condition of where(), lists in sum(), prod(), mean(), sumprod(), logsumexp().

    Raises:
        ExpressionError: everything else; it is a ValueError.

    >>> evaluate("x * sin(x) + 1", {"x": Value(0.0, "x")}).data
    1.0
    >>> evaluate("x.real", {"x": Value(0.0, "x")})
    Traceback (most recent call last):
    ...
    viz.cli.grammar.ExpressionError: attributes are not allowed (column 1)
      x.real
      ^
    """
    result = _Evaluation(text, names).run()
    return result if isinstance(result, Value) else Value(result)


def is_name(name: str) -> bool:
    """Whether a value can have this name: an identifier that is no function."""
    return name.isidentifier() and not iskeyword(name) and name not in CALLABLE


class _Evaluation:
    def __init__(self, text: str, names: Mapping[str, Value]) -> None:
        self._syntax = Syntax(text)
        self._names = {unicodedata.normalize("NFKC", name): value for name, value in names.items()}

    def run(self) -> Any:
        """The result: operands first, by a stack of the parts to come."""
        stack: list[tuple[Part, int]] = [((self._syntax.tree, "number"), -1)]
        results: list[Any] = []
        while stack:
            (node, role), count = stack.pop()
            if count < 0:
                parts = self._syntax.parts(node, role)
                stack.append(((node, role), len(parts)))
                stack += [(part, -1) for part in reversed(parts)]
            else:
                first = len(results) - count
                results[first:] = [self._combine(node, results[first:])]
        return results[0]

    def _combine(self, node: ast.expr, parts: Sequence[Any]) -> Any:
        """The value of a node from those of its parts."""
        if isinstance(node, ast.Constant):
            return self._number(node)
        if isinstance(node, ast.Name):
            return self._value(node)
        if isinstance(node, ast.List):
            return list(parts)
        if isinstance(node, ast.Compare):
            numbers = [x.data if isinstance(x, Value) else x for x in parts]
            pairs = zip(node.ops, numbers, numbers[1:], strict=False)
            return all(COMPARISONS[type(op)](a, b) for op, a, b in pairs)
        return self._finite(self._operation(node, parts), node)

    def _operation(self, node: ast.expr, parts: Sequence[Any]) -> Any:
        if isinstance(node, ast.UnaryOp):
            return -parts[0] if isinstance(node.op, ast.USub) else parts[0]
        if isinstance(node, ast.BinOp):
            return _binary(BINARY[type(node.op)], *parts)
        assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        function, row = FUNCTIONS[node.func.id], TABLE[node.func.id]
        try:
            if row.arity is not None or row.lists == 2 or any(isinstance(x, list) for x in parts):
                return function(*parts)
            return function(list(parts))
        except ValueError as error:
            raise self._syntax.error(str(error), node) from None

    def _number(self, node: ast.Constant) -> float:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self._syntax.error(f"{_constant(node.value)} is not a real number", node)
        try:
            number = float(node.value)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            raise self._syntax.error("this number is too large for a float", node)
        return number

    def _value(self, node: ast.Name) -> Value:
        if node.id in self._names:
            return self._names[node.id]
        if node.id in CALLABLE:
            raise self._syntax.error(f"{node.id} is a function: call it, as in {node.id}(...)", node)
        raise self._syntax.error(f"{node.id} is not given: add {node.id}=NUMBER", node)

    def _finite(self, result: Any, node: ast.expr) -> Any:
        """The result; an error where a plain number is nan or infinite, as 9**9**9**9."""
        if not isinstance(result, Value) and not math.isfinite(result):
            raise self._syntax.error(f"this is {result}, not a finite number", node)
        return result


def _binary(operation: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """The result of an operator; of two plain numbers a number, by the same rules."""
    if isinstance(a, Value) or isinstance(b, Value):
        return operation(a, b)
    return operation(Value(a), b).data


def _constant(x: Any) -> str:
    """A constant that is not allowed, in words."""
    return repr(x) if isinstance(x, (bool, complex)) or x is None else "this"
