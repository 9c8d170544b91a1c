"""Programs as text: what a line says, what is left out of long ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from programs import OPCODES, finished, programs, traced

import autograd as ag
from autograd import Program, Value, jit
from autograd.program.instructions import CALL, DOT, LINK, PIVOT, SUM, TAKE, ZDOT
from autograd.program.reverse import gradient


def lines(program: Program) -> list[str]:
    return str(program).split("\n")


def test_lines() -> None:
    def f(v: list[Value]) -> list[Value]:
        x, y = v
        z = ag.tanh(x * y) if x > -1.0 else x
        return [z - y / 2.0, abs(-x) ** y]

    assert lines(traced(f, [0.5, 2.0])) == [
        "x0 = input 0",
        "x1 = input 1",
        "v0 = x0 * x1",
        "v1 = tanh(v0)",
        "v2 = x1 / 2.0",
        "v3 = v1 - v2",
        "v4 = -x0",
        "v5 = abs(v4)",
        "v6 = pow(v5, x1)",
        "v7 = x0 > (-1.0)",
        "guard v7 is true",
        "output 0 = v3",
        "output 1 = v6",
    ]


def test_lists_and_where_they_start() -> None:
    code = [
        (SUM, 0, 2, 3),
        (SUM, 2, 2, 2),
        (DOT, 4, 4, 4),
        (ZDOT, 8, 3, 3),
        (PIVOT, 11, 3, 0),
        (TAKE, 14, 3, 0),
        (LINK, 17, 5, 0),
        (CALL, 22, 2, 0),
        (OPCODES["where"], 0, 1, 2),
    ]
    pool = [0, 1, 0, 1, 0, 1, 4, 2, 4, 0, 1, 0, 1, 2, 8, 0, 1, 4, 0, 1, 5, 6, 0, 1]
    program = Program(2, [np.nan, -0.0], tuple(zip(*code, strict=True)), pool, [12], [9], [False], functions=[max]).check()
    assert lines(program)[2:] == [
        "v0 = sum([x0, x1])",
        "v1 = nan + sum([x0, x1])",
        "v2 = v0 + dot([x0, x1], [v0, nan])",
        "v3 = zdot([v0], [x0], [x1])",
        "v4 = pivot([x0, x1, nan])",
        "v5 = take([x0, x1], v4)",
        "v6 = link(v0, [x0, x1], [v1, v2])",
        "v7 = call max([x0, x1])",
        "v8 = where(x0, x1, nan)",
        "guard v5 is false",
        "output 0 = v8",
    ]


def test_partials_are_formulas() -> None:
    text = str(gradient(traced(lambda v: ag.sigmoid(v[0]) + ag.cos(v[0]) + ag.atan(v[0]), [0.5]), 0, [0]))
    for formula in ("= v0 * sigmoid(-x0)", "= -sin(x0)", "= 1.0 / (1.0 + x0 * x0)"):
        assert formula in text


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("w", "b"), ["w = input 0", "b = input 1", "v0 = w * b"]),
        (("w", ""), ["w = input 0", "x1 = input 1", "v0 = w * x1"]),
        (("w", "w"), ["x0 = input 0 'w'", "x1 = input 1 'w'", "v0 = x0 * x1"]),
        (("layer 1\n", "x0"), ["x0 = input 0 'layer 1\\n'", "x1 = input 1 'x0'", "v0 = x0 * x1"]),
        (("v0", "tanh"), ["x0 = input 0 'v0'", "x1 = input 1 'tanh'", "v0 = x0 * x1"]),
    ],
)
def test_names_of_inputs(names: tuple[str, str], expected: list[str]) -> None:
    program = traced(lambda v: v[0] * v[1], [0.5, 2.0]).replaced(input_names=names).check()
    assert lines(program)[:3] == expected


def test_labels_of_captured_values() -> None:
    w = Value(2.0, "weight")
    assert "weight = input 1" in lines(jit(lambda x: x * w).program(3.0))


def test_long_programs() -> None:
    program = traced(lambda v: [ag.sin(v[0] * k) for k in range(3000)], [0.5])
    text = lines(program)
    every = program.text(limit=None, operands=None).split("\n")
    assert len(text) == 2001 and text[1000] == f"... {len(every) - 2000:,} lines left out ..."
    assert text[:1000] == every[:1000] and text[1001:] == every[-1000:]
    assert program.text(limit=3).split("\n") == [*every[:2], f"... {len(every) - 3:,} lines left out ...", every[-1]]
    assert program.text(limit=0) == f"... {len(every):,} lines left out ..."


def test_long_lists() -> None:
    program = traced(lambda v: ag.sum(v), [1.0] * 100)
    shown = "v0 = 0.0 + sum([x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, ... 88 more ..., x99])"
    assert lines(program)[100] == shown
    assert program.text(operands=None).count(",") == 99


def test_repr() -> None:
    program = Program(1, [2.0], ([OPCODES["mul"]], [0], [1], [0]), [], [2, 0])
    assert repr(program) == "<Program: 1 input, 1 constant, 1 instruction, 0 guards, 2 outputs>"


@settings(deadline=None)
@given(programs())
def test_random_programs(program: Program) -> None:
    text = lines(program)
    assert len(text) == program.inputs + len(program) + len(program.guards) + len(program.outputs)
    assert len({line.split(" = ")[0] for line in text if not line.startswith("guard")}) == len(text) - len(program.guards)
    assert len(finished(program, [1.0] * program.inputs)) == len(program.outputs)
