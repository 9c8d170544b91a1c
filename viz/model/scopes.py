"""Which group each value of a graph belongs to: scopes down to some depth, or bands of levels where there are no scopes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from viz.model.node import Node

Path = tuple[str, ...]


class Single(str):
    """The last part of the path of a value that is a group of its own; no scope is called like that."""

    __slots__ = ()


MOST, BANDS = 24, 7  # boxes that one picture shows of scopes, and of levels
OPENED = 60  # values of one scope that are shown one by one
BEFORE, SHARED = "outside of the scopes", "shared leaves"


def by_scope(nodes: Sequence[Node], depth: int | None, expand: Collection[str]) -> list[Path]:
    """The path of the group of each node; a leaf outside of the scopes is with what uses it.

    `expand` names scopes whose inside is shown. Raises ValueError when there is no scope of such a name.
    """
    known = dict.fromkeys(name for node in nodes for i, name in enumerate(node.group))
    joined = dict.fromkeys(" / ".join(node.group[: i + 1]) for node in nodes for i in range(len(node.group)))
    for name in expand:
        if name not in known and name not in joined:
            raise ValueError(f"expand: no scope is called {name!r}; there are {', '.join(map(repr, list(joined)[:20]))}")
    scopes = _scopes(nodes)
    depth = _depth(scopes) if depth is None else depth
    cut = {scope: _cut(scope, depth, expand) for scope in dict.fromkeys(scopes)}
    names = _merged(dict.fromkeys(cut.values()))
    paths = [names[cut[scope]] for scope in scopes]
    counts: dict[Path, int] = {}
    for path in paths:
        counts[path] = counts.get(path, 0) + 1
    opened = {scope for scope in counts if counts[scope] <= OPENED and _is_named(scope[-1:], scope, expand)}
    return [(*path, Single(i)) if path in opened else path for i, path in enumerate(paths)]


def _scopes(nodes: Sequence[Node]) -> list[Path]:
    """The scope of each node, and of those outside whether a leaf is used in one scope, or nothing in a scope depends on it."""
    used: dict[int, Path | None] = {}  # the scope that uses a leaf, None if there are several
    inner: set[int] = set()  # what something in a scope depends on
    for node in reversed(nodes):
        for parent in node.parents:
            if node.group or id(node) in inner:
                inner.add(id(parent))
            if not parent.op and not parent.group:
                used[id(parent)] = node.group if used.get(id(parent), node.group) == node.group else None
    after = next((node.label for node in reversed(nodes) if not node.group and node.label), "") or "result"
    found: list[Path] = []
    for node in nodes:
        if node.group:
            found.append(node.group)
        elif not node.op:
            by = used.get(id(node), ())
            found.append((SHARED,) if by is None else by or ((BEFORE,) if id(node) in inner else (after,)))
        else:
            found.append((BEFORE,) if id(node) in inner else (after,))
    return found


def _depth(scopes: Sequence[Path]) -> int:
    """The greatest depth that gives a readable number of groups."""
    deepest = max(map(len, scopes))
    return next((d for d in range(deepest, 1, -1) if len({scope[:d] for scope in scopes}) <= MOST), 1)


def _is_named(last: Path, path: Path, expand: Collection[str]) -> bool:
    return bool(last) and (last[0] in expand or " / ".join(path) in expand)


def _cut(scope: Path, depth: int, expand: Collection[str]) -> Path:
    """The scope down to `depth`, and further below scopes that are to be expanded."""
    end = depth
    for i in range(len(scope)):
        if _is_named(scope[i : i + 1], scope[: i + 1], expand):
            end = max(end, i + 2)
    return scope[:end]


def _merged(paths: Collection[Path]) -> dict[Path, Path]:
    """Too many groups become one where their names differ in numbers only."""
    if len(paths) <= MOST:
        return {path: path for path in paths}
    plain: dict[Path, list[Path]] = {}
    for path in paths:
        plain.setdefault(tuple(re.sub(r"\d+", "#", name) for name in path), []).append(path)
    names = {pattern: (*pattern[:-1], f"{pattern[-1]} × {len(alike)}") for pattern, alike in plain.items()}
    together = {path: names[p] if len(alike) > 1 else path for p, alike in plain.items() for path in alike}
    kept = list(dict.fromkeys(together.values()))
    kept = kept if len(kept) <= MOST else kept[: MOST - 1]
    return {path: name if name in kept else ("other scopes",) for path, name in together.items()}


def by_level(nodes: Sequence[Node]) -> list[Path]:
    """Bands of levels with about as many values each; a leaf is on the level below its first use."""
    level: dict[int, int] = {}
    first: dict[int, int] = {}
    for node in nodes:
        level[id(node)] = own = max((level[id(parent)] for parent in node.parents), default=-1) + 1
        for parent in node.parents:
            if not parent.op:
                first[id(parent)] = min(first.get(id(parent), own), own)
    levels = [level[id(node)] if node.op else max(first.get(id(node), 1) - 1, 0) for node in nodes]
    counts: dict[int, int] = {}
    for at in levels:
        counts[at] = counts.get(at, 0) + 1
    band: dict[int, int] = {}
    seen = 0
    for at in sorted(counts):
        band[at] = min(seen * BANDS // len(nodes), BANDS - 1)
        seen += counts[at]
    ends: dict[int, tuple[int, int]] = {}
    for at in sorted(counts):
        ends[band[at]] = (ends.get(band[at], (at, at))[0], at)
    names = {b: f"level {low}" if low == high else f"levels {low} to {high}" for b, (low, high) in ends.items()}
    return [(names[band[at]],) for at in levels]
