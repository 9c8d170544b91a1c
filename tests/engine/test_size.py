"""The core can be read in one sitting."""

from __future__ import annotations

import ast
import io
import tokenize

import pytest
from helpers import ROOT


def code_lines(source: str) -> int:
    """Lines that hold code: no blanks, comments or docstrings."""
    skipped = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            skipped |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    layout = (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in layout:
            held |= set(range(token.start[0], token.end[0] + 1))
    return len(held - skipped)


@pytest.mark.parametrize(("file", "most"), [("ops/primitives.py", 180), ("engine/value.py", 320), ("engine/backward.py", 110)])
def test_the_core_stays_small(file: str, most: int) -> None:
    assert code_lines((ROOT / "autograd" / file).read_text(encoding="utf-8")) <= most
