"""What a trace cannot hold raises, and says where and what to write instead; nothing that differs from call to call is kept."""

from __future__ import annotations

import copy
import functools
import gc
import io
import math
import pickle
import random
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad, jit, primitive
from autograd.engine.context import tracing
from autograd.errors import TraceError

HERE = "test_refusals.py:"

REFUSED: list[tuple[str, Callable[[Any], Any], str]] = [
    (r"\.data", lambda x: x.data, "stop_gradient"),
    (r"\.data", lambda x: ag.data([x]), "stop_gradient"),
    (r"an assignment to \.data", lambda x: setattr(x, "data", 1.0), "outside"),
    (r"\.grad", lambda x: x.grad, "autograd.grad"),
    (r"\.grad", lambda x: ag.grads([x * 2]), "autograd.grad"),
    (r"an assignment to \.grad", lambda x: ag.zero_grad([x]), "outside"),
    (r"backward\(\)", lambda x: (x * x).backward(), "autograd.grad"),
    (r"float\(\)", lambda x: float(x), "autograd.sin"),
    (r"float\(\)", lambda x: math.sin(x), "autograd.sin"),
    (r"float\(\)", lambda x: math.isnan(x), "autograd.sin"),
    (r"float\(\)", lambda x: math.fsum([x, x]), "autograd.sin"),
    (r"float\(\)", lambda x: np.array([x, 1.0], dtype=float), "autograd.sin"),
    (r"float\(\)", lambda x: np.float64(x), "autograd.sin"),
    (r"float\(\)", lambda x: np.interp(x, [0.0, 1.0], [0.0, 1.0]), "autograd.sin"),
    (r"float\(\)", lambda x: np.zeros(3).fill(x), "autograd.sin"),
    (r"float\(\)", lambda x: Value(x), "autograd.sin"),
    (r"int\(\)", lambda x: int(x), "static_argnums"),
    ("an index", lambda x: sum(range(x)), "autograd.take"),
    ("an index", lambda x: [1.0, 2.0, 3.0][x], "autograd.take"),
    ("an index", lambda x: [1.0] * x, "autograd.take"),
    ("an index", lambda x: np.zeros(3)[x], "autograd.take"),
    ("an index", lambda x: [1.0, 2.0][:x], "autograd.take"),
    ("text", lambda x: f"{x:.2f}", "outside"),
    ("text", lambda x: str(x > 0), "outside"),
    ("text", lambda x: repr(x), "outside"),
    ("text", lambda x: "%s" % x, "outside"),  # noqa: UP031
    ("text", lambda x: print(x), "outside"),
    (r"hash\(\)", lambda x: {1.0: 10.0, 2.0: 20.0}.get(x, -1.0), "x == 1.0"),
    (r"hash\(\)", lambda x: x in {1.0, 2.0}, "x == 1.0"),
    (r"hash\(\)", lambda x: {x}, "x == 1.0"),
    (r"hash\(\)", lambda x: functools.lru_cache(lambda y: y)(x), "x == 1.0"),
    (r"\.data", lambda x: copy.deepcopy(x * x), "stop_gradient"),
    (r"\.data", lambda x: pickle.loads(pickle.dumps(x)), "stop_gradient"),
    (r"\.data", lambda x: ag.diagnose(x * x), "stop_gradient"),
    (r"\.data", lambda x: ag.check_grads(lambda y: y * y, x), "stop_gradient"),
]


@pytest.mark.parametrize(("what", "f", "way_out"), REFUSED)
def test_refused(what: str, f: Callable[[Any], Any], way_out: str) -> None:
    """Also where f catches the error, inside other traced functions and derivatives, and on a way that is traced later."""

    def caught(x: Any) -> Any:
        try:
            return f(x)
        except Exception:
            return -1.0

    def later(x: Any) -> Any:
        return f(x) if x > 5 else x

    ways = [(f, 2.0), (caught, 2.0), (jit(f), 2.0), (lambda x: f(x + 1), 1)]
    for g, x in [*ways, (grad(later), 7.0)] if what != "text" else ways:  # a gradient of text is refused without a trace
        with pytest.raises(TraceError, match=f"{what}.* at .*{HERE}.*{way_out}"):
            jit(g)(x)
    traced = jit(later)
    assert traced(1.0) == 1.0
    with pytest.raises(TraceError, match=what):
        traced(6.0)
    assert traced(2.0) == 2.0 and not tracing()


def test_labels_are_named() -> None:
    def f(x: Any) -> Any:
        y = 2 * x
        y.label = "twice"
        return y.data

    with pytest.raises(TraceError, match=r"jit\(f\): \.data of twice at"):
        jit(f)(1.0)


ONLY_UNTRACED: list[Callable[[Any], Any]] = [
    lambda x: x.is_integer(),
    lambda x: x.real,
    lambda x: np.isnan(x),
    lambda x: (x > 0) | (x < -1),
    lambda x: (x > 0) & (x < 2),
    lambda x: x * 1j,
    lambda x: np.array([1.0, 2.0])[np.array([x > 0, x > 1])] if False else np.linalg.norm([x.conjugate().imag]),
]


@pytest.mark.parametrize("f", ONLY_UNTRACED)
def test_methods_of_floats_are_refused(f: Callable[[Any], Any]) -> None:
    f(1.0)
    with pytest.raises(TraceError, match="untraced it runs") as caught:
        jit(f)(1.0)
    assert caught.value.__cause__ is not None


# ---- allowed, and right in every call

ALLOWED: list[Callable[[Any], Any]] = [
    lambda x: round(x * 1.2345, 2),
    lambda x: divmod(x, 0.7)[0] + x % 0.7 + x // 0.3,
    lambda x: ag.where(x > 1, x, -x) + ag.sign(x) + ag.clip(x, 0.0, 2.0),
    lambda x: copy.copy(x) * copy.copy(x * 2) * copy.copy(3.0),
    lambda x: ag.stop_gradient([x, 2.0])[0] * x,
    lambda x: math.floor(x) + math.ceil(x) + math.trunc(x),
    lambda x: np.sum(np.array([x, 1.0]) * np.sqrt(x)),
    lambda x: np.sort(np.array([x, 2.0, 1.0]))[1],
    lambda x: np.argmax(np.array([x, 2.0])) * x,
    lambda x: np.array([1.0, 2.0, 3.0])[np.array([x, 2.0, x]) > 1.5].sum() * x,
    lambda x: np.where(np.array([x, 2.0]) > 1, 1.0, 2.0)[0] * x,
    lambda x: [1.0, 2.0].index(x) if x in [1.0, 2.0] else x,
    lambda x: ag.asarray([x, 1.0])[0] * 2,
    lambda x: ag.logsumexp([x, 1.0]) + ag.softmax([x, 2.0, 0.5])[0] + ag.prod([x, x]) + ag.mean([x, 1.0]),
    lambda x: x if id(x) else 0.0,
    lambda x: Value(3.0).data * float(Value(2.0).data) * x,
]


@pytest.mark.parametrize("f", ALLOWED)
def test_allowed(f: Callable[[Any], Any]) -> None:
    traced = jit(f)
    for x in (1.0, 2.0, 0.25, 3.5, 2.0, 1.0):
        assert traced(x) == pytest.approx(f(x), rel=1e-15)


def test_copies_lose_the_dependence() -> None:
    w = Value(2.0)
    for f in (lambda x: copy.copy(x) * x, lambda x: copy.copy(x * x) * x, lambda x: copy.copy(w) * x):
        for x in (3.0, 5.0):
            found = jit(grad(f))(x)
            assert (found.data if type(found) is Value else found) == grad(f)(x)
    f = jit(lambda x: copy.copy(w) * x)
    assert f(1.0).data == 2.0
    w.data = 5.0
    assert f(1.0).data == 5.0


def test_constants_can_be_read() -> None:
    """Numbers that are the same in every call may be read, printed, looked up."""
    f = jit(lambda x: x * {2.0: 7.0}[Value(2.0).data] + len(f"{Value(1.0)}") * 0 + len({Value(1.0)}))
    assert [f(1.0), f(2.0)] == [8.0, 15.0]


# ---- randomness

LOCAL, MODULE = np.random.default_rng(0), random.Random(0)


def noise() -> float:
    return MODULE.random()


class Noisy:
    def __init__(self) -> None:
        self.rng = np.random.RandomState(0)

    def f(self, x: Any) -> Any:
        return x + self.rng.normal()


def test_random_numbers_are_refused() -> None:
    held = np.random.default_rng(1)
    functions: list[Callable[..., Any]] = [
        lambda x: x + random.random(),
        lambda x: x + np.random.rand(),
        lambda x: x + held.normal(),
        lambda x: x + LOCAL.normal(),
        lambda x: x + noise(),
        lambda x, rng=held: x + rng.integers(3),
        functools.partial(lambda rng, x: x + rng.normal(), held),
        Noisy().f,
        jit(lambda x: x + held.normal()),
    ]
    for f in functions:
        with pytest.raises(TraceError, match=r"draws random numbers.* pass them as arguments"):
            jit(f)(1.0)
    f = jit(lambda x, noise: x + noise)
    assert f(1.0, held.normal()) != f(1.0, held.normal())
    held.normal(), random.random()  # between calls they may be used
    assert jit(lambda x: x * len(repr(held)) * 0 + x)(2.0) == 2.0


# ---- the world outside


def test_files_input_and_processes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "number.txt"
    path.write_text("2.0")

    def caught(x: Any) -> Any:
        try:
            return x * float(path.read_text())
        except Exception:
            return x

    monkeypatch.setattr("sys.stdin", io.StringIO("2.0"))
    cases: list[tuple[str, Callable[[Any], Any]]] = [
        ("open", lambda x: x * float(path.read_text())),
        ("open", lambda x: x * float(open(path).read())),
        ("open", caught),
        ("open", lambda x: path.write_text("3.0") and x),
        ("input", lambda x: x * float(input())),
        ("(open|subprocess.Popen)", lambda x: subprocess.run([sys.executable, "-V"], capture_output=True) and x),
    ]
    for event, f in cases:
        with pytest.raises(TraceError, match=rf"{event}\(\) at .*{HERE}.* pass numbers as arguments"):
            jit(f)(1.0)
    assert path.read_text() == "2.0"


def test_import_while_tracing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loaded_late.py").write_text("FACTOR = 3.0")
    monkeypatch.syspath_prepend(tmp_path)

    def f(x: Any) -> Any:
        from loaded_late import FACTOR  # type: ignore[import-not-found]

        return FACTOR * x

    assert jit(f)(2.0) == 6.0


def test_custom_operations_may_do_io(tmp_path: Path) -> None:
    path = tmp_path / "factor.txt"
    path.write_text("2.0")

    @primitive(partials=[lambda x: float(path.read_text())])
    def scaled(x: float) -> float:
        return float(path.read_text()) * x

    f = jit(scaled)
    assert f(3.0) == 6.0
    path.write_text("5.0")
    assert f(3.0) == 15.0 and jit(grad(scaled))(1.0) == 5.0


# ---- what lies outside


def test_leaked_values_are_refused() -> None:
    kept: list[Any] = []
    holder = type("Holder", (), {})()

    def in_list(x: Any) -> Any:
        kept.append(x * x)
        return x

    def in_attribute(x: Any) -> Any:
        holder.last = x
        return x

    class Box:
        def __init__(self, x: Any) -> None:
            self.x = x

    functions: list[Callable[[Any], Any]] = [
        in_list,
        in_attribute,
        lambda x: Box(x),
        lambda x: lambda: x,
        lambda x: (y for y in [x]),
        lambda x: [Box(2 * x), x],
        grad(in_list),
    ]
    for f in functions:
        with pytest.raises(TraceError, match=r"keeps a traced number .* return it"):
            jit(f)(1.0)
        kept.clear()
        holder.last = None


def test_values_kept_for_a_while() -> None:
    """Garbage in cycles, as of a helper that calls itself, and what is dropped before the end."""

    def f(x: Any) -> Any:
        def go(n: int) -> Any:
            return x if n == 0 else go(n - 1) * x

        scratch.append(x)
        scratch.clear()
        return go(3)

    scratch: list[Any] = []
    gc.disable()
    try:
        traced = jit(f)
        assert [traced(2.0), traced(3.0)] == [16.0, 81.0]
    finally:
        gc.enable()


def test_changes_of_arguments_are_refused() -> None:
    def item(xs: Any) -> Any:
        xs[0] = 2 * xs[0]
        return xs[0]

    for f, argument in (
        (item, [1.0, 2.0]),
        (item, np.array([1.0, 2.0])),
        (lambda xs: xs.append(1.0), [1.0]),
        (lambda xs: xs.sort(), [2.0, 1.0]),
        (lambda d: d.pop("a"), {"a": 1.0, "b": 2.0}),
        (lambda d: item(d["a"]), {"a": [1.0]}),
        (lambda d: d["new"], defaultdict(float, a=1.0)),
    ):
        before = copy.deepcopy(argument)
        with pytest.raises(TraceError, match=r"changes its arguments in place.* work on a copy"):
            jit(f)(argument)
        assert np.all(argument == before)
    assert jit(lambda xs: item(list(xs)))([3.0]) == 6.0


def test_custom_operations_of_plain_numbers() -> None:
    """Their function and partials are tried on Values first; what that refuses is no fault of f."""

    @primitive(partials=[lambda x, y: y * math.cos(x), lambda x, y: math.sin(x)])
    def wave(x: float, y: float) -> float:
        return math.sin(x) * y

    f = lambda x: wave(x, 2.0) * x  # noqa: E731
    for x in (0.5, 1.5):
        assert jit(f)(x) == f(x)
        assert jit(grad(f))(x) == pytest.approx(grad(f)(x), rel=1e-15)


def test_other_threads_are_not_traced() -> None:
    """While one thread traces, others read and print Values as ever."""
    inside, done = threading.Event(), threading.Event()
    seen: list[Any] = []

    def f(x: Any) -> Any:
        inside.set()
        assert done.wait(10)
        return 2 * x

    def other() -> None:
        assert inside.wait(10)
        v = Value(3.0) * 2
        v.backward()
        seen.extend([v.data, float(v.data), f"{v:.1f}", v > 5, hash(v) == hash(v), v.grad, repr(v), v in {v}])
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    assert jit(f)(2.0) == 4.0
    thread.join()
    assert seen == [6.0, 6.0, "6.0", True, True, 1.0, "Value(data=6.0, grad=1.0)", True]


def test_after_a_failed_trace() -> None:
    v = Value(2.0)
    for f in (lambda x: x.data, lambda x: 1 / 0, lambda x: {}["a"]):
        with pytest.raises(Exception):  # noqa: B017
            jit(f)(1.0)
    y = v * 3
    y.backward()
    assert (y.data, v.grad, str(v), v > 1, y.grad) == (6.0, 3.0, "Value(data=2.0, grad=3.0)", True, 1.0)
    assert repr(v * 2) == "Value(data=4.0, grad=0.0)"


def test_after_an_interrupted_trace() -> None:
    def f(x: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jit(f)(1.0)
    assert not tracing() and Value(1.0).data == 1.0
