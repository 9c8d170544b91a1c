"""What a later picture of a training step needs.

An optimiser changes leaves, and nothing else.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from autograd import Value, topological_order


@dataclass(frozen=True)
class Snapshot:
    """The graph of a step, with data and gradient of its leaves as they were.

    `values` is the number of its values.
    """

    root: Value
    step: int
    leaves: tuple[tuple[float, float], ...]
    values: int

    @classmethod
    def of(cls, root: Value, step: int) -> Snapshot:
        """The snapshot of the graph as it is now."""
        nodes = topological_order(root)
        return cls(root, step, tuple((leaf.data, leaf.grad) for leaf in nodes if _is_free_leaf(leaf)), len(nodes))

    def restored(self) -> Value:
        """A copy of the graph as it was."""
        root = copy.deepcopy(self.root)
        leaves = filter(_is_free_leaf, topological_order(root))
        for leaf, (data, grad) in zip(leaves, self.leaves, strict=True):
            leaf.data, leaf.grad = data, grad
        return root


def _is_free_leaf(node: Value) -> bool:
    return not node.op and not node.is_constant
