"""The table of back-propagation as an object: rows for programs, text, Markdown and HTML for readers, blanks for a quiz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viz.derivation.chain import digits
from viz.derivation.tables import Table

DIGITS = 8
UNIT_COLUMNS = {
    "layer": "layer",
    "unit": "unit",
    "activation": "activation",
    "net": "net input h",
    "output": "output f(h)",
    "slope": "slope f'(h)",
    "delta": "error term δ",
}
WEIGHT_COLUMNS = {
    "weight": "weight",
    "source": "from",
    "unit": "to",
    "value": "value",
    "input": "input",
    "gradient": "gradient",
    "step": "step",
}
ASKED = ("net", "output", "slope", "delta", "gradient", "step")  # cells that a quiz may leave blank

Row = dict[str, Any]


class Deltas:
    """What deltas() returns: `str()`, `markdown()`, `html()`, and for programs `rows`.

    `rows` are dicts: of a unit with the keys kind ("unit"), layer, unit, activation, net, output, slope, delta; of a weight
    or bias kind ("weight" or "bias"), layer, unit, weight, source, value, input, gradient, step. In a quiz what is asked for
    is None there, and `answers` are dicts of number, row, key and answer; otherwise `answers` is empty.
    `given` has the other leaves with a label, as the target, by name.
    """

    def __init__(self, rows: list[Row], given: Mapping[str, float], rate: float, asked: list[tuple[int, str]]) -> None:
        self.rate, self.given = rate, dict(given)
        self.answers = [{"number": n, "row": i, "key": key, "answer": rows[i][key]} for n, (i, key) in enumerate(asked, 1)]
        outputs = {rows[i]["unit"] for i, key in asked if key == "output"}
        told = {(i, "input") for i, row in enumerate(rows) if row.get("source") in outputs}  # the answer once more
        blank = {*asked, *told}
        self.rows = [{key: None if (i, key) in blank else x for key, x in row.items()} for i, row in enumerate(rows)]

    def __repr__(self) -> str:
        kinds = [row["kind"] for row in self.rows]
        return f"<viz.Deltas of {kinds.count('unit')} units, {len(kinds) - kinds.count('unit')} weights>"

    def __str__(self) -> str:
        return "\n\n".join(table.plain() for table in self._tables())

    def markdown(self) -> str:
        """The tables in Markdown."""
        return "\n\n".join(table.markdown() for table in self._tables())

    def html(self) -> str:
        """The tables in HTML."""
        return "\n".join(table.html() for table in self._tables())

    def _repr_html_(self) -> str:
        return self.html()

    def answer_key(self) -> str:
        """The answers to a quiz, one a line; "" if nothing is asked."""
        return "\n".join(f"({a['number']}) {self._question(a)} = {digits(a['answer'], DIGITS)}" for a in self.answers)

    def _question(self, answer: Row) -> str:
        row, key = self.rows[answer["row"]], answer["key"]
        return f"{(UNIT_COLUMNS | WEIGHT_COLUMNS)[key]} of {row['unit'] if row['kind'] == 'unit' else row['weight']}"

    def _tables(self) -> list[Table]:
        """What is given, units, weights."""
        numbers = {(a["row"], a["key"]): a["number"] for a in self.answers}
        cells: dict[bool, list[tuple[str, ...]]] = {True: [], False: []}
        for i, row in enumerate(self.rows):
            is_unit = row["kind"] == "unit"
            keys = UNIT_COLUMNS if is_unit else WEIGHT_COLUMNS
            cells[is_unit].append(tuple(_cell(row[key], numbers.get((i, key), 0)) for key in keys))
        weights = f"Weights: step = -{self.rate:g} dE/dw = {self.rate:g} δ × input"
        given = tuple((name, digits(x, DIGITS)) for name, x in self.given.items())
        return [
            *([Table("Given", ("name", "value"), given, 1)] if given else []),
            Table("Units: error term δ = -dE/dh", tuple(UNIT_COLUMNS.values()), tuple(cells[True]), 4),
            Table(weights, tuple(WEIGHT_COLUMNS.values()), tuple(cells[False]), 4),
        ]


def _cell(x: Any, asked: int) -> str:
    if asked:
        return f"({asked}) ____"
    return digits(x, DIGITS) if isinstance(x, float) else x or "-"
