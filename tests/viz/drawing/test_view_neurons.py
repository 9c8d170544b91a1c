"""The view "neurons": what it shows, and that it is right."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from pictures import SVG, WAYS, exercise, mlp, texts

import autograd
from autograd import Value, sigmoid, tanh
from viz import Drawing, draw
from viz.drawing.layered import is_layered
from viz.model.graph import Graph
from viz.model.network import Network, read_network
from viz.model.units import find_units
from viz.style.measure import measure

Box = tuple[float, float, float, float]


def network(root: Value) -> Network:
    graph = Graph([root])
    return read_network(graph, find_units(graph))


def boxes(drawing: Drawing) -> dict[str, Box]:
    """Left, top, right and bottom of what is drawn for each node that can be seen."""
    found = {}
    for group in ElementTree.fromstring(drawing.pipe("svg")).iter(f"{SVG}g"):
        shapes = [shape for kind in ("polygon", "path", "text") for shape in group.iterfind(f".//{SVG}{kind}")]
        if group.get("class") == "node" and shapes:
            points = [tuple(map(float, pair)) for s in shapes for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", str(s.attrib))]
            points += [(float(t.get("x", "0")), float(t.get("y", "0"))) for t in group.iterfind(f".//{SVG}text")]
            title = group.find(f"{SVG}title")
            assert title is not None and title.text
            xs, ys = zip(*points, strict=True)
            found[title.text] = (min(xs), min(ys), max(xs), max(ys))
    return found


def test_lesson() -> None:
    """All that the exercise asks for is shown."""
    shown = texts(draw(exercise(), "neurons"))
    for text in ["x1", "a1", "a2", "ŷ", "σ", "inputs", "hidden layer", "output layer", "net input h1", "output", "slope"]:
        assert text in shown, text
    for number in [
        "0.24",
        "0.5597",
        "0.2464",
        "-0.000708",
        "0.000708",
        "0.002045",
        "-0.002045",
        "0.02873",
        "-0.02873",
        "0.485",
    ]:
        assert number in shown, number  # net input, output, slope, dE/dnet and error term
    assert {"w11", "w32", "W2", "∂ -0.01608", "∂ 0.001022", "error term δ", "∂E/∂h1"} <= set(shown)
    assert {"loss E", "target y", "0.6", "error y − ŷ", "0.115", "½ (y − ŷ)²", "0.006616", "∂E/∂ŷ"} <= set(shown)


def test_small_exercise() -> None:
    shown = texts(draw(exercise("TWO_INPUTS"), "neurons"))
    assert {"-0.02", "0.495", "0.5124", "0.1218", "0.003046", "∂ -0.06031", "∂ -0.0003046", "∂ -0.0009137"} <= set(shown)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_a_network(way: str) -> None:
    error = mlp(way)
    found = network(error)
    kinds = [card.kind for card in found.cards.values()]
    assert sorted(kinds) == ["input"] * 2 + ["loss"] + ["unit"] * 7
    assert len(found.links) == 2 * 3 + 3 * 3 + 3 * 1 + 1 and is_layered(found)
    for card in found.of_kind("unit"):
        assert card.unit and card.unit.bias is not None and card.unit.activation == "tanh"
    for link in found.links:
        if link.weight is not None:
            assert math.isclose(link.share, link.weight.grad, rel_tol=1e-12)
    assert {"layer 1", "layer 2", "layer 3", "bias", "∂E/∂net = ∂E/∂bias"} <= set(texts(draw(error, "neurons")))


def test_same_picture_for_every_way_of_writing() -> None:
    shown = [sorted(texts(draw(mlp(way), "neurons"))) for way in WAYS]
    assert all(one == shown[0] for one in shown)


def test_layers_are_columns() -> None:
    """In order, and nothing overlaps."""
    for error in (exercise(), mlp(), mlp(samples=2), mlp(sizes=(3, 8, 8, 1))):
        found = network(error)
        drawn = boxes(draw(error, "neurons"))
        cards = [card for card in found.cards.values() if card.unit]
        for a in cards:
            for b in cards:
                assert a.unit and b.unit
                if a.unit.depth < b.unit.depth:
                    assert drawn[a.id][2] < drawn[b.id][0]
                elif a.unit.depth == b.unit.depth and int(a.id[1:]) < int(b.id[1:]):
                    assert drawn[a.id][3] < drawn[b.id][1]  # in the order in which they were made, downwards
        labels = [box for name, box in drawn.items() if name.startswith("label")]
        inner = [drawn[card.id] for card in found.cards.values()]
        for i, a_box in enumerate(labels):
            for b_box in inner + labels[:i]:
                apart = a_box[2] <= b_box[0] or b_box[2] <= a_box[0] or a_box[3] <= b_box[1] or b_box[3] <= a_box[1]
                assert apart, (a_box, b_box)


def test_samples_have_their_own_rows() -> None:
    """Also where they share weights."""
    error = mlp(samples=2)
    found = network(error)
    assert {card.sample for card in found.cards.values() if card.kind != "loss"} == {1, 2}
    gathered: dict[int, float] = {}
    for link in found.links:
        if link.weight is not None:
            gathered[id(link.weight)] = gathered.get(id(link.weight), 0.0) + link.share
            assert link.tail in found.cards and found.cards[link.tail].sample == found.cards[link.head].sample
    weights = {id(w): w for unit in find_units(Graph([error])) for w, _ in unit.inputs}
    assert all(math.isclose(gathered[i], w.grad, rel_tol=1e-12) for i, w in weights.items())
    shown = texts(draw(error, "neurons"))
    assert "layer 1, sample 1" in shown and "layer 3, sample 2" in shown
    assert any("the samples share their weights" in text for text in shown)
    assert any(re.fullmatch(r"∂ \S+ of \S+", text) for text in shown)


def test_links_that_leave_out_a_layer() -> None:
    x, w, v = Value(0.5, "x"), Value(0.3, "w1"), Value(0.2, "w2")
    h = tanh(w * x + Value(0.1, "b"))
    h.label = "h"
    y = tanh(v * h + Value(-0.1, "w3") * x)
    y.label = "y"
    error = abs(Value(1.0, "t") - (h + y))
    error.backward()
    found = network(error)
    assert not is_layered(found) and len(found.links) == 5
    shown = texts(draw(error, "neurons"))
    assert {"x", "h", "y", "w3", "∂E/∂h", "∂E/∂y"} <= set(shown)
    for direction in ("TB", "RL", "BT"):
        assert f"rankdir={direction}" in draw(exercise(), "neurons", direction).source


def test_value_between_units() -> None:
    x, w = Value(0.5, "x"), [Value(0.1 * i, f"w{i}") for i in range(5)]
    h = [tanh(w[i] * x + w[i + 1]) for i in range(2)]
    most = autograd.maximum(*h)
    most.label = "most"
    out = sigmoid(w[3] * most + w[4])
    out.backward()
    found = network(out)
    assert [card.name for card in found.of_kind("between")] == ["most"]
    between = found.of_kind("between")[0]
    assert len([link for link in found.links if link.head == between.id]) == 2
    assert "error term δ" not in texts(draw(out, "neurons"))  # there is no error


def test_graph_without_units() -> None:
    """The values are drawn, and the picture says why."""
    y = Value(2.0, "x") * Value(3.0, "y") + 1
    assert any(text.startswith("drawn as values: there are no units") for text in texts(draw(y, "neurons")))
    assert "n0" in draw(y, "neurons").source
    assert any("max_nodes=5" in text for text in texts(draw(mlp(), "neurons", max_nodes=5)))


def test_many_weights_are_in_tooltips() -> None:
    drawing = draw(mlp(sizes=(4, 9, 9, 1)), "neurons")
    assert "weights and their gradients: point at an arrow" in texts(drawing)
    assert "weight " in drawing.source and not any(text.startswith("∂ ") for text in texts(drawing))


def test_measured_widths() -> None:
    drawing = draw(exercise(), "neurons")
    planned = dict(re.findall(r"\t(n\d+) \[.*?width=([\d.]+)\]", drawing.source, re.DOTALL))
    drawn = boxes(drawing)
    assert len(planned) == 7
    for name, width in planned.items():
        assert abs(drawn[name][2] - drawn[name][0] - 72 * float(width)) < 4.0  # points
    assert measure("<<TABLE></TABLE>>") == (0.0, 0)
