"""Graphs that tests of viz share, what their pictures say, and stand-ins for layout engines."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers import ROOT

import autograd
from autograd import Value, scope, sigmoid, tanh
from viz import Drawing
from viz.backend import find

POSIX = pytest.mark.skipif(os.name == "nt", reason="the stand-in engines are POSIX scripts")
SVG = "{http://www.w3.org/2000/svg}"


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
        result = dice.choice(BUILDERS)(a, b)
        if dice.random() < 0.2:
            result.label = f"v{i}"
        values.append(result)
    root = autograd.sum(values[-3:]) + values[-1]
    root.backward()
    return root


def example() -> ModuleType:
    path = ROOT / "examples" / "lesson.py"
    spec = importlib.util.spec_from_file_location("lesson_example", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def exercise(name: str = "THREE_INPUTS") -> Value:
    """The error of one of the two exercises, swept."""
    module = example()
    error: Value = module.Network(getattr(module, name)).error
    error.backward()
    return error


def by_hand(w: Sequence[Value], x: Sequence[Value], b: Value) -> Value:
    return tanh(w[0] * x[0] + sum(wi * xi for wi, xi in zip(w[1:], x[1:], strict=True)) + b)


WAYS: dict[str, Callable[[Any, Any, Value], Value]] = {
    "operators": by_hand,
    "sum": lambda w, x, b: tanh(sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)),
    "autograd.sum": lambda w, x, b: tanh(autograd.sum([wi * xi for wi, xi in zip(w, x, strict=True)]) + b),
    "sumprod": lambda w, x, b: tanh(autograd.sumprod(w, x) + b),
    "numpy": lambda w, x, b: tanh(np.array(w) @ np.array(x) + b),
}


def mlp(way: str = "sumprod", samples: int = 1, sizes: Sequence[int] = (2, 3, 3, 1), scopes: bool = True) -> Value:
    """The squared error of a network of tanh units with biases, over samples that share its weights, swept."""
    dice = random.Random(1)
    layers = [
        [([Value(dice.uniform(-1, 1)) for _ in range(a)], Value(dice.uniform(-1, 1))) for _ in range(b)]
        for a, b in zip(sizes, sizes[1:])  # noqa: B905, RUF007 - as a reader would write it
    ]
    errors = []
    for _ in range(samples):
        x = [Value(dice.uniform(-1, 1), f"x{i + 1}") for i in range(sizes[0])]
        for k, layer in enumerate(layers, 1):
            if scopes:
                with scope(f"layer {k}"):
                    x = [WAYS[way](w, x, b) for w, b in layer]
            else:
                x = [WAYS[way](w, x, b) for w, b in layer]
        errors.append((0.5 - x[0]) ** 2)
    error = sum(errors[1:], errors[0])
    error.label = "E"
    error.backward()
    return error


def scoped() -> Value:
    """Three nested scopes, a leaf that two of them share, and operations before, between and after."""
    shared, own = Value(0.5, "shared"), Value(0.25, "own")
    before = Value(2.0, "before") * 3.0
    with scope("outer"):
        with scope("left"):
            a = tanh(shared * before) * own
        with scope("right"):
            b = sigmoid(shared + before)
        c = a * b
    y = c * 2.0
    y.label = "y"
    y.backward()
    return y


def plain_layers(units: int, layers: int) -> Value:
    """Layers of weighted sums written with + and *, without scopes."""
    dice = random.Random(2)
    x = [Value(dice.uniform(-1, 1), f"x{i}") for i in range(units)]
    for _ in range(layers):
        x = [tanh(sum((Value(dice.uniform(-1, 1)) * v for v in x), Value(0.5))) for _ in range(units)]
    root = sum(x, Value(0.0))
    root.backward()
    return root


W, X = [0.4, -0.2, 0.7], [0.1, 0.3, -0.5]


def leaves() -> tuple[list[Value], list[Value], Value]:
    """Three weights, three inputs and a bias."""
    return [Value(w, f"w{i}") for i, w in enumerate(W)], [Value(x, f"x{i}") for i, x in enumerate(X)], Value(0.25, "b")


def texts(drawing: Drawing) -> list[str]:
    """The texts of a picture, as they are in its SVG."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(drawing.pipe("svg")).iter(f"{SVG}text")]


def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide all layout engines."""
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
