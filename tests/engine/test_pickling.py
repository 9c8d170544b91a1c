"""Pickled and copied graphs are the same graphs: deep, shared, labelled, in either implementation."""

from __future__ import annotations

import copy
import io
import pickle
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from helpers import HOME, output

import autograd
import autograd as ag
from autograd import (
    Value,
    gradient,
    scope,
    topological_order,
)

DEEP = 100_000
BUILT = any((HOME / "autograd").glob("engine/value.*.so")) or any((HOME / "autograd").glob("engine/value.*.pyd"))
IMPLEMENTATIONS = [False, True] if BUILT else [False]
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def through_pickle(x: Any) -> Any:
    return pickle.loads(pickle.dumps(x))


COPIES: list[Callable[[Any], Any]] = [through_pickle, copy.deepcopy]


HEAD = f"import copy, pickle\nfrom autograd import Value\nimport autograd as ag\nDEEP = {DEEP}\n"


def printed(folder: Path, program: str, compiled: bool = autograd.compiled) -> str:
    """What a program prints in a process of its own, with either implementation."""
    return output(HEAD + program, folder, AUTOGRAD_COMPILED=str(int(compiled)))


def model() -> tuple[Value, list[Value]]:
    """A small graph with everything in it: sharing, constants, labels, groups, n-ary and ternary nodes."""
    params = [Value(0.3 * i - 0.5, label=f"w{i}") for i in range(4)]
    a, b, c, d = params
    with scope("layer 1"):
        hidden = ag.tanh(a * b + 0.25)
        with scope("inside"):
            hidden.label = "hidden"
            shared = ag.sumprod([a, hidden, 2.0], [c, c, d])
    total = ag.sum([shared, hidden * hidden, 3.0 - d, 2.0**c, ag.clip(shared, -1.0, a)])
    return ag.logsumexp([total, hidden, 0.5]) + ag.prod([a, shared, 1.5]) + ag.where(a < 0, a, b), params


def facts(root: Value) -> list[tuple[Any, ...]]:
    """All that can be read of a graph, each node with the places of its parents."""
    for node in topological_order(root):
        assert len(node.parents) == len(node.partials)  # constants that were read are leaves
    nodes = topological_order(root)
    places = {node: place for place, node in enumerate(nodes)}
    return [(n.data, n.grad, n.label, n.group, n.op, n.partials, n.is_constant, [places[p] for p in n.parents]) for n in nodes]


def chain(length: int) -> list[Value]:
    nodes = [Value(1.0)]
    for i in range(length):
        nodes.append(nodes[-1] * 1.0 if i % 3 else nodes[-1] + nodes[0])
    return nodes


# ---- deep


PICKLED = "copied = pickle.loads(pickle.dumps(y))"
COPIED = "copied = copy.deepcopy(y)"
CHAIN = """
y = x = Value(1.0)
for _ in range(DEEP):
    y = y + 1.0
COPY
copied.backward()
node = copied
while node.parents:
    node = node.parents[0]
print(copied.data == DEEP + 1, node.grad, x.grad, copied is y)
del y, copied
print("freed")
"""
CHAIN_OF_SUMS = """
y = x = Value(1.0)
for _ in range(DEEP // 10):
    y = ag.sum([y, x, 1.0])
COPY
copied.backward()
y.backward()
print(copied.data == y.data, copied.grad, x.grad == DEEP // 10 + 1)
del y, copied
print("freed")
"""


@pytest.mark.slow
@pytest.mark.parametrize("copier", [PICKLED, COPIED], ids=["pickle", "deepcopy"])
def test_deep_chain(tmp_path: Path, copier: str) -> None:
    assert printed(tmp_path, CHAIN.replace("COPY", copier)) == "True 1.0 0.0 False\nfreed"


@pytest.mark.parametrize("copier", [PICKLED, COPIED], ids=["pickle", "deepcopy"])
def test_deep_chain_of_sums(tmp_path: Path, copier: str) -> None:
    assert printed(tmp_path, CHAIN_OF_SUMS.replace("COPY", copier)) == "True 1.0 True\nfreed"


# ---- the same graph


@pytest.mark.parametrize("read_parents_first", [False, True])
@pytest.mark.parametrize("way", COPIES)
def test_everything_survives(way: Callable[[Any], Any], read_parents_first: bool) -> None:
    loss, _ = model()
    loss.backward()
    if read_parents_first:
        facts(loss)
    copied = way(loss)
    assert facts(copied) == facts(loss)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol(protocol: int) -> None:
    loss, _ = model()
    loss.backward()
    assert facts(pickle.loads(pickle.dumps(loss, protocol))) == facts(loss)


def test_pure_python_pickler() -> None:
    loss, _ = model()
    stream = io.BytesIO()
    pickle._Pickler(stream).dump(loss)  # type: ignore[attr-defined]
    assert facts(pickle._loads(stream.getvalue())) == facts(loss)  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", COPIES)
def test_sweep_of_a_copy(way: Callable[[Any], Any]) -> None:
    """It gives the same bits and leaves the original alone."""
    loss, params = model()
    copied, copies = way((loss, params))
    copied.backward()
    assert [p.grad for p in params] == [0.0] * 4 and loss.grad == 0.0
    loss.backward()
    assert [p.grad for p in copies] == [p.grad for p in params]
    assert gradient(copied, copies) == gradient(loss, params)


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_can_be_differentiated_again(way: Callable[[Any], Any]) -> None:
    x = Value(0.7)
    y, x2 = way((ag.exp(ag.sin(x)) * x**3, x))
    second = gradient(gradient(y, x2, create_graph=True), x2)
    assert second == gradient(gradient(ag.exp(ag.sin(x)) * x**3, x, create_graph=True), x)


@pytest.mark.parametrize("number", [0.0, -0.0, float("inf"), float("-inf"), 5e-324])
@pytest.mark.parametrize("way", COPIES)
def test_a_leaf_alone(way: Callable[[Any], Any], number: float) -> None:
    leaf = Value(number, label="only")
    leaf.grad = -number
    copied = way(leaf)
    assert copied is not leaf and (copied.label, copied.op, copied.parents) == ("only", "", ())
    assert (copied.data.hex(), copied.grad.hex()) == (leaf.data.hex(), leaf.grad.hex())


def test_a_derivative_recorded_survives_a_later_step() -> None:
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    copied, x2 = through_pickle((y, x))
    copied.backward()
    assert (x2.data, x2.grad, copied.data) == (100.0, 6.0, 9.0)


def test_modes_of_the_reader_change_nothing() -> None:
    loss, _ = model()
    pickled = pickle.dumps(loss)
    with ag.no_grad(), scope("elsewhere"), ag.trap():
        loaded = pickle.loads(pickled)
    assert facts(loaded) == facts(loss)


# ---- sharing within one pickle


@pytest.mark.parametrize("way", COPIES)
def test_several_roots_share_their_nodes(way: Callable[[Any], Any]) -> None:
    loss, params = model()
    for structure in ((loss, params), (params, loss), {"loss": loss, "params": params}, [params, {"deep": (loss, loss)}]):
        copied = way(structure)
        loss2, params2 = _found(copied)
        loss2.backward()
        assert [p.grad for p in params2] == gradient(loss, params)
        assert {id(p) for p in params2} <= {id(n) for n in topological_order(loss2)}


def _found(structure: Any) -> tuple[Value, list[Value]]:
    if isinstance(structure, dict):
        return structure["loss"], structure["params"]
    if isinstance(structure, list):
        assert structure[1]["deep"][0] is structure[1]["deep"][1]
        return structure[1]["deep"][0], structure[0]
    return structure if isinstance(structure[0], Value) else structure[::-1]  # type: ignore[return-value]


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("order", [1, -1, 7])
def test_all_nodes_of_a_long_chain_in_any_order(way: Callable[[Any], Any], order: int) -> None:
    """Forwards, backwards, and jumping to and fro."""
    nodes = chain(5_000)
    positions = [i * order % len(nodes) for i in range(len(nodes))]
    copied: dict[int, Value] = dict(zip(positions, way([nodes[i] for i in positions]), strict=True))
    for i in range(1, len(nodes)):
        assert copied[i].parents[0] is copied[i - 1]
    assert copied[1].parents[1] is copied[0]
    nodes[-1].backward()
    copied[len(nodes) - 1].backward()
    assert copied[0].grad == nodes[0].grad


@pytest.mark.parametrize("way", COPIES)
def test_nodes_as_keys_and_in_sets(way: Callable[[Any], Any]) -> None:
    x = Value(2.0)
    y = x * x
    names, nodes, pair = way(({x: "x", y: "y"}, {x, y}, [x, y]))
    assert [names[n] for n in pair] == ["x", "y"] and set(pair) == nodes


@pytest.mark.parametrize("way", COPIES)
def test_a_constant_that_was_read_stays_one_leaf(way: Callable[[Any], Any]) -> None:
    y = 2.0 * Value(3.0)
    constant = y.parents[0]
    y2, constant2 = way((y, constant))
    assert constant2.is_constant and y2.parents[0] is constant2


def test_one_pickler_many_dumps() -> None:
    nodes = chain(100)
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream)
    for node in nodes:
        pickler.dump(node)
    stream.seek(0)
    unpickler = pickle.Unpickler(stream)
    loaded = [unpickler.load() for _ in nodes]
    assert all(b.parents[0] is a for a, b in pairwise(loaded))


def test_pickle_inside_another() -> None:
    """A pickler keeps what it wrote; another one must not walk into that, thousands of levels deep."""
    nodes = chain(5_000)
    kept = pickle.Pickler(io.BytesIO())
    kept.dump(nodes)
    assert len(topological_order(through_pickle(nodes[-1]))) == len(nodes)


# ---- threads


def test_threads_pickle_the_same_graph() -> None:
    nodes = chain(1_500)
    expected = gradient(nodes[-1], nodes[0])
    found: list[Any] = []
    barrier = threading.Barrier(4)

    def work(order: int) -> None:
        barrier.wait()
        for _ in range(4):
            try:
                copied = through_pickle(nodes[::order])[::order]
                shared = all(b.parents[0] is a for a, b in pairwise(copied))
                found.append((shared, gradient(copied[-1], copied[0])))
            except Exception as error:
                found.append(repr(error))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(order,)) for order in (1, -1, 1, -1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert found == [(True, expected)] * 16


# ---- implementations


WRITE = """
x, w = Value(0.5, label="x"), Value(-1.5)
with ag.scope("layer"):
    y = ag.tanh(x * w + 2.0) ** 2 + ag.logsumexp([x, w, 1.0]) + ag.clip(x, -1.0, w + 2.0) + ag.sumprod([x, 2.0], [w, w])
y.backward()
save((y, [x, w]))
print(ag.compiled, y.data.hex(), x.grad.hex(), w.grad.hex())
"""
FILES = """
def save(graph):
    with open("graph.pickle", "wb") as file:
        pickle.dump(graph, file)
"""
READ = """
with open("graph.pickle", "rb") as file:
    y, (x, w) = pickle.load(file)
before = x.grad, w.grad
ag.zero_grad([x, w])
y.backward()
assert (x.grad, w.grad) == before and (x.label, y.group) == ("x", ("layer",))
print(ag.compiled, y.data.hex(), x.grad.hex(), w.grad.hex())
"""


@pytest.mark.slow
@pytest.mark.parametrize("reader", IMPLEMENTATIONS, ids=lambda compiled: f"read {'compiled' if compiled else 'pure'}")
@pytest.mark.parametrize("writer", IMPLEMENTATIONS, ids=lambda compiled: f"written {'compiled' if compiled else 'pure'}")
def test_between_implementations(tmp_path: Path, writer: bool, reader: bool) -> None:
    """Either loads what either wrote."""
    written = printed(tmp_path, FILES + WRITE, writer).split()
    read = printed(tmp_path, READ, reader).split()
    assert [written[0], read[0]] == [str(writer), str(reader)]
    assert written[1:] == read[1:]


# ---- custom operations


MODULE = """
import math
from autograd import cos, primitive

@primitive(partials=[lambda x: 2 * cos(2 * x)])
def sin2(x):
    return math.sin(2 * x)

@primitive(partials=lambda x, y: (y, x))
def times(x, y):
    return x * y
"""
OWN_WRITE = (
    FILES
    + """
from own_operations import sin2, times
x = Value(0.5)
y = times(sin2(x), x) * 3.0
save((y, x))
y.backward()
print(y.data.hex(), x.grad.hex())
"""
)
OWN_READ = """
with open("graph.pickle", "rb") as file:
    y, x = pickle.load(file)
y.backward()
second = ag.gradient(ag.gradient(y, x, create_graph=True), x)
assert abs(second - 3 * (4 * ag.cos(1.0) - 4 * 0.5 * ag.sin(1.0))) < 1e-14
assert y.parents[0].op == "times"
print(y.data.hex(), x.grad.hex())
"""


@pytest.mark.parametrize("reader", IMPLEMENTATIONS)
def test_custom_operations_of_a_module(tmp_path: Path, reader: bool) -> None:
    (tmp_path / "own_operations.py").write_text(MODULE, encoding="utf-8")
    assert printed(tmp_path, OWN_WRITE) == printed(tmp_path, OWN_READ, reader)


def test_custom_operations_are_copied() -> None:
    cube = ag.primitive(partials=[lambda x: 3 * x * x])(lambda x: x**3)
    x = Value(2.0)
    y, x2 = copy.deepcopy((cube(x), x))
    y.backward()
    assert (y.data, x2.grad, x.grad) == (8.0, 12.0, 0.0)


# ---- copy.copy


def test_shallow_copy() -> None:
    """Another node of the same operands."""
    x = Value(2.0, label="x")
    for node in (x * 3.0, ag.exp(x), ag.sum([x, x, 1.0]), ag.clip(x, 0.0, 5.0), x):
        node.label, node.grad = "kept", 0.5
        copied = copy.copy(node)
        assert copied is not node and copied.parents == node.parents
        assert all(a is b for a, b in zip(copied.parents, node.parents, strict=True) if not a.is_constant)
        read = [(n.data, n.grad, n.label, n.op, n.partials) for n in (node, copied)]
        assert read[0] == read[1]
        copied.label, copied.data = "other", 9.0
        assert (node.label, node.data) == ("kept", read[0][0])


def test_sweep_of_a_shallow_copy() -> None:
    x = Value(2.0)
    y = x * x
    copy.copy(y).backward()
    assert (x.grad, y.grad) == (4.0, 0.0)


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
def test_copy_is_equal_and_apart(copier: Callable[[Any], Any]) -> None:
    z = example()
    again, alias = copier([z, z.parents[0]])
    old, new = topological_order(z), topological_order(again)
    assert alias is again.parents[0]
    assert [everything(node) for node in new if not node.is_constant] == [everything(n) for n in old if not n.is_constant]
    assert not {id(node) for node in old} & {id(node) for node in new}
    x = next(node for node in new if node.label == "x")
    before = x.grad
    again.backward()
    assert x.grad == 2 * before
    assert next(node for node in old if node.label == "x").grad == before


def test_shallow_copy_of_a_root() -> None:
    z = example()
    again = copy.copy(z)
    assert again is not z and everything(again) == everything(z)
    assert all(a is b for a, b in zip(again.parents, z.parents, strict=True))


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))], ids=["deepcopy", "pickle"])
def test_copy_deeper_than_the_stack(copier: Callable[[Any], Any]) -> None:
    y = x = Value(1.0, label="x")
    for _ in range(20_000):
        y = y + x
    again = copier(y)
    again.backward()
    leaf = topological_order(again)[0]
    assert (again.data, leaf.label, leaf.grad, x.grad) == (20_001.0, "x", 20_001.0, 0.0)


@pytest.mark.parametrize(
    "row",
    [
        ("mul", 1.0, 0.0, "", (), None, (1.0,), (1.0,)),
        ("mul", 1.0, 0.0, "", (), None, (), ()),
        ("sum", 1.0, 0.0, "", (), None, ("x",), (1.0,)),
    ],
    ids=["an operand missing", "no operands", "an operand of text"],
)
def test_damaged_pickle(row: tuple[object, ...]) -> None:
    from autograd.engine.pickling import _load_block

    with pytest.raises(ValueError, match="damaged"):
        _load_block((), (row,), ())
