"""Fixtures that several modules of tests share."""

from __future__ import annotations

import pytest

from autograd.program import native_plan


@pytest.fixture(params=["native", "NumPy"])
def executor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test runs with each of the executors of programs."""
    if request.param == "NumPy":
        monkeypatch.setattr(native_plan, "_native", None)
    elif not native_plan.is_available():
        pytest.skip("the native executor was not built")
    return str(request.param)
