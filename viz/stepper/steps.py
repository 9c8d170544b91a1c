"""The steps of a scene: which card or arrow each is about, what it changes, and from which step on something is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from viz.stepper.scenes import Scene
from viz.stepper.timeline import Sent, Timeline


@dataclass
class Wire:
    """An arrow between two parts: its local derivative if both are single values, how many edges it stands for."""

    tail: int
    head: int
    local: float | None
    constant: bool
    edges: int = 1
    sent: list[tuple[int, float]] = field(default_factory=list)  # step, and what went back along it


@dataclass(frozen=True)
class Term:
    """One term of the sum that a part's gradient is: from part `head`, and what the sum is after it."""

    step: int
    head: int
    events: tuple[Sent, ...]
    amount: float
    total: float


@dataclass(frozen=True)
class Step:
    """`kind` is start, forward, seed, back, idle, inside or end; `time` is that of the timeline."""

    time: int
    kind: str
    part: int | None = None  # what it is about
    head: int | None = None  # where the gradient comes from
    wires: tuple[int, ...] = ()
    events: tuple[Sent, ...] = ()


@dataclass
class Story:
    """A scene with its wires and steps; `made` is the step of each part, `terms` are the sums of the single values."""

    scene: Scene
    wires: list[Wire]
    steps: list[Step]
    made: list[int]
    complete: list[int]  # from which step on the gradients of each part are final; -1 for constants
    terms: dict[int, list[Term]]


def story(scene: Scene, line: Timeline) -> Story:
    """The steps of the scene, in the order of time."""
    where = scene.where()
    wires, wire_of = _wires(scene, line, where)
    steps = sorted(_steps(scene, line, where, wire_of, wires), key=lambda step: step.time)
    made, complete = [0] * len(scene.parts), [-1] * len(scene.parts)
    terms: dict[int, list[Term]] = {}
    for number, step in enumerate(steps):
        if step.part is None:
            continue
        if step.kind == "forward":
            made[step.part] = number
        else:
            complete[step.part] = number
        if step.kind == "back" and step.head is not None:
            for event in step.events:
                wires[wire_of[event.head, event.operand]].sent.append((number, event.message))
            if scene.parts[step.part].main is not None:
                _add_term(terms.setdefault(step.part, []), number, step.head, step.events)
    for part, held in terms.items():  # in whatever order a scene adds, the engine's number is last
        main = scene.parts[part].main
        assert main is not None
        held[-1] = Term(held[-1].step, held[-1].head, held[-1].events, held[-1].amount, line.grads[main])
    return Story(scene, wires, steps, made, complete, terms)


def _add_term(held: list[Term], step: int, head: int, events: Sequence[Sent]) -> None:
    amount = reduce(add, [event.message for event in events])  # not sum(), which rounds otherwise from Python 3.12 on
    held.append(Term(step, head, tuple(events), amount, (held[-1].total if held else 0.0) + amount))


def _wires(scene: Scene, line: Timeline, where: dict[int, int]) -> tuple[list[Wire], dict[tuple[int, int], int]]:
    """The wires, and the number of that of each operand; more than two alike are one, all between groups are one."""
    index = {id(node): i for i, node in enumerate(line.nodes)}
    alike: dict[tuple[int, int, str], list[tuple[int, int]]] = {}
    for i, node in enumerate(line.nodes):
        for k, (parent, local) in enumerate(zip(node.parents, node.partials, strict=True)):
            tail, head = where[index[id(parent)]], where[i]
            if tail != head:
                single = scene.parts[tail].main is not None and scene.parts[head].main is not None
                key = (tail, head, f"{local!r} {parent.is_constant}" if single else "")
                alike.setdefault(key, []).append((i, k))
    wires: list[Wire] = []
    wire_of: dict[tuple[int, int], int] = {}
    for (tail, head, words), places in alike.items():
        together = [places] if len(places) > 2 or not words else [[spot] for spot in places]
        for held in together:
            i, k = held[0]
            node = line.nodes[i]
            constant = all(line.nodes[a].parents[b].is_constant for a, b in held)
            wire_of |= dict.fromkeys(held, len(wires))
            wires.append(Wire(tail, head, node.partials[k] if words else None, constant, len(held)))
    return wires, wire_of


def _steps(
    scene: Scene, line: Timeline, where: dict[int, int], wire_of: dict[tuple[int, int], int], wires: Sequence[Wire]
) -> Iterator[Step]:
    into: dict[int, list[int]] = {}
    for k, wire in enumerate(wires):
        into.setdefault(wire.head, []).append(k)
    yield Step(0, "start")
    for i, part in enumerate(scene.parts):
        time = max(line.made[member] for member in part.members)
        if time and (part.main is None or line.nodes[part.main].op):
            yield Step(time, "forward", i, wires=tuple(into.get(i, ())))
    yield Step(line.seed, "seed", where[len(line.nodes) - 1])
    flows: dict[tuple[int, int], list[Sent]] = {}
    for event in line.sent:
        tail, head = where[event.tail], where[event.head]
        if tail != head and scene.parts[tail].main is not None and scene.parts[head].main is not None:
            yield _back(tail, head, [event], wire_of)
        elif tail != head or scene.parts[tail].main is None:
            flows.setdefault((tail, head), []).append(event)
    for (tail, head), events in flows.items():
        if tail == head:
            yield Step(events[-1].time, "inside", tail, head, events=tuple(events))
        else:
            yield _back(tail, head, events, wire_of)
    for i, time in line.idle.items():
        if scene.parts[where[i]].main == i:
            yield Step(time, "idle", where[i])
    yield Step(line.end + 1, "end")


def _back(tail: int, head: int, events: Sequence[Sent], wire_of: dict[tuple[int, int], int]) -> Step:
    wires = dict.fromkeys(wire_of[event.head, event.operand] for event in events)
    return Step(events[-1].time, "back", tail, head, tuple(wires), tuple(events))
