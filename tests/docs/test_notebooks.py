"""Notebooks: what they show of Values, and that the tour still gives the outputs that its readers see."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from helpers import HOME, ROOT
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import viz
from autograd import Value, tanh
from viz.drawing.notebook import value_bundle

TOUR = ROOT / "examples" / "tour.ipynb"


def executed(notebook: Any, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Any:
    """The notebook run afresh, in a kernel that imports the same package as the tests."""
    monkeypatch.setenv("PYTHONPATH", str(HOME))
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    NotebookClient(notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def outputs(notebook: Any) -> list[list[dict[str, Any]]]:
    """Of each cell the outputs, each by its kind of content; of pictures the texts, of pages the data."""
    return [
        [{"stream": out["text"]} if out["output_type"] == "stream" else _content(out) for out in cell.get("outputs", [])]
        for cell in notebook.cells
    ]


def _content(output: Any) -> dict[str, Any]:
    assert output["output_type"] in ("execute_result", "display_data"), output
    found = dict(output["data"])
    if svg := found.get("image/svg+xml"):
        found["image/svg+xml"] = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter() if "text" in text.tag]
    if (page := found.get("text/html")) and "srcdoc" in page:
        found["text/html"] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html.unescape(page))
    elif page and "<svg" in page:
        found["text/html"] = re.findall(r"<text[^>]*>([^<]*)<", page)
    return found


@pytest.mark.slow
def test_outputs_of_the_tour(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    saved = nbformat.read(TOUR, as_version=4)
    nbformat.validate(saved)
    wanted = outputs(saved)
    assert sum(map(len, wanted)) >= 10
    fresh = outputs(executed(nbformat.read(TOUR, as_version=4), monkeypatch, tmp_path))
    for cell, a, b in zip(saved.cells, wanted, fresh, strict=True):
        assert a == b, cell["source"]


@pytest.mark.slow
def test_values_show_their_graph(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cells = ["from autograd import Value", "Value(2.0) * 3", "import viz", "Value(2.0) * 3", "Value(2.0)", "[Value(2.0) * 3]"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    found = [list(out["data"]) for cell in executed(notebook, monkeypatch, tmp_path).cells for out in cell["outputs"]]
    assert found == [["text/plain"], ["text/plain", "image/svg+xml"], ["text/plain"], ["text/plain"]]


def test_value_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIZ_DOT", str(Path("no") / "such" / "dot"))
    y = tanh(Value(0.5, "x"))
    assert value_bundle(y) == {"text/plain": repr(y)}


def test_huge_graph_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viz.drawing.notebook, "MAX_VALUES", 50)
    x = Value(0.5)
    for _ in range(49):
        x = tanh(x)
    assert "image/svg+xml" in value_bundle(x) and list(value_bundle(tanh(x))) == ["text/plain"]


def test_outside_of_notebooks(tmp_path: Path) -> None:
    program = "import sys, viz; print('IPython' in sys.modules)"
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.slow
def test_errors_in_cells_are_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import viz; viz.draw(3)")])
    with pytest.raises(CellExecutionError, match="root must be a Value"):
        executed(notebook, monkeypatch, tmp_path)
