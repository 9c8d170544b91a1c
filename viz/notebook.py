"""Notebooks: where viz is imported in a kernel, Values show their graphs; everywhere else nothing changes."""

from __future__ import annotations

import sys
from typing import Any

from autograd import Value
from viz.drawing.draw import draw

LARGEST = 200_000  # values of a graph that is drawn without being asked for


def kernel() -> Any:
    """The shell of the notebook that this process runs cells for, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if shell is not None and hasattr(shell, "kernel") else None


def register() -> None:
    """Let the notebook show Values, if there is one. `autograd` knows nothing of it."""
    shell = kernel()
    if shell is not None:
        shell.display_formatter.mimebundle_formatter.for_type(Value, shown)


def shown(value: Value) -> dict[str, str]:
    """What a notebook shows of a Value: a leaf and a huge graph as text, any other graph also as a picture.

    >>> list(shown(Value(2.0) * 3)), list(shown(Value(2.0)))
    (['text/plain', 'image/svg+xml'], ['text/plain'])
    """
    bundle = {"text/plain": repr(value)}
    if value.op and not _is_huge(value):
        bundle |= {kind: part for kind, part in draw(value)._repr_mimebundle_().items() if kind != "text/plain"}
    return bundle


def _is_huge(root: Value) -> bool:
    """Whether there are more than LARGEST values; looks at no more than these."""
    seen, stack = {id(root)}, [root]
    while stack and len(seen) <= LARGEST:
        for parent in stack.pop().parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)
    return len(seen) > LARGEST
