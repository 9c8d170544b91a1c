"""Programs: what check() finds, what passes keep, the reverse sweep against the engine, both executors against each other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from expressions import Expression, expressions
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from programs import (
    EXACT,
    EXACT_OPS,
    OPCODES,
    SPECIAL,
    bits,
    close,
    finished,
    natively,
    points,
    programs,
    results,
    same,
    traced,
)

import autograd as ag
from autograd import Value
from autograd.errors import ProgramError
from autograd.ops.kernels import printed
from autograd.ops.primitives import TABLE
from autograd.program import passes
from autograd.program.instructions import CALL, DOT, FIXED, LINK, OPS, PIVOT, SUM, TAKE, ZDOT
from autograd.program.native_plan import is_available
from autograd.program.program import Program
from autograd.program.reverse import gradient
from autograd.program.schedule import schedule

needs_native = pytest.mark.skipif(
    not is_available() and not ag.compiled, reason="the native executor is built with the compiled implementation"
)
examples = settings(max_examples=100, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))

# ---- check


def small() -> Program:
    """tanh(x0 * 0.5) + sum([x0, x1]), a dot product, a take, and a guard."""
    code = [
        (OPCODES["mul"], 0, 2, 0),
        (OPCODES["tanh"], 3, 0, 0),
        (SUM, 0, 2, 4),
        (DOT, 2, 4, 5),
        (TAKE, 6, 3, 0),
        (PIVOT, 9, 1, 0),
        (LINK, 10, 3, 0),
    ]
    pool = [0, 1, 0, 1, 2, 3, 1, 3, 4, 6, 7, 0, 2]
    return Program(2, [0.5], tuple(zip(*code, strict=True)), pool, [5, 9], [4], [True]).check()


def with_entry(name: str, place: int, number: int) -> Callable[[Program], Program]:
    def damaged(program: Program) -> Program:
        array = getattr(program, name).copy()
        array[place] = number
        return program.replaced(**{name: array})

    return damaged


DAMAGE: list[tuple[str, Callable[[Program], Program]]] = [
    ("instruction 1 has an unknown operation", with_entry("op", 1, len(OPS))),
    ("instruction 1 has an unknown operation", with_entry("op", 1, 0)),
    ("instruction 0 has an unknown operation", with_entry("op", 0, -1)),
    ("instruction 1 has an operand that is not computed before it", with_entry("a", 1, 4)),
    ("instruction 0 has an operand that is not computed before it", with_entry("b", 0, 3)),
    ("instruction 0 has an operand that is not computed before it", with_entry("b", 0, -1)),
    ("instruction 0 has an operand that is not computed before it", with_entry("c", 0, 2**31 - 1)),
    ("instruction 2 has an operand that is not computed before it", with_entry("c", 2, 5)),
    ("instruction 3 has an operand that is not computed before it", with_entry("pool", 3, 6)),
    ("instruction 6 has an operand that is not computed before it", with_entry("pool", 12, -7)),
    ("instruction 2 has operands outside of the pool", with_entry("a", 2, -1)),
    ("instruction 2 has operands outside of the pool", with_entry("b", 2, -2)),
    ("instruction 6 has operands outside of the pool", with_entry("b", 6, 2**31 - 1)),
    ("instruction 6 has operands outside of the pool", with_entry("a", 6, 2**31 - 1)),
    ("instruction 3 has operands in the pool that are another", with_entry("a", 3, 1)),
    ("instruction 3 has a wrong number of operands", with_entry("b", 3, 3)),
    ("instruction 6 has a wrong number of operands", with_entry("b", 6, 2)),
    ("instruction 6 has too few operands", with_entry("b", 6, 0)),
    ("instruction 5 has too few operands", with_entry("b", 5, 0)),
    ("instruction 4 has too few operands", with_entry("b", 4, 1)),
    ("instruction 5 has a function that does not exist", with_entry("op", 5, CALL)),
    ("output 1 reads a slot that does not exist", with_entry("outputs", 1, 10)),
    ("output 0 reads a slot that does not exist", with_entry("outputs", 0, -1)),
    ("guard 0 reads a slot that does not exist", with_entry("guards", 0, 10)),
    ("arrays differ in length", lambda p: p.replaced(a=p.a[:-1].copy())),
    ("as many outcomes as guards", lambda p: p.replaced(outcomes=p.outcomes[:0])),
    ("number of inputs", lambda p: p.replaced(inputs=-1)),
    ("number of inputs", lambda p: p.replaced(inputs=2.0)),
    ("at most", lambda p: p.replaced(inputs=2**31 - 3)),
    ("reverse sweep", lambda p: p.replaced(reverse_start=8)),
    ("functions must be callable", lambda p: p.replaced(functions=(1,))),
    ("input_names", lambda p: p.replaced(input_names=("x",))),
    ("input_names", lambda p: p.replaced(input_names=("x", 1))),
    ("op must be a one-dimensional", lambda p: p.replaced(op=p.op.astype(np.int64))),
    ("pool must be a one-dimensional", lambda p: p.replaced(pool=list(p.pool))),
    ("a must be a one-dimensional", lambda p: p.replaced(a=p.a[::-1])),
    ("constants must be a one-dimensional", lambda p: p.replaced(constants=np.zeros((1, 1)))),
    ("outcomes must be a one-dimensional", lambda p: p.replaced(outcomes=np.zeros(1, dtype=np.uint8))),
]


@pytest.mark.parametrize(("message", "damage"), DAMAGE)
def test_check_names_what_is_wrong(message: str, damage: Callable[[Program], Program]) -> None:
    with pytest.raises(ProgramError, match=message):
        damage(small()).check()


@pytest.mark.parametrize("wrong", [[0.5], ["0"], [2**31], [-(2**31) - 1], [True]])
def test_slots_beyond_32_bits(wrong: Any) -> None:
    with pytest.raises(ProgramError, match="outputs must"):
        Program(1, [], ([], [], [], []), [], wrong)


@examples
@given(programs(), st.data())
def test_one_changed_number(program: Program, data: st.DataObject) -> None:
    """It is found, or gives a program that runs."""
    program.check()
    name = data.draw(st.sampled_from(["op", "a", "b", "c", "pool", "outputs"]))
    assume(len(getattr(program, name)))
    place = data.draw(st.integers(0, len(getattr(program, name)) - 1))
    number = data.draw(st.one_of(st.integers(-2, 30), st.sampled_from([2**31 - 1, -(2**31), 2**30, PIVOT, TAKE])))
    changed = with_entry(name, place, number)(program)
    try:
        changed.check()
    except ProgramError:
        return
    assert len(finished(changed, [1.5] * program.inputs)) == len(program.outputs)
    if is_available():
        with suppress(IndexError):  # of take
            assert len(natively(changed, [1.5] * program.inputs)) == len(program.outputs)
    with suppress(ProgramError):  # of partials there is no gradient
        gradient(changed, 0, range(program.inputs)).check()


def test_a_program_s_size() -> None:
    program = small()
    assert len(program) == 7 and program.first == 3 and program.slots == 10
    assert program.nbytes == 8 + 4 * (4 * 7 + 13 + 2 + 1) + 1


# ---- passes


PASSES: dict[str, Callable[[Program], Program]] = {
    "prune": passes.prune,
    "share": passes.share,
    "share finished": lambda program: passes.share(program, finished=True),
    "gather": passes.gather,
    "schedule": lambda program: schedule(program)[0],
}


@pytest.mark.parametrize("name", PASSES)
@examples
@given(data=st.data())
def test_passes_keep_every_bit(name: str, data: st.DataObject) -> None:
    program = data.draw(programs())
    point = data.draw(points(program))
    changed = PASSES[name](program.check()).check()
    assert same(results(changed, point), results(program, point))


@examples
@given(st.data())
def test_folding_keeps_every_bit(data: st.DataObject) -> None:
    program = data.draw(programs(EXACT_OPS))
    point = data.draw(points(program))
    for change in (passes.fold, passes.finish):
        changed = change(program).check()
        assert same(results(changed, point), results(program, point))


@examples
@given(st.data())
def test_passes_keep_programs_well_formed(data: st.DataObject) -> None:
    program = data.draw(programs())
    for _ in range(2):
        program = passes.finish(passes.tidy(program).check()).check()


@pytest.mark.parametrize("exponent", [1.0, 2.0, -1.0])
@pytest.mark.parametrize("x", SPECIAL)
def test_powers_become_products(x: float, exponent: float) -> None:
    program = Program(1, [exponent], ([OPCODES["pow"]], [0], [1], [0]), [], [2])
    changed = passes.strengthen(program).check()
    assert OPCODES["pow"] not in changed.op
    assert ulps(results(changed, [x]), results(program, [x])) <= 1


def test_what_passes_do() -> None:
    dot = traced(lambda v: v[0] * v[1] + v[1] * v[2] + v[2] * v[0], [1.0, 2.0, 3.0])
    assert dot.op.tolist() == [DOT]
    total = traced(lambda v: v[0] + v[1] + v[2], [1.0, 2.0, 3.0])
    assert total.op.tolist() == [SUM] and len(total.pool) == 3
    once = traced(lambda v: ag.sin(v[0]) * ag.sin(v[0]), [1.0])
    assert once.op.tolist() == [OPCODES["sin"], OPCODES["mul"]]
    folded = traced(lambda v: v[0] * ag.exp(Value(0.0)) + 0.0 * v[0] * 0, [1.0])
    assert OPCODES["exp"] not in folded.op
    dead = traced(lambda v: [ag.sin(v[0]), v[0]][1], [1.0])
    assert len(dead) == 0


# ---- the reverse sweep against the engine


@examples
@given(expressions())
def test_value_and_gradient(e: Expression) -> None:
    program = traced(e, e.inputs)
    assume(len(program.outputs) == 1)
    derived = gradient(program.check(), 0, range(len(e.inputs))).check()
    expected = [e(list(e.inputs)), *ag.grad(e)(list(e.inputs))]
    close(finished(derived, e.inputs), expected)
    if is_available():
        close(natively(derived, e.inputs), expected)


@examples
@given(expressions())
def test_second_gradient(e: Expression) -> None:
    n = len(e.inputs)
    first = gradient(traced(e, e.inputs), 0, range(n))
    try:
        second = gradient(first, n, range(n)).check()
    except ProgramError as error:
        assert "holds derivatives" in str(error)
    else:
        close(finished(second, e.inputs)[1 + n :], ag.hessian(e)(list(e.inputs))[n - 1], 1e-10)


def test_second_gradient_of_products_and_partials() -> None:
    first = gradient(traced(lambda v: v[0] * v[1] * v[0], [2.0, 3.0]), 0, [0, 1])
    assert finished(gradient(first, 1, [0, 1]), [2.0, 3.0]).tolist() == [12.0, 12.0, 4.0, 6.0, 4.0]
    first = gradient(traced(lambda v: ag.acos(v[0]), [0.5]), 0, [0])
    with pytest.raises(ProgramError, match=r"holds derivatives \(acos'0\)"):
        gradient(first, 1, [0])


EDGES = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e300, -1e300, 1e-300, 5e-324, 2.5, -20.0, 40.0]
ROWS = [name for name, row in TABLE.items() if row.arity]


def grid(name: str) -> Any:
    """All combinations of edge points of an operation, as columns; of zeta and its partials those where it is defined."""
    arity = len(OPS[OPCODES[name]].letters)
    found = np.stack(np.meshgrid(*[EDGES] * arity)).reshape(arity, -1)
    return found[:, (found[0] > 1.0) & (found[-1] > 0.0)] if name.startswith("zeta") else found


def of_one(name: str) -> Program:
    """The program of one operation."""
    arity = len(OPS[OPCODES[name]].letters)
    return Program(arity, [], ([OPCODES[name]], *([k if k < arity else 0] for k in range(3))), [], [arity]).check()


@pytest.mark.parametrize("name", ROWS)
def test_values_and_gradients_at_edges(name: str) -> None:
    arity = TABLE[name].arity or 0
    derived = gradient(of_one(name), 0, range(arity)).check()
    f = printed(name, "".join(map(str, range(arity))))
    expected = np.array([f(*point) for point in grid(name).T.tolist()]).T
    close(finished(derived, grid(name)), expected, 1e-13)


# ---- native against NumPy


def ulps(x: Any, y: Any) -> int:
    """How many floats lie between, at most; 0 for two nans, many for a nan and a number, 1 for 0 and -0."""
    a, b = np.ravel(bits(x)), np.ravel(bits(y))
    if np.array_equal(a, b):
        return 0
    a, b = (np.where(n < 0, -(2**63) - 1 - n.astype(object), n.astype(object)) for n in (a, b))
    return int(np.max(np.abs(a - b)))


CANCEL = ("lgamma", "gelu'0", "silu'0")  # sums of terms of size 1: near their zeros the bound is absolute


@needs_native
@pytest.mark.parametrize("name", [op.name for op in OPS[1:FIXED]])
def test_executors_agree_on_every_operation(name: str) -> None:
    """To the last bit what IEEE 754 fixes, within 4 ulps (units in the last place) all others."""
    program, edges = of_one(name), grid(name)
    rng = np.random.default_rng(OPCODES[name])
    drawn = rng.normal(size=(len(edges), 300)) * 10.0 ** rng.integers(-3, 3, size=(len(edges), 300))
    for at in (edges, 1.0 + np.abs(drawn) if name.startswith("zeta") else drawn):
        found, expected = natively(program, at)[0], finished(program, at)[0]
        with np.errstate(invalid="ignore"):
            near = np.abs(found - expected) <= 8 * np.finfo(float).eps
        far = ~near if name in CANCEL else np.ones(near.shape, dtype=bool)
        assert ulps(found[far], expected[far]) <= (0 if name in EXACT else 4)


@needs_native
@examples
@given(st.data())
def test_executors_agree_to_the_last_bit(data: st.DataObject) -> None:
    program = data.draw(programs([op for op in EXACT_OPS if op != TAKE]))
    point = data.draw(points(program))
    assert same(natively(program, point), finished(program, point))


@needs_native
@pytest.mark.parametrize("index", [*range(-3, 3), 3, -4, 0.5, np.nan, np.inf, 1e300])
def test_executors_agree_on_indices(index: float) -> None:
    program = Program(1, [10.0, 20.0, 30.0], ([TAKE], [0], [4], [0]), [0, 1, 2, 3], [4]).check()
    if -3 <= index < 3 and index == int(index):
        assert natively(program, [index]) == finished(program, [index]) == [10.0, 20.0, 30.0][int(index)]
    else:
        assert np.isnan(finished(program, [index]))
        with pytest.raises(IndexError, match="no whole number in the range"):
            natively(program, [index])


@needs_native
@examples
@given(st.lists(st.tuples(*[st.sampled_from(SPECIAL)] * 3), min_size=1, max_size=6), st.integers(1, 20))
def test_executors_agree_on_sums_of_products_that_are_reached(terms: list[tuple[float, float, float]], times: int) -> None:
    n = len(terms)
    pool = [*range(0, 3 * n, 3), *range(1, 3 * n, 3), *range(2, 3 * n, 3)] * times
    code = [ZDOT] * times, [3 * n * k for k in range(times)], [3 * n] * times, [3 * n] * times
    program = Program(3 * n, [-0.0], code, pool, range(3 * n + 1, 3 * n + 1 + times)).check()
    point = [x for term in terms for x in term]
    assert same(natively(program, point), finished(program, point))
    with np.errstate(all="ignore"):
        expected = sum(np.float64(p) * q if reached else 0.0 for reached, p, q in terms)
    assert np.array_equal(finished(program, point), [expected] * times, equal_nan=True)
