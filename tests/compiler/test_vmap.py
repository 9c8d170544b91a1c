"""vmap: many points at once, each on its own way, results in the order and the structure that one expects."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trees import KINDS, Model, form_of, leaves_of

import autograd as ag
from autograd import Value, grad, hessian, jacobian, jit, value_and_grad, vmap
from autograd.errors import TraceError

Pair = namedtuple("Pair", "a b")


def piecewise(x: Any) -> Any:
    if x < -1:
        return -x
    if -1 <= x < 0:
        return x * x
    return x * x * x if 0 <= x <= 1 else 2 * x - 1


def many_ways(x: Any) -> Any:
    n = 0.0
    while n < x:
        n += 1
    return n * x


@pytest.mark.parametrize("f", [piecewise, many_ways, lambda x: max(x, 0.5) - min(x, 0.25), lambda x: x > 0.5])
def test_points_take_their_paths_in_order(f: Callable[[Any], Any], executor: str) -> None:
    rng = random.Random(1)
    x = np.array([rng.choice([rng.uniform(-3, 3), rng.uniform(50, 90), -1.0, 0.0, np.nan]) for _ in range(2000)])
    found = vmap(f)(x)
    np.testing.assert_array_equal(found, [f(v) for v in x.tolist()])
    np.testing.assert_array_equal(vmap(jit(f, max_paths=2))(x), found)  # most points untraced
    np.testing.assert_array_equal(vmap(f)(x[::-1])[::-1], found)


def test_the_limit_holds_for_points_too() -> None:
    f = jit(many_ways, max_paths=2, on_limit="raise")
    with pytest.raises(TraceError, match="has max_paths=2 paths"):
        vmap(f)(np.arange(9.0))


def test_axes() -> None:
    a, b = np.arange(6.0).reshape(2, 3), np.array([10.0, 20.0, 30.0])
    f = lambda v, s: v[0] * s - v[1]  # noqa: E731
    expected = a[0] * b - a[1]
    for axes in ((1, 0), (-1, 0), (-1, -1), [1, 0], (np.int64(1), 0)):
        assert vmap(f, in_axes=axes)(a, b).tolist() == expected.tolist()
    assert vmap(f, in_axes=(1, None))(a, 10.0).tolist() == (a[0] * 10 - a[1]).tolist()
    assert vmap(f, in_axes=(None, 0))([1.0, 2.0], b).tolist() == (b - 2).tolist()
    assert vmap(f)(a.T, b).tolist() == expected.tolist()
    assert vmap(lambda x, y: x * y)(b, [1, 2, 3]).tolist() == [10.0, 40.0, 90.0]


def test_axes_within_arguments() -> None:
    points = np.array([1.0, 2.0, 3.0])
    by_key = vmap(lambda d: d["w"] * d["x"], in_axes=({"w": None, "x": 0},))
    assert by_key({"w": 5.0, "x": points}).tolist() == [5.0, 10.0, 15.0]
    assert by_key({"w": [5.0][0], "x": points[::-1]}).tolist() == [15.0, 10.0, 5.0]
    in_tuple = vmap(lambda p: p[0] * p[1], in_axes=((None, 0),))
    assert in_tuple((5.0, points)).tolist() == in_tuple([5.0, points]).tolist() == [5.0, 10.0, 15.0]
    assert vmap(lambda p: p.a * p.b, in_axes=((0, None),))(Pair(points, 2.0)).tolist() == [2.0, 4.0, 6.0]
    by_field = vmap(lambda m: m.bias * m.weights, in_axes=({"bias": 0, "weights": None},))
    assert by_field(Model(points, 2.0)).tolist() == [2.0, 4.0, 6.0]
    with pytest.raises(ValueError, match=r"in_axes for the keys \['bias', 'weights'\], not \['bias'\]"):
        vmap(lambda m: m.bias, in_axes=({"bias": 0},))(Model(points, 2.0))
    assert vmap(lambda d: d["a"][0] - d["a"][1])({"a": [points, 2 * points]}).tolist() == [-1.0, -2.0, -3.0]


def test_wrong_arguments() -> None:
    two, three = np.zeros(2), np.zeros(3)
    add = lambda x, y: x + y  # noqa: E731
    cases: list[tuple[type[Exception], str, Callable[[], Any]]] = [
        (ValueError, "of 2 and of 3 points", lambda: vmap(add)(two, three)),
        (ValueError, "the same at all points", lambda: vmap(add, in_axes=None)(1.0, 2.0)),
        (ValueError, "the same at all points", lambda: vmap(lambda: 1.0)()),
        (ValueError, "at least one point", lambda: vmap(add)(np.zeros(0), np.zeros(0))),
        (ValueError, "one in_axes for each of the 2 arguments, not 1", lambda: vmap(add, in_axes=(0,))(two, two)),
        (ValueError, "finds no axis 1", lambda: vmap(add, in_axes=1)(two, two)),
        (ValueError, "finds no axis 0", lambda: vmap(add)(1.0, two)),
        (ValueError, "finds no axis 0", lambda: vmap(add)(np.array(["a", "b"]), two)),
        (TypeError, "an int or None", lambda: vmap(add, in_axes=("0", 0))(two, two)),
        (ValueError, "for the keys", lambda: vmap(lambda d: d["a"], in_axes=({"b": 0},))({"a": two})),
        (ValueError, "finds no 3 items", lambda: vmap(lambda p: p[0], in_axes=((0, 0, 0),))((two, two))),
        (TypeError, "mask", lambda: vmap(add)(np.ma.array([1.0, 2.0], mask=[0, 1]), two)),
        (TypeError, "takes a function, not int", lambda: vmap(3)),  # type: ignore[arg-type]
        (TypeError, "same form", lambda: vmap(lambda x: (x, x) if x > 0 else {"a": x, "b": x})(np.array([1.0, -1.0]))),
        (
            TypeError,
            "same form",
            lambda: vmap(lambda x: {"a": x, "b": 1.0} if x > 0 else {"b": x, "a": 1.0})(np.array([1.0, -1])),
        ),
        (TypeError, "same form", lambda: vmap(lambda x: [x] if x > 0 else [x, x])([Value(1.0), Value(-1.0)])),
        (
            TypeError,
            "same form",
            lambda: vmap(jit(lambda x: [x] * round(2 - x, 0) if False else ([x] if x > 0 else x)))(-two + [1, -1]),
        ),
    ]
    for error, message, call in cases:
        with pytest.raises(error, match=message):
            call()


def test_results_of_every_form(executor: str) -> None:
    x = np.array([1.0, -1.0, 2.0])
    found = vmap(lambda x: {"a": [x, 2 * x], "b": (x, np.array([[x, 1.0]])), "c": Pair(x, 3), "d": [], "e": None})(x)
    assert found["a"][1].tolist() == [2.0, -2.0, 4.0] and found["b"][1].shape == (3, 1, 2)
    assert found["b"][1][:, 0].tolist() == [[1.0, 1.0], [-1.0, 1.0], [2.0, 1.0]]
    assert (
        type(found["c"]) is Pair
        and found["c"].b.tolist() == [3, 3, 3]
        and found["d"] == []
        and found["e"].tolist() == [None] * 3
    )
    assert vmap(lambda x: x > 0)(x).tolist() == [True, False, True] and vmap(lambda x: x > 0)(x).dtype == bool
    assert vmap(lambda x: 3.0)(x).tolist() == [3.0] * 3


def test_kinds_of_results_that_differ_by_point() -> None:
    """As np.array makes one kind of several."""
    x = np.array([1.0, -1.0, 2.0])
    for f in (
        lambda x: "yes" if x > 0 else "certainly not",
        lambda x: "a" if x > 1 else 0.5,
        lambda x: 1 if x > 0 else 2.5,
        lambda x: True if x > 0 else x,
        lambda x: x if x > 0 else True,
        lambda x: x if x > 0 else None,
        lambda x: np.array([1, 2]) if x > 0 else np.array([x, 0.5]),
    ):
        for points in (x, x[::-1], x[:2]):
            np.testing.assert_array_equal(vmap(f)(points), np.array([f(v) for v in points.tolist()]))
            np.testing.assert_array_equal(vmap(jit(f, max_paths=1))(points), np.array([f(v) for v in points.tolist()]))


@pytest.mark.parametrize("kind", ["<f8", ">f8", "f4", "i4", "u1", "i8", "O"])
def test_arrays_of_every_kind(kind: str, executor: str) -> None:
    whole = np.arange(24.0).reshape(4, 6).astype(kind)
    f = lambda v: v[0] * v[1] + v[-1]  # noqa: E731
    for a in (whole, whole[::2, ::3], whole.T, whole[::-1, ::-1]):
        n = a.astype(float)
        assert vmap(f)(a).tolist() == (n[:, 0] * n[:, 1] + n[:, -1]).tolist()
    unaligned = np.frombuffer(b"x" + np.arange(3.0).tobytes(), dtype=float, offset=1)
    assert vmap(lambda x: 2 * x)(unaligned).tolist() == [0.0, 2.0, 4.0]
    assert vmap(lambda x, a: x * a[1], in_axes=(0, None))(unaligned, unaligned).tolist() == [0.0, 1.0, 2.0]


def test_derivatives_and_nesting(executor: str) -> None:
    x, a = np.linspace(-2.0, 2.0, 40), np.array([1.0, 10.0])
    slopes = [grad(piecewise)(v) for v in x.tolist()]
    for f in (grad(piecewise), jit(grad(piecewise)), grad(jit(piecewise))):
        np.testing.assert_allclose(vmap(f)(x), slopes, rtol=1e-15)
    values, found = vmap(value_and_grad(piecewise))(x)
    np.testing.assert_allclose(values, vmap(piecewise)(x), rtol=1e-15)
    np.testing.assert_allclose(found, slopes, rtol=1e-15)
    square = lambda p: p[0] ** 2 * p[1]  # noqa: E731
    points = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(vmap(hessian(square))(points), [hessian(square)(p) for p in points])
    by_key = vmap(grad(lambda p: p["u"] * p["v"]))({"u": x, "v": 2 * x})
    assert by_key["u"].tolist() == (2 * x).tolist() and by_key["v"].tolist() == x.tolist()
    table = vmap(vmap(lambda x, a: x * a, in_axes=(None, 0)), in_axes=(0, None))(x, a)
    np.testing.assert_array_equal(table, np.outer(x, a))
    np.testing.assert_array_equal(vmap(vmap(lambda x, y: x - y), in_axes=(0, None))(points, a), points - a)
    np.testing.assert_array_equal(jit(vmap(lambda x: x * x))(x), x * x)
    np.testing.assert_allclose(jacobian(lambda s: vmap(lambda x: x * s)(a))(3.0), a)


def test_captured_values() -> None:
    w = Value(3.0)
    for call in (
        lambda: vmap(lambda x: x * w)(np.array([1.0, 2.0])),
        lambda: vmap(lambda x: x * 3)(np.array([1.0, Value(2.0)])),
    ):
        found = call()
        assert [ag.data(v) for v in found] == [3.0, 6.0]
    total = grad(lambda s: ag.sum(list(vmap(lambda x: x * s)(np.array([1.0, 2.0])))))
    assert total(5.0) == 3.0


def test_static_arguments() -> None:
    f = vmap(jit(lambda x, n: x**n, static_argnums=1), in_axes=(0, None))
    assert f(np.array([1.0, 2.0]), 3).tolist() == [1.0, 8.0] and f(np.array([1.0, 2.0]), 2).tolist() == [1.0, 4.0]
    named = vmap(lambda x, way: x if way == "up" else -x, in_axes=(0, None))
    assert named(np.array([1.0, 2.0]), "down").tolist() == [-1.0, -2.0]
    mixed = vmap(jit(lambda n, x, y: (x - y) * n, static_argnums=0), in_axes=(None, 0, None))
    assert mixed(3, np.array([1.0, 2.0]), 1).tolist() == [0.0, 3.0]


def test_threads_give_the_same_bits(executor: str) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(2, 20_011))
    f = lambda x, y: [ag.exp(x) * ag.sin(y), ag.log(x) if x > 0 else x * y]  # noqa: E731
    one = vmap(f, threads=1)(x, y)
    for threads in (2, 3, 7, None):
        other = vmap(f, threads=threads)(x, y)
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    few = vmap(f, threads=1)(x[:5], y[:5])
    np.testing.assert_allclose([part[:5] for part in one], few, rtol=1e-15)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "with None"])
def test_containers_of_every_kind(kind: str, executor: str) -> None:
    """As arguments, whose arrays hold the points, and as results."""
    build = KINDS[kind]
    x, y = np.array([1.0, 2.0, 3.0]), np.array([[4.0, 5.0], [6.0, 7.0], [8.0, 9.0]])

    def f(tree: Any) -> Any:
        a, *b = leaves_of(tree)
        return build(a * b[0], [b[1]])

    found = vmap(f)(build(x, y))
    assert form_of(found) == form_of(build(x, [x]))
    assert list(leaves_of(found)) == [4.0, 12.0, 24.0, 5.0, 7.0, 9.0]
    shared = vmap(lambda tree, t: t * ag.sum(list(leaves_of(tree))), in_axes=(None, 0))
    assert shared(build(1.0, 2.0), x).tolist() == (3.0 * x).tolist()
    assert vmap(lambda p: p["a"] * (2.0 if p["b"] is None else 3.0))({"a": x, "b": None}).tolist() == (2.0 * x).tolist()


def test_wrapper() -> None:
    assert vmap(piecewise).__name__ == "piecewise"
    inner = vmap(lambda x, a: x * a, in_axes=(None, 0))
    assert vmap(inner, in_axes=(0, None)).in_axes == (0, None) and inner.in_axes == (None, 0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("f", [lambda x: x * 2.0, ag.grad(np.sum), lambda x: 1.0, ag.jacobian(lambda x: x * 2.0)])
def test_empty_arguments(f: Callable[..., Any], executor: str) -> None:
    """A program without numbers runs too."""
    result = vmap(f)(np.zeros((3, 0)))
    assert result.shape == (3, *np.shape(f(np.zeros(0))))


INTERRUPT = """
import os, random, signal, sys, threading, time
import numpy as np
import autograd as ag
from autograd.program import threads as pool

jobs = []

class Job(pool.Job):
    def __init__(self, *args):
        super().__init__(*args)
        jobs[:] = [self]

pool.Job = Job

def slow(x):
    for _ in range(300):
        x = ag.sin(x) * 0.5 + 1.0
    return x

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
threads, moments = int(sys.argv[1]), random.Random(int(sys.argv[2]))
many = ag.vmap(slow, threads=threads)
many(np.ones(8))
others = []
for _ in range(int(sys.argv[3])):
    points = np.ones(200_000)
    timer = threading.Timer(moments.uniform(0.0, 0.05), lambda: os.kill(os.getpid(), signal.SIGINT))
    try:
        timer.start()  # on a busy machine the signal may come before this returns
        many(points)
        time.sleep(1.0)  # where the run was shorter than the timer
        sys.exit("no KeyboardInterrupt")
    except KeyboardInterrupt:
        pass
    timer.join()
    del points
    others += [np.full(200_000, 7.0) for _ in range(2)]
    others = others[-6:]
    assert all(len(job.entered) == len(job.left) for job in jobs), "a helper still runs"
    assert all((a == 7.0).all() for a in others)
time.sleep(0.2)
assert all((a == 7.0).all() for a in others)
assert many(np.ones(3)).shape == (3,)
print("survived")
"""


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_ctrl_c_stops_all_threads(threads: int, executor: str, tmp_path: Path) -> None:
    """Interrupted at random moments a run ends in KeyboardInterrupt; nobody writes to memory that was given up."""
    if executor == "NumPy":
        pytest.skip("it has one thread")
    seed = random.randrange(10**6)
    command = [sys.executable, "-X", "faulthandler", "-c", INTERRUPT, str(threads), str(seed), "6"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "survived\n"), (seed, done.stderr)
