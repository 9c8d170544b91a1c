"""Random expressions at singular points: every public operation at 0, infinity, nan, kinks and borders of domains."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, nan
from random import Random
from typing import NamedTuple

from cases import Case
from expressions import NAMES

import autograd as ag
from autograd import Value
from autograd.ops.primitives import TABLE

PREFIX = {"neg": "-{}", "abs": "abs({})", "round": "round({})", "stop_gradient": "ag.stop_gradient({})"}
COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]
CHOICES = ["ag.where({} {sign} {}, {}, {})", "({2} if {0} {sign} {1} else {3})"]
OPERATIONS = [*NAMES, "round", "stop_gradient", "take", "choice"]

BORDERS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 3.0]  # of domains, kinks, ties, poles, whole numbers
EXTREME = [1e300, -1e300, 1e-300, 5e-324, -1e-200, 800.0, -800.0, 40.0]
SIMPLER = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, inf, -inf, nan]


class Step(NamedTuple):
    """One operation on inputs ("x0"), earlier steps ("v0") and numbers."""

    name: str
    operands: tuple[str | float, ...]
    variant: int = 0

    def text(self) -> str:
        texts = [_operand(x) for x in self.operands]
        row = TABLE.get(self.name)
        if self.name in PREFIX:
            return PREFIX[self.name].format(*texts)
        if self.name == "choice":
            return CHOICES[self.variant % 2].format(*texts, sign=COMPARISONS[self.variant // 2 % 6])
        if self.name == "take":
            return f"ag.take([{', '.join(texts[1:])}], {texts[0]})"
        assert row is not None
        if not row.public:
            return f"{texts[0]} {row.symbol} {texts[1]}"
        if row.arity:
            return f"ag.{self.name}({', '.join(texts)})"
        size = len(texts) // row.lists
        lists = ", ".join(f"[{', '.join(texts[k : k + size])}]" for k in range(0, len(texts), size))
        return f"ag.{self.name}({lists})" + ("" if row.partials else "[0]")


def _operand(x: str | float) -> str:
    if isinstance(x, str):
        return f"x[{x[1:]}]" if x[0] == "x" else x
    return f"({x!r})" if str(x)[0] == "-" else repr(x)


class Expression(NamedTuple):
    """The numbers of the inputs, and steps, of which the last is the result."""

    point: tuple[float, ...]
    steps: tuple[Step, ...]

    def case(self) -> Case:
        *lines, last = [step.text() for step in self.steps]
        return Case("; ".join([*(f"v{i} = {line}" for i, line in enumerate(lines)), last]), self.point)


# ---- drawing


def number(random: Random) -> float:
    kind = random.random()
    if kind < 0.6:
        return random.choice(BORDERS)
    if kind < 0.7:
        return random.choice([inf, -inf, nan])
    if kind < 0.8:
        return random.choice(EXTREME)
    if kind < 0.9:
        return random.choice([end for row in TABLE.values() for interval in row.sample for end in interval])
    return round(random.uniform(-3.0, 3.0), 2)


def expression(random: Random) -> Expression:
    """Up to three inputs and six steps; the newest results are operands oftener than others."""
    point = tuple(number(random) for _ in range(random.choice([1, 1, 2, 3])))
    values = {f"x{i}": Value(x) for i, x in enumerate(point)}
    steps: list[Step] = []
    for i in range(random.randint(1, 6)):
        step = _step(random, values)
        steps.append(step)
        values[f"v{i}"] = _value(step, values)
    return _used(Expression(point, tuple(steps)))


def _used(e: Expression) -> Expression:
    """The expression without steps that nothing uses."""
    for i in reversed(range(len(e.steps) - 1)):
        if not any(f"v{i}" in step.operands for step in e.steps[i + 1 :]):
            later = [_renamed(step, "v", i, "") for step in e.steps[i + 1 :]]
            return _used(Expression(e.point, (*e.steps[:i], *later)))
    return e


def _renamed(step: Step, letter: str, i: int, replacement: str | float) -> Step:
    """The step with another operand in place of number i of its letter, and later ones counted anew."""

    def renamed(x: str | float) -> str | float:
        if not isinstance(x, str) or x[0] != letter or int(x[1:]) < i:
            return x
        return replacement if int(x[1:]) == i else f"{letter}{int(x[1:]) - 1}"

    return step._replace(operands=tuple(map(renamed, step.operands)))


def _value(step: Step, values: dict[str, Value]) -> Value:
    xs = [values[f"x{i}"] for i in range(sum(name[0] == "x" for name in values))]
    result: Value = eval(step.text(), {"ag": ag, "inf": inf, "nan": nan, **values, "x": xs})
    return result


def _step(random: Random, values: dict[str, Value]) -> Step:
    names = list(values)

    def variable() -> str:
        return random.choice(names[-2:] if random.random() < 0.6 else names)

    def operand() -> str | float:
        return variable() if random.random() < 0.7 else number(random)

    name = random.choice(OPERATIONS)
    variant = random.randrange(12)
    if name == "take":
        items = [variable() for _ in range(random.randint(1, 3))]
        places = [x for x in names if values[x].data in range(len(items))]
        index = random.choice(places) if places and random.random() < 0.7 else float(random.randrange(len(items)))
        return Step(name, (index, *items))
    if name == "choice":
        branches = [variable(), variable() if variant % 2 else operand()]  # Python's own choice of a number makes no Value
        return Step(name, (variable(), operand(), *_mixed(random, branches)), variant)
    row = TABLE.get(name)
    smallest = 1 if row is None or row.partials else 2  # a softmax of one number is a float
    size = 1 if name in PREFIX else row.arity or row.lists * random.randint(smallest, 3)  # type: ignore[union-attr]
    operands = _mixed(random, [variable(), *(operand() for _ in range(size - 1))])
    if name == "where":  # one of the branches is a Value
        operands = [variable(), *_mixed(random, [variable(), operand()])]
    return Step(name, tuple(operands), variant)


def _mixed(random: Random, operands: list[str | float]) -> list[str | float]:
    random.shuffle(operands)
    return operands


# ---- shrinking


def simpler(e: Expression) -> Iterator[Expression]:
    """Expressions a little simpler than this one."""
    for i in reversed(range(len(e.steps))):
        yield from _without_step(e, i)
    for i in range(len(e.point)):
        yield from _without_input(e, i)
    for i, step in enumerate(e.steps):
        for operands in _simpler_operands(step):
            yield Expression(e.point, (*e.steps[:i], step._replace(operands=operands), *e.steps[i + 1 :]))
    for i, x in enumerate(e.point):
        for simple in _simpler_numbers(x):
            yield Expression((*e.point[:i], simple, *e.point[i + 1 :]), e.steps)


def _simpler_numbers(x: float) -> list[float]:
    known = [str(number) for number in SIMPLER]
    return SIMPLER[: known.index(str(x))] if str(x) in known else SIMPLER


def _without_step(e: Expression, i: int) -> Iterator[Expression]:
    """One of the step's own operands in its place."""
    for name in dict.fromkeys(x for x in e.steps[i].operands if isinstance(x, str)):
        later = [_renamed(step, "v", i, name) for step in e.steps[i + 1 :]]
        if i or later:
            yield _used(Expression(e.point, (*e.steps[:i], *later)))


def _without_input(e: Expression, i: int) -> Iterator[Expression]:
    """Its number in its place, or another input; later inputs are counted anew."""
    for replacement in (*(f"x{k}" for k in range(len(e.point) - 1)), e.point[i]):
        steps = tuple(_renamed(step, "x", i, replacement) for step in e.steps)
        if len(e.point) > 1 and all(any(isinstance(x, str) for x in step.operands) for step in steps):
            yield Expression((*e.point[:i], *e.point[i + 1 :]), steps)


def _simpler_operands(step: Step) -> Iterator[tuple[str | float, ...]]:
    row = TABLE.get(step.name)
    size = len(step.operands)
    if row is not None and row.arity is None and size > row.lists:  # one item less of each list
        length = size // row.lists
        for k in range(length):
            yield tuple(x for place, x in enumerate(step.operands) if place % length != k)
    for k, x in enumerate(step.operands):
        if isinstance(x, float):
            yield from ((*step.operands[:k], simple, *step.operands[k + 1 :]) for simple in _simpler_numbers(x))
