"""The docstrings of public names say what comes in and out, and show an example.

They have Google's sections, as Sphinx reads them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any

import pytest

import autograd
import autograd.nn
import autograd.optim
import viz

PACKAGES = (autograd, autograd.nn, autograd.optim, viz)

RETURNED = ("autograd.Program", "viz.Deltas", "viz.Drawing", "viz.Explanation", "viz.Player", "viz.Watch")  # never constructed


def exported() -> dict[str, Any]:
    """The classes and functions in the `__all__` of each package."""
    names = {f"{package.__name__}.{name}": getattr(package, name) for package in PACKAGES for name in package.__all__}
    return {name: x for name, x in names.items() if callable(x)}


def methods() -> Iterator[tuple[str, Any]]:
    """The public methods of the exported classes, without the table's functions."""
    for name, cls in exported().items():
        for own, x in vars(cls).items() if isinstance(cls, type) else ():
            function = getattr(x, "__func__", x)
            if callable(function) and own[0] != "_" and getattr(function, "__module__", "autograd") != "autograd":
                yield f"{name}.{own}", function


EXPORTED = exported()
DOCUMENTED = {**EXPORTED, **dict(methods())}
WITH_EXAMPLE = [name for name, x in EXPORTED.items() if not name.endswith("Error")]


def sections(name: str) -> dict[str, str]:
    """The parts of a docstring by title; what comes before the first section has the title ""."""
    parts = re.split(r"^(\w+):$", inspect.getdoc(DOCUMENTED[name]) or "", flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


def signature(x: Callable[..., Any]) -> inspect.Signature | None:
    """The signature of a public name; None where the compiled implementation has none."""
    try:
        return inspect.signature(x)
    except ValueError:
        return None


@pytest.mark.parametrize("name", DOCUMENTED)
def test_first_line(name: str) -> None:
    line = sections(name)[""].split("\n")[0]
    assert 20 < len(line) <= 80 and line.endswith(".")


@pytest.mark.parametrize("name", DOCUMENTED)
def test_arguments(name: str) -> None:
    x = DOCUMENTED[name]
    if name.endswith("Error") or name in RETURNED or (call := signature(x)) is None:
        return
    text = sections(name).get("Attributes" if is_dataclass(x) else "Args", "")
    documented = re.findall(r"^    \*{0,2}(\w+): ", text, re.MULTILINE)
    bound = ("self",) if name in EXPORTED else ("self", "cls")
    assert documented == [parameter for parameter in call.parameters if parameter not in bound]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_result(name: str) -> None:
    x = DOCUMENTED[name]
    if not isinstance(x, type) and (call := signature(x)) is not None and call.return_annotation != "None":
        first = sections(name)["Returns"].strip().split("\n")[0]
        assert ": " not in re.sub(r"`[^`]*`", "", first) and first[-1] != ":"  # Sphinx takes what is before it for a type


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_example(name: str) -> None:
    assert "    >>> " in sections(name)["Examples"]


def test_docstrings_of_functions() -> None:
    names = [name for name, row in autograd.ops.primitives.TABLE.items() if row.public]
    assert [name for name in names if name not in (getattr(autograd, name).__doc__ or "")] == []
