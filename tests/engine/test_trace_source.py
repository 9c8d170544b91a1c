"""trace_source(): nodes remember the user's line; diagnose, trap and tooltips name it."""

from __future__ import annotations

import copy
import pickle
import threading
from inspect import currentframe
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import DomainError, Value, diagnose, grad, log, topological_order, trace_source
from autograd.engine.functions import FUNCTIONS
from autograd.ops.primitives import TABLE
from viz import draw


def here(offset: int = 0) -> tuple[str, int]:
    """The caller's file and line."""
    frame = currentframe()
    assert frame is not None and frame.f_back is not None
    return frame.f_back.f_code.co_filename, frame.f_back.f_lineno + offset


def test_nodes_and_leaves() -> None:
    before = Value(1.0)
    with trace_source():
        x, line = Value(0.5, label="x"), here()
        y, line_y = x * 2 + before, here()
        z, line_z = log(y), here()
    after = z * x
    assert x.source == line and y.source == y.parents[0].source == line_y and z.source == line_z
    assert before.source is after.source is None
    assert x.label == "x"
    y.label = "y"
    assert (y.label, y.source) == ("y", line_y)


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.public])
def test_every_function(name: str) -> None:
    row = TABLE[name]
    values = [Value(sum(interval) / 2) for interval in row.sample] if row.arity else [[Value(0.5), Value(0.25)]] * row.lists
    with trace_source():
        node, line = FUNCTIONS[name](*values), here()
    nodes = [node] if type(node) is Value else list(node)
    made = {n.source for n in topological_order(nodes) if n.operation}
    assert made == (set() if name == "where" else {line})  # where hands on one of its operands


def test_numpy_functions() -> None:
    values = np.array([Value(1.0), Value(2.0)])
    with trace_source():
        found = [np.sum(values), np.mean(values), np.exp(values)[0], np.std(values), np.array([1.0, 2.0]) @ values]
        line = here(-1)
    assert {node.source for node in found} == {line}


def test_operators_defaults_and_custom_operations() -> None:
    @ag.primitive(partials=[lambda x: 2.0])
    def double(x: float) -> float:
        return 2.0 * x

    x = Value(0.5)
    with trace_source():
        found = [-x, abs(x), x**2, 2**x, x // 1, round(x, 1), ag.clip(x), ag.elu(x), double(x), x.exp(), x.detach()]
        assert {node.source for node in found} == {here(-1)}


def test_a_decorator_and_nesting() -> None:
    @trace_source()
    def f(x: Value) -> Value:
        return x * x

    y = f(Value(2.0))
    assert y.source is not None and y.source[0] == here()[0]
    with trace_source(), ag.scope("outer"), trace_source():
        z = y + 1
    assert z.source is not None and z.group == ("outer",)
    with trace_source(), ag.no_grad():
        assert (y * 2).source is not None


def test_threads() -> None:
    made: list[Any] = []
    x = Value(2.0)
    with trace_source():
        thread = threading.Thread(target=lambda: made.append(x * x))
        thread.start()
        thread.join()
    assert made[0].source is None


def test_pickling_and_copying() -> None:
    with trace_source():
        y = log(Value(2.0)) * 3
    for again in (pickle.loads(pickle.dumps(y)), copy.deepcopy(y), copy.copy(y)):
        assert again.source == y.source and again.parents[0].source == y.parents[0].source is not None
        assert again.parents[0].parents[0].source == y.parents[0].parents[0].source is not None
    bare = log(Value(2.0))
    assert pickle.loads(pickle.dumps(bare)).source is copy.copy(bare).source is None


def test_diagnose_prints_the_line() -> None:
    with trace_source():
        x = Value(0.0, label="x")
        y = log(x) * 0
        line = here(-1)
    where = f", at {line[0]}:{line[1]}: y = log(x) * 0"
    assert f"log(x=0.0){where}" in str(diagnose(y)) and str(diagnose(y)).endswith(f"mul(-inf, 0.0){where}")
    assert " at " not in str(diagnose(log(Value(0.0))))


def test_trap_names_the_line() -> None:
    with trace_source(), ag.trap(), pytest.raises(DomainError) as caught:
        log(Value(0.0))
    assert f"is -inf, at {__file__}:{caught.traceback[0].lineno + 1}: log(Value(0.0))" in str(caught.value)


def test_code_that_has_no_file(tmp_path: Path) -> None:
    space: dict[str, Any] = {"x": Value(0.0), "log": log}
    with trace_source():
        exec(compile("\ny = log(x)", "<made up>", "exec"), space)
    assert space["y"].source == ("<made up>", 2)
    assert str(diagnose(space["y"])).splitlines()[0].endswith("log(0.0), at <made up>:2")


def test_nodes_of_derivatives() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        y = x * x * x
        seen.append(y.source)
        return y

    with trace_source():
        assert grad(grad(f))(2.0) == 12.0
    assert [source[0] for source in seen] == [here()[0]]


def test_tooltips_name_the_line() -> None:
    with trace_source():
        y, line = Value(2.0, "x") * 3, here()
    assert f"at {line[0]}:{line[1]}" in draw(y).source
    assert "at " + line[0] not in draw(Value(2.0) * 3).source
