"""What a player can show of a graph: partitions of its values into cards, from every operation to whole scopes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from viz.model.fold import Shown, fewest, fold, glyph, unfolded
from viz.model.node import Node
from viz.model.scopes import Path, Single, by_level, by_scope

SCENES = 24  # at most, closed and opened scopes together


@dataclass(frozen=True)
class Part:
    """One card: `main` is the value it shows, None for a group; `members` are all that it stands for."""

    name: str
    operation: str
    main: int | None
    members: tuple[int, ...]
    path: Path = ()  # of a group, or of the opened scope that a value lies in
    opens: int | None = None  # the scene in which a group is unfolded


@dataclass(frozen=True)
class Scene:
    """A partition; `frames` are the opened scopes, the outermost first, each with the scene in which it is folded again."""

    name: str
    parts: tuple[Part, ...]
    about: str = ""  # what is folded
    frames: tuple[tuple[Path, int], ...] = ()

    def where(self) -> dict[int, int]:
        """The number of the part of each node."""
        return {member: i for i, part in enumerate(self.parts) for member in part.members}


def scenes(nodes: Sequence[Node], names: Sequence[str], root: Node, limit: int) -> list[Scene]:
    """The scenes of at most `limit` cards: values (sums and constants folded), every operation, scopes or levels."""
    found = []
    folded = fold(nodes, [root]) if fewest(nodes) <= limit else []
    if 0 < len(folded) <= limit:
        about = (
            f"{len(nodes):,} values on {len(folded):,} cards: sums of sums are one Σ, constants stand inside their operation"
        )
        found.append(_of_values("values", folded, nodes, names, about if len(folded) < len(nodes) else ""))
    if len(folded) < len(nodes) <= limit:
        found.append(_of_values("every operation", unfolded(nodes), nodes, names, ""))
    if any(node.group for node in nodes):
        return found + _of_scopes(nodes, names, len(found))
    if not found:
        paths = by_level(nodes)
        about = f"{len(nodes):,} values folded by levels: there are no scopes"
        found.append(Scene("levels", _parts(paths, nodes, names), about=about))
    return found


def _of_values(name: str, shown: Sequence[Shown], nodes: Sequence[Node], names: Sequence[str], about: str) -> Scene:
    parts = [Part(names[s.index], s.operation, s.index, (s.index, *s.folded)) for s in shown]
    return Scene(name, tuple(parts), about)


def _of_scopes(nodes: Sequence[Node], names: Sequence[str], first: int) -> list[Scene]:
    """The scene of folded scopes, and one for each that can be unfolded; `first` is the number of the first of them."""
    scopes = {node.group[: i + 1] for node in nodes for i in range(len(node.group))}
    number: dict[Path, int] = {(): first}
    frames: dict[Path, tuple[tuple[Path, int], ...]] = {(): ()}
    found: dict[Path, tuple[Part, ...]] = {(): _parts(by_scope(nodes, None, ()), nodes, names)}
    waiting: list[Path] = [()]
    for path in waiting:  # which grows as scopes are opened
        parts = list(found[path])
        for k, part in enumerate(parts):
            inner = part.path
            if part.main is None and inner in scopes and inner not in number and len(number) < SCENES:
                opened = [inner[: i + 1] for i in range(len(inner)) if inner[: i + 1] in number] + [inner]
                inside = _parts(by_scope(nodes, None, [" / ".join(p) for p in opened]), nodes, names)
                if _is_finer(inside, part):
                    number[inner], found[inner] = first + len(number), inside
                    frames[inner] = (*frames[path if path == inner[: len(path)] else ()], (inner, number[path]))
                    waiting.append(inner)
            if part.main is None and number.get(inner, number[path]) != number[path]:
                parts[k] = replace(part, opens=number[inner])
        found[path] = tuple(parts)
    about = f"{len(nodes):,} values folded by scopes"
    names_of = {p: f"{' / '.join(p)}, unfolded" if p else "scopes" for p in found}
    made = [Scene(names_of[p], found[p], about, frames[p]) for p in found]
    return made if len(made[0].parts) > 1 or len(made) > 1 else []


def _is_finer(inside: Collection[Part], part: Part) -> bool:
    """Whether that scene splits this part."""
    return all(set(part.members) - set(other.members) for other in inside)


def _parts(paths: Sequence[Path], nodes: Sequence[Node], names: Sequence[str]) -> tuple[Part, ...]:
    members: dict[Path, list[int]] = {}
    for i, path in enumerate(paths):
        members.setdefault(path, []).append(i)
    return tuple(_part(path, held, nodes, names) for path, held in members.items())


def _part(path: Path, held: Sequence[int], nodes: Sequence[Node], names: Sequence[str]) -> Part:
    if isinstance(path[-1], Single):
        return Part(names[held[0]], glyph(nodes[held[0]]), held[0], tuple(held), path[:-1])
    return Part(" / ".join(path), "", None, tuple(held), path)
