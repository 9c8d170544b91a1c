"""The GPT of examples/gpt: its loss is that of an independent statement; it predicts from the past alone, and samples."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from helpers import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import no_grad, value_and_grad
from autograd.optim import Adam, fit, linear


def loaded(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem + "_of_tests", ROOT / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


model = loaded("examples/gpt/model.py")
plain = loaded("benchmarks/gpt_step.py")
NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=15)


def test_parameters() -> None:
    gpt = model.GPT(42)
    assert gpt.vector().tolist() == plain.flat(plain.make_parameters())
    assert len(gpt.parameters()) == 4192 and gpt.state_dict()["widen"].shape == (64, 16)


@settings(deadline=None, max_examples=20)
@given(NAMES, st.integers(0, 1000))
def test_loss_on_plain_floats(name: str, seed: int) -> None:
    gpt = model.GPT(seed)
    tokens = model.tokens_of(name)
    assert tokens == plain.tokens_of(name)
    expected = plain.loss(plain.make_parameters(seed=seed), tokens)
    assert gpt.loss(tokens).data == pytest.approx(expected, rel=1e-13)
    assert gpt.bind(gpt.vector()).loss(tokens) == pytest.approx(expected, rel=1e-13)


def test_gradient() -> None:
    gpt, rng = model.GPT(3), np.random.default_rng(3)
    tokens, theta, direction = model.tokens_of("differ"), gpt.vector(), rng.normal(size=4192)
    _, gradient = value_and_grad(lambda theta: gpt.bind(theta).loss(tokens))(theta)
    up, down = (gpt.bind(theta + step * direction).loss(tokens) for step in (1e-6, -1e-6))
    assert gradient @ direction == pytest.approx((up - down) / 2e-6, rel=1e-7)


@pytest.mark.slow
def test_compiled_loss_curve() -> None:
    names = (ROOT / "examples" / "gpt" / "names.txt").read_text(encoding="utf-8").split()
    texts = [np.array(model.tokens_of(name)) for name in names]

    def run(jit: bool) -> tuple[np.ndarray, np.ndarray]:
        gpt, adam = model.GPT(42), Adam(lr=linear(0.01, 1000), betas=(0.85, 0.99))
        history = fit(gpt, lambda gpt, batch: gpt.loss(batch[0]), texts, adam, steps=100, batch_size=1, jit=jit)
        return np.array(history.loss), gpt.vector()

    (eager, end), (compiled, compiled_end) = run(False), run(True)
    assert np.max(np.abs(eager - compiled)) < 1e-9 and np.max(np.abs(end - compiled_end)) < 1e-9
    assert np.mean(eager[-20:]) < np.mean(eager[:20]) - 0.3


def test_predictions_depend_on_the_past_alone() -> None:
    gpt = model.GPT(5)
    with no_grad():
        one, two = model.Reader(gpt), model.Reader(gpt)
        for letter, other in zip([26, 0, 1, 2], [26, 0, 1, 9], strict=True):
            a, b = one.read(letter), two.read(other)
            assert (a == b) == (letter == other)


def test_long_names_and_samples() -> None:
    assert len(model.tokens_of("x" * 40)) == 17
    gpt = model.GPT(1)
    assert np.isfinite(gpt.loss(model.tokens_of("x" * 40)).data)
    names = [gpt.sample(random.Random(seed), temperature=1.5) for seed in range(20)]
    assert all(len(name) <= 16 and name == "".join(filter(str.islower, name)) for name in names)
    assert names == [gpt.sample(random.Random(seed), temperature=1.5) for seed in range(20)] and len(set(names)) > 10
