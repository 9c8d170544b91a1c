"""The words of a player's steps: formulas and numbers of what is calculated."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from viz.derivation.rules import PLAIN, expression, holds, local_rule
from viz.model.node import Node
from viz.model.numbers import digits
from viz.stepper.scenes import Part
from viz.stepper.steps import Step, Story, Term
from viz.stepper.timeline import Sent, Timeline

NAME_LENGTH = 14  # characters of a result's name that can be in ∂y/∂x
_ARGUMENT = re.compile(r"(\w\(|, )\((-[^()]*)\)(?=[,)])")  # a negative number that is an argument needs no parentheses
Words = tuple[str, list[str]]  # a title and the lines under it


class Narrator:
    """Writes the title and the lines of each step of a story."""

    def __init__(self, story: Story, timeline: Timeline, names: Sequence[str]) -> None:
        self.timeline, self.parts = timeline, story.scene.parts
        self.names = {id(node): name for node, name in zip(timeline.nodes, names, strict=True)}
        self.numbers = {id(node): _factor(node.data) for node in timeline.nodes}
        self.result = names[-1] if len(names[-1]) <= NAME_LENGTH else "result"

    def step(self, step: Step) -> Words:
        """The title and the lines of a step."""
        if step.kind == "start":
            return self._start()
        if step.kind == "end":
            return self._end()
        assert step.part is not None
        part = self.parts[step.part]
        if step.kind == "forward":
            return self._forward(part)
        if step.kind == "seed":
            lines = ["The backward pass starts at the result: its derivative with respect to itself is 1."]
            return f"∂{self.result}/∂{self.result} = 1", lines
        if step.kind == "idle":
            return f"{part.name} sends nothing back", [self._idle(part)]
        if step.kind == "inside":
            return self._inside(part, step)
        assert step.head is not None
        return self._back(part, self.parts[step.head], step.events)

    def term(self, term: Term) -> tuple[str, str]:
        """Where a term of a sum comes from, and the product that it is."""
        source = self.parts[term.head]
        if source.main is not None and len(term.events) == 1:
            return source.name, product(term.events[0])
        count = len(term.events)
        return source.name, "sum over 1 edge" if count == 1 else f"sum over {count:,} edges"

    def _start(self) -> Words:
        leaves = sum(not node.op and not node.is_constant for node in self.timeline.nodes)
        results = sum(bool(node.op) for node in self.timeline.nodes)
        return "Inputs and parameters", [
            f"{leaves:,} {'leaf has its value' if leaves == 1 else 'leaves have their values'}. "
            f"The forward pass calculates {results:,} result{'s' * (results != 1)} from them, operands first."
        ]

    def _end(self) -> Words:
        return "Every gradient is there", [
            f"Each is the derivative of {self.result} with respect to that value, the sum over all its uses.",
            f"A step of gradient descent moves each parameter against its gradient: w ← w − η ∂{self.result}/∂w.",
        ]

    def _forward(self, part: Part) -> Words:
        if part.main is None:
            return f"{part.name} is calculated", [self._members(part)]
        node = self.timeline.nodes[part.main]
        formula = self._formula(part, self.names)
        numbers = _ARGUMENT.sub(r"\1\2", self._formula(part, self.numbers))
        value = digits(node.data)
        lines = [f"= {numbers}"] if numbers != value and all(map(holds, [node, *self._opened(part)])) else []
        return f"{part.name} = {formula}", [*lines, f"= {value}"]

    def _formula(self, part: Part, names: dict[int, str]) -> str:
        """How the part's value is made, with what is folded into it opened."""
        assert part.main is not None
        opened = self._opened(part)
        texts = dict(names) if opened else names
        for node in opened:
            texts[id(node)] = PLAIN.write(expression(node, texts))
        return PLAIN.write(expression(self.timeline.nodes[part.main], texts))

    def _opened(self, part: Part) -> list[Node]:
        """The operations that are folded into the part's value."""
        return [node for i in sorted(part.members) if i != part.main and (node := self.timeline.nodes[i]).op]

    def _members(self, part: Part) -> str:
        nodes = [self.timeline.nodes[i] for i in part.members]
        results = sum(bool(node.op) for node in nodes)
        return f"{len(nodes):,} value{'s' * (len(nodes) != 1)}, {results:,} of them calculated."

    def _idle(self, part: Part) -> str:
        assert part.main is not None
        if all(cut or parent.is_constant for parent, cut in zip(*self._operands(part.main), strict=True)):
            return f"{self._formula(part, self.names)} does not depend on its operand here: it is cut, so no derivative passes."
        return f"No gradient has come to {part.name}: whatever it is made of has no influence."

    def _operands(self, i: int) -> tuple[tuple[Node, ...], tuple[bool, ...]]:
        return self.timeline.nodes[i].parents, self.timeline.nodes[i].cuts

    def _inside(self, part: Part, step: Step) -> Words:
        grads = [self.timeline.grads[i] for i in part.members if not self.timeline.nodes[i].is_constant]
        sizes = sorted(abs(grad) for grad in grads if not math.isnan(grad))
        nans = len(grads) - len(sizes)
        lines = [f"The gradient goes back along {len(step.events):,} edge{'s' * (len(step.events) != 1)} between its values."]
        if nans:
            lines.append(f"Afterwards {nans:,} of {len(grads):,} gradients {'is' if nans == 1 else 'are'} nan.")
        if sizes:
            others = "Among the others" if nans else "Afterwards"
            lines.append(f"{others} |grad| is at most {digits(sizes[-1])}, in the middle {digits(sizes[len(sizes) // 2])}.")
        return f"Inside {part.name}", lines

    def _back(self, tail: Part, head: Part, events: Sequence[Sent]) -> Words:
        if tail.main is None or head.main is None:
            count = f"{len(events):,} edge{'s' * (len(events) != 1)}"
            return f"{head.name} sends back to {tail.name}", [f"along {count}: each operand's gradient += local × upstream"]
        event = events[0]
        title = f"{tail.name}.grad += ∂{head.name}/∂{tail.name} × ∂{self.result}/∂{head.name}"
        return title, [
            f"+= {product(event)} = {digits(event.message)}",
            self._rule(self.timeline.nodes[event.head], event, head, tail),
        ]

    def _rule(self, node: Node, event: Sent, head: Part, tail: Part) -> str:
        rule = local_rule(node, event.operand, self.names)
        formula = PLAIN.write(rule) + " = " if rule is not None and rule.op != "number" else ""
        operation = self._formula(head, self.names)
        return f"local derivative of {operation} with respect to {tail.name}: {formula}{digits(event.local)}"


def product(event: Sent) -> str:
    """The local derivative times the gradient that comes from above."""
    return f"{_factor(event.local)} × {_factor(event.upstream)}"


def _factor(x: float) -> str:
    """The number, a negative one in parentheses."""
    text = digits(x)
    return f"({text})" if text.startswith("-") else text
