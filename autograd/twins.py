"""Which twin runs: the compiled value module where it was built, unless AUTOGRAD_COMPILED says 0 (never) or 1 (always)."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

WISHES = ("", "0", "1")


def choose() -> bool:
    """Load `autograd.value` in the form wished for; True if that is the compiled one."""
    wish = os.environ.get("AUTOGRAD_COMPILED", "")
    if wish not in WISHES:
        raise ImportError(f"AUTOGRAD_COMPILED={wish!r} is not understood: say 0 (interpreted), 1 (compiled) or nothing")
    source = Path(__file__).with_name("value.py")
    spec = importlib.util.find_spec("autograd.value")
    if wish == "0":
        spec = importlib.util.spec_from_file_location("autograd.value", source)
    assert spec is not None and spec.loader is not None
    compiled = spec.origin is not None and not spec.origin.endswith(".py")
    if wish == "1" and not compiled:
        raise ImportError(
            "AUTOGRAD_COMPILED=1 asks for the compiled twin, which was not built: "
            "install again with a C compiler at hand, or unset AUTOGRAD_COMPILED"
        )
    if "autograd.value" not in sys.modules:
        module = importlib.util.module_from_spec(spec)
        sys.modules["autograd.value"] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules["autograd.value"]
            raise
        sys.modules["autograd"].value = module  # type: ignore[attr-defined]
    return compiled
