"""The docs of every module: its job in the first line, examples that run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

import autograd
import viz


def below(package: ModuleType) -> list[str]:
    start = f"{package.__name__}."
    found = [m.name.removeprefix(start) for m in pkgutil.walk_packages(package.__path__, start)]
    return [name for name in found if name != "__main__"]


def modules() -> list[str]:
    return [f"{package.__name__}{name}" for package in (autograd, viz) for name in ["", *(f".{m}" for m in below(package))]]


@pytest.mark.parametrize("name", modules())
def test_first_line_and_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    assert len((module.__doc__ or "").split("\n")[0]) > 20
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0


@pytest.mark.parametrize(
    "name", ["autograd.engine.value", "autograd.calculus.transforms", "autograd.engine.modes", "autograd.engine.custom"]
)
def test_examples_are_found(name: str) -> None:
    """In compiled modules too."""
    assert doctest.testmod(importlib.import_module(name)).attempted > 0
