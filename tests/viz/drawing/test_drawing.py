"""The drawing: files, the interface of Digraph, display."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import graphviz  # type: ignore[import-untyped]
import pytest
from pictures import lesson, no_engine, texts

from autograd import Value
from viz import NoEngineError, draw


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


def test_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_warning_of_unprintable_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIZ_DOT", raising=False)
    x = Value(1.0, "∇f")
    with pytest.warns(UserWarning, match=r"no glyphs for ∇ .* \.svg"):
        draw(x).pipe("png")
    assert "∇f" in texts(draw(x))


def test_notebook_display() -> None:
    drawing = draw(lesson())
    assert sorted(drawing._repr_mimebundle_()) == ["image/svg+xml", "text/plain"]
    assert list(drawing._repr_mimebundle_(include=["image/svg+xml"])) == ["image/svg+xml"]
    assert list(drawing._repr_mimebundle_(exclude=["image/svg+xml"])) == ["text/plain"]


def test_display_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    no_engine(monkeypatch)
    bundle = draw(lesson())._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert bundle["text/plain"].startswith("L = × 0.5 data 0.006616 grad 1\n  x² data")
    assert "pip install graphviz-pure" in bundle["text/plain"].splitlines()[-1]
    deep = Value(1.0)
    for _ in range(500):
        deep = deep * deep
    assert len(draw(deep)._repr_mimebundle_()["text/plain"].splitlines()) < 30
