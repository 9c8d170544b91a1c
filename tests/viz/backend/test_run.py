"""Layout engines: which one runs, within which limits, and what is said without one."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path

import pytest
from pictures import POSIX, lesson, no_engine, script, texts

import autograd
from autograd import Value
from viz import EngineError, EngineTimeoutError, NoEngineError, draw
from viz.backend import find, run


def test_pdf_or_what_it_needs(tmp_path: Path) -> None:
    try:
        find.find_engine("pdf")
    except NoEngineError:
        with pytest.raises(NoEngineError, match=r"`dot`.*pygraphviz"):
            draw(lesson()).save(tmp_path / "graph.pdf")
        assert list(tmp_path.iterdir()) == []
    else:
        assert draw(lesson()).save(tmp_path / "graph.pdf").read_bytes().startswith(b"%PDF")


def test_png_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LONGEST_SIDE", 500)
    x = Value(1.0, "x")
    for _ in range(30):
        x = autograd.sin(x)
    assert max(struct.unpack(">II", draw(x).pipe("png")[16:24])) <= 501


@pytest.mark.parametrize("fmt", ["svg", "png"])
def test_error_without_an_engine(monkeypatch: pytest.MonkeyPatch, fmt: str) -> None:
    """It names the remedies."""
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
def test_other_engines(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_slow_engine_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_failing_engine_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, words: str) -> None:
    monkeypatch.setenv("VIZ_DOT", str(script(tmp_path, "bad", f"sys.stdin.read(); {code}")))
    with pytest.raises(EngineError, match=words):
        draw(Value(1.0)).pipe()


@POSIX
def test_environment_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine sees nothing of the user's settings."""
    for name in ("GVBINDIR", "GRAPHVIZ_DOT", "DOTFONTPATH", "GV_FILE_PATH"):
        monkeypatch.setenv(name, "/somewhere")
    spy = script(tmp_path, "spy", "sys.stdin.read(); print(sorted(os.environ), sys.argv[1:], os.environ['SERVER_NAME'])")
    monkeypatch.setenv("VIZ_DOT", str(spy))
    said = draw(Value(1.0)).pipe("png").decode()
    assert "GV" not in said and "GRAPHVIZ" not in said and "DOTFONTPATH" not in said
    assert "['-Kdot', '-Tpng', '-Gdpi=96', '-Gsize=85.3333,85.3333'] viz" in said
