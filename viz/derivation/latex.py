"""Typeset names, numbers and formulas as LaTeX; names are escaped."""

from __future__ import annotations

import re
import unicodedata

from viz.model.engine import expr, printers
from viz.style.escape import clean

_SPECIAL = {
    "\\": r"\backslash{}",
    "^": r"\wedge{}",
    "~": r"\sim{}",
    " ": r"\ ",
    "-": r"\text{-}",
    "'": r"{}'",
    "<": "{<}",
    ">": "{>}",
}
_SPECIAL |= {c: "\\" + c for c in "{}_$%#&"}
_GREEK = "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega".split()
_ACCENTS = {"\u0302": "hat", "_hat": "hat", "\u0303": "tilde", "\u0304": "bar", "_bar": "bar"}
_LETTER = re.compile(rf"([A-Za-z]|{'|'.join(_GREEK)})({'|'.join(_ACCENTS)})?_?([0-9]*|(?<=_)[a-z])")  # accent, index
_FUNCTIONS = "exp log sin cos tan sinh cosh tanh".split()
_WORDS = {"sigmoid": r"\sigma", "digamma": r"\psi", "digamma′": r"\psi'", "asin": r"\arcsin", "acos": r"\arccos",
          "atan": r"\arctan"}  # fmt: skip
_CONSTANTS = {"π": r"\pi", "√½": r"\sqrt{1/2}", "√(2π)": r"\sqrt{2\pi}", "2/√π": r"2/\sqrt{\pi}", "-2/√π": r"-2/\sqrt{\pi}",
              "inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"}  # fmt: skip
_INFIX = {"+": "+", "-": "-", "*": r"\cdot", "//": r"\operatorname{//}", "%": r"\bmod"}


def latex_name(label: str) -> str:
    """A label in LaTeX: one letter as mathematics, anything else upright and escaped.

    The letter may have an accent and an index.

    >>> print(*map(latex_name, ["x1", "h_o", "y_hat", "theta", "a b$"]))
    x_{1} h_{o} \\hat{y} \\theta \\mathrm{a\\ b\\$}
    """
    match = _LETTER.fullmatch(unicodedata.normalize("NFD", label))
    if not match:
        return r"\mathrm{" + "".join(_SPECIAL.get(c, c) for c in clean(label).replace("\n", " ")) + "}"
    letter = match[1] if len(match[1]) == 1 else "\\" + match[1]
    accented = rf"\{_ACCENTS[match[2]]}{{{letter}}}" if match[2] else letter
    return accented + (f"_{{{match[3]}}}" if match[3] else "")


def latex_number(shown: str) -> str:
    """A number from its plain text: powers of ten, infinity, square roots.

    >>> latex_number("-7.08e-5"), latex_number("inf")
    ('-7.08 \\\\times 10^{-5}', '\\\\infty')
    """
    if shown in _CONSTANTS:
        return _CONSTANTS[shown]
    digits, _, exponent = re.sub(r"e([+-]?)0*(?=\d)", r"e\1", shown).replace("e+", "e").partition("e")
    if shown.startswith("log("):
        return r"\log " + shown[4:-1]
    return rf"{digits} \times 10^{{{exponent}}}" if exponent else digits


def latex_formula(f: expr.Symbol) -> str:
    """A formula.

    >>> print(latex_formula(2.0 * expr.symbol("x1") / expr.symbol("w")))
    \\frac{2 \\cdot x_{1}}{w}
    """
    return _write(f)[0]


def _write(f: expr.Symbol) -> tuple[str, int]:
    """The text and how tightly it holds together."""
    if f.op == "name":
        return (r"\dots" if f.shown == "…" else latex_name(f.shown)), 9
    if f.op == "number":
        shown = latex_number(printers.MATHEMATICS.numbers(f.shown))
        return shown, 3 if shown.startswith("-") or r"\times" in shown or "/" in shown else 9
    parts = [_write(a) for a in f.args]
    texts = [part for part, _ in parts]
    if f.op == "/":
        return rf"\frac{{{texts[0]}}}{{{texts[1]}}}", 5
    if f.op in ("pow", "**"):
        return f"{_wrap(parts[0], 9)}^{{{texts[1]}}}", 6
    if f.op == "neg":
        return "-" + _wrap(parts[0], 4), printers.RANK["neg"] - 1
    if f.op in _INFIX:
        rank = printers.RANK.get(f.op, 3)
        return f"{_wrap(parts[0], rank)} {_INFIX[f.op]} {_wrap(parts[1], rank + 1)}", rank
    if f.op == "sqrt":
        return rf"\sqrt{{{texts[0]}}}", 9
    if f.op in ("fabs", "abs"):
        return rf"\left|{texts[0]}\right|", 9
    word = _WORDS.get(f.op) or ("\\" + f.op if f.op in _FUNCTIONS else rf"\operatorname{{{latex_name(f.op)}}}")
    return rf"{word}\left({', '.join(texts)}\right)", 9


def _wrap(part: tuple[str, int], rank: int) -> str:
    return part[0] if part[1] >= rank else rf"\left({part[0]}\right)"
