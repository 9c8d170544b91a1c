"""draw(): what the views show, their arguments, the same text in every process."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from helpers import output
from pictures import lesson, random_graph, texts

import autograd
from autograd import Value, scope
from viz import draw
from viz.model.graph import Graph
from viz.model.picture import read_graph
from viz.style.theme import THEMES, Scale, tint


@pytest.mark.parametrize("view", ["values", "classic"])
def test_what_is_shown(view: str) -> None:
    """Names, operations, data, gradients and local derivatives."""
    shown = texts(draw(lesson(), view))
    for text in ["x1", "w32", "h1", "y_hat", "target", "L", "×", "σ", "−", "0.006616", "-0.02873", "0.2498", "0.2464", "-1"]:
        assert text in shown, text
    assert any(text.startswith("gradient ∂L/") for text in shown)
    assert "hidden layer" in shown and "output layer" in shown


def test_values_view_folds() -> None:
    shown = texts(draw(lesson()))
    assert {"Σ", "× 0.5", "x²"} <= set(shown)
    assert "33 values, 29 shown; sums of sums are one Σ, constants stand inside their operation" in shown
    assert not any("shown" in text for text in texts(draw(lesson(), fold=False)))


def test_scopes_as_captions_or_frames() -> None:
    with scope("outer"), scope("inner"):
        y = Value(1.0, "x") * 2
    assert "outer / inner" in texts(draw(y))
    framed = draw(y, groups=True)
    assert framed.source.count("subgraph cluster_") == 2
    assert {"outer", "inner"} <= set(texts(framed)) and "outer / inner" not in texts(framed)


def test_colours_of_nan_inf_and_zero() -> None:
    x, y = Value(-1.0, "x"), Value(0.0, "y")
    z = autograd.log(x) + x * y
    z.backward()
    light = THEMES["light"]
    assert math.isnan(x.grad)
    assert light.nonfinite in draw(z).source and "nan, inf" in texts(draw(z))
    assert tint(light, Scale(1.0, 2, False), -0.0) == light.zero


def test_legend_without_gradients() -> None:
    """It says what to call."""
    assert any("call backward()" in text for text in texts(draw(Value(1.0) * 2)))


def test_theme_and_direction() -> None:
    y = Value(1.0, "x") * 2
    assert "rankdir=BT" in draw(y).source and "rankdir=LR" in draw(y, "classic").source
    assert "rankdir=RL" in draw(y, direction="RL").source
    assert THEMES["dark"].background in draw(y, theme="dark").source


@pytest.mark.slow
def test_large_graphs() -> None:
    chain = Value(0.5, "x")
    for _ in range(20_000):
        chain = -chain
    assert "folded by levels" in draw(chain).source and "left out" in draw(chain, "classic").source
    total = Value(0.0, "start")
    for i in range(10_000):
        total = total + Value(float(i))
    assert "folded by levels" in draw(total).source and "left out" in draw(total, "classic").source
    twice = Value(1.0, "x")
    for _ in range(1_000):
        twice = twice + twice
    assert "left out" in draw(twice, "classic").source


@pytest.mark.slow
def test_same_dot_in_every_process(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pictures import lesson, random_graph\nfrom viz import draw\n"
        "sys.stdout.buffer.write((draw(lesson()).source + draw(random_graph(1), 'classic', groups=True).source).encode())"
    )
    outputs = {output(code, tmp_path, PYTHONHASHSEED=seed) for seed in ("0", "1", "4242")}
    assert len(outputs) == 1 and "digraph" in outputs.pop()


def test_drawing_twice() -> None:
    root = random_graph(5)
    first = [draw(root, view).source for view in ("values", "classic")]
    read_graph(Graph([root]), folding=False)
    assert [draw(root, view).source for view in ("values", "classic")] == first


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"view": "neuron"}, "'values', 'classic'"), ({"theme": "blue"}, "'light', 'dark'"),
        ({"direction": "up"}, "'BT', 'TB', 'LR', 'RL'"), ({"max_nodes": 0}, "max_nodes"), ({"dpi": 0}, "dpi"),
        ({"timeout": -1}, "timeout"), ({"view": None}, "'values'"), ({"view": ["values"]}, "'values'"),
    ],
)  # fmt: skip
def test_unknown_choices(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        draw(Value(1.0), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("root", [3.0, None, "x", [Value(1.0), 2.0], Value])
def test_wrong_roots(root: object) -> None:
    with pytest.raises(TypeError, match="root must be a Value"):
        draw(root)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="empty"):
        draw([])
