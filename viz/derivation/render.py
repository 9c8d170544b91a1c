"""The chain rule written down: as plain text, in Markdown, in LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import isfinite
from operator import add

from viz.derivation.chain import Chain, definitions, joined, locals_of, names_along, names_in
from viz.derivation.latex import latex_formula, latex_name, latex_number
from viz.derivation.rules import PLAIN
from viz.model.numbers import digits
from viz.style.escape import latex_words, markdown_text


def plain(chain: Chain) -> str:
    """The explanation as plain text."""
    names = names_in(chain)
    title = f"d{names[id(chain.root)]}/d{names[id(chain.wrt)]} = {digits(chain.total)}"
    if not chain.count:
        return f"{title}: {chain.reason}"
    lines = [f"{title}, {_counted(chain)}", ""]
    for name, made_as, value in definitions(chain, names):
        lines.append(" = ".join([name, *([PLAIN.write(made_as)] if made_as else []), digits(value)]))
    lines += [""] * (len(lines) > 2)
    for i, path in enumerate(chain.paths, 1):
        locals_, left_out = locals_of(path, names)
        steps = ["  " + " = ".join(filter(None, [x.derivative, x.formula, digits(x.number)])) for x in locals_]
        if left_out:
            steps.insert(len(steps) // 2, f"  ... {left_out:,} more local derivatives ...")
        factors = [joined([digits(x) for x in path.partials], " * ")] * (len(path.partials) > 1)
        product = " = ".join(["  product", *factors, digits(path.product)])
        lines += [f"path {i}: {' → '.join(names_along(path, names))}", *steps, product]
    return "\n".join(lines + ["", summary] if (summary := _summary(chain)) else lines)


def markdown(chain: Chain) -> str:
    """The explanation in Markdown, with a table for each path."""
    names = names_in(chain)
    title = f"**{markdown_text(f'd{names[id(chain.root)]}/d{names[id(chain.wrt)]} = {digits(chain.total)}')}**"
    if not chain.count:
        return f"{title}: {markdown_text(chain.reason)}"
    lines = [f"{title}, {_counted(chain)}"]
    defined = [(name, PLAIN.write(made_as) if made_as else "", digits(x)) for name, made_as, x in definitions(chain, names)]
    if defined:
        lines += _table(["name", "made as", "number"], defined)
    for i, path in enumerate(chain.paths, 1):
        locals_, left_out = locals_of(path, names)
        rows = [(x.derivative, x.formula, digits(x.number)) for x in locals_]
        if left_out:
            rows.insert(len(rows) // 2, (f"{left_out:,} more", "", "..."))
        rows.append(("product", "", digits(path.product)))
        lines += ["", f"Path {i}: {markdown_text(' → '.join(names_along(path, names)))}"]
        lines += _table(["local derivative", "formula", "number"], rows)
    return "\n".join(lines + ["", markdown_text(summary)] if (summary := _summary(chain)) else lines)


def latex(chain: Chain) -> str:
    """The explanation in LaTeX: local derivatives, products of the paths, their sum."""
    names = names_in(chain)
    whole = rf"\frac{{\partial {latex_name(names[id(chain.root)])}}}{{\partial {latex_name(names[id(chain.wrt)])}}}"
    if not chain.count:
        return rf"\begin{{aligned}}{whole} &= 0 &&\text{{({latex_words(chain.reason)})}}\end{{aligned}}"
    lines: dict[str, None] = {}  # each but once
    for path in chain.paths:
        for step in locals_of(path, names)[0]:
            derivative = rf"\frac{{\partial}}{{\partial {latex_name(step.name)}}} \left({latex_formula(step.operation)}\right)"
            formula = latex_formula(step.rule) + " = " if step.rule and step.formula else ""
            lines[f"{derivative} &= {formula}{latex_number(digits(step.number))}"] = None
    products = [_latex_product(path.partials) for path in chain.paths] + [r"\cdots"] * (len(chain.paths) < chain.count)
    sums = [f"{whole} &= {products[0]}", *(rf"&\quad + {product}" for product in products[1:])]
    total = f"&= {latex_number(digits(chain.total))}"
    if len(chain.paths) == chain.count and (apart := _apart(chain)):
        total += rf" &&\text{{({latex_words(f'not {digits(_added(chain))}: {apart}')})}}"
    return "\\begin{aligned}\n" + " \\\\\n".join([*lines, *sums, total]) + "\n\\end{aligned}"


def _counted(chain: Chain) -> str:
    paths = "by one path" if chain.count == 1 else f"the sum over {chain.count:,} paths"
    return paths + (f"; {chain.cut:,} more {'is' if chain.cut == 1 else 'are'} cut" if chain.cut else "")


def _summary(chain: Chain) -> str:
    """The sum of the products, and its part of the whole; "" for one path alone."""
    products = [path.product for path in chain.paths]
    terms = [joined([digits(x) for x in products], " + ")] * (len(products) > 1)
    total, added = digits(chain.total), digits(_added(chain))
    if len(products) == chain.count:
        apart = _apart(chain)
        return " = ".join(["sum", *terms, added]) + (f"; the total is {total}: {apart}" if apart else "") if terms else ""
    part = f"{100 * chain.share:.4g} % of the total {total}" if isfinite(chain.share) else f"the total is {total}"
    return " = ".join([f"sum of these {len(products)} of {chain.count:,} paths", *terms, added]) + f", {part}"


def _added(chain: Chain) -> float:
    """The sum of the products, strictly from the left (Python's own compensates from 3.12 on)."""
    return reduce(add, [path.product for path in chain.paths])


def _apart(chain: Chain) -> str:
    """Why the sum over all paths is not the total, as infinity does not distribute over a sum; "" where it is."""
    if _added(chain) == chain.total or digits(_added(chain)) == digits(chain.total):
        return ""
    return "backward() adds up where paths meet before it goes on"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown, after an empty line; its cells are escaped."""
    lines = [f"| {' | '.join(map(markdown_text, row))} |" for row in rows]
    return ["", f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]


def _latex_product(partials: Sequence[float]) -> str:
    return joined([latex_number(digits(x)) for x in partials], r" \cdot ", r"\cdots") or "1"
