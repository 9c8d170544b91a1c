"""The chain rule written down: as plain text, in Markdown, in LaTeX."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from viz.derivation import latex as tex
from viz.derivation.chain import Chain, definitions, digits, joined, locals_of, names_in, way
from viz.derivation.rules import PLAIN


def plain(chain: Chain) -> str:
    """The explanation as plain text."""
    names = names_in(chain)
    title = f"d{names[id(chain.root)]}/d{names[id(chain.wrt)]} = {digits(chain.total)}"
    if not chain.count:
        return f"{title}: {chain.reason}"
    lines = [f"{title}, {_counted(chain.count)}", ""]
    for name, made, number in definitions(chain, names):
        lines.append(" = ".join([name, *([PLAIN.write(made)] if made else []), digits(number)]))
    lines += [""] * (len(lines) > 2)
    for i, path in enumerate(chain.paths, 1):
        shown, hidden = locals_of(path, names)
        steps = ["  " + " = ".join(filter(None, [x.derivative, x.formula, digits(x.number)])) for x in shown]
        if hidden:
            steps.insert(len(steps) // 2, f"  ... {hidden:,} more local derivatives ...")
        factors = [joined([digits(x) for x in path.partials], " * ")] * (len(path.partials) > 1)
        product = " = ".join(["  product", *factors, digits(path.product)])
        lines += [f"path {i}: {' → '.join(way(path, names))}", *steps, product]
    return "\n".join(lines + ["", summary] if (summary := _summary(chain)) else lines)


def _counted(count: int) -> str:
    return "by one path" if count == 1 else f"the sum over {count:,} paths"


def _summary(chain: Chain) -> str:
    """The sum of the products, and what part of the whole it is; "" for one path alone."""
    products = [path.product for path in chain.paths]
    terms = [joined([digits(x) for x in products], " + ")] * (len(products) > 1)
    if len(products) == chain.count:
        return " = ".join(["sum", *terms, digits(chain.total)]) if terms else ""
    total = digits(chain.total)
    part = f"{100 * chain.share:.4g} % of the total {total}" if chain.total else f"the total is {total}"
    return " = ".join([f"sum of these {len(products)} of {chain.count:,} paths", *terms, digits(sum(products))]) + f", {part}"


def escape(text: str) -> str:
    """Text for Markdown, in which nothing is markup.

    >>> escape("<b>*x*|")
    '&lt;b&gt;\\\\*x\\\\*\\\\|'
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:@^=])", r"\\\1", html.escape(text, quote=False))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown; its cells are escaped."""
    lines = [f"| {' | '.join(map(escape, row))} |" for row in rows]
    return ["", f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]


def markdown(chain: Chain) -> str:
    """The explanation in Markdown, with a table for each path."""
    names = names_in(chain)
    title = f"**{escape(f'd{names[id(chain.root)]}/d{names[id(chain.wrt)]} = {digits(chain.total)}')}**"
    if not chain.count:
        return f"{title}: {escape(chain.reason)}"
    told = [(name, PLAIN.write(made) if made else "", digits(x)) for name, made, x in definitions(chain, names)]
    lines = [f"{title}, {_counted(chain.count)}", *(_table(["name", "made as", "number"], told) if told else [])]
    for i, path in enumerate(chain.paths, 1):
        shown, hidden = locals_of(path, names)
        rows = [(x.derivative, x.formula, digits(x.number)) for x in shown]
        if hidden:
            rows.insert(len(rows) // 2, (f"{hidden:,} more", "", "..."))
        rows.append(("product", "", digits(path.product)))
        lines += ["", f"Path {i}: {escape(' → '.join(way(path, names)))}"]
        lines += _table(["local derivative", "formula", "number"], rows)
    return "\n".join(lines + ["", escape(summary)] if (summary := _summary(chain)) else lines)


def latex(chain: Chain) -> str:
    """The explanation in LaTeX: the local derivatives, then the product of each path, then the sum."""
    names = names_in(chain)
    whole = rf"\frac{{\partial {tex.name(names[id(chain.root)])}}}{{\partial {tex.name(names[id(chain.wrt)])}}}"
    if not chain.count:
        return rf"\begin{{aligned}}{whole} &= 0 &&\text{{({_words(chain.reason)})}}\end{{aligned}}"
    lines: dict[str, None] = {}  # each but once
    for path in chain.paths:
        for step in locals_of(path, names)[0]:
            derivative = rf"\frac{{\partial}}{{\partial {tex.name(step.name)}}} \left({tex.formula(step.made)}\right)"
            formula = tex.formula(step.rule) + " = " if step.rule and step.formula else ""
            lines[f"{derivative} &= {formula}{tex.number(digits(step.number))}"] = None
    products = [_product(path.partials) for path in chain.paths] + [r"\cdots"] * (len(chain.paths) < chain.count)
    sums = [f"{whole} &= {products[0]}", *(rf"&\quad + {product}" for product in products[1:])]
    return "\\begin{aligned}\n" + " \\\\\n".join([*lines, *sums, f"&= {tex.number(digits(chain.total))}"]) + "\n\\end{aligned}"


def _product(partials: Sequence[float]) -> str:
    return joined([tex.number(digits(x)) for x in partials], r" \cdot ", r"\cdots") or "1"


def _words(text: str) -> str:
    """Words for LaTeX's text mode."""
    return re.sub(r"[^\w ,.:()]", " ", text.replace("_", " "))
