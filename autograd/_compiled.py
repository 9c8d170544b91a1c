"""Choose the implementation: compiled modules where they were built, or pure Python.

The environment variable AUTOGRAD_COMPILED asks for one: 0 is pure Python, 1 is compiled, or an ImportError.
"""

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
TYPED = sorted(file.relative_to(HERE).with_suffix("") for file in HERE.rglob("*.pxd"))  # a .pxd says: to be compiled
MODULES = tuple(".".join(("autograd", *name.parts)) for name in TYPED)


class _Sources(MetaPathFinder):
    """Finds the source of a module even where it is compiled."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in MODULES:
            return None
        return importlib.util.spec_from_file_location(name, HERE.joinpath(*name.split(".")[1:]).with_suffix(".py"))


def choose() -> bool:
    """Let MODULES load in the form that is asked for; True if that is the compiled one."""
    wish = os.environ.get("AUTOGRAD_COMPILED", "")
    if wish not in WISHES:
        raise ImportError(f"AUTOGRAD_COMPILED={wish!r} is not understood: say 0 (pure Python), 1 (compiled) or nothing")
    if wish == "0" and not any(isinstance(finder, _Sources) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Sources())
    specs = [importlib.util.find_spec(name) for name in MODULES]
    compiled = all(spec is not None and spec.origin is not None and not spec.origin.endswith(".py") for spec in specs)
    if wish == "1" and not compiled:
        raise ImportError(
            "AUTOGRAD_COMPILED=1 asks for the compiled implementation, which was not built: "
            "install again with a C compiler at hand, or unset AUTOGRAD_COMPILED"
        )
    return compiled
