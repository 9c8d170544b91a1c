"""Cases of agreement between ways: an expression as text, and a point."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from math import inf, nan
from typing import Any

import numpy as np
import ways
from ways import Function, Way, text

import autograd as ag


class Case:
    """An expression as text, as in `v = ag.sqrt(x[0]); v * v`, and a point."""

    def __init__(self, text: str, point: Sequence[float]) -> None:
        self.text, self.point = text, [float(number) for number in point]
        *self.steps, self.result = [line.strip() for line in text.split(";")]
        self.f = _function(self.source("f", self.result))

    def source(self, name: str, result: str, steps: Sequence[str] | None = None) -> str:
        lines = [f"def {name}(x):", *(self.steps if steps is None else steps), f"return {result}"]
        return "\n    ".join(lines) + "\n"

    def steps_and_result(self) -> Function:
        """The function that returns every step."""
        names = [step.split(" = ")[0] for step in self.steps]
        return _function(self.source("f", "[" + ", ".join([*names, self.result]) + "]"))

    def lifted(self) -> tuple[str, list[float]]:
        """The source of the function whose literals are arguments, after its own, and its point."""
        point = list(self.point)
        lines = []
        for line in (*self.steps, self.result):
            tree = ast.parse(line)
            lines.append(ast.unparse(_Lift(point).visit(tree)))
        return self.source("f", lines[-1], lines[:-1]), point

    def variant(self, run: str) -> tuple[str, list[float]]:
        """The source and the point that a run takes."""
        if run.startswith("arguments"):
            return self.lifted()
        return self.source("f", self.result) + ("f = ag.jit(f)\n" if run == "jit inside" else ""), self.point

    def result_of(self, way: Way) -> Any:
        """An array, or the name of the exception."""
        source, point = self.variant(way[1])
        size = len(self.point)
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = np.asarray(eval(text(way), {**vars(ways), "f": _function(source), "x": point}), dtype=float)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return result[(slice(size),) * result.ndim] if way[1].startswith("arguments") else result


class _Lift(ast.NodeTransformer):
    """Puts arguments in place of literals."""

    def __init__(self, point: list[float]) -> None:
        self.point = point

    def _argument(self, number: float) -> ast.AST:
        self.point.append(number)
        return ast.parse(f"x[{len(self.point) - 1}]", mode="eval").body

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return self._argument(node.value) if type(node.value) is float else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._argument(float(node.id)) if node.id in ("inf", "nan") else node


def _function(source: str) -> Function:
    space: dict[str, Any] = {"ag": ag, "inf": inf, "nan": nan}
    exec(source, space)
    function: Function = space["f"]
    return function
