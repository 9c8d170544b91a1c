"""Compile `unflatten` for one spec, for results that are built at every call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd._pytree import LEAF, Spec, child_specs, node_of

MANY = 8  # leaves side by side, beyond which a slice is faster


def compiled_unflatten(spec: Spec) -> Callable[[Sequence[Any]], Any]:
    """A function that builds the structure from a sequence of its leaves."""
    printer = _Printer()
    source = f"def build(leaves):\n return {printer.structure(spec)}"
    exec(source, printer.names)  # brackets, places and names from here, nothing from outside
    build: Callable[[Sequence[Any]], Any] = printer.names.pop("build")  # else it would hold itself
    return build


class _Printer:
    """Prints the expression; `names` are the objects that it mentions."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.place = 0

    def structure(self, spec: Spec) -> str:
        if spec is LEAF:
            return self.leaves(1)
        kind, aux, inner = spec
        if kind is dict:
            items = [f"{self.named(k)}: {self.structure(x)}" for k, x in zip(aux, child_specs(inner), strict=True)]
            return "{" + ", ".join(items) + "}"
        children = self.leaves(inner) if type(inner) is int else ", ".join(map(self.structure, inner))
        if kind is list:
            return f"[{children}]"
        if kind is tuple:
            return f"({children},)" if children else "()"
        return f"{self.named(node_of(kind))}.unflatten({self.named(kind)}, {self.named(aux)}, [{children}])"

    def leaves(self, count: int) -> str:
        """The next leaves, with commas between them."""
        first, self.place = self.place, self.place + count
        if count > MANY:
            return f"*leaves[{first}:{self.place}]"
        return ", ".join([f"leaves[{i}]" for i in range(first, self.place)])

    def named(self, x: Any) -> str:
        name = f"x{len(self.names)}"
        self.names[name] = x
        return name
