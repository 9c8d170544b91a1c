"""deltas(): the table of back-propagation in a network, also as a quiz."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from autograd import Value, gradient
from viz.derivation.names import name_nodes
from viz.derivation.tables import Table
from viz.model.arguments import check_value
from viz.model.engine import real
from viz.model.graph import Graph
from viz.model.node import Node
from viz.model.numbers import digits
from viz.model.units import Unit, find_units
from viz.style.escape import clean

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
QUIZ_COLUMNS = ("net", "output", "slope", "delta", "gradient", "step")  # whose cells a quiz may leave blank

Row = dict[str, Any]
Cell = tuple[int, str]  # the number of a row, and a key in it


class Deltas:
    """The table of back-propagation; made by `deltas`.

    `str()`, `markdown()` and `html()` write it down; `rows` are for programs.

    Attributes:
        rows: dicts: of a unit with the keys kind ("unit"), layer, unit, activation, net, output, slope, delta; of a weight
            or bias kind ("weight" or "bias"), layer, unit, weight, source, value, input, gradient, step. In a quiz the
            cells that are asked for are None.
        answers: in a quiz dicts of number, row, key and answer; otherwise empty.
        given: the other leaves with a label, as the target, by name.
        rate: the learning rate.

    Examples:
        >>> from autograd import Value, sigmoid
        >>> from viz import deltas
        >>> table = deltas(sigmoid(Value(0.4, "w1") * Value(0.1, "x1") + Value(-0.2, "w2") * Value(0.3, "x2")), quiz=True)
        >>> table
        <viz.Deltas of 1 units, 2 weights>
        >>> table.rows[1]["weight"], table.rows[1]["value"], len(table.answers)
        ('w1', 0.4, 3)
    """

    def __init__(self, rows: list[Row], given: Mapping[str, float], rate: float, blanks: list[Cell]) -> None:
        self.rate, self.given = rate, dict(given)
        self.answers = [{"number": n, "row": i, "key": key, "answer": rows[i][key]} for n, (i, key) in enumerate(blanks, 1)]
        outputs = {rows[i]["unit"] for i, key in blanks if key == "output"}
        repeated = {(i, "input") for i, row in enumerate(rows) if row.get("source") in outputs}  # the answer once more
        hidden = {*blanks, *repeated}
        self.rows = [{key: None if (i, key) in hidden else x for key, x in row.items()} for i, row in enumerate(rows)]

    def __repr__(self) -> str:
        kinds = [row["kind"] for row in self.rows]
        return f"<viz.Deltas of {kinds.count('unit')} units, {len(kinds) - kinds.count('unit')} weights>"

    def __str__(self) -> str:
        return "\n\n".join(table.plain() for table in self._tables())

    def markdown(self) -> str:
        """Write the tables in Markdown.

        Returns:
            Markdown, in which labels are escaped.
        """
        return "\n\n".join(table.markdown() for table in self._tables())

    def html(self) -> str:
        """Write the tables in HTML.

        Returns:
            A `table` element for each, in which labels are escaped.
        """
        return "\n".join(table.html() for table in self._tables())

    def _repr_html_(self) -> str:
        return self.html()

    def answer_key(self) -> str:
        """Write the answers to a quiz.

        Returns:
            One a line, as "(1) output f(h) of a1 = 0.55971365"; "" if nothing is asked.
        """
        return "\n".join(f"({a['number']}) {self._question(a)} = {digits(a['answer'], DIGITS)}" for a in self.answers)

    def _question(self, answer: Row) -> str:
        row, key = self.rows[answer["row"]], answer["key"]
        return f"{(UNIT_COLUMNS | WEIGHT_COLUMNS)[key]} of {row['unit'] if row['kind'] == 'unit' else row['weight']}"

    def _tables(self) -> list[Table]:
        """What is given, units, weights."""
        numbers = {(a["row"], a["key"]): a["number"] for a in self.answers}
        units: list[tuple[str, ...]] = []
        weights: list[tuple[str, ...]] = []
        for i, row in enumerate(self.rows):
            cells, columns = (units, UNIT_COLUMNS) if row["kind"] == "unit" else (weights, WEIGHT_COLUMNS)
            cells.append(tuple(_cell(row[key], numbers.get((i, key), 0)) for key in columns))
        title = f"Weights: step = -{self.rate:g} dE/dw = {self.rate:g} δ × input"
        leaves = tuple((name, digits(x, DIGITS)) for name, x in self.given.items())
        return [
            *([Table("Given", ("name", "value"), leaves, 1)] if leaves else []),
            Table("Units: error term δ = -dE/dh", tuple(UNIT_COLUMNS.values()), tuple(units), 4),
            Table(title, tuple(WEIGHT_COLUMNS.values()), tuple(weights), 4),
        ]


def _cell(x: Any, question: int) -> str:
    if question:
        return f"({question}) ____"
    return digits(x, DIGITS) if isinstance(x, float) else x or "-"


def deltas(root: Value, rate: float = 0.5, *, quiz: bool = False, seed: int = 0) -> Deltas:
    """Make the table of back-propagation for the network whose error is `root`.

    Per unit: net input h, output f(h), slope f'(h), error term δ = -dE/dh. Per weight and bias: the gradient dE/dw and the
    step -rate dE/dw. A weight that several units share has one row, with the gradient over all of them. No `.grad` is read
    or changed.

    Args:
        root: the error E.
        rate: the learning rate.
        quiz: leave a third of the cells blank, for an exercise; the answers are in `.answers` and `.answer_key()`.
        seed: decides which cells.

    Returns:
        The table, which `str()`, `.markdown()` and `.html()` write down; `.rows` are for programs.

    Raises:
        TypeError: root is no Value, rate no real number.
        ValueError: root has no units below it, or rate is not finite.

    Examples:
        >>> from autograd import Value, sigmoid
        >>> a = sigmoid(Value(0.4, "w1") * Value(0.1, "x1") + Value(-0.2, "w2") * Value(0.3, "x2"))
        >>> a.label = "a"
        >>> print(deltas(0.5 * (Value(1.0, "y") - a) ** 2))
        Given
        name  value
        y         1
        <BLANKLINE>
        Units: error term δ = -dE/dh
        layer    unit  activation  net input h  output f(h)  slope f'(h)  error term δ
        layer 1  a     sigmoid           -0.02   0.49500017     0.249975    0.12623733
        <BLANKLINE>
        Weights: step = -0.5 dE/dw = 0.5 δ × input
        weight  from  to  value  input      gradient          step
        w1      x1    a     0.4    0.1  -0.012623733  0.0063118667
        w2      x2    a    -0.2    0.3    -0.0378712     0.0189356
    """
    check_value("deltas", "root", root)
    rate = real(rate, "rate")
    if not math.isfinite(rate):
        raise ValueError(f"rate must be finite, not {rate}")
    graph = Graph([root])
    units = find_units(graph)
    if not units:
        raise ValueError(
            "there are no units below root: none of its values is an activation of a weighted sum, or a weighted sum"
        )
    names = name_nodes(graph.nodes) | {id(unit.node): unit.name for unit in units}
    rows = _unit_rows(root, units) + _weight_rows(root, units, rate, names)
    return Deltas(rows, _given(graph, units), rate, _blanks(rows, seed) if quiz else [])


def _blanks(rows: Sequence[Row], seed: int) -> list[Cell]:
    """A third of the cells that can be worked out from the rest.

    Those of a linear unit that repeat its net input are not among them.
    """
    cells = [(i, key) for i, row in enumerate(rows) for key in QUIZ_COLUMNS if key in row]
    cells = [(i, key) for i, key in cells if key not in ("output", "slope") or rows[i]["activation"] != "linear"]
    return sorted(random.Random(seed).sample(cells, (len(cells) + 2) // 3), key=cells.index)


def _unit_rows(root: Value, units: Sequence[Unit]) -> list[Row]:
    errors = gradient(root, [unit.net for unit in units])
    return [
        {
            "kind": "unit",
            "layer": unit.layer,
            "unit": unit.name,
            "activation": unit.activation or "linear",
            "net": unit.net.data,
            "output": unit.node.data,
            "slope": unit.node.partials[0] if unit.node is not unit.net else 1.0,
            "delta": 0.0 - error,  # not -0.0
        }
        for unit, error in zip(units, errors, strict=True)
    ]


def _weight_rows(root: Value, units: Sequence[Unit], rate: float, names: dict[int, str]) -> list[Row]:
    """A row for each weight and bias that can be moved.

    One that several units share has it where it comes first.
    """
    uses: dict[int, list[tuple[Node, Node | None, Unit]]] = {}
    for unit in units:
        for weight, source in [*unit.inputs, *([(unit.bias, None)] if unit.bias is not None else [])]:
            if not weight.is_constant and not weight.op:
                uses.setdefault(id(weight), []).append((weight, source, unit))
    first = [use[0] for use in uses.values()]
    rows: list[Row] = []
    for (weight, source, unit), slope in zip(first, gradient(root, [weight for weight, _, _ in first]), strict=True):
        others = len(uses[id(weight)]) - 1
        rows.append(
            {
                "kind": "weight" if source is not None else "bias",
                "layer": unit.layer,
                "unit": unit.name + (f" and {others} more" if others else ""),
                "weight": names[id(weight)],
                "source": "bias" if source is None else "" if source.is_constant else names[id(source)],
                "value": weight.data,
                "input": 1.0 if source is None else source.data,
                "gradient": slope,
                "step": 0.0 - rate * slope,
            }
        )
    return rows


def _given(graph: Graph, units: Sequence[Unit]) -> dict[str, float]:
    """The other leaves that have a label, as the target."""
    known = {id(x) for unit in units for pair in unit.inputs for x in pair} | {id(unit.bias) for unit in units}
    return {clean(node.label): node.data for node in graph.nodes if not node.op and node.label and id(node) not in known}
