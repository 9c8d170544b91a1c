"""Pictures: what they show, that folding loses nothing, files and display, with and without a layout engine."""

from __future__ import annotations

import math
import os
import random
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import graphviz  # type: ignore[import-untyped]
import pytest

import autograd
from autograd import Value, scope, sigmoid
from viz import Drawing, EngineError, EngineTimeoutError, NoEngineError, draw
from viz.backend import find, run
from viz.model.graph import Graph
from viz.model.node import GLYPHS
from viz.model.picture import MAX_WIDTH, Picture, read_graph
from viz.style.fonts import unprintable
from viz.style.svg import finish
from viz.style.theme import THEMES, Scale, edge_ink, tint

POSIX = pytest.mark.skipif(os.name == "nt", reason="the stand-in engines are POSIX scripts")


def lesson() -> Value:
    """The worked exercise: three inputs, two hidden units, one output, squared error."""
    x = [Value(number, f"x{i + 1}") for i, number in enumerate([0.5, 0.1, -0.2])]
    hidden = []
    with scope("hidden layer"):
        for j, column in enumerate([[0.5, 0.1, 0.1], [-0.6, -0.2, 0.7]]):
            w = [Value(number, f"w{i + 1}{j + 1}") for i, number in enumerate(column)]
            z = w[0] * x[0] + w[1] * x[1] + w[2] * x[2]
            z.label = f"z{j + 1}"
            h = sigmoid(z)
            h.label = f"h{j + 1}"
            hidden.append(h)
    with scope("output layer"):
        y = sigmoid(Value(0.1, "v1") * hidden[0] + Value(-0.3, "v2") * hidden[1])
        y.label = "y_hat"
    loss = (Value(0.6, "target") - y) ** 2 * 0.5
    loss.label = "L"
    loss.backward()
    return loss


BUILDERS: list[Callable[[Value, Any], Value]] = [
    lambda a, b: a + b,
    lambda a, b: b + a,
    lambda a, b: a * b,
    lambda a, b: a - b,
    lambda a, b: autograd.sin(a),
]


def random_graph(seed: int) -> Value:
    """A graph of sums, products and constants with sharing, swept."""
    dice = random.Random(seed)
    values = [Value(dice.uniform(-2, 2), f"x{i}") for i in range(3)]
    for i in range(25):
        a, b = dice.choice(values[-6:]), dice.choice([*values[-6:], dice.choice([0.5, -1.5, 3.0])])
        made = dice.choice(BUILDERS)(a, b)
        if dice.random() < 0.2:
            made.label = f"v{i}"
        values.append(made)
    root = autograd.sum(values[-3:]) + values[-1]
    root.backward()
    return root


def texts(drawing: Drawing) -> list[str]:
    return [
        "".join(text.itertext())
        for text in ElementTree.fromstring(drawing.pipe("svg")).iter("{http://www.w3.org/2000/svg}text")
    ]


# ---- what is shown


@pytest.mark.parametrize("view", ["values", "classic"])
def test_shows_names_operations_data_gradients_and_local_derivatives(view: str) -> None:
    shown = texts(draw(lesson(), view))
    for text in ["x1", "w32", "h1", "y_hat", "target", "L", "×", "σ", "−", "0.006616", "-0.02873", "0.2498", "0.2464", "-1"]:
        assert text in shown, text
    assert any(text.startswith("gradient ∂L/") for text in shown)
    assert "hidden layer" in shown and "output layer" in shown


def test_values_view_folds_and_says_so() -> None:
    shown = texts(draw(lesson()))
    assert {"Σ", "× 0.5", "x²"} <= set(shown)
    assert "33 values, 29 shown; sums of sums are one Σ, constants stand inside their operation" in shown
    assert not any("shown" in text for text in texts(draw(lesson(), fold=False)))


def test_both_operands_of_a_square_are_drawn() -> None:
    x = Value(3.0, "x")
    for y in (x * x, x + x):
        for view in ("values", "classic"):
            assert draw(y, view).source.count("\tn0 -> ") == 2
    many = read_graph(Graph([x + x + x + x]))
    assert [(arrow.tail, arrow.times) for arrow in many.arrows] == [("n0", 4)]
    assert "4 ×" in texts(draw(x + x + x + x))


def test_scopes_as_captions_or_frames() -> None:
    with scope("outer"), scope("inner"):
        y = Value(1.0, "x") * 2
    assert "outer / inner" in texts(draw(y))
    framed = draw(y, groups=True)
    assert framed.source.count("subgraph cluster_") == 2
    assert {"outer", "inner"} <= set(texts(framed)) and "outer / inner" not in texts(framed)


def test_nan_inf_and_zero_have_their_own_colours() -> None:
    x, y = Value(-1.0, "x"), Value(0.0, "y")
    z = autograd.log(x) + x * y
    z.backward()
    light = THEMES["light"]
    assert math.isnan(x.grad)
    assert light.nonfinite in draw(z).source and "nan, inf" in texts(draw(z))
    assert tint(light, Scale(1.0, 2, False), -0.0) == light.zero


def test_without_gradients_the_legend_says_what_to_call() -> None:
    assert any("call backward()" in text for text in texts(draw(Value(1.0) * 2)))


def test_theme_and_direction() -> None:
    y = Value(1.0, "x") * 2
    assert "rankdir=BT" in draw(y).source and "rankdir=LR" in draw(y, "classic").source
    assert "rankdir=RL" in draw(y, direction="RL").source
    assert THEMES["dark"].background in draw(y, theme="dark").source


def test_several_roots() -> None:
    a, b = Value(1.0, "a"), Value(2.0, "b")
    p, q = a * b, a + b
    picture = read_graph(Graph([p, q]))
    assert [box.operation for box in picture.roots] == ["×", "+"]
    assert draw([p, q]).source == draw((p, q)).source


# ---- colours


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, bright = sorted([luminance(one), luminance(other)])
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_text_is_readable_on_every_colour(name: str) -> None:
    theme = THEMES[name]
    for fill in (*theme.negative, *theme.positive, theme.zero, theme.nonfinite, theme.neutral):
        assert contrast(theme.ink, fill) >= 4.5, fill
    for fill in (*theme.negative, *theme.positive, theme.zero):
        assert contrast(theme.key, fill) >= 3.0, fill
    for size in (1e-9, 1.0, math.nan, 0.0):
        for sign in (1, -1):
            assert contrast(edge_ink(theme, sign * size), theme.background) >= 4.5


def test_scale_is_logarithmic_with_round_numbers() -> None:
    scale = Scale.fit([0.0, 0.3, 0.0004, math.nan, math.inf])
    assert (scale.top, scale.decades) == (0.5, 4)
    assert scale.marks() == pytest.approx([5e-5, 5e-4, 5e-3, 5e-2, 0.5])
    assert [scale.strength(mark) for mark in scale.marks()] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert scale.strength(1e-300) == 0.0 and scale.strength(7.0) == 1.0
    assert Scale.fit([5e-324]).strength(5e-324) >= 0.0 and Scale.fit([1.7e308]).strength(1.7e308) <= 1.0


# ---- folding


@pytest.mark.parametrize("seed", range(25))
def test_folding_loses_nothing(seed: int) -> None:
    root = random_graph(seed)
    whole, folded = read_graph(Graph([root]), folding=False), read_graph(Graph([root]))
    nodes = {box.id: box for box in whole.boxes}
    drawn = {box.id: box for box in folded.boxes}
    assert sorted([*drawn, *(i for box in folded.boxes for i in box.folded)]) == sorted(nodes)
    uses = {name: sum(arrow.times for arrow in whole.arrows if arrow.tail == name) for name in nodes}
    for box in folded.boxes:
        for name in box.folded:
            assert not nodes[name].label and uses[name] == 1 and not nodes[name].is_root
        constants = [nodes[name].data for name in box.folded if nodes[name].kind == "constant"]
        assert sorted(constants) == sorted(box.constants)
        for name in set(box.folded) - {name for name in box.folded if nodes[name].kind == "constant"}:
            assert nodes[name].grad == box.grad  # a partial sum has its sum's gradient
        if box.operation.startswith("Σ"):
            terms = [nodes[arrow.tail].data for arrow in folded.arrows if arrow.head == box.id for _ in range(arrow.times)]
            assert math.isclose(math.fsum(terms + list(box.constants)), box.data, rel_tol=1e-12, abs_tol=1e-12)
    assert_gradients_flow(whole)
    assert_gradients_flow(folded)


def assert_gradients_flow(picture: Picture) -> None:
    """Every gradient is the sum of what the arrows send back: no arrow is missing, none is drawn twice."""
    for box in picture.boxes:
        if not box.is_root and box.kind != "constant":
            sent = [arrow.message for arrow in picture.arrows if arrow.tail == box.id]
            assert math.isclose(math.fsum(sent), box.grad, rel_tol=1e-9, abs_tol=1e-12)


def test_names_shared_values_and_scopes_are_not_folded() -> None:
    a, b, c = (Value(number, name) for number, name in [(1.0, "a"), (2.0, "b"), (3.0, "c")])
    named = a + b
    named.label = "s"
    assert len(read_graph(Graph([named + c])).boxes) == 5
    shared = a + b
    assert len(read_graph(Graph([(shared + c) * shared])).boxes) == 6
    with scope("elsewhere"):
        inner = a + b
    assert len(read_graph(Graph([inner + c])).boxes) == 5
    assert len(read_graph(Graph([a + b + c])).boxes) == 4


def test_what_a_sum_does_not_tell_is_not_folded() -> None:
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    inner = a + b
    outer = inner + c
    inner.grad = 5.0
    assert len(read_graph(Graph([outer])).boxes) == 5
    inner.grad = 0.0
    assert len(read_graph(Graph([outer])).boxes) == 4
    inner.data = 7.0
    assert len(read_graph(Graph([outer])).boxes) == 5


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x: x + 1, "+ 1"), (lambda x: 1 + x, "+ 1"), (lambda x: x - 2, "− 2"), (lambda x: 2 - x, "2 − x"),
        (lambda x: -0.5 * x, "× (-0.5)"), (lambda x: x / 4, "÷ 4"), (lambda x: 1 / x, "1 ÷ x"), (lambda x: x**2, "x²"),
        (lambda x: x**-1, "x⁻¹"), (lambda x: x**0.5, "x^0.5"), (lambda x: 2**x, "2^x"), (lambda x: x % 3, "mod 3"),
        (lambda x: autograd.maximum(x, 0), "maximum(x, 0)"), (lambda x: autograd.maximum(0, x), "maximum(0, x)"),
        (lambda x: autograd.clip(x, -1, 1), "clip(x, -1, 1)"), (lambda x: x + 1 + x, "Σ + 1"),
        (lambda x: autograd.sumprod([x, x], [2.0, 3.0]), "Σ×"), (lambda x: autograd.where(x > 0, x, x), None),
    ],
)  # fmt: skip
def test_constants_stand_in_their_operation(make: Callable[[Value], Value], text: str | None) -> None:
    x = Value(2.0, "x")
    y = make(x)
    if text is not None:
        box = read_graph(Graph([y])).roots[0]
        assert box.operation == text
        assert not [box for box in read_graph(Graph([y])).boxes if box.kind == "constant"]
    assert texts(draw(y)) and texts(draw(y, "classic"))


@pytest.mark.parametrize("symbol", ["add", "+", "Σ", "<lambda>", ""])
def test_own_operations_are_not_taken_for_others(symbol: str) -> None:
    @autograd.primitive(partials=[lambda x, y: 2.0, lambda x, y: 0.0], symbol=symbol)
    def add(x: float, y: float) -> float:
        return 2.0 * x

    x, z = Value(1.0, "x"), Value(2.0, "z")
    assert read_graph(Graph([add(x, 1)])).roots[0].operation == f"{symbol or 'add'}(x, 1)"
    assert len(read_graph(Graph([add(x, z) + x])).boxes) == 4
    assert f"{symbol or 'add'}(x, 1)" in texts(draw(add(x, 1))) and (symbol or "add") in texts(draw(add(x, 1), "classic"))


def test_png_can_show_every_operation() -> None:
    for row in autograd.ops.primitives.TABLE.values():
        assert not unprintable(GLYPHS.get(row.glyph, row.glyph)), row.name


# ---- large graphs


def test_above_max_nodes_the_picture_counts_what_is_left_out() -> None:
    picture = read_graph(Graph([random_graph(3)]), max_nodes=6)
    stubs = [box for box in picture.boxes if box.kind == "stub"]
    cards = len(picture.boxes) - len(stubs)
    assert cards <= 6 and stubs
    assert sum(stub.data for stub in stubs) == picture.left_out
    assert cards + sum(len(box.folded) for box in picture.boxes) + picture.left_out == picture.values
    ids = {box.id for box in picture.boxes}
    assert all({arrow.tail, arrow.head} <= ids for arrow in picture.arrows)
    shown = texts(draw(random_graph(3), "classic", max_nodes=6))
    assert any("left out" in text for text in shown) and any(text.endswith(" more") for text in shown)
    assert not any("left out" in text for text in texts(draw(random_graph(3), max_nodes=None)))


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


def test_a_large_graph_is_cut_to_a_readable_part() -> None:
    wide = autograd.sum([Value(float(i)) for i in range(1000)])
    picture = read_graph(Graph([-wide]), max_nodes=400)
    assert [box.operation for box in picture.boxes[-3:]] == ["Σ", "−", ""]
    assert len(picture.boxes) == 2 + MAX_WIDTH + 1 and picture.left_out == 1000 - MAX_WIDTH
    two = read_graph(Graph([wide * autograd.sum([Value(float(i)) for i in range(500)])]), max_nodes=400)
    assert sorted(box.data for box in two.boxes if box.kind == "stub") == [500.0, 1000.0]
    assert len(two.boxes) == 5


def test_png_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LONGEST_SIDE", 500)
    x = Value(1.0, "x")
    for _ in range(30):
        x = autograd.sin(x)
    assert max(struct.unpack(">II", draw(x).pipe("png")[16:24])) <= 501


# ---- the same text


@pytest.mark.slow
def test_same_dot_in_every_process() -> None:
    here = Path(__file__).resolve().parent
    code = (
        "import sys\n"
        "from test_draw import lesson, random_graph\nfrom viz import draw\n"
        "sys.stdout.buffer.write((draw(lesson()).source + draw(random_graph(1), 'classic', groups=True).source).encode())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=here,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1 and b"digraph" in outputs.pop()


def test_drawing_does_not_change_the_next_drawing() -> None:
    root = random_graph(5)
    first = [draw(root, view).source for view in ("values", "classic")]
    read_graph(Graph([root]), folding=False)
    assert [draw(root, view).source for view in ("values", "classic")] == first


def test_ids_are_in_topological_order() -> None:
    picture = read_graph(Graph([random_graph(7)]))
    assert all(int(arrow.tail[1:]) < int(arrow.head[1:]) for arrow in picture.arrows)


# ---- arguments


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"view": "neuron"}, "'values', 'classic'"), ({"theme": "blue"}, "'light', 'dark'"),
        ({"direction": "up"}, "'BT', 'TB', 'LR', 'RL'"), ({"max_nodes": 0}, "max_nodes"), ({"dpi": 0}, "dpi"),
        ({"timeout": -1}, "timeout"), ({"view": None}, "'values'"), ({"view": ["values"]}, "'values'"),
    ],
)  # fmt: skip
def test_unknown_choices_are_named(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        draw(Value(1.0), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("root", [3.0, None, "x", [Value(1.0), 2.0], Value])
def test_what_is_no_value_is_a_type_error(root: object) -> None:
    with pytest.raises(TypeError, match="root must be a Value"):
        draw(root)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="empty"):
        draw([])


# ---- files


@pytest.mark.parametrize("suffix", [".svg", ".png", ".dot", ".html", ".SVG"])
def test_save(tmp_path: Path, suffix: str) -> None:
    written = draw(lesson()).save(tmp_path / f"graph{suffix}")
    content = written.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [f"graph{suffix}"]
    if suffix == ".png":
        assert content.startswith(b"\x89PNG")
    elif suffix == ".dot":
        assert content.decode() == draw(lesson()).source
    elif suffix == ".html":
        page = content.decode()
        assert "default-src 'none'" in page and "<svg" in page and "<script" not in page and "<?xml" not in page
    else:
        assert ElementTree.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"


def test_save_names_the_known_suffixes(tmp_path: Path) -> None:
    for name in ("graph", "graph.tiff", ".svg"):
        with pytest.raises(ValueError, match=re.escape(".svg .png .pdf .dot .html")):
            draw(Value(1.0)).save(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="no folder"):
        draw(Value(1.0)).save(tmp_path / "missing" / "graph.svg")
    assert list(tmp_path.iterdir()) == []


def test_pdf_or_what_it_needs(tmp_path: Path) -> None:
    try:
        find.find_engine("pdf")
    except NoEngineError:
        with pytest.raises(NoEngineError, match=r"`dot`.*pygraphviz"):
            draw(lesson()).save(tmp_path / "graph.pdf")
        assert list(tmp_path.iterdir()) == []
    else:
        assert draw(lesson()).save(tmp_path / "graph.pdf").read_bytes().startswith(b"%PDF")


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "graph.svg"
    target.write_text("old")

    def interrupted(source: object, destination: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        draw(Value(1.0)).save(target)
    monkeypatch.undo()
    no_engine(monkeypatch)
    with pytest.raises(NoEngineError):
        draw(Value(1.0)).save(target)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_interface_of_digraph(tmp_path: Path) -> None:
    drawing = draw(lesson())
    for name in (
        "source",
        "pipe",
        "render",
        "view",
        "save",
        "attr",
        "node",
        "edge",
        "body",
        "format",
        "engine",
        "name",
        "_repr_mimebundle_",
    ):
        assert hasattr(drawing, name), name
    assert str(drawing) == drawing.source == "".join(drawing)
    assert isinstance(drawing.dot, graphviz.Digraph)
    assert drawing.pipe().startswith(b"<?xml") and drawing.pipe(format="svg", encoding="utf-8").startswith("<?xml")
    assert drawing.render(tmp_path / "a", format="png") == str(tmp_path / "a.png")
    assert drawing.render(outfile=tmp_path / "deep" / "b.svg") == str(tmp_path / "deep" / "b.svg")
    drawing.format = "png"
    assert drawing.render("c", directory=tmp_path, cleanup=True) == str(tmp_path / "c.png")
    drawing.attr(rankdir="TB")
    assert "rankdir=TB" in drawing.source
    with pytest.raises(ValueError, match="svg, png"):
        drawing.pipe("nonsense")
    with pytest.raises(ValueError, match="neato"):
        drawing.pipe("svg", engine="nonsense")
    with pytest.raises(AttributeError):
        drawing.no_such_thing  # noqa: B018


def test_warns_of_characters_that_a_png_cannot_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIZ_DOT", raising=False)
    x = Value(1.0, "∇f")
    with pytest.warns(UserWarning, match=r"no glyphs for ∇ .* \.svg"):
        draw(x).pipe("png")
    assert "∇f" in texts(draw(x))


def test_svg_text_keeps_its_width_in_other_fonts() -> None:
    svg = '<text x="1" font-weight="bold" font-size="10.00">a1&#45;</text>'
    svg += '<text font-size="9.00">漢</text><text font-size="9">σ</text>'
    assert finish(svg).count("textLength") == 2
    assert 'textLength="14.45"' in finish(svg) and finish(finish(svg)) == finish(svg)


# ---- display


def test_notebook_display() -> None:
    drawing = draw(lesson())
    assert sorted(drawing._repr_mimebundle_()) == ["image/svg+xml", "text/plain"]
    assert list(drawing._repr_mimebundle_(include=["image/svg+xml"])) == ["image/svg+xml"]
    assert list(drawing._repr_mimebundle_(exclude=["image/svg+xml"])) == ["text/plain"]


def test_display_without_an_engine_is_a_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    no_engine(monkeypatch)
    bundle = draw(lesson())._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert bundle["text/plain"].startswith("L = × 0.5 data 0.006616 grad 1\n  x² data")
    assert "pip install graphviz-pure" in bundle["text/plain"].splitlines()[-1]
    deep = Value(1.0)
    for _ in range(500):
        deep = deep * deep
    assert len(draw(deep)._repr_mimebundle_()["text/plain"].splitlines()) < 30


# ---- engines


def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIZ_DOT", raising=False)
    monkeypatch.setattr(find, "_graphviz_pure", lambda: None)
    monkeypatch.setattr(find, "_has_pygraphviz", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda name: None)


def script(folder: Path, name: str, code: str) -> Path:
    """An executable that runs Python code."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport os, sys, time, subprocess\n{code}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("fmt", ["svg", "png"])
def test_without_an_engine_the_error_names_the_remedies(monkeypatch: pytest.MonkeyPatch, fmt: str) -> None:
    no_engine(monkeypatch)
    with pytest.raises(NoEngineError, match=r"pip install graphviz-pure.*install Graphviz.*VIZ_DOT") as caught:
        draw(Value(1.0)).pipe(fmt)
    assert isinstance(caught.value, RuntimeError)
    assert draw(Value(1.0)).source.startswith("digraph")


@POSIX
def test_engine_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIZ_DOT", raising=False)
    script(tmp_path, "dot", "sys.stdin.read(); print('<svg>from dot</svg>')")
    chosen = script(tmp_path, "chosen", "sys.stdin.read(); print('<svg>chosen</svg>')")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert find.find_engine("svg").name == "graphviz-pure"
    assert find.find_engine("pdf").name == "dot"
    monkeypatch.setattr(find, "_graphviz_pure", lambda: None)
    assert draw(Value(1.0)).pipe(encoding="utf-8") == "<svg>from dot</svg>\n"
    monkeypatch.setenv("VIZ_DOT", str(chosen))
    assert draw(Value(1.0)).pipe(encoding="utf-8") == "<svg>chosen</svg>\n"
    monkeypatch.setenv("VIZ_DOT", str(tmp_path / "absent"))
    with pytest.raises(NoEngineError, match="VIZ_DOT"):
        draw(Value(1.0)).pipe()


@pytest.mark.parametrize("name", ["dot", "pygraphviz"])
def test_other_engines_where_they_are_installed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIZ_DOT", raising=False)
    present = shutil.which("dot") if name == "dot" else find._has_pygraphviz()
    if not present:
        pytest.skip(f"{name} is not installed")
    monkeypatch.setattr(find, "_graphviz_pure", lambda: None)
    if name == "pygraphviz":
        monkeypatch.setattr(shutil, "which", lambda name: None)
    drawing = draw(lesson())
    assert find.find_engine("svg").name == name
    assert {"L", "× 0.5", "0.006616"} <= set(texts(drawing))
    assert drawing.pipe("png").startswith(b"\x89PNG") and drawing.pipe("pdf").startswith(b"%PDF")


@POSIX
def test_a_slow_engine_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIZ_DOT", str(script(tmp_path, "slow", "time.sleep(600)")))
    with pytest.raises(EngineTimeoutError, match="max_nodes") as caught:
        draw(Value(1.0), timeout=0.1).pipe()
    assert isinstance(caught.value, TimeoutError)
    assert "max_nodes" in draw(Value(1.0), timeout=0.1)._repr_mimebundle_()["text/plain"]


@POSIX
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit('Error: bad thing')", "bad thing"), ("pass", "nothing on stderr"),
        ("sys.exit('Warning: no value for width of non-ASCII character 206\\nreal trouble')", "1.: real trouble"),
    ],
)  # fmt: skip
def test_a_failing_engine_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, words: str) -> None:
    monkeypatch.setenv("VIZ_DOT", str(script(tmp_path, "bad", f"sys.stdin.read(); {code}")))
    with pytest.raises(EngineError, match=words):
        draw(Value(1.0)).pipe()


@POSIX
def test_the_engine_sees_nothing_of_the_users_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GVBINDIR", "GRAPHVIZ_DOT", "DOTFONTPATH", "GV_FILE_PATH"):
        monkeypatch.setenv(name, "/somewhere")
    spy = script(tmp_path, "spy", "sys.stdin.read(); print(sorted(os.environ), sys.argv[1:], os.environ['SERVER_NAME'])")
    monkeypatch.setenv("VIZ_DOT", str(spy))
    said = draw(Value(1.0)).pipe("png").decode()
    assert "GV" not in said and "GRAPHVIZ" not in said and "DOTFONTPATH" not in said
    assert "['-Kdot', '-Tpng', '-Gdpi=96', '-Gsize=85.3333,85.3333'] viz" in said
