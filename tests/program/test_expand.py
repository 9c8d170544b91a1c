"""Partials expanded into rows compute what they computed."""

from __future__ import annotations

import numpy as np
import pytest

from autograd.ops.primitives import TABLE
from autograd.program.expand import EXPANDS, RULES, expand, template
from autograd.program.instructions import FIXED, OPCODES, OPS, PARTIALS, READS
from autograd.program.program import Program
from autograd.program.sweeping import NO_PARTIALS

NUMBERS = [0.0, -0.0, 0.3, 1.0, -1.0, 2.5, -2.0, 40.5, -41.0, 1e300, 1e-300, np.inf, -np.inf, np.nan]
EXPANDED = [OPS[op].name for op in RULES]


def of_one(op: int) -> Program:
    """The program of a single instruction on inputs."""
    slots = [*range(len(OPS[op].letters)), 0, 0][:3]
    return Program(len(OPS[op].letters), [], ([op], *([slot] for slot in slots)), [], [len(OPS[op].letters)])


@pytest.mark.parametrize("name", EXPANDED)
def test_an_expanded_partial_has_the_same_value(name: str) -> None:
    """At edges too: to rounding, nan for nan. The result z is one that the row has."""
    op = OPCODES[name]
    exact, rows = of_one(op), expand(of_one(op))
    row, letters = TABLE[name.partition("'")[0]], OPS[op].letters
    rng = np.random.default_rng(op)
    for _ in range(60):
        known = dict(zip("xyw", rng.choice(NUMBERS, row.arity), strict=False))
        inputs = [known[x] for x in "xyw" if x in known]
        value = Program(len(inputs), [], ([OPCODES[row.name]], [0], [1 % len(inputs)], [2 % len(inputs)]), [], [len(inputs)])
        known["z"] = float(value.run(np.array(inputs))[0])
        numbers = np.array([known[letter] for letter in letters])
        found, expected = rows.run(numbers)[0], exact.run(numbers)[0]
        assert np.isclose(found, expected, rtol=1e-12, atol=1e-300, equal_nan=True), (numbers, found, expected)


@pytest.mark.parametrize("name", EXPANDED)
def test_an_expanded_partial_can_be_differentiated(name: str) -> None:
    """It is made of rows of the table, on its own operands."""
    op = OPCODES[name]
    rows = expand(of_one(op)).check()
    assert not NO_PARTIALS[rows.op].any() and not EXPANDS[rows.op].any()
    assert all(OPS[code].name in TABLE for code, *_ in template(op))


def test_every_partial_and_cut_is_a_row_or_expands() -> None:
    for op in range(1, FIXED):
        assert (op in PARTIALS and op in READS) or EXPANDS[op]


def test_constants_choose_the_branches_of_a_rule() -> None:
    """A power with a constant exponent needs none of its choices."""
    slope = OPCODES["pow'0"]
    program = expand(Program(1, [1.5], ([slope], [0], [1], [0]), [], [2]))
    assert [OPS[op].name for op in program.op] == ["pow", "mul"]
    assert float(program.run(np.array([4.0]))[0]) == 3.0
