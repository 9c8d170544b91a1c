"""Explanations in Markdown and LaTeX: labels mean nothing there."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, scope, tanh
from autograd.ops.expr import Symbol
from autograd.ops.printers import MATHEMATICS
from viz import Explanation, explain
from viz.derivation.latex import latex_formula
from viz.derivation.rules import PLAIN
from viz.style.escape import markdown_text


def test_notebook_display() -> None:
    x = Value(2.0, "x")
    found = explain(x * x, x)
    assert isinstance(found, Explanation)
    assert found._repr_markdown_() == found.markdown()
    assert found._repr_latex_() == f"$$\n{found.latex()}\n$$"
    assert repr(found) == "<viz.Explanation of dv1/dx = 4, the sum over 2 paths>"


def test_latex_of_the_lesson() -> None:
    x, w = Value(0.5, "x_1"), Value(1e-7, "ŷ")
    text = explain(tanh(x * w) / w, w).latex()
    assert text.startswith("\\begin{aligned}\n") and text.endswith("\n\\end{aligned}")
    assert r"\frac{\partial}{\partial \hat{y}} \left(x_{1} \cdot \hat{y}\right) &= x_{1} = 0.5" in text
    assert r"\times 10^{7}" in explain(1 / w, x * w).latex() + explain(1e7 * w, w).latex()


HOSTILE = [
    "<script>alert(1)</script>",
    "a|b",
    "*x*",
    "$x$",
    "\\input{f}",
    "a_b^{c}",
    "}{",
    "`x`",
    "[a](javascript:b)",
    "a\nb",
    "%#&~",
]


labels = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))


@settings(deadline=None)
@given(labels)
def test_labels_in_markdown_are_text(label: str) -> None:
    x = Value(2.0, label)
    text = explain(x * x * 3, x).markdown()
    assert "<" not in text and not re.search(r"(?<!\\)[`$\[\]]", text)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows and {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}


@settings(deadline=None)
@given(labels)
def test_labels_in_latex_are_text(label: str) -> None:
    x = Value(2.0, label)
    with scope(label):
        y = x * x
    text = explain(y, x).latex()
    assert not re.search(r"<\w|\\(input|write|def|catcode|href|include)", text)
    assert not re.search(r"(?<!\\)[$%#]", text.replace("\\\\", ""))
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text.replace("\\\\", "")):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_escaping_of_plain_text() -> None:
    assert markdown_text("abc ŷ 12") == "abc ŷ 12"
    assert PLAIN.write(Symbol("pow", (Symbol("name", (), "x"), Symbol("number", (), "-2.0")))) == "x ** (-2)"
    assert latex_formula(Symbol("pow", (Symbol("name", (), "x"), Symbol("number", (), "-2.0")))) == "x^{-2}"
    assert MATHEMATICS.numbers("2.0") == "2"
