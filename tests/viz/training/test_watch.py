"""watch(): what it notes, what it shows in a terminal, a log and a page, and what it refuses."""

from __future__ import annotations

import io
import math
import re
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import viz
from autograd import Value, sigmoid
from viz import Watch, draw, watch
from viz.style.theme import THEMES
from viz.training.curve import BLOCKS, blocks, curve

LOSSES = st.lists(st.floats(allow_nan=True, allow_infinity=True) | st.floats(1e-9, 1e9), max_size=600)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def train(live: Watch, steps: int = 20) -> list[float]:
    w, losses = Value(0.3, "w"), []
    for _ in range(steps):
        w.grad = 0.0
        loss = (sigmoid(w * 1.0 + Value(0.5, "v") * 2.0) - 0.1) ** 2
        loss.label = "E"
        loss.backward()
        live.update(loss)
        losses.append(loss.data)
        w.data -= 2.0 * w.grad
    return losses


# ---- terminals and logs


def test_terminal() -> None:
    """One line, written over and over."""
    out = Terminal()
    with watch(every=0, stream=out) as live:
        losses = train(live)
    lines = out.getvalue().split("\r")[1:]
    assert out.getvalue().count("\n") == 1 and out.getvalue().endswith("\n")
    assert lines[-1].startswith("step 19  loss ") and set(blocks(losses)) <= set(lines[-1])
    assert live.losses == losses


def test_log() -> None:
    """It stays short and ends with the last step."""
    out = io.StringIO()
    with watch(every=0, stream=out) as live:
        for step in range(1000):
            live.update(1.0 / (step + 1))
    lines = out.getvalue().splitlines()
    assert len(lines) < 14 and lines[0].startswith("step 0  loss 1") and lines[-1].startswith("step 999  loss 0.001")
    assert "\r" not in out.getvalue() and "\x1b" not in out.getvalue()


def test_intervals() -> None:
    """What is not due is not shown, but the end is."""
    out = io.StringIO()
    with watch(every=1e9, stream=out) as live:
        train(live)
    assert [line.split("  ")[0] for line in out.getvalue().splitlines()] == ["step 0", "step 19"]


def test_end_after_an_error() -> None:
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), watch(every=1e9, stream=out) as live:
        train(live, 5)
        raise KeyboardInterrupt
    assert out.getvalue().splitlines()[-1].startswith("step 4")


def test_without_steps() -> None:
    out = Terminal()
    with watch(stream=out) as live:
        pass
    assert out.getvalue() == "" and repr(live) == "<viz.Watch, 0 steps>"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_stream_without_blocks(encoding: str) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    with watch(every=0, stream=out) as live:
        train(live, 3)
    out.flush()
    assert raw.getvalue().decode(encoding).splitlines()[0].startswith("step 0  loss ")


def test_labels_are_text() -> None:
    out = Terminal()
    with watch(every=0, stream=out, name="a\x1b[2J\nb") as live:
        live.update(1.0)
    assert "\x1b[2J" not in out.getvalue()


# ---- pages and notebooks


def test_page(tmp_path: Path) -> None:
    """It holds the curve and the last picture."""
    with watch(stream=io.StringIO()) as live:
        train(live)
    text = live.save(tmp_path / "training.html").read_text(encoding="utf-8")
    shown = re.findall(r"<text[^>]*>([^<]*)<", text)
    assert any(line.startswith("loss, step 19: ") for line in shown) and "loss E" in shown
    assert "<script" not in text and "default-src 'none'" in text
    with pytest.raises(ValueError, match=r"must end in \.html"):
        live.save(tmp_path / "training.png")
    with pytest.raises(FileNotFoundError):
        live.save(tmp_path / "nowhere" / "training.html")


def test_picture_is_that_of_its_step(tmp_path: Path) -> None:
    """Whatever the optimiser does afterwards."""
    w, wanted = Value(0.25, "w"), []
    with watch("values", stream=io.StringIO()) as live:
        for _ in range(5):
            loss = (w * 2.0 - Value(3.0, "x")) ** 2
            loss.label = "E"
            loss.backward()
            live.update(loss)
            wanted.append(draw(loss).source)
            w.data -= 0.05 * w.grad
            w.grad = 0.0
    assert live.picture is not None and live.picture.source == wanted[-1] != wanted[-2]
    assert "the graph at step 4<" in live.save(tmp_path / "x.html").read_text(encoding="utf-8")


def test_huge_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def tick() -> float:
        now[0] += 1.0  # whatever is done takes a second
        return now[0]

    monkeypatch.setattr(time, "monotonic", tick)
    monkeypatch.setattr(viz.training.watch, "LARGE_GRAPH", 2)
    live = watch("values", stream=io.StringIO(), every=1e9)
    steps = []
    for step in range(100):
        live.update(Value(1.0) * float(step) + 1.0)
        steps.append(live._snapshot and live._snapshot.step)
    assert 5 <= len(set(steps)) <= 20


def test_loss_that_is_a_number(tmp_path: Path) -> None:
    """Another root can then be drawn."""
    root = sigmoid(Value(0.5, "other"))
    with watch("values", stream=io.StringIO()) as live:
        live.update(2)
        live.update(1.5, root)
    assert live.losses == [2.0, 1.5]
    assert "other" in live.save(tmp_path / "x.html").read_text(encoding="utf-8")


def test_page_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a text instead of a picture."""
    monkeypatch.setenv("VIZ_DOT", str(Path("no") / "such" / "dot"))
    with watch(stream=io.StringIO()) as live:
        train(live, 2)
    shown = live._repr_mimebundle_()
    assert "<pre>E: loss" in shown["text/html"] and shown["text/plain"].startswith("step 1  loss ")


def test_no_graph_is_held_after_the_end() -> None:
    with watch(stream=io.StringIO()) as live:
        train(live, 2)
    assert live._snapshot is None and not any(isinstance(x, Value) for x in vars(live).values())


def test_notebook_output_is_updated(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    class Handle:
        def update(self, shown: Any) -> None:
            calls.append(shown._repr_mimebundle_()["text/plain"].split("  ")[0])

    class Display:
        @staticmethod
        def display(shown: Any, display_id: bool) -> Handle:
            calls.append("first")
            return Handle()

    monkeypatch.setattr(viz.training.watch, "kernel", lambda: object())
    monkeypatch.setattr(viz.training.watch.importlib, "import_module", lambda name: Display)
    monkeypatch.setattr(viz.training.watch, "PACE", 0.0)
    with watch(every=0) as live:
        train(live, 4)
    assert calls == ["first", "step 1", "step 2", "step 3"]


def test_time_of_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(viz.training.watch, "kernel", lambda: object())
    shown: list[float] = []

    def slow(self: Watch) -> None:
        now[0] += 1.0  # a second for each picture
        shown.append(now[0])

    monkeypatch.setattr(Watch, "_show_in_notebook", slow)
    live = watch(every=0)
    for _ in range(100):
        live.update(1.0)
        now[0] += 1.0
    assert 5 <= len(shown) <= 11


# ---- the curve


@example([1.7e308, -1.7e308, 0.0])
@example([5e-324, 0.0])
@example([5e-324, 1.0])
@settings(deadline=None)
@given(LOSSES)
def test_curves_are_inside_their_frame(losses: list[float]) -> None:
    """And well formed."""
    root = ElementTree.fromstring(curve(losses, THEMES["light"]))
    line = next((e.get("points") for e in root.iter() if e.tag.endswith("polyline")), None)
    assert (line is not None) == any(map(math.isfinite, losses))
    for pair in (line or "").split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= 420 and 0 <= y <= 250
    assert len((line or "").split()) <= 402
    lost = sum(not math.isfinite(x) for x in losses)
    assert any(e.text == f"{lost:,} not finite" for e in root.iter()) == (lost > 0)


@example([1.7e308, -1.7e308, 0.0], 9)
@settings(deadline=None)
@given(LOSSES, st.integers(1, 40))
def test_blocks_follow_the_losses(losses: list[float], width: int) -> None:
    shown = blocks(losses, width)
    finite = [x for x in losses if math.isfinite(x)]
    assert len(shown) == min(width, len(finite)) and set(shown) <= set(BLOCKS)
    if len(finite) == len(shown) > 0:
        assert shown[finite.index(min(finite))] == BLOCKS[0]


def test_logarithmic_scale() -> None:
    """Where losses span decades."""
    assert "step, logarithmic scale" in curve([1.0, 0.001], THEMES["dark"])
    assert "logarithmic" not in curve([1.0, 0.5], THEMES["dark"]) + curve([1.0, -0.001], THEMES["dark"])


# ---- what is refused


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"view": "neuron"}, ValueError, "unknown view"), ({"theme": "blue"}, ValueError, "unknown theme"),
        ({"every": -1}, ValueError, "every"), ({"every": math.nan}, ValueError, "every"), ({"name": 3}, TypeError, "name"),
        ({"max_node": 3}, TypeError, "max_node"),
    ],
)  # fmt: skip
def test_wrong_choices(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    """They are refused before the training."""
    with pytest.raises(error, match=words):
        watch(**arguments)


def test_wrong_losses_and_roots() -> None:
    """They are refused and not noted."""
    live = watch(stream=io.StringIO())
    for loss in ("1", None, 1j):
        with pytest.raises(TypeError, match="loss"):
            live.update(loss)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="root"):
        live.update(1.0, 2.0)  # type: ignore[arg-type]
    assert live.losses == []
