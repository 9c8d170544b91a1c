"""Random programs for tests, and how to run them: not through a trace, so that everything well formed may appear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd.compiler.lower import lower
from autograd.compiler.trace import Trace
from autograd.program.executor import Runner
from autograd.program.instructions import CALL, DOT, FIXED, OPCODES, OPS, PIVOT, SUM, TAKE, ZDOT
from autograd.program.native_plan import NativePlan
from autograd.program.numpy_executor import run
from autograd.program.passes import finish, tidy
from autograd.program.program import Program
from autograd.program.schedule import schedule
from autograd.program.verify import PARTS

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, np.inf, -np.inf, np.nan, 1e308, -1e308, 1e-308, 5e-324, 1e17, 36.5, -20.0]
SUMS = (SUM, DOT, ZDOT)
# whose results IEEE 754 fixes to the last bit
EXACT = (
    "identity neg abs add sub mul div fmod sqrt relu leaky_relu sign floor ceil trunc round minimum maximum clip where equal "
    "not_equal less less_equal greater greater_equal zmul stop sum dot zdot pivot link take"
).split()
EXACT_OPS = [OPCODES[name] for name in EXACT]
TO_DIFFERENTIATE = [op for op in EXACT_OPS if op not in (OPCODES["zmul"], ZDOT, TAKE)]  # as traces have them
ALL_OPS = [number for number in range(1, len(OPS)) if number != CALL]
COMMON = [OPCODES[name] for name in "add mul add mul add mul where zmul neg identity stop sum dot zdot link".split()]

numbers = st.one_of(st.sampled_from(SPECIAL), st.floats(-4.0, 4.0))


@st.composite
def programs(draw: st.DrawFn, operations: Sequence[int] = tuple(ALL_OPS), longest: int = 24) -> Program:
    """A program of these operations, each operand any slot before it."""
    inputs = draw(st.integers(1, 4))
    constants = draw(st.lists(numbers, max_size=4))
    first = inputs + len(constants)
    common = [op for op in COMMON if op in operations]
    code: list[tuple[int, int, int, int]] = []
    pool: list[int] = []
    for own in range(first, first + draw(st.integers(0, longest))):
        op = draw(st.sampled_from(common if common and draw(st.booleans()) else list(operations)))
        slot = st.one_of(st.integers(max(0, own - 3), own - 1), st.integers(0, own - 1))  # newest oftener: deep
        if op < FIXED:
            held = [draw(slot) for _ in OPS[op].letters]
            code.append((op, *held, *[0] * (3 - len(held))))
            continue
        fewest = {TAKE: 2, PIVOT: 1}.get(op, 0)
        count = draw(st.integers(fewest, 7))
        parts, rest = PARTS.get(op, (1, 0))
        count += (rest - count) % parts
        code.append((op, len(pool), count, draw(slot) if op in SUMS else 0))
        pool += [draw(slot) for _ in range(count)]
    slots = st.integers(0, first + len(code) - 1)
    outputs = draw(st.lists(slots, min_size=1, max_size=4))
    guards = draw(st.lists(slots, max_size=2))
    outcomes = draw(st.lists(st.booleans(), min_size=len(guards), max_size=len(guards)))
    columns = tuple(zip(*code, strict=True)) if code else ((), (), (), ())
    return Program(inputs, constants, columns, pool, outputs, guards, outcomes)


def points(program: Program) -> st.SearchStrategy[list[float]]:
    """Numbers for the inputs."""
    return st.lists(numbers, min_size=program.inputs, max_size=program.inputs)


def results(program: Program, point: Sequence[float]) -> Any:
    """Outputs and guards by the NumPy executor, without any pass."""
    program, runs = schedule(program)
    return run(program, runs, point, {})[[*program.outputs, *program.guards]]


def finished(program: Program, point: Sequence[float]) -> Any:
    """Outputs by the NumPy executor, of the exact program."""
    program, runs = schedule(finish(program))
    return run(program, runs, point, {})[program.outputs]


def natively(program: Program, points: Any) -> Any:
    """Outputs of the exact program by the native executor, whatever the guards say, at one point or (columns) many."""
    return _called(NativePlan(*schedule(finish(unguarded(program)))), points)


def as_run(program: Program, points: Any) -> Any:
    """Outputs as users get them, whatever the guards say, at one point or (columns) many."""
    return _called(Runner(unguarded(program)), points)


def together(program: Program, points: Any) -> Any:
    """The same, of all points at once."""
    outputs = [np.empty(points.shape[1]) for _ in program.outputs]
    inputs = [(np.ascontiguousarray(x), 1) for x in points]
    plan, failed = Runner(unguarded(program)).plan, np.full(points.shape[1], -1, dtype=np.int32)
    plan.points(inputs, outputs, failed, 8)(0, points.shape[1])
    assert (failed == -1).all()
    return np.array(outputs)


def unguarded(program: Program) -> Program:
    return program.replaced(guards=program.guards[:0], outcomes=program.outcomes[:0])


def _called(plan: Any, points: Any) -> Any:
    points = np.asarray(points, dtype=float)
    if points.ndim == 1:
        return np.array(plan.call(tuple(points.tolist())))
    return np.array([plan.call(tuple(point)) for point in points.T.tolist()]).T


def traced(f: Callable[..., Any], point: Sequence[float]) -> Program:
    """The tidy program of f(list of numbers), a number or a list of them."""
    trace = Trace(point, "f")
    found = trace.run(f, [trace.variables], {})
    return tidy(lower(trace, found if isinstance(found, list) else [found])[0])


def bits(x: Any) -> Any:
    """Numbers as what tells them apart to the last bit, but for one nan from another."""
    x = np.asarray(x, dtype=float)
    return np.where(np.isnan(x), np.nan, x).view(np.int64) if x.size else x


def same(x: Any, y: Any) -> bool:
    """Whether the numbers are equal to the last bit; one nan is as good as another."""
    return bool(np.array_equal(bits(x), bits(y)))


def close(found: Any, expected: Any, bound: float = 1e-12) -> None:
    """Within the bound of the number expected, or of 1; what is not finite is the same."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    finite = np.isfinite(expected)
    assert found.shape == expected.shape and same(found[~finite], expected[~finite]), (found, expected)
    found, expected = found[finite], expected[finite]
    wrong = np.abs(found - expected) > bound * np.maximum(1.0, np.abs(expected))
    assert not wrong.any(), (found[wrong], expected[wrong])
