"""The group of each value of a graph: a scope, or a band of levels."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from viz.model.graph import Graph

Scope = tuple[str, ...]  # the names from the outermost to the innermost


class Single(str):
    """The last name in the scope of a value that is a group by itself.

    It is equal to no name of a user's scope that could be there.
    """

    __slots__ = ()


MAX_GROUPS, MAX_BANDS = 24, 7  # boxes that one picture shows of scopes, and of levels
MAX_OPENED = 60  # values of one scope that are shown one by one
OUTSIDE, SHARED = "outside of the scopes", "shared leaves"


def by_scope(graph: Graph, depth: int | None, expand: Collection[str]) -> list[Scope]:
    """The group of each node, to `depth` scopes.

    A leaf outside of the scopes is with what uses it.

    Raises:
        ValueError: `expand`, which names scopes whose inside is shown, has a name that no scope has.
    """
    _check_names(graph, expand)
    scopes = _scopes(graph)
    depth = _depth(scopes) if depth is None else depth
    cut = {scope: _cut(scope, depth, expand) for scope in dict.fromkeys(scopes)}
    names = _merged(dict.fromkeys(cut.values()))
    groups = [names[cut[scope]] for scope in scopes]
    counts: dict[Scope, int] = {}
    for group in groups:
        counts[group] = counts.get(group, 0) + 1
    opened = {group for group, count in counts.items() if count <= MAX_OPENED and _is_named(group, expand)}
    return [(*group, Single(i)) if group in opened else group for i, group in enumerate(groups)]


def _check_names(graph: Graph, expand: Collection[str]) -> None:
    scopes = dict.fromkeys(node.group for node in graph.nodes)
    names = {name for scope in scopes for name in scope}
    joined = dict.fromkeys(" / ".join(scope[: i + 1]) for scope in scopes for i in range(len(scope)))
    for name in expand:
        if name not in names and name not in joined:
            raise ValueError(f"expand: no scope is called {name!r}; there are {', '.join(map(repr, list(joined)[:20]))}")


def _scopes(graph: Graph) -> list[Scope]:
    """The scope of each node.

    Outside of the scopes: of a leaf the scope that uses it, or SHARED; of what something in a scope depends on OUTSIDE; of
    the rest the label of the result.
    """
    nodes = graph.nodes
    user: dict[int, Scope | None] = {}  # the scope that uses a leaf, None if there are several
    inner: set[int] = set()  # what something in a scope depends on
    for i in reversed(range(len(nodes))):
        scope = nodes[i].group
        for operand in graph.operands[i]:
            if scope or i in inner:
                inner.add(operand)
            if not nodes[operand].op and not nodes[operand].group:
                user[operand] = scope if user.get(operand, scope) == scope else None
    after = next((node.label for node in reversed(nodes) if not node.group and node.label), "") or "result"
    scopes: list[Scope] = []
    for i, node in enumerate(nodes):
        outside = (OUTSIDE,) if i in inner else (after,)
        if node.group or node.op:
            scopes.append(node.group or outside)
        else:
            used_in = user.get(i, ())
            scopes.append((SHARED,) if used_in is None else used_in or outside)
    return scopes


def _depth(scopes: Sequence[Scope]) -> int:
    """The greatest depth that gives a readable number of groups."""
    deepest = max(map(len, scopes))
    return next((d for d in range(deepest, 1, -1) if len({scope[:d] for scope in scopes}) <= MAX_GROUPS), 1)


def _is_named(scope: Scope, expand: Collection[str]) -> bool:
    return bool(scope) and (scope[-1] in expand or " / ".join(scope) in expand)


def _cut(scope: Scope, depth: int, expand: Collection[str]) -> Scope:
    """The scope to `depth`, and further below scopes that are to be expanded."""
    end = depth
    for i in range(len(scope)):
        if _is_named(scope[: i + 1], expand):
            end = max(end, i + 2)
    return scope[:end]


def _merged(scopes: Collection[Scope]) -> dict[Scope, Scope]:
    """Too many groups become one where their names differ in numbers only."""
    if len(scopes) <= MAX_GROUPS:
        return {scope: scope for scope in scopes}
    patterns: dict[Scope, list[Scope]] = {}
    for scope in scopes:
        patterns.setdefault(tuple(re.sub(r"\d+", "#", name) for name in scope), []).append(scope)
    names = {pattern: (*pattern[:-1], f"{pattern[-1]} × {len(alike)}") for pattern, alike in patterns.items()}
    merged = {scope: names[p] if len(alike) > 1 else scope for p, alike in patterns.items() for scope in alike}
    kept = list(dict.fromkeys(merged.values()))
    kept = kept if len(kept) <= MAX_GROUPS else kept[: MAX_GROUPS - 1]
    return {scope: name if name in kept else ("other scopes",) for scope, name in merged.items()}


def by_level(graph: Graph) -> list[Scope]:
    """The band of levels of each node; bands have about as many values each.

    A leaf is on the level below its first use.
    """
    levels = _levels(graph)
    counts: dict[int, int] = {}
    for level in levels:
        counts[level] = counts.get(level, 0) + 1
    bands: dict[int, list[int]] = {}  # the levels of each
    before = 0
    for level in sorted(counts):
        bands.setdefault(min(before * MAX_BANDS // len(graph), MAX_BANDS - 1), []).append(level)
        before += counts[level]
    names: dict[int, str] = {}
    for first, *rest in bands.values():
        name = f"levels {first} to {rest[-1]}" if rest else f"level {first}"
        names |= dict.fromkeys((first, *rest), name)
    return [(names[level],) for level in levels]


def _levels(graph: Graph) -> list[int]:
    """How many operations the longest path to each node has."""
    levels: list[int] = []
    first_use: dict[int, int] = {}
    for operands in graph.operands:
        level = max((levels[operand] for operand in operands), default=-1) + 1
        levels.append(level)
        for operand in operands:
            if not graph.nodes[operand].op:
                first_use[operand] = min(first_use.get(operand, level), level)
    return [
        level if node.op else max(first_use.get(i, 1) - 1, 0)
        for i, (node, level) in enumerate(zip(graph.nodes, levels, strict=True))
    ]
