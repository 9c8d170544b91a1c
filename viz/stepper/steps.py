"""The steps of a scene: what each is about, what it changes, when that shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from viz.stepper.scenes import Scene
from viz.stepper.timeline import Sent, Timeline


@dataclass
class Wire:
    """An arrow between two parts, which represents `edges` edges.

    `local` is its local derivative if both are single values; 0 if it is `cut`, so that nothing goes back.
    """

    tail: int
    head: int
    local: float | None
    constant: bool
    edges: int = 1
    cut: bool = False
    sent: list[tuple[int, float]] = field(default_factory=list)  # step, and what went back along it


@dataclass(frozen=True)
class Term:
    """One term of a part's gradient: from part `head`, and the sum after it."""

    step: int
    head: int
    events: tuple[Sent, ...]
    amount: float
    total: float


@dataclass(frozen=True)
class Step:
    """One step: `kind` is start, forward, seed, back, idle, inside or end.

    `time` is that of the timeline.
    """

    time: int
    kind: str
    part: int | None = None  # what it is about
    head: int | None = None  # where the gradient comes from
    wires: tuple[int, ...] = ()
    events: tuple[Sent, ...] = ()


@dataclass
class Story:
    """A scene with its wires and steps; by part, the steps that matter for it."""

    scene: Scene
    wires: list[Wire]
    steps: list[Step]
    appears: list[int]  # the step in which each part is calculated
    complete: list[int]  # from which step on the gradients of each part are final; -1 for constants
    terms: dict[int, list[Term]]  # the sums that the gradients of the single values are


def make_story(scene: Scene, timeline: Timeline) -> Story:
    """The steps of the scene, in the order of time."""
    wiring = _Wiring(scene, timeline)
    steps = sorted(_steps(wiring), key=lambda step: step.time)
    appears, complete = [0] * len(scene.parts), [-1] * len(scene.parts)
    terms: dict[int, list[Term]] = {}
    for number, step in enumerate(steps):
        if step.part is None:
            continue
        if step.kind == "forward":
            appears[step.part] = number
        else:
            complete[step.part] = number
        if step.kind == "back" and step.head is not None:
            for event in step.events:
                wiring.wire(event).sent.append((number, event.message))
            if scene.parts[step.part].main is not None:
                _add_term(terms.setdefault(step.part, []), number, step.head, step.events)
    for part, sum_ in terms.items():  # in whatever order a scene adds, the engine's number is last
        main = scene.parts[part].main
        assert main is not None
        sum_[-1] = Term(sum_[-1].step, sum_[-1].head, sum_[-1].events, sum_[-1].amount, timeline.grads[main])
    return Story(scene, wiring.wires, steps, appears, complete, terms)


def _add_term(terms: list[Term], step: int, head: int, events: Sequence[Sent]) -> None:
    amount = reduce(add, [event.message for event in events])  # not sum(), which rounds otherwise from Python 3.12 on
    terms.append(Term(step, head, tuple(events), amount, (terms[-1].total if terms else 0.0) + amount))


class _Wiring:
    """The wires of a scene; more than two alike are one.

    All between the same groups are one, too.
    """

    def __init__(self, scene: Scene, timeline: Timeline) -> None:
        self.scene, self.timeline = scene, timeline
        self.part_of = scene.part_of_node()
        self.wires: list[Wire] = []
        self.numbers: dict[tuple[int, int], int] = {}  # of the wire of each node and operand
        for (tail, head, local), places in self._alike().items():
            bundles = [places] if len(places) > 2 or not local else [[place] for place in places]
            for bundle in bundles:
                self._add(tail, head, bundle, single=bool(local))

    def is_single(self, part: int) -> bool:
        """Whether a part is one value."""
        return self.scene.parts[part].main is not None

    def wire(self, event: Sent) -> Wire:
        """The wire along which an event goes."""
        return self.wires[self.numbers[event.head, event.operand]]

    def _alike(self) -> dict[tuple[int, int, str], list[tuple[int, int]]]:
        """The edges between parts, as pairs of node and operand; together those alike."""
        graph = self.timeline.graph
        alike: dict[tuple[int, int, str], list[tuple[int, int]]] = {}
        for i, edges in enumerate(graph.edges):
            for k, (operand, local) in enumerate(edges):
                tail, head = self.part_of[operand], self.part_of[i]
                if tail != head:
                    single = self.is_single(tail) and self.is_single(head)
                    key = f"{local!r} {graph.nodes[operand].is_constant}" if single else ""
                    alike.setdefault((tail, head, key), []).append((i, k))
        return alike

    def _add(self, tail: int, head: int, edges: Sequence[tuple[int, int]], single: bool) -> None:
        nodes = self.timeline.nodes
        i, k = edges[0]
        constant = all(nodes[a].parents[b].is_constant for a, b in edges)
        self.numbers |= dict.fromkeys(edges, len(self.wires))
        cut = all(nodes[a].cuts[b] for a, b in edges) and not constant
        self.wires.append(Wire(tail, head, nodes[i].partials[k] if single else None, constant, len(edges), cut))


def _steps(wiring: _Wiring) -> Iterator[Step]:
    scene, timeline, part_of = wiring.scene, wiring.timeline, wiring.part_of
    yield Step(0, "start")
    yield from _forward_steps(wiring)
    yield Step(timeline.seed, "seed", part_of[len(timeline.nodes) - 1])
    flows: dict[tuple[int, int], list[Sent]] = {}  # between parts of which one is a group, and inside groups
    for event in timeline.sent:
        tail, head = part_of[event.tail], part_of[event.head]
        if tail != head and wiring.is_single(tail) and wiring.is_single(head):
            yield _back(tail, head, [event], wiring)
        elif tail != head or not wiring.is_single(tail):
            flows.setdefault((tail, head), []).append(event)
    for (tail, head), events in flows.items():
        if tail == head:
            yield Step(events[-1].time, "inside", tail, head, events=tuple(events))
        else:
            yield _back(tail, head, events, wiring)
    for i, time in timeline.idle.items():
        if scene.parts[part_of[i]].main == i:
            yield Step(time, "idle", part_of[i])
    yield Step(timeline.end + 1, "end")


def _forward_steps(wiring: _Wiring) -> Iterator[Step]:
    timeline = wiring.timeline
    into: dict[int, list[int]] = {}
    for k, wire in enumerate(wiring.wires):
        into.setdefault(wire.head, []).append(k)
    for i, part in enumerate(wiring.scene.parts):
        time = max(timeline.appears[member] for member in part.members)
        if time and (part.main is None or timeline.nodes[part.main].op):
            yield Step(time, "forward", i, wires=tuple(into.get(i, ())))


def _back(tail: int, head: int, events: Sequence[Sent], wiring: _Wiring) -> Step:
    wires = dict.fromkeys(wiring.numbers[event.head, event.operand] for event in events)
    return Step(events[-1].time, "back", tail, head, tuple(wires), tuple(events))
