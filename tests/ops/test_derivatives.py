"""First to third derivatives of every row, from 1e-300 to 1e300, against textbook formulas at many digits."""

from __future__ import annotations

import math
import operator
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import jets
import pytest
from jets import absolute, mp, variable

from autograd import Value, gradient
from autograd.engine.functions import FUNCTIONS
from autograd.ops.primitives import TABLE, Row, zero

SEED = int(os.environ.get("AUTOGRAD_TEST_SEED", "1"))  # another seed, other points
SIZES = (2, 3)  # operands in each list of a reduction
POINTS = 12  # of each kind, for each row
BOUNDS = {1: 1e-13, 2: 1e-12, 3: 1e-12}  # relative, by order
MARGIN = 1e8  # at both ends of the doubles, where factors of a product overflow or underflow
UNDEFINED = {("zeta", 0)}  # operands to which the row's partial is nan by its own word
# operands that the row, or the contract, takes from a part of the axis only
WITHIN: dict[tuple[str, int], Callable[[float], float]] = {
    ("lgamma", 0): abs,
    ("digamma", 0): abs,
    ("pow", 1): lambda y: math.copysign(min(max(abs(y), 1e-3), 1e3), y),
    ("zeta", 0): lambda s: float(2 + round(abs(s)) % 4),
    ("zeta", 1): abs,
}
SMALLEST, LARGEST = sys.float_info.min * MARGIN, sys.float_info.max / MARGIN

# What each row means, of jets.
MEANINGS: dict[str, Callable[..., Any]] = {
    "identity": lambda x: x,
    "neg": lambda x: -x,
    "abs": absolute,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "mod": lambda x, y: x - y * mp.floor(number(x) / number(y)),
    "fmod": lambda x, y: x - y * truncated(number(x) / number(y)),
    "exp2": lambda x: jets.exp(x * mp.ln2),
    "expm1": lambda x: jets.exp(x) - 1,
    "log1p": lambda x: jets.log(x + 1),
    "log2": lambda x: jets.log(x) / mp.ln2,
    "log10": lambda x: jets.log(x) / mp.ln10,
    "hypot": lambda x, y: jets.sqrt(x * x + y * y),
    "atan2": lambda x, y: jets.atan(x / y),  # but for a constant
    "direction_cosine": lambda x, y: x / jets.sqrt(x * x + y * y),
    "turn": lambda x, y: x / (x * x + y * y),
    "one_minus_square": lambda x: 1 - x * x,
    "gaussian": lambda x: jets.exp(-x * x),
    "lorentzian": lambda x: 1 / (1 + x * x),
    "logistic_density": lambda x: jets.sigmoid(x) * jets.sigmoid(-x),
    "relu": lambda x: x if number(x) > 0 else jets.jet(0),
    "leaky_relu": lambda x, slope: x if number(x) > 0 else x * slope,
    "elu": lambda x, alpha: x if number(x) > 0 else alpha * (jets.exp(x) - 1),
    "gelu": lambda x: x * jets.erfc(x * -mp.sqrt(0.5)) / 2,
    "silu": lambda x: x * jets.sigmoid(x),
    "softplus": lambda x: jets.log(1 + jets.exp(x)),
    "minimum": lambda x, y: min(x, y, key=number),
    "maximum": lambda x, y: max(x, y, key=number),
    "clip": lambda x, low, high: min(max(x, low, key=number), high, key=number),
    "where": lambda condition, x, y: x if number(condition) else y,
    "zmul": lambda reached, x, y: x * y if number(reached) else jets.jet(0),
    "sum": lambda *xs: sum(xs, jets.jet(0)),
    "mean": lambda *xs: sum(xs, jets.jet(0)) / len(xs),
    "prod": lambda *xs: math.prod(xs, start=jets.jet(1)),
    "sumprod": lambda *xs: sum(map(operator.mul, xs[: len(xs) // 2], xs[len(xs) // 2 :]), jets.jet(0)),
    "logsumexp": jets.logsumexp,
    "softmax": jets.softmax,
    "log_softmax": lambda *xs: [x - jets.logsumexp(*xs) for x in xs],
}


def number(x: Any) -> Any:
    """Of an operand of a meaning, what decides on a branch."""
    return x.items[0]


def truncated(x: Any) -> Any:
    return mp.floor(x) if x > 0 else mp.ceil(x)


def meaning_of(row: Row) -> Callable[..., Any]:
    """The textbook formula of a row; of a row that has none here, its own, computed with those of others."""
    known = MEANINGS.get(row.name) or getattr(jets, row.name, None)
    return known or (lambda *operands: row.value(Domain(), *operands))


class Domain:
    """What the table calls `m`, for jets."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return meaning_of(TABLE[{"fabs": "abs"}.get(name, name)])

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return x if condition else y


def test_own_formulas() -> None:
    """A row without a formula here is as good as its own."""
    point = [variable(0.75, [True, True, False])]
    for name in ("sigmoid", "silu", "softplus", "gelu"):
        own = TABLE[name].value(Domain(), *point).items
        exact = meaning_of(TABLE[name])(*point).items
        assert all(mp.almosteq(a, b, rel_eps=1e-15) for a, b in zip(own, exact, strict=True)), name


@dataclass(frozen=True)
class Case:
    """A row as a function of flat operands, or, of a row whose result is a list, one item of that."""

    row: Row
    size: int = 1  # of each list
    part: int | None = None

    def __call__(self, *flat: Any) -> Any:
        lists = [list(flat[k : k + self.size]) for k in range(0, len(flat), self.size)]
        return self._pick(FUNCTIONS[self.row.name](*(flat if self.row.arity else lists)))

    def exact(self, point: Sequence[float], operands: Sequence[int]) -> Any:
        """The derivative with respect to three operands, as a jet, which has those of first and second order too."""
        return self._pick(meaning_of(self.row)(*[variable(x, [i == j for j in operands]) for i, x in enumerate(point)])).items

    def _pick(self, result: Any) -> Any:
        return result if self.part is None else result[self.part]


SMOOTH = [
    pytest.param(
        Case(row, size, part),
        id="-".join(map(str, [name, size, part][: 3 if not row.partials else 1 + (not row.arity)])),
        marks=[pytest.mark.slow] if size > 2 else [],
    )
    for name, row in TABLE.items()
    if {*row.partials} != {zero}
    for size in ([1] if row.arity else SIZES)
    for part in ([None] if row.partials else range(size))
]


def points(case: Case) -> Iterator[list[float]]:
    """Random operands: of all magnitudes, of one, about 1, next to 1, whole; nothing is at a kink."""
    name, count = case.row.name, case.row.arity or case.size * case.row.lists
    draw = random.Random(f"{SEED} {name} {case.size}")
    kinds: list[Callable[[], float]] = [
        lambda: 10.0 ** draw.uniform(-300.0, 300.0),
        lambda: 10.0 ** draw.uniform(-2.5, 2.5),
        lambda: 1.0 + draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-15.0, 0.0),
        lambda: float(draw.randint(1, 9)),
    ]
    for _ in range(POINTS // case.size):
        for kind in kinds:
            scale = draw.choice(kinds)() if draw.random() < 0.5 else 1.0  # of all operands at once
            point = [draw.choice((-1.0, 1.0)) * kind() * (scale if count > 1 else 1.0) for _ in range(count)]
            if all(1e-300 <= abs(x) <= 1e300 for x in point):
                yield [WITHIN.get((name, i), float)(x) for i, x in enumerate(point)]


def recorded(case: Case, point: Sequence[float]) -> tuple[float, dict[tuple[int, ...], list[float]]]:
    """The value, and the derivatives of first to third order by operands; mixed ones in every order that the engine offers."""
    leaves = [Value(x) for x in point]
    places = range(len(leaves))
    derivatives: dict[tuple[int, ...], list[float]] = {}
    node = case(*leaves)
    first = gradient(node, leaves, create_graph=True)
    for i in places:
        derivatives.setdefault((i,), []).append(first[i].data)
        second = gradient(first[i], leaves, create_graph=True)
        for j in places:
            derivatives.setdefault(tuple(sorted((i, j))), []).append(second[j].data)
            for k, third in enumerate(gradient(second[j], leaves)):
                derivatives.setdefault(tuple(sorted((i, j, k))), []).append(third)
    return node.data, derivatives


def wrong(case: Case, point: Sequence[float]) -> Iterator[str]:
    """What is wrong with the derivatives at a point."""
    value, derivatives = recorded(case, point)
    places = [i for i in range(len(point)) if (case.row.name, i) not in UNDEFINED]
    for operands in combinations_with_replacement(places, 3):
        try:
            exact = case.exact(point, operands) if value == value else None
        except ZeroDivisionError:
            return  # a singular point
        for order, item in ((1, 1), (2, 3), (3, 7)):
            expected = exact[item] if exact else mp.nan
            for found in derivatives[operands[:order]]:
                if right(found, expected, BOUNDS[order]) or (abs(value) < SMALLEST and abs(expected) < SMALLEST):
                    continue  # where both underflow, 0 may have met an infinity on the way
                if value != value or not near_zero(case, point, operands, item):
                    yield f"{point}, by {operands[:order]}: {found!r}, not {mp.nstr(expected, 17)}"


def right(found: float, expected: Any, bound: float) -> bool:
    """Whether a derivative is right to the bound where it is a normal double, and else nan, tiny or huge as it ought to be."""
    if expected != expected:
        return found != found
    if abs(expected) < SMALLEST:
        return abs(found) <= 2.0 * SMALLEST
    if abs(expected) > LARGEST:
        return not abs(found) < LARGEST
    return abs(mp.mpf(found) - expected) <= bound * abs(expected) if math.isfinite(found) else False


def near_zero(case: Case, point: Sequence[float], operands: Sequence[int], item: int) -> bool:
    """Whether a derivative changes its sign within 0.1 % of the point; of three logits, within 0.001 at least."""
    own = mp.sign(case.exact(point, operands)[item])
    for i, x in enumerate(point):
        scale = max(abs(x), 1.0) if case.size > 2 else abs(x)
        for share in (-1e-3, 1e-3, -5e-4, 5e-4):
            moved = [*point[:i], x + share * scale, *point[i + 1 :]]
            if case(*moved) == case(*moved) and mp.sign(case.exact(moved, operands)[item]) != own:
                return True
    return False


@pytest.mark.parametrize("case", SMOOTH)
def test_derivatives_keep_their_digits(case: Case) -> None:
    """To third order 1e-12 relative, near 0 and in the tails too, but within 0.1 % of a zero; outside the domain nan."""
    faults = list(dict.fromkeys(fault for point in points(case) for fault in wrong(case, point)))
    assert not faults, f"{len(faults)} wrong (seed {SEED}):\n" + "\n".join(faults[:8])
