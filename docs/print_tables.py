"""Print the pages and the type stub that are derived from the table of operations.

`python docs/print_tables.py` rewrites docs/functions.md, docs/edges.md and autograd/__init__.pyi; tests fail where they
are stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograd.ops.formulas import formulas, operand_names
from autograd.ops.primitives import TABLE, Row
from autograd.ops.printers import MATHEMATICS, tidy

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- table of functions: printed from autograd/ops/primitives.py -->", "<!-- end of table -->"
REDUCTIONS = {  # written by hand, since their formulas range over a list
    "sum": ("Σ xᵢ", "1"),
    "prod": ("Π xᵢ", "product of the others"),
    "sumprod": ("Σ pᵢ qᵢ", "qᵢ, pᵢ"),
    "mean": ("Σ xᵢ / n", "1 / n"),
    "logsumexp": ("log Σ exp(xᵢ)", "softmax(x)ᵢ"),
    "softmax": ("exp(xᵢ) / Σ exp(xⱼ)", "recorded"),
    "log_softmax": ("xᵢ - logsumexp(x)", "recorded"),
}


def _named(row: Row) -> tuple[str, str]:
    """A call of the row, and its partials, as text."""
    if row.arity is None:
        shown, partials = REDUCTIONS[row.name]
        return f"{row.name}({', '.join('pq' if row.lists == 2 else 'x')}) = {shown}", partials
    names = operand_names(row)
    call = f"{row.name}({', '.join(names)})" if row.name != "neg" else "-x"
    if row.symbol != row.name:
        call = f"{names[0]} {row.symbol} {names[1]}"
    if row.name in ("digamma", "zeta"):
        return call, "ψ′ by series" if row.name == "digamma" else "-x ζ(x + 1, y)"
    return call, ", ".join(MATHEMATICS.write(tidy(f)) for f in formulas(row)[1:])


def markdown() -> str:
    """The table of functions and operators, in Markdown."""
    lines = ["| operation | local derivatives (z is the result) | at kinks and edges |", "|---|---|---|"]
    for row in TABLE.values():
        if row.public or row.symbol != row.name or row.name in ("neg", "abs", "round"):
            call, partials = _named(row)
            cells = (f"`{call}`", f"`{partials}`" if row.arity else partials, row.kinks)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def stub() -> str:
    """The type stub: the names that __init__.py imports, and the table's functions."""
    source = (ROOT / "autograd" / "__init__.py").read_text(encoding="utf-8").split("\n")
    imports = [line.split("  #")[0] for line in source if line.startswith("from autograd.") and " as _" not in line]
    lines = [
        '"""Printed by docs/print_tables.py from autograd/__init__.py and the table."""',
        "",
        "from typing import Any, overload",
        "",
    ]
    for line in imports:
        module, wanted = line.split(" import ")
        lines += [f"{module} import {name.strip()} as {name.strip()}" for name in wanted.split(",")]
    lines += ["", "compiled: bool", "__all__: list[str]", ""]
    for row in TABLE.values():
        lines += _signatures(row) if row.public else []
    return "\n".join(lines) + "\n"


def _signatures(row: Row) -> list[str]:
    if row.arity == 1:
        kinds = (("Value", "Value"), ("float", "float"), ("Any", "Any"))
        return [line for a, b in kinds for line in ("@overload", f"def {row.name}(x: {a}, /) -> {b}: ...")]
    if row.arity is None:
        return [f"def {row.name}({'p: Any, q: Any' if row.lists == 2 else 'xs: Any, axis: int | None = ...'}) -> Any: ..."]
    first = row.arity - len(row.defaults)
    names: Sequence[str] = row.value.__code__.co_varnames[1 : row.arity + 1] if row.defaults else "xyw"[: row.arity]
    names = ("condition", "x", "y") if row.name == "where" else names
    operands = [f"{name}: Any{' = ...' if i >= first else ''}" for i, name in enumerate(names)]
    return [f"def {row.name}({', '.join(operands)}) -> Any: ..."]


def refresh(page: str) -> str:
    """The text of a page with its table reprinted."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + markdown() + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    from print_edges import edges

    page = ROOT / "docs" / "functions.md"
    page.write_text(refresh(page.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / "docs" / "edges.md").write_text(edges(), encoding="utf-8")
    (ROOT / "autograd" / "__init__.pyi").write_text(stub(), encoding="utf-8")
