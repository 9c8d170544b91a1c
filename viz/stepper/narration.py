"""The words of a player's steps: formulas and numbers of what is calculated, every one of them in Python."""

from __future__ import annotations

import re
from collections.abc import Sequence

from viz.derivation.chain import digits
from viz.derivation.rules import PLAIN, expression, local_rule
from viz.model.node import Node
from viz.stepper.scenes import Part
from viz.stepper.steps import Step, Story, Term
from viz.stepper.timeline import Sent, Timeline

LONGEST = 14  # characters of a result's name that can stand in ∂y/∂x
_ARGUMENT = re.compile(r"(\w\(|, )\((-[^()]*)\)(?=[,)])")  # a negative number that is an argument needs no parentheses


class Words:
    """Writes the title and the lines of each step of a story."""

    def __init__(self, told: Story, line: Timeline, names: Sequence[str]) -> None:
        self.told, self.line, self.parts = told, line, told.scene.parts
        self.names = {id(node): name for node, name in zip(line.nodes, names, strict=True)}
        self.top = names[-1] if len(names[-1]) <= LONGEST else "result"

    def of(self, step: Step) -> tuple[str, list[str]]:
        """The title and the lines of a step."""
        if step.kind == "start":
            return self._start()
        if step.kind == "end":
            return self._end()
        assert step.part is not None
        if step.kind == "forward":
            return self._forward(self.parts[step.part])
        if step.kind == "seed":
            seed = "The backward pass starts at the result: its derivative by itself is 1."
            return f"∂{self.top}/∂{self.top} = 1", [seed]
        if step.kind == "idle":
            part = self.parts[step.part]
            return f"{part.name} sends nothing back", [
                f"∂{self.top}/∂{part.name} = 0: whatever it is made of has no influence."
            ]
        if step.kind == "inside":
            return self._inside(self.parts[step.part], step)
        return self._back(step)

    def term(self, term: Term) -> tuple[str, str]:
        """Where a term of a sum comes from, and the product that it is."""
        source = self.parts[term.head]
        if source.main is not None and len(term.events) == 1:
            return source.name, product(term.events[0])
        count = len(term.events)
        return source.name, "sum over 1 edge" if count == 1 else f"sum over {count:,} edges"

    def _start(self) -> tuple[str, list[str]]:
        leaves = sum(not node.op and not node.is_constant for node in self.line.nodes)
        results = sum(bool(node.op) for node in self.line.nodes)
        return "Inputs and parameters", [
            f"{leaves:,} {'leaf has its value' if leaves == 1 else 'leaves have their values'}. "
            f"The forward pass calculates {results:,} result{'s' * (results != 1)} from them, operands first."
        ]

    def _end(self) -> tuple[str, list[str]]:
        return "Every gradient is there", [
            f"Each is the derivative of {self.top} by that value, the sum over all its uses.",
            f"A step of gradient descent moves each parameter against its gradient: w ← w − η ∂{self.top}/∂w.",
        ]

    def _forward(self, part: Part) -> tuple[str, list[str]]:
        if part.main is None:
            return f"{part.name} is calculated", [self._members(part)]
        node = self.line.nodes[part.main]
        formula = self._formula(part, self.names)
        numbers = _ARGUMENT.sub(r"\1\2", self._formula(part, {id(x): _number(x.data) for x in self.line.nodes}))
        value = digits(node.data)
        lines = [f"= {numbers}"] if numbers != value else []
        return f"{part.name} = {formula}", [*lines, f"= {value}"]

    def _formula(self, part: Part, names: dict[int, str]) -> str:
        """How the part's value is made, with what is folded into it opened."""
        known = dict(names)
        for member in sorted(part.members):
            node = self.line.nodes[member]
            if node.op and member != part.main:
                known[id(node)] = PLAIN.write(expression(node, known))
        assert part.main is not None
        return PLAIN.write(expression(self.line.nodes[part.main], known))

    def _members(self, part: Part) -> str:
        nodes = [self.line.nodes[i] for i in part.members]
        results = sum(bool(node.op) for node in nodes)
        return f"{len(nodes):,} value{'s' * (len(nodes) != 1)}, {results:,} of them calculated."

    def _inside(self, part: Part, step: Step) -> tuple[str, list[str]]:
        sizes = sorted(abs(self.line.grads[i]) for i in part.members if not self.line.nodes[i].is_constant)
        return f"Inside {part.name}", [
            f"The gradient goes back along {len(step.events):,} edge{'s' * (len(step.events) != 1)} between its values.",
            f"Afterwards |grad| is at most {digits(sizes[-1])}, in the middle {digits(sizes[len(sizes) // 2])}.",
        ]

    def _back(self, step: Step) -> tuple[str, list[str]]:
        assert step.part is not None and step.head is not None
        tail, head = self.parts[step.part], self.parts[step.head]
        if tail.main is None or head.main is None:
            count = f"{len(step.events):,} edge{'s' * (len(step.events) != 1)}"
            return f"{head.name} sends back to {tail.name}", [f"along {count}: each operand's gradient += local × upstream"]
        event = step.events[0]
        node = self.line.nodes[event.head]
        upstream = f"∂{self.top}/∂{head.name}"
        numbers = f"+= {product(event)} = {digits(event.message)}"
        title = f"{tail.name}.grad += ∂{head.name}/∂{tail.name} × {upstream}"
        return title, [numbers, self._rule(node, event, head, tail)]

    def _rule(self, node: Node, event: Sent, head: Part, tail: Part) -> str:
        rule = local_rule(node, event.operand, self.names)
        formula = PLAIN.write(rule) if rule is not None and rule.op != "number" else ""
        made = self._formula(head, self.names)
        equal = f"{formula} = " if formula else ""
        return f"local derivative of {made} by {tail.name}: {equal}{digits(event.local)}"


def product(event: Sent) -> str:
    """The local derivative times the gradient that comes from above."""
    return f"{_number(event.local)} × {_number(event.upstream)}"


def _number(x: float) -> str:
    text = digits(x)
    return f"({text})" if text.startswith("-") else text
