"""The scenes of a player: partitions of a graph's values into cards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from viz.model.fold import Item, fewest_items, fold, unfolded
from viz.model.graph import Graph
from viz.model.node import glyph
from viz.model.scopes import Scope, Single, by_level, by_scope

MAX_SCENES = 24  # closed and opened scopes together


@dataclass(frozen=True)
class Part:
    """One card: `main` is its value, None for a group; `members` are all on it."""

    name: str
    operation: str
    main: int | None
    members: tuple[int, ...]
    path: Scope = ()  # of a group, or of the opened scope that a value is in
    opens: int | None = None  # the scene in which a group is unfolded


@dataclass(frozen=True)
class Scene:
    """A partition of the values.

    `frames` are the opened scopes, the outermost first, each with the number of the scene in which it is folded again.
    """

    name: str
    parts: tuple[Part, ...]
    about: str = ""  # what is folded
    frames: tuple[tuple[Scope, int], ...] = ()

    def part_of_node(self) -> dict[int, int]:
        """The number of the part of each node."""
        return {member: i for i, part in enumerate(self.parts) for member in part.members}


def make_scenes(graph: Graph, names: Sequence[str], limit: int) -> list[Scene]:
    """The scenes: values, every operation, scopes or levels.

    Values have sums and constants folded. No scene of values has more than `limit` cards.
    """
    count = len(graph)
    scenes = []
    items = fold(graph) if fewest_items(graph) <= limit else []
    if 0 < len(items) <= limit:
        about = f"{count:,} values on {len(items):,} cards: sums of sums are one Σ, constants stand inside their operation"
        scenes.append(_of_values("values", items, names, about if len(items) < count else ""))
    if len(items) < count <= limit:
        scenes.append(_of_values("every operation", unfolded(graph), names, ""))
    if any(node.group for node in graph.nodes):
        return scenes + _Unfolding(graph, names, len(scenes)).scenes()
    if not scenes:
        about = f"{count:,} values folded by levels: there are no scopes"
        scenes.append(Scene("levels", _parts(by_level(graph), graph, names), about=about))
    return scenes


def _of_values(name: str, items: Sequence[Item], names: Sequence[str], about: str) -> Scene:
    parts = [Part(names[item.index], item.operation, item.index, (item.index, *item.folded)) for item in items]
    return Scene(name, tuple(parts), about)


class _Unfolding:
    """The scene of folded scopes, and one for each that can be unfolded.

    `first` is the number of the first of them.
    """

    def __init__(self, graph: Graph, names: Sequence[str], first: int) -> None:
        self.graph, self.names, self.first = graph, names, first
        self.scopes = {node.group[: i + 1] for node in graph.nodes for i in range(len(node.group))}
        self.numbers: dict[Scope, int] = {(): first}  # of the scene of each scope
        self.frames: dict[Scope, tuple[tuple[Scope, int], ...]] = {(): ()}
        self.parts: dict[Scope, tuple[Part, ...]] = {(): self._parts_with([])}

    def scenes(self) -> list[Scene]:
        """All of them; none where there is only one part and nothing to unfold."""
        waiting: list[Scope] = [()]
        for scope in waiting:  # which grows as scopes are opened
            self.parts[scope] = tuple(self._with_door(part, scope, waiting) for part in self.parts[scope])
        about = f"{len(self.graph):,} values folded by scopes"
        scenes = [
            Scene(f"{' / '.join(scope)}, unfolded" if scope else "scopes", parts, about, self.frames[scope])
            for scope, parts in self.parts.items()
        ]
        return scenes if len(scenes[0].parts) > 1 or len(scenes) > 1 else []

    def _with_door(self, part: Part, scope: Scope, waiting: list[Scope]) -> Part:
        """The part with the number of the scene in which it is unfolded.

        Where there is none yet, it is made.
        """
        inner, numbers = part.path, self.numbers
        if part.main is None and inner in self.scopes and inner not in numbers and len(numbers) < MAX_SCENES:
            opened = [inner[: i + 1] for i in range(len(inner)) if inner[: i + 1] in numbers] + [inner]
            parts = self._parts_with(opened)
            if _is_finer(parts, part):
                numbers[inner], self.parts[inner] = self.first + len(numbers), parts
                outer = self.frames[scope if scope == inner[: len(scope)] else ()]
                self.frames[inner] = (*outer, (inner, numbers[scope]))
                waiting.append(inner)
        if part.main is None and numbers.get(inner, numbers[scope]) != numbers[scope]:
            return replace(part, opens=numbers[inner])
        return part

    def _parts_with(self, opened: Sequence[Scope]) -> tuple[Part, ...]:
        """The parts where these scopes are unfolded."""
        return _parts(by_scope(self.graph, None, [" / ".join(scope) for scope in opened]), self.graph, self.names)


def _is_finer(parts: Collection[Part], part: Part) -> bool:
    """Whether these parts split that one."""
    return all(set(part.members) - set(other.members) for other in parts)


def _parts(scopes: Sequence[Scope], graph: Graph, names: Sequence[str]) -> tuple[Part, ...]:
    members: dict[Scope, list[int]] = {}
    for i, scope in enumerate(scopes):
        members.setdefault(scope, []).append(i)
    return tuple(_part(scope, numbers, graph, names) for scope, numbers in members.items())


def _part(scope: Scope, members: Sequence[int], graph: Graph, names: Sequence[str]) -> Part:
    first = members[0]
    if isinstance(scope[-1], Single):
        return Part(names[first], glyph(graph.nodes[first]), first, tuple(members), scope[:-1])
    return Part(" / ".join(scope), "", None, tuple(members), scope)
