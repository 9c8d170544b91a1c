"""The views: folding by themselves, other sources of nodes, wrong choices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from helpers import output
from pictures import exercise, mlp, plain_layers, texts

from autograd import Value
from viz import draw
from viz.drawing.views import VIEWS, Options
from viz.model.graph import Graph
from viz.model.subgraph import read_top, read_window
from viz.stepper.timeline import make_timeline
from viz.style.theme import THEMES


def test_values_fold_above_max_nodes() -> None:
    shown = texts(draw(mlp("operators", samples=12)))
    assert any(re.match(r"folded by scopes: [\d,]+ values are more than max_nodes=400", text) for text in shown)
    assert "layer 2" in shown and "median |grad|" in shown
    assert any("folded by levels" in text for text in texts(draw(mlp("operators", samples=80, scopes=False))))
    assert not any("folded by" in text for text in texts(draw(mlp())))


def test_order_of_folding() -> None:
    """From scopes over sums of products to levels."""
    root = plain_layers(4, 3)
    count = len(Graph([root]))
    for limit, words in [
        (count, ""), (count - 1, "folded by sums and constants"), (110, "folded by sums of products"), (30, "folded by levels"),
    ]:  # fmt: skip
        folded = [text for text in texts(draw(root, max_nodes=limit)) if text.startswith("folded by")]
        wanted = f"{words}: {count:,} values are more than max_nodes={limit} (None draws all; around=, top= a part)"
        assert folded == ([wanted] if words else [])
    assert any("folded by levels" in text for text in texts(draw(root, max_nodes=110, fold=False)))


@pytest.mark.slow
def test_many_values_without_and_with_scopes() -> None:
    for scopes in (False, True):
        root = mlp("operators", samples=20, sizes=(8, 16, 16, 1), scopes=scopes)
        assert len(Graph([root])) > 16_000
        shown = texts(draw(root))
        assert any("values are more than max_nodes=400" in text for text in shown) and "‖grad‖" in " ".join(shown)
        assert any("max_nodes=400" in text for text in texts(draw(root, "neurons")))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"around": Value(1.0)}, ValueError, "not in the graph"), ({"around": 3}, TypeError, "around must be a Value"),
        ({"around": Value(1.0), "view": "groups"}, TypeError, "'values'"), ({"radius": -1}, ValueError, "radius"),
        ({"top": 0}, ValueError, "top"), ({"top": 2, "view": "neurons"}, ValueError, "'values'"),
        ({"top": True}, ValueError, "top"),
        ({"depth": 1, "view": "classic"}, ValueError, "groups"), ({"expand": ["a"], "view": "neurons"}, ValueError, "groups"),
        ({"depth": 0}, ValueError, "depth"), ({"expand": "layer"}, TypeError, "list of names"),
    ],
)  # fmt: skip
def test_wrong_choices(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        draw(Value(1.0) * 2, **arguments)


@pytest.mark.slow
def test_same_dot_in_every_process(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pictures import mlp, scoped\nfrom viz import draw\n"
        "found = [draw(mlp(samples=2), 'neurons'), draw(scoped(), 'groups'), draw(mlp('sum', samples=9)),\n"
        "         draw(scoped(), 'groups', expand=['left'])]\n"
        "sys.stdout.buffer.write(''.join(drawing.source for drawing in found).encode())"
    )
    outputs = {output(code, tmp_path, PYTHONHASHSEED=seed) for seed in ("0", "1", "4242")}
    assert len(outputs) == 1 and "digraph network" in outputs.pop()


def test_text_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIZ_DOT", "/nowhere")
    neurons = draw(exercise(), "neurons")._repr_mimebundle_()["text/plain"]
    assert neurons.startswith("E: loss, value 0.006616") and "a1: unit" in neurons
    assert "layer 1: " in draw(mlp("operators", samples=9))._repr_mimebundle_()["text/plain"]


@dataclass(frozen=True, eq=False)
class Entry:
    """A node that is no Value, as a flat program could hand it out."""

    data: float
    grad: float
    label: str
    op: str
    parents: tuple[Entry, ...]
    partials: tuple[float, ...]
    cuts: tuple[bool, ...]
    group: tuple[str, ...]
    primitive: Any
    is_constant: bool
    source: tuple[str, int] | None = None


def entries(root: Value) -> Entry:
    made: dict[int, Entry] = {}
    for v in Graph([root]).nodes:
        parents = tuple(made[id(parent)] for parent in v.parents)
        made[id(v)] = Entry(v.data, v.grad, v.label, v.op, parents, v.partials, v.cuts, v.group, v.primitive, v.is_constant)
    return made[id(root)]


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_nodes_that_are_not_values(view: Callable[..., Any]) -> None:
    """What has the attributes of a Value gives the same pictures."""
    for root in (exercise(), mlp(samples=2), plain_layers(3, 2)):
        for options in (Options(None, THEMES["light"], 400, False, None), Options("LR", THEMES["dark"], 60, True, None)):
            assert view(Graph([entries(root)]), options).dot.source == view(Graph([root]), options).dot.source


def test_windows_paths_and_timelines_of_other_nodes() -> None:
    root = exercise()
    node = entries(root)
    other, graph = Graph([node]), Graph([root])
    assert read_top(other, 3, True) == read_top(graph, 3, True)
    assert read_window(other, node.parents[0], 2, 50, True) == read_window(graph, root.parents[0], 2, 50, True)
    assert [pytest.approx(grad) for grad in make_timeline(other).grads] == list(make_timeline(graph).grads)
