"""Which twin runs: the compiled modules where they were built, unless AUTOGRAD_COMPILED says 0 (never) or 1 (always)."""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

WISHES = ("", "0", "1")
HERE = Path(__file__).parent
TYPED = sorted(file.relative_to(HERE).with_suffix("") for file in HERE.rglob("*.pxd"))  # what has types, to be compiled with
TWINS = tuple(".".join(("autograd", *name.parts)) for name in TYPED)


class _Sources(MetaPathFinder):
    """Finds the source of a module that has a compiled twin beside it."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in TWINS:
            return None
        return importlib.util.spec_from_file_location(name, HERE.joinpath(*name.split(".")[1:]).with_suffix(".py"))


def choose() -> bool:
    """See to it that the modules of TWINS load in the form wished for; True if that is the compiled one."""
    wish = os.environ.get("AUTOGRAD_COMPILED", "")
    if wish not in WISHES:
        raise ImportError(f"AUTOGRAD_COMPILED={wish!r} is not understood: say 0 (interpreted), 1 (compiled) or nothing")
    if wish == "0" and not any(isinstance(finder, _Sources) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Sources())
    specs = [importlib.util.find_spec(name) for name in TWINS]
    compiled = all(spec is not None and spec.origin is not None and not spec.origin.endswith(".py") for spec in specs)
    if wish == "1" and not compiled:
        raise ImportError(
            "AUTOGRAD_COMPILED=1 asks for the compiled twin, which was not built: "
            "install again with a C compiler at hand, or unset AUTOGRAD_COMPILED"
        )
    return compiled
