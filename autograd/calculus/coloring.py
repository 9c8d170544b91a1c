"""Color columns that one product with a Jacobian or Hessian can find together.

Greedy, the vertices of most neighbours first (Gebremedhin, Manne and Pothen, SIAM Review 47, 2005).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import count


def distinct_columns(rows: Sequence[Collection[int]], width: int) -> list[int]:
    """A colour for each of `width` columns, so that no row holds two columns of one colour."""
    holding: list[list[int]] = [[] for _ in range(width)]
    for i, row in enumerate(rows):
        for j in row:
            holding[j].append(i)
    colours = [0] * width
    seen: list[set[int]] = [set() for _ in rows]  # the colours that each row holds by now
    for j in _largest_first(holding):
        colours[j] = _smallest_outside(set().union(*[seen[i] for i in holding[j]]))
        for i in holding[j]:
            seen[i].add(colours[j])
    return colours


def star_colouring(neighbours: Sequence[Collection[int]]) -> list[int]:
    """A colour for each vertex of a graph: none like a neighbour's, and on no path of four vertices only two.

    Then each entry of a symmetric matrix stands alone in the product with one of its two columns' colours.
    """
    colours = [-1] * len(neighbours)
    beside: list[dict[int, list[int]]] = [defaultdict(list) for _ in neighbours]  # coloured neighbours by colour
    behind: list[set[int]] = [set() for _ in neighbours]  # colours of neighbours that have another of this one's colour
    for v in _largest_first(neighbours):
        forbidden = set(beside[v])
        for w in neighbours[v]:
            forbidden |= behind[w]  # v would be the end of a path of two colours
        for alike in beside[v].values():
            if len(alike) > 1:  # v would be inside such a path
                forbidden.update(*[beside[w] for w in alike])
        colours[v] = _smallest_outside(forbidden)
        for x in neighbours[v]:
            alike = beside[x][colours[v]]
            alike.append(v)
            if colours[x] >= 0 and len(alike) > 1:
                for w in alike if len(alike) == 2 else [v]:
                    behind[w].add(colours[x])
        for alike in beside[v].values():
            if len(alike) > 1:
                for w in alike:
                    behind[w].add(colours[v])
    return colours


def _largest_first(neighbours: Sequence[Collection[int]]) -> list[int]:
    return sorted(range(len(neighbours)), key=lambda v: -len(neighbours[v]))


def _smallest_outside(forbidden: Collection[int]) -> int:
    return next(colour for colour in count() if colour not in forbidden)
