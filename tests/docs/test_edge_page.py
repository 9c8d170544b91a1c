"""docs/edges.md: the page is fresh, and floats, Values, recorded derivatives and NumPy give the numbers in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from helpers import ROOT, load

from autograd import Value, gradient
from autograd.engine.functions import FUNCTIONS
from autograd.ops.kernels import ARRAYS, on_arrays, printed
from autograd.ops.primitives import Row

PAGE = ROOT / "docs" / "edges.md"
RUN = "run: python docs/print_tables.py"
print_edges = load(ROOT / "docs" / "print_edges.py")
NAMES = ("LISTS", "at", "cell", "operands", "rows", "text")
LISTS, at, cell, operands, rows, text = (getattr(print_edges, name) for name in NAMES)
ROWS = [pytest.param(row, id=row.name) for row in rows()]
NODES = [pytest.param(row, id=row.name) for row in rows() if row.partials and row.name != "where"]


def lists(row: Row, point: Sequence[Any]) -> list[Any]:
    """The operands as the row's rules take them."""
    return list(point) if row.arity else [list(point)] if row.lists == 1 else [[x] for x in point]


def test_page_is_fresh() -> None:
    assert print_edges.edges() == PAGE.read_text(encoding="utf-8"), RUN


@pytest.mark.parametrize("row", ROWS)
def test_every_function_is_there(row: Row) -> None:
    """Not only that the page is printed anew: that each number of each row is in it, in its line."""
    page = PAGE.read_text(encoding="utf-8").split("\n")
    if row.arity == 1:
        (line,) = [line for line in page if line.startswith(f"| **{row.name}** |")]
        assert line.split(" | ")[1:] == [
            *[text(row, x) for x in operands(row)[:-1]],
            text(row, operands(row)[-1]) + " |",
        ]
        return
    (start,) = [i for i, line in enumerate(page) if line.split(" (")[0] == f"### {row.name}"]
    end = next((i for i in range(start + 1, len(page)) if page[i].startswith("### ")), len(page))
    cells = [item for line in page[start:end] if line.startswith("| **") for item in line.strip("| ").split(" | ")[1:]]
    assert cells == [text(row, x) for x in operands(row)]


@pytest.mark.parametrize("row", NODES)
def test_cuts_are_those_of_nodes(row: Row) -> None:
    for point in operands(row):
        node = FUNCTIONS[row.name](*lists(row, list(map(Value, point))))
        slopes = text(row, point).split("; ")[1].split(", ")
        assert tuple(slope == "*cut*" for slope in slopes) == node.cuts, point
        assert text(row, point).replace("*cut*", "0") == cell(at(row, point)), point


@pytest.mark.parametrize("row", NODES)
def test_printed_functions(row: Row) -> None:
    for point in operands(row):
        if row.arity:
            found = printed(row.name, "012"[: row.arity])(*point)
            assert cell(found) == cell(at(row, point)), point
            alone = printed(row.name)(*point)
        else:
            alone = FUNCTIONS[row.name](*lists(row, point))
        assert cell((alone,)) == cell(at(row, point)[:1]), point


@pytest.mark.parametrize("row", ROWS)
def test_public_functions(row: Row) -> None:
    for point in operands(row):
        on_pair = LISTS.get(row.name, lambda *pair: FUNCTIONS[row.name](list(pair)))
        found = (FUNCTIONS[row.name] if row.arity else on_pair)(*point)
        assert cell((float(found),)) == cell(at(row, point)[:1]), point


@pytest.mark.parametrize("row", NODES)
def test_constant_operands(row: Row) -> None:
    """A node of one operand that moves has the same derivative to it."""
    for point in operands(row):
        for i, x in enumerate(point):
            mixed = [Value(x) if i == j else y for j, y in enumerate(point)]
            node = FUNCTIONS[row.name](*lists(row, mixed))
            assert cell((node.data, gradient(node, mixed[i]))) == cell((at(row, point)[0], at(row, point)[1 + i])), point


@pytest.mark.parametrize("row", NODES)
def test_sweep_and_recorded_sweep(row: Row) -> None:
    for point in operands(row):
        leaves = [Value(x) for x in point]
        node = FUNCTIONS[row.name](*lists(row, leaves))
        node.backward()
        assert cell((node.data, *(x.grad for x in leaves))) == cell(at(row, point)), point
        recorded = gradient(node, leaves, create_graph=True)
        assert cell((node.data, *(x.data for x in recorded))) == cell(at(row, point)), point


@pytest.mark.parametrize("row", NODES)
def test_numpy(row: Row) -> None:
    """All points at once, in float arrays, value and partials by the row's own rules."""
    points = operands(row)
    columns = lists(row, [np.array(column) for column in zip(*points, strict=True)])
    z = on_arrays(row, *columns)
    with np.errstate(all="ignore"):
        partials = [rule(ARRAYS, *columns, z) for rule in row.partials] if row.arity else row.partials[0](ARRAYS, *columns, z)
    found = [np.broadcast_to(numbers, len(points)) for numbers in (z, *partials)]
    for k, point in enumerate(points):
        assert cell(tuple(float(numbers[k]) for numbers in found)) == cell(at(row, point)), point


def test_cell() -> None:
    assert cell((-0.0, -0.0, 1 / 3)) == "-0; 0, 0.333333"
