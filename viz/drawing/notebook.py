"""Let Values show their graphs in notebooks; everywhere else nothing changes."""

from __future__ import annotations

from autograd import Value
from viz.backend.display import kernel
from viz.drawing.draw import draw

MAX_VALUES = 200_000  # of a graph that is drawn without being asked for


def register() -> None:
    """Let the notebook show Values, if there is one. `autograd` knows nothing of it."""
    shell = kernel()
    if shell is not None:
        shell.display_formatter.mimebundle_formatter.for_type(Value, value_bundle)


def value_bundle(value: Value) -> dict[str, str]:
    """The MIME bundle of a Value: text, and a picture.

    A leaf and a huge graph have no picture.

    >>> list(value_bundle(Value(2.0) * 3)), list(value_bundle(Value(2.0)))
    (['text/plain', 'image/svg+xml'], ['text/plain'])
    """
    bundle = {"text/plain": repr(value)}
    if value.op and not _is_huge(value):
        bundle |= {kind: part for kind, part in draw(value)._repr_mimebundle_().items() if kind != "text/plain"}
    return bundle


def _is_huge(root: Value) -> bool:
    """Whether there are more than MAX_VALUES values; looks at no more than these."""
    seen, stack = {id(root)}, [root]
    while stack and len(seen) <= MAX_VALUES:
        for parent in stack.pop().parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)
    return len(seen) > MAX_VALUES
