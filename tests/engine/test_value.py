"""The contract of Value: construction, operators, the sweep, what is refused, modes, copies, and own operations."""

from __future__ import annotations

import asyncio
import copy
import importlib
import math
import operator
import os
import pickle
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Callable
from contextlib import nullcontext
from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import HOME

import autograd
from autograd import (
    DomainError,
    LostGradientError,
    Value,
    grad,
    gradient,
    hessian,
    no_grad,
    primitive,
    scope,
    stop_gradient,
    trap,
    zero_grad,
)


def run(program: str, folder: Path, **environment: str) -> str:
    """What the program prints in a fresh process with the twin that runs here; any other end than a clean one fails."""
    environment = {**os.environ, "PYTHONPATH": str(HOME), "AUTOGRAD_COMPILED": str(int(autograd.compiled)), **environment}
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), f"ended with {done.returncode}\n{done.stderr[-2000:]}"
    return done.stdout.strip()


# ---- construction


ACCEPTED = [
    (3, 3.0),
    (-2.5, -2.5),
    (inf, inf),
    (True, 1.0),
    (np.bool_(True), 1.0),
    (np.float16(0.5), 0.5),
    (np.float32(0.5), 0.5),
    (np.float64(0.5), 0.5),
    (np.longdouble(0.5), 0.5),
    (np.int8(-3), -3.0),
    (np.uint64(7), 7.0),
    (np.array(2.5), 2.5),
    (Fraction(1, 4), 0.25),
    (Decimal("0.25"), 0.25),
]
REFUSED = [
    None,
    "3",
    b"3",
    bytearray(b"3"),
    np.str_("3"),
    1j,
    np.complex128(1),
    np.datetime64("2026-01-01"),
    np.timedelta64(3, "s"),
    np.array(np.timedelta64(3, "s")),
    np.array("3"),
    np.array(1j),
    np.array([1.0]),
    np.array([1.0, 2.0]),
    [1.0],
    (1.0,),
    {1.0},
    {"a": 1.0},
    object(),
    float,
    Value(1.0),
]


def kind(x: Any) -> str:
    return f"{type(x).__name__} {x}"[:30]


@pytest.mark.parametrize(("number", "expected"), ACCEPTED, ids=kind)
def test_every_real_number_becomes_a_float(number: Any, expected: float) -> None:
    x = Value(number)
    assert (type(x.data), x.data) == (float, expected)
    x.data = x.grad = number
    assert (type(x.data), x.data, type(x.grad), x.grad) == (float, expected, float, expected)


@pytest.mark.parametrize("wrong", REFUSED, ids=kind)
def test_what_is_no_real_number_is_refused_and_the_argument_named(wrong: Any) -> None:
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"^data must be a real number"):
        Value(wrong)
    with pytest.raises(TypeError, match=r"^data must be a real number"):
        x.data = wrong
    with pytest.raises(TypeError, match=r"^grad must be a real number"):
        x.grad = wrong
    with pytest.raises(TypeError, match=r"^seed must be a real number"):
        x.backward(wrong)
    assert (x.data, x.grad) == (1.0, 0.0)


def test_data_is_required() -> None:
    with pytest.raises(TypeError):
        Value()  # type: ignore[call-arg]


def test_a_value_of_a_value_says_how_to_write_it() -> None:
    with pytest.raises(LostGradientError, match=r"data .*v\.data"):
        Value(Value(1.0))


@pytest.mark.parametrize("wrong", [None, 3, b"x", ["x"]], ids=kind)
def test_a_label_is_a_str(wrong: Any) -> None:
    x = Value(1.0, "x")
    with pytest.raises(TypeError, match=r"^label must be a str"):
        Value(1.0, label=wrong)
    with pytest.raises(TypeError, match=r"^label must be a str"):
        x.label = wrong
    assert x.label == "x"


def test_a_new_leaf() -> None:
    x = Value(3.0)
    assert (x.data, x.grad, x.label, x.op, x.parents, x.partials, x.group) == (3.0, 0.0, "", "", (), (), ())
    assert (x.primitive, x.is_constant, x._op, x._prev) == (None, False, "", set())


def test_data_grad_and_label_can_be_assigned() -> None:
    x = Value(3.0)
    x.data, x.grad, x.label = 4, 0.5, "w"
    assert (x.data, x.grad, x.label) == (4.0, 0.5, "w")
    y = x * x
    y.label = "y"
    assert (y.label, y.op, y.data) == ("y", "*", 16.0)


@pytest.mark.parametrize(
    "name", ["op", "parents", "partials", "primitive", "operation", "group", "is_constant", "_prev", "_op"]
)
def test_how_a_node_was_made_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Value(3.0) * 2.0, name, ())


def test_there_are_no_new_attributes() -> None:
    with pytest.raises(AttributeError):
        Value(3.0).gard = 0.0


def test_value_cannot_be_subclassed_since_operations_know_values_by_their_exact_type() -> None:
    with pytest.raises(TypeError):
        type("Mine", (Value,), {})


# ---- what a node says


def test_a_node_knows_its_operation_parents_and_partials() -> None:
    a, b = Value(2.0), Value(5.0)
    y = a / b
    assert (y.op, y._op, y.primitive.name) == ("/", "/", "div")
    assert y.parents[0] is a and y.parents[1] is b
    assert y.partials == (0.2, -2.0 / 25.0)
    assert y._prev == {a, b}


def test_x_times_x_has_x_twice() -> None:
    x = Value(3.0)
    y = x * x
    assert [p is x for p in y.parents] == [True, True]
    assert y.partials == (3.0, 3.0)
    assert y._prev == {x}


@pytest.mark.parametrize(
    "make", [lambda x: x * 2.0, lambda x: 2.0 * x, lambda x: autograd.sum([2.0, x])], ids=["right", "left", "n-ary"]
)
def test_a_constant_becomes_one_leaf_and_stays_it(make: Callable[[Value], Value]) -> None:
    x = Value(3.0)
    y = make(x)
    (two,) = [p for p in y.parents if p is not x]
    assert (two.data, two.op, two.is_constant, x.is_constant) == (2.0, "", True, False)
    assert any(p is two for p in y.parents) and two in y._prev
    y.backward()
    assert x.grad == y.partials[[p is x for p in y.parents].index(True)]


def test_repr_shows_data_and_grad_and_the_label_if_there_is_one() -> None:
    x = Value(3)
    assert repr(x) == str(x) == f"{x}" == "Value(data=3.0, grad=0.0)"
    x.label, x.grad = "it's x", -0.5
    assert repr(x) == 'Value(data=3.0, grad=-0.5, label="it\'s x")'


def test_format_formats_the_data() -> None:
    x = Value(3.14159)
    assert (f"{x:.3f}", f"{x:>8.1f}", format(x, ".1e")) == ("3.142", "     3.1", "3.1e+00")


# ---- operators


OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
]
NUMBERS = [
    2,
    2.5,
    True,
    np.float64(2.5),
    np.float32(2.5),
    np.int64(2),
    np.bool_(True),
    Fraction(5, 2),
    Decimal("2.5"),
]


def name_of(x: Any) -> str:
    return getattr(x, "__name__", None) or kind(x)


@pytest.mark.parametrize("op", OPERATORS, ids=name_of)
@pytest.mark.parametrize("number", NUMBERS, ids=kind)
def test_operators_take_any_real_number_on_either_side(op: Callable[[Any, Any], Any], number: Any) -> None:
    x, other = Value(3.25), float(number)
    for left, right, like in ((x, number, (3.25, other)), (number, x, (other, 3.25))):
        node = op(left, right)
        assert type(node) is Value
        assert node.data == op(*like)
        assert tuple(p.data for p in node.parents) == like
        assert [p.is_constant for p in node.parents] == [left is not x, right is not x]
        assert node.partials == op(Value(like[0]), Value(like[1])).partials


@pytest.mark.parametrize("op", OPERATORS, ids=name_of)
@pytest.mark.parametrize("other", [None, "2", 1j, object(), np.timedelta64(2, "s")], ids=kind)
def test_operators_refuse_what_is_no_real_number(op: Callable[[Any, Any], Any], other: Any) -> None:
    x = Value(3.0)
    with pytest.raises(TypeError):
        op(x, other)
    if not (isinstance(other, str) and op is operator.mod):  # "2" % x formats
        with pytest.raises(TypeError):
            op(other, x)


def test_power_has_both_derivatives() -> None:
    x, y = Value(2.0), Value(3.0)
    z = x**y
    z.backward()
    assert (z.data, x.grad, y.grad) == (8.0, 12.0, 8.0 * math.log(2.0))
    y = Value(3.0)
    (2**y).backward()
    assert y.grad == 8.0 * math.log(2.0)
    assert pow(x, 3).data == 8.0
    with pytest.raises(TypeError):
        pow(x, 3, 5)


@pytest.mark.parametrize("pair", [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0)])
def test_divmod_is_floor_division_and_remainder(pair: tuple[float, float]) -> None:
    x, y = map(Value, pair)
    for quotient, remainder in (divmod(x, y), divmod(x, pair[1]), divmod(pair[0], y)):
        assert (quotient.data, remainder.data) == divmod(*pair)
        assert (quotient.op, remainder.op) == ("//", "%")
    remainder.backward()
    assert y.grad == -(pair[0] // pair[1])
    with pytest.raises(TypeError):
        divmod(x, "2")
    with pytest.raises(TypeError):
        divmod("2", x)


def test_unary_operators() -> None:
    x = Value(-3.0)
    assert +x is x
    assert ((-x).data, (-x).partials, abs(x).data, abs(x).partials) == (3.0, (-1.0,), 3.0, (-1.0,))


@pytest.mark.parametrize("number", [-2.5, -1.2, 0.5, 1.5, 2.0, 2.7, 1e300])
@pytest.mark.parametrize("function", [round, math.floor, math.ceil, math.trunc], ids=name_of)
def test_rounding_gives_nodes_with_derivative_0(function: Callable[[Any], Any], number: float) -> None:
    x = Value(number)
    node = function(x)
    assert (type(node), node.data, node.partials, node.parents[0] is x) == (Value, float(function(number)), (0.0,), True)


def test_round_to_digits() -> None:
    assert [round(Value(1234.5678), digits).data for digits in (None, 0, 2, -2)] == [1235.0, 1235.0, 1234.57, 1200.0]
    x = Value(1.234)
    round(x, 1).backward()
    assert x.grad == 0.0
    with pytest.raises(TypeError):
        round(x, 1.5)  # type: ignore[call-overload]


@pytest.mark.parametrize(("digits", "expected"), [(300, 2.5), (400, 2.5), (-300, 0.0), (-400, 0.0)])
def test_round_to_very_many_digits_raises_no_more_than_floats_do(digits: int, expected: float) -> None:
    assert round(2.5, digits) == expected
    assert round(Value(2.5), digits).data == expected


COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("compare", COMPARISONS, ids=name_of)
@pytest.mark.parametrize("number", [*NUMBERS, 3.25, nan, inf], ids=kind)
def test_comparisons_compare_the_numbers(compare: Callable[[Any, Any], Any], number: Any) -> None:
    x = Value(2.5)
    assert compare(x, number) == compare(x, Value(number)) == compare(2.5, float(number))
    assert compare(number, x) == compare(Value(number), x) == compare(float(number), 2.5)


@pytest.mark.parametrize("other", [None, "2", [2.0], 2j, object()], ids=kind)
def test_a_value_is_unequal_to_what_is_no_number_and_has_no_order_with_it(other: Any) -> None:
    x = Value(2.0)
    assert (x == other, other == x, x != other, other != x) == (False, False, True, True)
    for compare in COMPARISONS[2:]:
        with pytest.raises(TypeError):
            compare(x, other)
        with pytest.raises(TypeError):
            compare(other, x)


def test_the_hash_is_the_identity_so_sets_hold_nodes() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert len({a, b, a}) == 2
    before = hash(a)
    a.data = 7.0
    assert hash(a) == before
    assert {a: "a", b: "b"}[a] == "a"


def test_bool_is_that_of_the_number() -> None:
    assert [bool(Value(x)) for x in (0.0, -0.0, 0.1, -3.0, nan)] == [False, False, True, True, True]


@pytest.mark.parametrize("function", [float, int, complex, math.sin, math.sqrt, lambda v: math.fsum([v])], ids=name_of)
def test_a_gradient_is_not_lost_silently(function: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError) as caught:
        function(Value(1.0))
    assert "v.data" in str(caught.value) and "autograd.sin" in str(caught.value)


@pytest.mark.parametrize("function", [operator.index, np.float64, lambda v: [1, 2][v], lambda v: np.zeros(2) + float(v)])
def test_a_value_is_not_taken_for_a_plain_number(function: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        function(Value(1.0))


def test_python_s_sum_makes_no_node_for_its_0() -> None:
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    assert sum([a]) is a
    total = sum([a, b, c])
    assert total.parents[1] is c and total.parents[0].parents[0] is a
    assert total.parents[0].parents[1] is b


# ---- the sweep


def test_backward_starts_with_1_or_the_seed() -> None:
    for seed, expected in (((), 6.0), ((2.5,), 15.0), ((np.float32(0.5),), 3.0), ((0,), 0.0), ((-1,), -6.0)):
        x = Value(3.0)
        y = x * x
        y.backward(*seed)
        assert (x.grad, y.grad) == (expected, float(*seed) if seed else 1.0)
    y.backward(seed=1.0)
    assert x.grad == 0.0


def test_second_backward_gives_exactly_twice_the_leaf_gradient_of_one() -> None:
    x, w = Value(0.1), Value(0.7)
    y = autograd.tanh(x * w + 0.3) ** 3
    y.backward()
    once = (x.grad, w.grad)
    y.backward()
    assert (x.grad, w.grad) == (2 * once[0], 2 * once[1])


def test_gradients_between_start_afresh() -> None:
    x = Value(3.0)
    y = x * x
    z = y * 5.0
    for _ in range(3):
        z.backward()
        assert (z.grad, y.grad) == (1.0, 5.0)
    z.backward(2.0)
    assert (z.grad, y.grad, x.grad) == (2.0, 10.0, 3 * 30.0 + 60.0)


def test_what_a_user_wrote_into_grad_counts_at_leaves_only() -> None:
    x = Value(3.0)
    y = x * x
    z = y * 5.0
    x.grad, y.grad, z.grad = 1.0, 100.0, 100.0
    z.backward()
    assert (x.grad, y.grad, z.grad) == (31.0, 5.0, 1.0)


def test_an_assignment_to_data_corrupts_no_recorded_derivative() -> None:
    x, w = Value(2.0), Value(5.0)
    y = x * w
    z = autograd.exp(y)
    x.data, w.data, y.data = 100.0, 200.0, 300.0
    z.backward()
    assert (x.grad, w.grad) == (5.0 * math.exp(10.0), 2.0 * math.exp(10.0))
    assert (x * w).data == 20000.0


def test_the_root_may_be_a_leaf() -> None:
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    x.backward(2.5)
    assert x.grad == 3.5


def test_diamonds_add_up_all_paths() -> None:
    x = Value(3.0)
    y = x * x
    z = y + y
    w = z * y - x
    w.backward()
    assert (w.grad, z.grad, y.grad, x.grad) == (1.0, 9.0, 9.0 * 2 + 18.0, 36.0 * 6.0 - 1.0)


def test_a_node_may_be_root_first_and_part_later_and_root_again() -> None:
    x = Value(3.0)
    y = x * x
    y.backward()
    z = y * 10.0
    z.backward()
    assert (y.grad, x.grad) == (10.0, 6.0 + 60.0)
    y.backward()
    assert (z.grad, y.grad, x.grad) == (1.0, 1.0, 6.0 + 60.0 + 6.0)


def test_other_nodes_keep_their_gradients() -> None:
    x = Value(3.0)
    y, z = x * 2.0, x * 5.0
    y.backward()
    z.backward(7.0)
    assert (y.grad, z.grad, x.grad) == (1.0, 7.0, 37.0)


ORDER = """
import random, struct, zlib
from autograd import Value, sum as total, tanh
random.seed(3)
leaves = [Value(random.gauss(0, 1)) for _ in range(50)]
nodes = list(leaves)
for i in range(3000):
    a, b, c = random.choice(nodes[-80:]), random.choice(nodes), random.choice(leaves)
    nodes.append([tanh(a * b + c), a * c - b, total([a, b, c, a])][i % 3])
    if not abs(nodes[-1].data) < 1e6: nodes.pop()
total(nodes).backward()
print(zlib.crc32(struct.pack(f"{len(nodes)}d", *[node.grad for node in nodes])))
"""


def test_the_same_program_gives_the_same_bits_in_two_processes(tmp_path: Path) -> None:
    assert run(ORDER, tmp_path, PYTHONHASHSEED="1") == run(ORDER, tmp_path, PYTHONHASHSEED="2")


# A comb: sum of (weight * leaf), every gradient an exact integer, the leaves met along the whole sweep.
COMB = """
import autograd, os, signal, time
from autograd import SweepError, Value
size = 1_000_000 if autograd.compiled else 100_000
leaves = [Value(1.0) for _ in range(1000)]
y = leaves[0]
for i in range(size):
    y = (y * 1.0 + leaves[i % 1000]) * 1.0
start = time.perf_counter()
y.backward()
whole = time.perf_counter() - start
once = [x.grad for x in leaves]
assert once == [size / 1000 + 1] + [size / 1000] * 999
def sweeps():
    "how many sweeps the leaves hold: a whole number, or the text says what"
    counts = {x.grad / one for x, one in zip(leaves, once)}
    return counts.pop() if len(counts) == 1 else f"a part: {sorted(counts)[:9]}"
"""
INTERRUPT = """
signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
signal.signal(signal.SIGINT, signal.default_int_handler)
cut, n = 0, 1.0
for tenth in range(1, 13):
    try:
        signal.setitimer(signal.ITIMER_REAL, whole * tenth / 10)
        y.backward()
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert sweeps() == n + 1, sweeps()
    except KeyboardInterrupt:
        assert sweeps() in (n, n + 1), sweeps()
        cut += sweeps() == n
    n = sweeps()
assert cut > 0, "no sweep was interrupted"
y.backward()
z = leaves[1] * leaves[2]
z.backward(size / 1000)
assert leaves[3].grad == (n + 1) * once[3] and leaves[1].grad == (n + 2) * once[1] and y.grad == 1.0
print("all or none")
"""


# One sum of very many leaves: most of the time goes into handing them their gradients.
WIDE = """
import autograd, os, signal
from autograd import Value
leaves = [Value(1.0) for _ in range(200_000)]
y, n = autograd.sum(leaves), 0
signal.signal(signal.SIGALRM, signal.default_int_handler)
for attempt in range(60):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0002 + 0.001 * attempt)
        y.backward()
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert leaves[0].grad == n + 1
    except KeyboardInterrupt:
        assert leaves[0].grad in (n, n + 1)
    n = leaves[0].grad
    assert {x.grad for x in leaves} == {n}, (attempt, n)
y.backward()
assert {x.grad for x in leaves} == {n + 1}
print("all or none")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="interval timers need a Unix")
@pytest.mark.parametrize("program", [COMB + INTERRUPT, WIDE], ids=["deep", "wide"])
def test_after_ctrl_c_leaves_hold_all_or_none_and_the_next_sweep_is_right(program: str, tmp_path: Path) -> None:
    assert run(program, tmp_path) == "all or none"


HANDLER = """
z = leaves[1] * 3.0
seen = []
def handler(*_):
    for root in (y, z):
        try:
            root.backward()
            seen.append("done")
        except SweepError:
            seen.append("refused")
signal.signal(signal.SIGALRM, handler)
for _ in range(100):  # until the signal comes in the middle of the sweep
    autograd.zero_grad(leaves)
    seen.clear()
    signal.setitimer(signal.ITIMER_REAL, whole / 4)
    y.backward()
    signal.setitimer(signal.ITIMER_REAL, 0)
    if seen == ["refused", "refused"]:
        break
    assert seen in ([], ["done", "done"]), seen
else:
    raise AssertionError("no signal came in the middle")
assert sweeps() == 1.0
y.backward()
z.backward()
assert leaves[1].grad == 2 * once[1] + 3.0 and leaves[2].grad == 2 * once[2]
print("never hangs")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="interval timers need a Unix")
def test_backward_from_a_signal_handler_in_a_sweep_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    assert run(COMB + HANDLER, tmp_path) == "never hangs"


# ---- modes


def recorded() -> bool:
    return (Value(2.0) * 3.0).op == "*"


def test_no_grad_records_nothing() -> None:
    x = Value(2.0, "x")
    with no_grad():
        for y in (x * x, -x, autograd.tanh(x), autograd.sum([x, x]), autograd.clip(x, 0.0, 1.0)):
            assert (type(y), y.op, y.parents, y.partials) == (Value, "", (), ())
    assert (x * x).parents == (x, x)


def test_no_grad_nests_and_ends_with_an_exception() -> None:
    with no_grad():
        with no_grad():
            assert not recorded()
        assert not recorded()
    assert recorded()
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert recorded()


def test_a_switch_can_be_used_again_and_inside_itself() -> None:
    off = no_grad()
    for _ in range(2):
        with off, off:
            assert not recorded()
        assert recorded()


@pytest.mark.parametrize("switch", [no_grad, trap, lambda: scope("s")], ids=["no_grad", "trap", "scope"])
def test_modes_decorate_functions_but_not_generators_nor_coroutines(switch: Callable[[], Any]) -> None:
    @switch()
    def f(x: Any) -> Any:
        """Doubles."""
        return 2 * x

    assert (f.__name__, f.__doc__, f(3)) == ("f", "Doubles.", 6)

    def generator() -> Any:
        yield 1

    async def coroutine() -> None: ...

    async def async_generator() -> Any:
        yield 1

    for wrong in (generator, coroutine, async_generator):
        with pytest.raises(TypeError, match=f"{wrong.__name__}.*with "):
            switch()(wrong)
        with pytest.raises(TypeError, match="with "):
            switch()(partial(wrong))


def test_no_grad_and_scope_as_decorators_last_for_the_call() -> None:
    @no_grad()
    def off(n: int) -> bool:
        return recorded() if n == 0 else off(n - 1)

    @scope("layer")
    def layer(n: int) -> tuple[str, ...]:
        return (Value(1.0) * 2.0).group if n == 0 else layer(n - 1)

    assert (off(0), off(3), recorded()) == (False, False, True)
    assert (layer(0), layer(2), layer(0)) == (("layer",), ("layer",) * 3, ("layer",))


def test_scopes_nest_and_leaves_and_nodes_carry_them() -> None:
    with scope("model"):
        x = Value(1.0)
        with scope("layer 1"):
            y, leaf = autograd.tanh(x * 2.0), Value(3.0, label="w")
            n_ary = autograd.sum([x, y])
        z = x + y
    assert (x.group, z.group) == (("model",), ("model",))
    assert y.group == y.parents[0].group == leaf.group == n_ary.group == ("model", "layer 1")
    assert (leaf.label, Value(1.0).group, (x * 2.0).group) == ("w", (), ())
    y.label = "y"
    assert (y.label, y.group) == ("y", ("model", "layer 1"))


def test_leaves_made_by_no_grad_in_a_scope_carry_the_group() -> None:
    with scope("s"), no_grad():
        assert (Value(1.0) * 2.0).group == ("s",)


@pytest.mark.parametrize("wrong", [None, 3, b"s", ["s"]], ids=kind)
def test_the_name_of_a_scope_is_a_str(wrong: Any) -> None:
    with pytest.raises(TypeError, match="scope"):
        scope(wrong)


def test_interleaved_generators_take_back_their_own_modes_only() -> None:
    def inside(switch: Any) -> Any:
        with switch:
            yield
            yield

    a, b, off = inside(scope("a")), inside(scope("b")), inside(no_grad())
    for generator in (a, b, off):
        next(generator)
    a.close()
    with no_grad():
        assert Value(1.0).group == ("b",)
    assert not recorded()
    off.close()
    assert recorded()
    b.close()
    assert ((Value(1.0) * 2.0).group, recorded()) == ((), True)


def test_modes_are_own_to_their_thread() -> None:
    inside, done = threading.Event(), threading.Event()
    seen: list[Any] = []

    def off() -> None:
        with no_grad(), scope("thread"), trap():
            inside.set()
            done.wait(10)
            seen.append((recorded(), Value(1.0).group))

    thread = threading.Thread(target=off)
    thread.start()
    assert inside.wait(10)
    seen.append((recorded(), Value(1.0).group, autograd.log(Value(0.0)).data))
    done.set()
    thread.join()
    assert seen == [(True, (), -inf), (False, ("thread",))]


def test_modes_are_own_to_their_async_task() -> None:
    async def off(name: str) -> list[Any]:
        seen = []
        with no_grad(), scope(name):
            for _ in range(3):
                await asyncio.sleep(0)
                seen.append((recorded(), Value(1.0).group))
        return seen

    async def on() -> list[Any]:
        seen = []
        for _ in range(5):
            await asyncio.sleep(0)
            seen.append((recorded(), Value(1.0).group))
        return seen

    async def main() -> Any:
        return await asyncio.gather(off("a"), on(), off("b"))

    assert asyncio.run(main()) == [[(False, ("a",))] * 3, [(True, ())] * 5, [(False, ("b",))] * 3]


def test_a_task_started_in_no_grad_does_the_same_whatever_modes_others_are_in() -> None:
    async def work() -> bool:
        return recorded()

    async def main(other: Any) -> bool:
        with no_grad():
            task = asyncio.create_task(work())
        with other:
            return await task

    alone, beside_a_scope = asyncio.run(main(nullcontext())), asyncio.run(main(scope("elsewhere")))
    assert alone == beside_a_scope


def test_trap_names_operation_operands_and_label() -> None:
    x = Value(0.0, label="rate")
    with trap():
        assert autograd.exp(x).data == 1.0
        with pytest.raises(DomainError, match=r"log of .*rate.* is -inf"):
            autograd.log(x)
        with pytest.raises(DomainError, match=r"/ of 1\.0, .*rate.* is inf"):
            1.0 / x
        with pytest.raises(DomainError, match="sum"):
            autograd.sum([Value(1e308), 1e308])
        with trap(), pytest.raises(DomainError):
            x / x
        with pytest.raises(DomainError):
            x / x
        assert (Value(inf) + 1.0).data == inf  # not new
        assert math.isnan((Value(math.nan) - inf).data)
        with pytest.raises(DomainError, match="is nan"):
            Value(inf) - Value(inf)
    assert autograd.log(x).data == -inf
    assert issubclass(DomainError, ArithmeticError)


def test_trap_watches_local_derivatives_too() -> None:
    x = Value(0.0, label="rate")
    with trap():
        for f in (autograd.sqrt, autograd.cbrt, lambda v: v**0.5, lambda v: autograd.asin(v + 1.0)):
            with pytest.raises(DomainError, match=r"has the derivative inf by operand 1"):
                f(x)
        with pytest.raises(
            DomainError, match=r"\*\* of Value\(data=-2\.0.*, Value\(data=3\.0.* has the derivative nan by operand 2"
        ):
            Value(-2.0) ** Value(3.0)
        assert (Value(-2.0) ** 3).data == -8.0  # nobody asks for the derivative by a constant
        assert autograd.hypot(x, 0.0).data == abs(x).data == autograd.relu(x).data == 0.0
        assert autograd.clip(x).data == 0.0  # its open bounds are infinite before
    assert autograd.sqrt(x).partials == (inf,)


def test_trap_watches_numbers_and_arrays() -> None:
    calls: list[Any] = [
        (lambda: autograd.log(0.0), r"log of 0\.0 is -inf"),
        (lambda: autograd.log(np.array([1.0, 0.0, -1.0])), r"log of 0\.0 is -inf"),
        (lambda: autograd.acosh([2.0, -8.0]), r"acosh of -8\.0 is nan"),
        (lambda: autograd.hypot(np.array([[1.0], [1e308]]), [0.0, 1.7e308]), r"hypot of 1e\+308, 1\.7e\+308 is inf"),
        (lambda: autograd.sum([1e308, 1e308]), r"sum of 1e\+308, 1e\+308 is inf"),
        (lambda: autograd.sumprod([1e308, 1.0], (10.0, 1.0)), r"sumprod of 1e\+308, 1\.0, 10\.0, 1\.0 is inf"),
        (lambda: autograd.prod(np.full(5, 1e300)), r"prod of 1e\+300, .*\(5 operands\) is inf"),
    ]
    for call, message in calls:
        with trap(), pytest.raises(DomainError, match=message):
            call()
        call()
    with trap():
        assert autograd.exp(inf) == autograd.sum([inf, 1.0]) == inf  # not new
        assert np.isnan(autograd.log(np.array([np.nan, 1.0])))[0]
        assert autograd.softplus(-1e6) == 0.0 and autograd.gelu(np.array([-1e9]))[0] == 0.0


def test_no_gradient_flows_through_detach_and_stop_gradient() -> None:
    for stop in (Value.detach, stop_gradient):
        x = Value(3.0)
        y = x * x
        still = stop(y)
        assert (type(still), still.data, still.op, still.parents) == (Value, 9.0, "", ())
        (still * x).backward()
        assert (x.grad, y.grad) == (9.0, 0.0)
    assert stop_gradient(2.0) == 2.0
    assert [v.parents for v in stop_gradient(np.array([x * 2.0, x]))] == [(), ()]


def test_stop_gradient_lets_no_value_of_a_structure_through() -> None:
    pair = namedtuple("pair", "a b")
    y = Value(3.0) * 2.0
    stopped = [
        *stop_gradient([y, (y, 1.0)])[1][:1],
        stop_gradient({"a": y})["a"],
        stop_gradient({"a": [y]})["a"][0],
        stop_gradient(pair(y, 2.0)).a,
    ]
    assert [(v.data, v.parents) for v in stopped] == [(6.0, ())] * 4


def test_zero_grad_reaches_every_value_of_a_structure() -> None:
    xs = [Value(float(i)) for i in range(6)]
    for x in xs:
        x.grad = 1.0
    zero_grad(xs[0])
    zero_grad({"a": [xs[1], (xs[2],)], "b": np.array([[xs[3]]], dtype=object)})
    zero_grad(x for x in xs[4:])
    assert [x.grad for x in xs] == [0.0] * 6
    for wrong in (None, 3.0, "x", [3.0]):
        with pytest.raises(TypeError, match="zero_grad"):
            zero_grad(wrong)


# ---- copies


def everything(node: Value) -> tuple[Any, ...]:
    return node.data, node.grad, node.label, node.op, node.group, node.partials, node.is_constant


def example() -> Value:
    with scope("s"):
        x = Value(0.5, label="x")
        y = autograd.tanh(x * 2.0)
        z = autograd.sumprod([x, y], [y, 3.0]) + autograd.clip(x, 0.0, 1.0) + x**x
    z.label = "z"
    z.backward()
    return z


COPIERS = [(f"pickle {n}", lambda v, n=n: pickle.loads(pickle.dumps(v, n))) for n in range(pickle.HIGHEST_PROTOCOL + 1)]
COPIERS += [("deepcopy", copy.deepcopy)]


@pytest.mark.parametrize("copier", [c for _, c in COPIERS], ids=[name for name, _ in COPIERS])
def test_a_copied_graph_is_the_same_and_apart(copier: Callable[[Any], Any]) -> None:
    z = example()
    again, alias = copier([z, z.parents[0]])
    old, new = autograd.engine.value.topological(z), autograd.engine.value.topological(again)
    assert alias is again.parents[0]
    assert [everything(node) for node in new if not node.is_constant] == [everything(n) for n in old if not n.is_constant]
    assert not {id(node) for node in old} & {id(node) for node in new}
    x = next(node for node in new if node.label == "x")
    before = x.grad
    again.backward()
    assert x.grad == 2 * before
    assert next(node for node in old if node.label == "x").grad == before


def test_a_shallow_copy_is_another_node_on_the_same_parents() -> None:
    z = example()
    again = copy.copy(z)
    assert again is not z and everything(again) == everything(z)
    assert all(a is b for a, b in zip(again.parents, z.parents, strict=True))


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))], ids=["deepcopy", "pickle"])
def test_a_graph_deeper_than_the_stack_is_copied(copier: Callable[[Any], Any]) -> None:
    y = x = Value(1.0, label="x")
    for _ in range(20_000):
        y = y + x
    again = copier(y)
    again.backward()
    leaf = autograd.engine.value.topological(again)[0]
    assert (again.data, leaf.label, leaf.grad, x.grad) == (20_001.0, "x", 20_001.0, 0.0)


# ---- own operations


@primitive(partials=[lambda x, y: autograd.exp(y) * autograd.cos(x), lambda x, y: autograd.exp(y) * autograd.sin(x)])
def wave(x: float, y: float) -> float:
    """sin(x) exp(y)"""
    return math.sin(x) * math.exp(y)


@primitive(partials=lambda x: 3 * x * x, symbol="x³")
def cube(x: float) -> float:
    return x * x * x


def test_an_own_operation_is_one_node() -> None:
    x, y = Value(0.3), Value(0.7)
    z = wave(x, y)
    assert (z.op, z.data, z.parents) == ("wave", math.sin(0.3) * math.exp(0.7), (x, y))
    z.backward(2.0)
    assert (x.grad, y.grad) == (2 * math.exp(0.7) * math.cos(0.3), 2 * math.exp(0.7) * math.sin(0.3))
    assert (wave.__name__, wave.__doc__, cube(x).op) == ("wave", "sin(x) exp(y)", "x³")


def test_an_own_operation_of_numbers_is_a_number_and_constants_stay_constants() -> None:
    assert (type(cube(2)), cube(2)) == (float, 8.0)
    x = Value(0.3)
    z = wave(x, 1)
    assert [p.is_constant for p in z.parents] == [False, True]
    with no_grad():
        assert wave(x, x).parents == ()
    with pytest.raises(DomainError, match=r"cube|x³"), trap():
        cube(Value(1e200))


def test_an_own_operation_takes_arrays() -> None:
    assert cube([1.0, 2.0]).tolist() == [1.0, 8.0]
    xs = np.array([[Value(1.0), Value(2.0)]])
    cubes = cube(xs)
    assert cubes.shape == (1, 2)
    autograd.sum(list(cubes.flat)).backward()
    assert [x.grad for x in xs.flat] == [3.0, 12.0]
    assert wave(np.zeros((2, 1)), np.zeros(3)).shape == (2, 3)


def test_an_own_operation_is_differentiable_to_any_order() -> None:
    assert [grad(cube)(2.0), grad(grad(cube))(2.0), grad(grad(grad(cube)))(2.0)] == [12.0, 12.0, 6.0]
    found = hessian(lambda p: wave(p[0], p[1]))([0.3, 0.7])
    s, c, e = math.sin(0.3), math.cos(0.3), math.exp(0.7)
    assert np.allclose(found, [[-s * e, c * e], [c * e, s * e]], rtol=1e-15, atol=0)
    x = Value(2.0)
    assert gradient(gradient(cube(x), x, create_graph=True), x) == 12.0


def test_a_wrong_number_of_partials_is_refused() -> None:
    def times(x: float, y: float) -> float:
        return x * y

    with pytest.raises(ValueError, match=r"times has 2 operands \(x, y\), but 1 partials"):
        primitive(partials=[lambda x, y: y])(times)
    late = primitive(partials=lambda x, y: (y, x, 1.0))(times)
    with pytest.raises(ValueError, match=r"times has 2 operands.*3 derivatives"):
        late(Value(1.0), 2.0)


@pytest.mark.parametrize("wrong", [None, 3.0, [3.0], "x"], ids=kind)
def test_partials_that_are_no_functions_are_refused_by_name(wrong: Any) -> None:
    with pytest.raises(TypeError, match="partials"):
        primitive(partials=wrong)(math.sin)


def test_an_own_operation_refuses_wrong_operands_results_and_partials() -> None:
    with pytest.raises(TypeError, match=r"wave\(\) takes 2 operands, not 1"):
        wave(Value(1.0))
    with pytest.raises(TypeError, match="wave"):
        wave(Value(1.0), "2")
    with pytest.raises(TypeError, match="result of <lambda>"):
        primitive(partials=[lambda x: 1.0])(lambda x: "no")(Value(1.0))
    with pytest.raises(TypeError, match="partial of <lambda>"):
        primitive(partials=[lambda x: "no"])(lambda x: x)(Value(1.0))


MODULE = """
from autograd import primitive

@primitive(partials=[lambda x, y: 2 * x * y, lambda x, y: x * x])
def squared_times(x, y):
    return x * x * y
"""


def test_a_node_of_an_own_operation_of_a_module_is_pickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_operations_of_a_test.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("own_operations_of_a_test")
    x = Value(3.0, label="x")
    z = module.squared_times(x, 5.0) + x
    again = pickle.loads(pickle.dumps(z))
    again.backward()
    leaf = next(node for node in autograd.engine.value.topological(again) if node.label == "x")
    assert (again.data, leaf.grad, again.parents[0].op) == (48.0, 31.0, "squared_times")
    (tmp_path / "z.pickle").write_bytes(pickle.dumps(z))
    load = "import pickle, pathlib; z = pickle.loads(pathlib.Path('z.pickle').read_bytes()); "
    assert run(load + "print(z.data, z.parents[0].partials)", tmp_path) == "48.0 (30.0, 9.0)"
