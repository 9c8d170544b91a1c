"""deltas(): what back-propagation computes in a network: each unit's error term, each weight's gradient and step."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from autograd import Value, gradient
from autograd._validate import real
from viz.derivation.delta_table import ASKED, Deltas, Row
from viz.derivation.rules import name_nodes
from viz.model.node import Node, listing
from viz.model.units import Unit, units
from viz.style.escape import clean


def deltas(root: Value, rate: float = 0.5, *, quiz: bool = False, seed: int = 0) -> Deltas:
    """The table of back-propagation for the network whose error is `root`.

    Arguments: `root`, the error E; `rate`, the learning rate; `quiz`, whether to leave a third of the cells blank, for an
    exercise (the answers are in `.answers` and `.answer_key()`); `seed` decides which.
    Per unit: net input h, output f(h), slope f'(h), error term δ = -dE/dh. Per weight and bias: the gradient dE/dw and the
    step -rate dE/dw. A weight that several units share has one row, with the gradient over all of them.
    No `.grad` is read or changed. Raises TypeError where root is no Value, ValueError where it has no units below it, or
    where rate is not finite.

    >>> from autograd import sigmoid
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
    if not isinstance(root, Value):
        raise TypeError(f"deltas() needs a Value as root, not {type(root).__name__}")
    rate = real(rate, "rate")
    if not math.isfinite(rate):
        raise ValueError(f"rate must be finite, not {rate}")
    found = units(root)
    if not found:
        raise ValueError(
            "there are no units below root: none of its values is an activation of a weighted sum, or a weighted sum"
        )
    nodes = listing([root])
    names = name_nodes(nodes) | {id(unit.node): unit.name for unit in found}
    rows = _unit_rows(root, found) + _weight_rows(root, found, rate, names)
    return Deltas(rows, _given(nodes, found), rate, _asked(rows, seed) if quiz else [])


def _asked(rows: Sequence[Row], seed: int) -> list[tuple[int, str]]:
    """A third of the cells that can be worked out from the rest; of a linear unit not those that repeat its net input."""
    cells = [(i, key) for i, row in enumerate(rows) for key in ASKED if key in row]
    cells = [(i, key) for i, key in cells if key not in ("output", "slope") or rows[i]["activation"] != "linear"]
    return sorted(random.Random(seed).sample(cells, (len(cells) + 2) // 3), key=cells.index)


def _unit_rows(root: Value, found: Sequence[Unit]) -> list[Row]:
    errors = gradient(root, [unit.net for unit in found])
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
        for unit, error in zip(found, errors, strict=True)
    ]


def _weight_rows(root: Value, found: Sequence[Unit], rate: float, names: dict[int, str]) -> list[Row]:
    """A row for each weight and bias that can be moved; one that several units share has it where it comes first."""
    uses: dict[int, list[tuple[Node, Node | None, Unit]]] = {}
    for unit in found:
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


def _given(nodes: Sequence[Node], found: Sequence[Unit]) -> dict[str, float]:
    """The other leaves that have a label, as the target."""
    known = {id(x) for unit in found for pair in unit.inputs for x in pair} | {id(unit.bias) for unit in found}
    return {clean(node.label): node.data for node in nodes if not node.op and node.label and id(node) not in known}
