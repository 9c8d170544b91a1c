"""The notebook around this process: its kernel, and the MIME types it asks for."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any


def kernel() -> Any:
    """The shell of the notebook that this process runs cells for, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if shell is not None and hasattr(shell, "kernel") else None


def selected(bundle: dict[str, str], include: Collection[str] | None, exclude: Collection[str] | None) -> dict[str, str]:
    """The MIME types of a bundle that `_repr_mimebundle_` is asked for.

    >>> selected({"text/plain": "a", "text/html": "b"}, None, ["text/html"])
    {'text/plain': 'a'}
    """
    bundle = {kind: content for kind, content in bundle.items() if not include or kind in include}
    return {kind: content for kind, content in bundle.items() if not exclude or kind not in exclude}
