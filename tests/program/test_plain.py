"""The plain pass: a program as it is run gives what the exact one gives to the last bit, at nans, infinities and zeros too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from expressions import Expression, expressions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import SPECIAL, TO_DIFFERENTIATE, as_run, finished, programs, same, together, traced

import autograd as ag
from autograd.errors import ProgramError
from autograd.program import plain as plain_pass
from autograd.program.editing import with_code, with_constants
from autograd.program.executor import Runner
from autograd.program.instructions import DOT, FIXED, LESS, MUL, OPCODES, OPS, TAKE, ZDOT, ZMUL
from autograd.program.numpy_kernels import FUNCTIONS
from autograd.program.passes import finish, tidy
from autograd.program.plain import plain
from autograd.program.program import Program
from autograd.program.reverse import gradient
from autograd.program.verify import as_ints

examples = settings(max_examples=200, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))


def derived(program: Program) -> Program:
    """The program with its first output's gradient, and that of its last derivative where there is one."""
    first = gradient(tidy(program), 0, range(program.inputs), with_reached=True)
    try:
        return gradient(first, len(program.outputs), range(program.inputs))
    except ProgramError:
        return first


@examples
@given(st.data())
def test_a_program_runs_as_the_exact_one(data: st.DataObject) -> None:
    """With both executors, alone and among other points."""
    program = data.draw(programs(TO_DIFFERENTIATE))
    program = derived(program).check()
    number = st.one_of(st.sampled_from(SPECIAL), st.floats(-4.0, 4.0))
    points = np.array(data.draw(st.lists(st.tuples(*[number] * program.inputs), min_size=1, max_size=20))).T
    expected = finished(program, points)
    assert same(as_run(program, points), expected)
    assert same(together(program, points), expected)


@examples
@given(st.data())
def test_a_plain_output_is_right_or_nan(data: st.DataObject) -> None:
    """And where one is wrong, one is nan."""
    program = finish(derived(data.draw(programs([*TO_DIFFERENTIATE, TAKE]))))
    number = st.one_of(st.sampled_from(SPECIAL), st.floats(-4.0, 4.0))
    point = data.draw(st.lists(number, min_size=program.inputs, max_size=program.inputs))
    found, expected = finished(plain(program).check(), point), finished(program, point)
    assert np.isnan(found).any() or same(found, expected)


@settings(examples, max_examples=30)
@given(expressions(), st.data())
def test_traced_derivatives_are_right_or_nan(e: Expression, data: st.DataObject) -> None:
    """Whose cuts a trace has recorded as conditions."""
    numbers = [*e.inputs, *e.constants]

    def derivatives(v: list[Any]) -> list[Any]:
        f = lambda xs: ag.sum([ag.sqrt(ag.relu(e(xs))), ag.where(xs[0] > 0.5, ag.log(xs[0]), xs[0] * e(xs))])  # noqa: E731
        return [*ag.grad(f)(v), *ag.hvp(f, v, [1.0] * len(v)), ag.jvp(f, v, [1.0] * len(v))[1]]

    program = finish(traced(derivatives, e.inputs))
    for _ in range(5):
        point = data.draw(st.lists(st.sampled_from([*SPECIAL, *numbers]), min_size=len(e.inputs), max_size=len(e.inputs)))
        found, expected = finished(plain(program).check(), point), finished(program, point)
        assert np.isnan(found).any() or same(found, expected)


def network(v: list[Any]) -> Any:
    """Two layers of relu, of 3 inputs and 15 weights."""
    x, w = v[:3], v[3:]
    hidden = [ag.relu(ag.sumprod(x, w[3 * k : 3 * k + 3])) for k in range(3)]
    again = [ag.relu(ag.sumprod(hidden, w[3 * k : 3 * k + 3])) for k in range(2, 4)]
    return ag.sumprod(again, w[13:15])


def test_a_network_runs_plain_products_only() -> None:
    rng = np.random.default_rng(0)
    program = finish(gradient(traced(network, rng.normal(size=18).tolist()), 0, range(18)))
    fast = plain(program)
    assert ZDOT in program.op and not ((fast.op == ZDOT) | (fast.op == ZMUL)).any()
    assert not any("reads" in OPS[op].name for op in fast.op) and len(fast) < len(program)
    for _ in range(20):
        point = rng.normal(size=18)
        assert same(finished(fast, point), finished(program, point))


def test_a_single_product_and_a_smooth_program() -> None:
    single = finish(gradient(traced(lambda v: ag.relu(v[0]) * 3.0 + v[0] * 0.5, [1.0]), 0, [0]))
    assert OPS[plain(single).op[-1]].name == "dot"
    inner = plain(finish(gradient(traced(lambda v: ag.sin(ag.relu(ag.exp(v[0])) * 2.0), [1.0]), 0, [0])))
    assert MUL in inner.op  # what no output shows the sign of
    smooth = finish(gradient(traced(lambda v: ag.tanh(v[0] * v[1] + v[0]), [1.0, 2.0]), 0, [0, 1]))
    assert DOT in smooth.op and plain(smooth) is smooth


@pytest.mark.parametrize("x", [-1.0, 0.0, 1.0, np.nan])
def test_the_exact_program_runs_where_an_output_is_nan(x: float, executor: str) -> None:
    """In calls, runs and among points."""
    expected = {-1.0: 0.0, 0.0: 0.0, 1.0: 1.0}.get(x, np.nan)
    jitted = ag.jit(ag.grad(lambda x: ag.sqrt(ag.relu(x)) * 2.0))
    assert same(jitted(x), expected)
    assert same(jitted.program(x).run(np.array([x])), [expected])
    assert same(ag.vmap(jitted)(np.array([4.0] * 20 + [x] + [4.0] * 20)), [0.5] * 20 + [expected] + [0.5] * 20)


def test_the_exact_program_runs_before_guards_are_looked_at(executor: str) -> None:
    program = gradient(traced(lambda v: ag.sqrt(ag.relu(v[0])), [1.0]), 0, [0])
    program, five = with_constants(program, [5.0])
    guard = np.array([[LESS], [program.outputs[1]], [five], [0]], dtype=np.int32)  # the plain program has nan there
    code = np.concatenate([program.matrix(), guard], axis=1)
    guarded = with_code(program, code, guards=as_ints([program.slots], "guards"), outcomes=np.array([True]))
    assert guarded.check().run(np.array([-1.0])).tolist() == [0.0, 0.0]
    assert Runner(guarded).call((-1.0,)) == (0.0, 0.0)


@pytest.mark.parametrize("name", [op.name for op in OPS[1:FIXED]])
def test_what_spreads_nan_does(name: str) -> None:
    """For any other operands."""
    op = OPS[OPCODES[name]]
    spread = plain_pass._tables()[1][OPCODES[name]]
    others = [0.0, -0.0, 1.0, 2.5, -3.0, np.inf, -np.inf, np.nan]
    arity = len(op.letters)
    for k in range(arity):
        grid = np.stack(np.meshgrid(*[[np.nan] if i == k else others for i in range(arity)])).reshape(arity, -1)
        with np.errstate(all="ignore"):
            always = bool(np.isnan(FUNCTIONS[OPCODES[name]](*grid)).all())
        assert always or not spread >> k & 1


def test_arithmetic_spreads_nan() -> None:
    spread = plain_pass._tables()[1]
    for name in ("add", "sub", "mul", "div", "maximum", "minimum"):
        assert spread[OPCODES[name]] == 0b11
    for name in ("neg", "sqrt", "exp", "relu", "tanh'0", "relu'0", "sign"):
        assert spread[OPCODES[name]] == 0b1
    for name in ("pow", "hypot", "where", "zmul", "less", "relu'reads0"):
        assert spread[OPCODES[name]] == 0
