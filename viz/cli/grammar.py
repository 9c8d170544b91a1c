"""The grammar of expressions, and errors that point at the place.

The syntax tree is checked part by part, before anything is computed.
"""

from __future__ import annotations

import ast
import difflib
import operator
import warnings
from collections.abc import Callable
from typing import Any

import autograd
from viz.model.engine import TABLE

MAX_LENGTH = 2000  # characters
WINDOW = 70  # of them that an error shows
BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARISONS: dict[type, Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS = {name: getattr(autograd, name) for name, row in TABLE.items() if row.public}
CALLABLE = sorted(name for name in FUNCTIONS if TABLE[name].arity or TABLE[name].partials)  # those that give one number
Part = tuple[ast.expr, str]  # an expression and its role: "number", "condition" or "list"


class ExpressionError(ValueError):
    """An expression cannot be computed; the text shows the place with a caret.

    `column` counts from 1.
    """

    def __init__(self, message: str, text: str, column: int) -> None:
        self.column = min(max(column, 1), len(text) + 1)
        first = max(0, self.column - 1 - WINDOW // 2)
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[first : first + WINDOW])
        caret = " " * (self.column - 1 - first) + "^"
        super().__init__(f"{message} (column {self.column})\n  {shown}\n  {caret}")


class Syntax:
    """The syntax tree of a text, and the place of its nodes in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.indent = 0
        self.tree = self._parse()

    def _parse(self) -> ast.expr:
        """The syntax tree, or the error where there is none."""
        if len(self.text) > MAX_LENGTH:
            raise ExpressionError(f"the expression has more than {MAX_LENGTH:,} characters", self.text, MAX_LENGTH + 1)
        for i, c in enumerate(self.text, 1):
            if c in "#;\\\"'" or not (c.isprintable() or c in "\t\n"):
                raise ExpressionError(f"the character {c!a} is not allowed", self.text, i)
        source = self.text.replace("\n", " ").replace("\t", " ").rstrip(" ")
        if not source:
            raise ExpressionError("the expression is empty", self.text, 1)
        self.indent = len(source) - len(source.lstrip(" "))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(source.lstrip(" "), mode="eval").body
        except SyntaxError as error:
            end = len(source) - self.indent
            place = min(error.offset, end) if error.lineno == 1 and error.offset else end
            raise ExpressionError(f"not an expression: {error.msg}", self.text, self.indent + place) from None
        except (ValueError, RecursionError, MemoryError):
            raise ExpressionError("the expression is nested too deeply", self.text, 1) from None

    def error(self, message: str, node: ast.AST) -> ExpressionError:
        """The error at a node, whose place ast counts in bytes."""
        source = self.text[self.indent :].encode()
        column = self.indent + len(source[: getattr(node, "col_offset", 0)].decode(errors="ignore")) + 1
        return ExpressionError(message, self.text, column)

    def parts(self, node: ast.expr, role: str) -> list[Part]:
        """The parts to compute before the node; an error if the node may not be here."""
        if role == "condition":
            if not isinstance(node, ast.Compare):
                raise self.error("where() takes a comparison first, as in where(x > 0, x, -x)", node)
            if any(type(op) not in COMPARISONS for op in node.ops):
                raise self.error("only the comparisons < <= > >= == != are allowed", node)
            return [(part, "number") for part in (node.left, *node.comparators)]
        if role == "list" and isinstance(node, ast.List):
            return [(part, "number") for part in node.elts]
        if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            return [(node.left, "number"), (node.right, "number")]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
            return [(node.operand, "number")]
        if isinstance(node, ast.Call):
            return self._arguments(node)
        if isinstance(node, (ast.Name, ast.Constant)):
            return []
        raise self.error(f"{_kind(node)} are not allowed", node)

    def _arguments(self, node: ast.Call) -> list[Part]:
        if not isinstance(node.func, ast.Name):
            raise self.error("only functions can be called, by their names", node.func)
        name = node.func.id
        if name not in CALLABLE:
            hint = "".join(f"; is it {known}()?" for known in difflib.get_close_matches(name, CALLABLE, 1))
            raise self.error(f"there is no function {name}() here{hint}", node.func)
        if node.keywords:
            raise self.error(f"{name}() takes its arguments by their order, without names", node.keywords[0])
        row, count = TABLE[name], len(node.args)
        if row.arity is None:
            if row.lists == 2 and not (count == 2 and all(isinstance(a, ast.List) for a in node.args)):
                raise self.error(f"{name}() takes two lists, as in {name}([x, y], [2, 3])", node)
            return [(a, "list" if isinstance(a, ast.List) and count == row.lists else "number") for a in node.args]
        least = row.arity - len(row.defaults)
        if not least <= count <= row.arity:
            wanted = f"{least} to {row.arity}" if row.defaults else f"{least}"
            raise self.error(f"{name}() takes {wanted} argument{'s' * (wanted != '1')}, not {count}", node)
        return [(a, "condition" if name == "where" and i == 0 else "number") for i, a in enumerate(node.args)]


def _kind(node: ast.expr) -> str:
    """The name for a node that is not allowed."""
    kinds = {
        ast.Attribute: "attributes",
        ast.Subscript: "subscripts",
        ast.Lambda: "lambdas",
        ast.Compare: "comparisons outside of where()",
        ast.List: "lists outside of sum(), prod(), mean(), sumprod() and logsumexp()",
        ast.IfExp: "choices with if and else (write where())",
        ast.BoolOp: "and, or",
        ast.NamedExpr: "assignments",
        ast.BinOp: "operators other than + - * / // % **",
        ast.UnaryOp: "operators other than + - * / // % **",
    }
    return kinds.get(type(node), f"expressions of the kind {type(node).__name__}")
