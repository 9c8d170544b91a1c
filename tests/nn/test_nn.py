"""Networks: code written for the teaching engine's nn runs on ours, the arrays of a model are its Values, losses are right."""

from __future__ import annotations

import copy
import math
import os
import pickle
import random
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import autograd
from autograd import Value, check_grads, jit, nn, value_and_grad
from autograd.nn import MLP, Layer, Linear, Module, Neuron, Sequential
from autograd.optim import SGD

SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=3)
SEEDS = st.integers(0, 2**32)

# ---- as the teaching engine's users write it; numbers in this part are those that micrograd 0.1.0 printed for the same code


def moons(count: int, rng: random.Random) -> tuple[list[tuple[float, float]], list[int]]:
    points, labels = [], []
    for i in range(count):
        angle, label = rng.uniform(0.0, math.pi), 1 if i % 2 else -1
        x, y = math.cos(angle), math.sin(angle)
        if label == 1:
            x, y = 1.0 - x, 0.5 - y
        points.append((x + rng.gauss(0.0, 0.1), y + rng.gauss(0.0, 0.1)))
        labels.append(label)
    return points, labels


def test_demo_step_by_step() -> None:
    """The demo gives the same losses and accuracies step by step."""
    X, y = moons(40, random.Random(7))
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    found = []
    for k in range(40):
        inputs = [list(map(Value, row)) for row in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        total = data_loss + reg_loss
        accuracy = [(yi > 0) == (score.data > 0) for yi, score in zip(y, scores, strict=True)]
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        found.append((total.data, sum(accuracy) / len(accuracy)))
    expected = {
        0: (0.9151241398059848, 0.5),
        1: (1.376847472522152, 0.725),
        2: (0.8690358230809954, 0.775),
        5: (0.2959268597451363, 0.825),
        10: (0.3246873400920499, 0.875),
        20: (0.1323696125659867, 0.95),
        39: (0.028049473647853228, 1.0),
    }
    for k, numbers in expected.items():
        assert found[k] == pytest.approx(numbers, rel=1e-11), k
    assert len(model.parameters()) == 337
    assert model.parameters()[0].data == pytest.approx(-0.03143178708077777, rel=1e-11)


def test_demo_with_numpy() -> None:
    points, labels = moons(6, random.Random(1))
    X, y = np.array(points), np.array(labels)
    model = MLP(2, [3, 1], rng=3)
    scores = [model(list(map(Value, row))) for row in X]
    assert [s.data for s in scores] == [model(row).data for row in X] == [model(tuple(row)).data for row in points]
    total = sum([(1 + -yi * s).relu() for yi, s in zip(y, scores, strict=True)])
    total.backward()
    assert any(p.grad for p in model.parameters())


def test_weights_after_seeding() -> None:
    """Weights after seeding are those of the teaching engine."""
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    assert [w.data for w in model.layers[0].neurons[0].w] == [0.23550571390294128, 0.06653114721000164]
    assert model.layers[2].neurons[0].w[-1].data == -0.2532524374373504
    assert all(n.b.data == 0 for layer in model.layers for n in layer.neurons)
    assert [p.data for p in MLP(2, [16, 16, 1], rng=1337).parameters()] == [p.data for p in model.parameters()]


def test_sanity_check() -> None:
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_drawing_code() -> None:
    neuron = Neuron(2)
    y = neuron([Value(1.0), Value(-2.0)])
    y.backward()
    nodes, edges, todo = set(), set(), [y]
    while todo:
        v = todo.pop()
        if v not in nodes:
            nodes.add(v)
            edges |= {(child, v) for child in v._prev}
            todo += v._prev
    leaves = {*neuron.parameters()} | {v for v in nodes if v.data in (1.0, -2.0) and v._op == ""}
    assert len(leaves) == 5 and {v for v in nodes if v._op == ""} == leaves and len(edges) >= len(nodes) - 1
    assert all("{ data %.4f | grad %.4f }" % (n.data, n.grad) and str(id(n)) for n in nodes)  # noqa: UP031


def test_names_structure_and_reprs() -> None:
    model = MLP(2, [2, 1])
    assert repr(model) == ("MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]")
    neuron = Neuron(3, nonlin=False)
    assert len(neuron.w) == 3 and neuron.parameters() == [*neuron.w, neuron.b] and not neuron.nonlin
    assert repr(Layer(2, 1, nonlin=False)) == "Layer of [LinearNeuron(2)]"
    assert model.parameters() == [p for layer in model.layers for p in layer.parameters()]
    assert isinstance(model, Module) and isinstance(Layer(1, 1)([2]), Value) and len(Layer(1, 2)([2])) == 2


def test_zero_grad_and_training_by_hand() -> None:
    model = MLP(3, [4, 4, 1])
    (model([2, 3.0, Value(-1)]) ** 2).backward()
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 41


def test_custom_module() -> None:
    """A module of the user's own with its own parameters."""

    class Scale(Module):
        def __init__(self) -> None:
            self.k, self.frozen = Value(2.0), Value(3.0)

        def parameters(self) -> list[Value]:
            return [self.k]

    scale = Scale()
    (scale.k * scale.frozen).backward()
    scale.zero_grad()
    assert (scale.k.grad, scale.frozen.grad) == (0.0, 2.0)


def test_wrong_number_of_inputs() -> None:
    """It is an error, not a shorter sum."""
    with pytest.raises(ValueError, match=r"ReLUNeuron\(2\) takes 2 inputs, but 3 are given"):
        MLP(2, [1, 1])([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"Linear\(2, 1\) takes 2 inputs"):
        Linear(2, 1)([1.0, 2.0, 3.0])


# ---- what a unit computes


@pytest.mark.parametrize("name", nn.ACTIVATIONS)
def test_activations_by_name(name: str) -> None:
    neuron = Neuron(2, activation=name, rng=1)
    net = neuron.w[0].data * 0.3 + neuron.w[1].data * -0.8
    expected = net if name == "linear" else getattr(autograd, name)(net)
    assert neuron([0.3, -0.8]).data == pytest.approx(expected, rel=1e-15)
    assert Sequential(name)([net])[0] == pytest.approx(expected, rel=1e-15)


def test_activations_as_functions() -> None:
    """An unknown one is refused when the model is made."""
    assert repr(Neuron(1, activation=abs)) == "AbsNeuron(1)"
    with pytest.raises(ValueError, match="there is no activation 'rellu': take one of linear, relu"):
        MLP(1, [2, 1], activation="rellu")
    with pytest.raises(ValueError, match="there is no activation 'rellu'"):
        Sequential(Linear(1, 1), "rellu")
    with pytest.raises(TypeError, match="not int"):
        Neuron(1, activation=3)


@settings(deadline=None)
@given(SIZES, SEEDS)
def test_linear_layers(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = Sequential(*[step for i, o in zip([2, *sizes], sizes, strict=False) for step in (Linear(i, o, rng=rng), "tanh")])
    x = y = rng.normal(size=(3, 2))
    for layer in model.steps[::2]:
        y = np.tanh(y @ autograd.data(layer.weight).T + autograd.data(layer.bias))
    assert_allclose(autograd.data(model(x)), y, rtol=1e-12, atol=1e-12)
    assert_array_equal(autograd.data(model(x[0])), autograd.data(model(x))[0])


def test_layer_without_bias() -> None:
    layer = Linear(2, 1, bias=False)
    assert list(layer.state_dict()) == ["weight"] and repr(layer) == "Linear(2, 1, bias=False)"
    assert layer.bind({"weight": np.array([[2.0, 3.0]])})([1.0, 1.0]).tolist() == [5.0]


# ---- first values

BOUNDS = {"uniform": 1.0, "lecun_uniform": (3 / 40) ** 0.5, "glorot_uniform": (6 / 90) ** 0.5, "he_uniform": (6 / 40) ** 0.5}
DEVIATIONS = {"lecun_normal": (1 / 40) ** 0.5, "glorot_normal": (2 / 90) ** 0.5, "he_normal": (2 / 40) ** 0.5}


@pytest.mark.parametrize("name", nn.INITIAL)
@pytest.mark.parametrize("rng", [random.Random(5), np.random.default_rng(5)], ids=["random", "numpy"])
def test_initializers(name: str, rng: Any) -> None:
    """Their widths are those of the published rules."""
    numbers = autograd.data(nn.parameter(50, 40, init=name, rng=rng))
    if name in BOUNDS:
        assert 0.97 * BOUNDS[name] < np.max(np.abs(numbers)) <= BOUNDS[name]
        assert np.std(numbers) == pytest.approx(BOUNDS[name] / 3**0.5, rel=0.05)
    elif name in DEVIATIONS:
        assert np.std(numbers) == pytest.approx(DEVIATIONS[name], rel=0.05)
        assert np.max(np.abs(numbers)) > 2.5 * DEVIATIONS[name]
    else:
        assert name == "zeros" and not numbers.any()


def test_seeds_generators_and_functions() -> None:
    one, two = nn.parameter(3, rng=7, label="w"), nn.parameter(3, rng=random.Random(7))
    assert autograd.data(one).tolist() == autograd.data(two).tolist() and one[1].label == "w[1]"
    rng = random.Random(7)
    assert Linear(2, 2, rng=rng).vector().tolist() != Linear(2, 2, rng=rng).vector().tolist()
    assert autograd.data(nn.parameter(2, 3, init=lambda rng, i, o: 10 * i + o)).tolist() == [[32.0] * 3] * 2
    for bad in ("seed", 1.5, True):
        with pytest.raises(TypeError, match="rng must be a seed"):
            Linear(1, 1, rng=bad)
    with pytest.raises(ValueError, match="there is no initialisation 'xavier': take one of zeros"):
        Linear(1, 1, init="xavier")
    with pytest.raises(ValueError, match="has no numbers"):
        Linear(0, 1)


# ---- arrays of a model


class Zoo(Module):
    """Parameters in every place where they may be."""

    def __init__(self) -> None:
        self.one = Value(1.0)
        self.few = [Value(2.0), Value(3.0)]
        self.rows = [[Value(4.0), Value(5.0)], [Value(6.0), Value(7.0)]]
        self.array = autograd.asarray([[8.0, 9.0]])
        self.parts = {"a": Linear(1, 1, init="zeros"), "b": [Neuron(1, init="zeros"), (Value(10.0),)]}
        self.again = self.parts["a"]
        self.ragged = [[Value(11.0)], [Value(12.0), Value(13.0)]]
        self._hidden = Value(14.0)
        self.result = self.one * 2
        self.name, self.sizes, self.numbers, self.nothing = "zoo", [1, 2], np.ones(3), None

    def __call__(self, x: Any) -> Any:
        held = [self.one, *self.few, *self.rows[0], *self.rows[1], *self.array.flat, *self.parts["a"]([x]), *self.again([x])]
        return sum([v * x for v in (*held, self.parts["b"][1][0], self.ragged[0][0], *self.ragged[1])])


def test_parameters() -> None:
    """They are found wherever they are, and once."""
    zoo = Zoo()
    state = zoo.state_dict()
    assert {name: array.shape for name, array in state.items()} == {
        "one": (),
        "few": (2,),
        "rows": (2, 2),
        "array": (1, 2),
        "parts.a.weight": (1, 1),
        "parts.a.bias": (1,),
        "parts.b.0.w": (1,),
        "parts.b.0.b": (),
        "parts.b.1": (1,),
        "ragged.0": (1,),
        "ragged.1": (2,),
    }
    assert [p.data for p in zoo.parameters()] == zoo.vector().tolist() == [*range(1, 10), 0, 0, 0, 0, 10, 11, 12, 13]


def test_cyclic_modules_and_names() -> None:
    class Pair(NamedTuple):
        first: Value
        second: list[Value]

    class Part(Module):
        def __init__(self, whole: Module) -> None:
            self.whole, self.pair = whole, Pair(Value(1.0), [Value(2.0)])

    class Whole(Module):
        def __init__(self) -> None:
            self.part = Part(self)

    whole = Whole()
    assert list(whole.state_dict()) == ["part.pair.0", "part.pair.1"]
    bound = whole.bind(np.array([3.0, 4.0]))
    assert bound.part.whole is bound and bound.part.pair == Pair(3.0, [4.0]) and bound is not whole  # type: ignore[arg-type, list-item]
    assert whole.part.pair.first.data == 1.0


def test_functional_call() -> None:
    """It keeps structure and sharing, and leaves the model alone."""
    zoo = Zoo()
    theta = np.arange(1.0, 18.0)
    bound = zoo.bind(theta)
    assert type(bound) is Zoo and bound.again is bound.parts["a"] and type(bound.parts["b"][1]) is tuple
    assert bound.rows == [[4.0, 5.0], [6.0, 7.0]] and bound.name == "zoo" and bound.array.shape == (1, 2)
    assert zoo.vector().tolist() == [*range(1, 10), 0, 0, 0, 0, 10, 11, 12, 13]
    zoo.load_state_dict(theta)
    assert zoo(0.5).data == pytest.approx(bound(0.5), rel=1e-15)
    assert zoo.again is zoo.parts["a"] and zoo.vector().tolist() == theta.tolist()


@settings(deadline=None, max_examples=25)
@given(SIZES, SEEDS)
def test_gradients_of_arrays_and_values(sizes: list[int], seed: int) -> None:
    rng = random.Random(seed)
    model = MLP(2, [*sizes, 2], activation="tanh", rng=rng)
    x, target = [rng.uniform(-1, 1), rng.uniform(-1, 1)], [0.3, -0.4]
    loss = nn.half_squared_error(model(x), target)
    loss.backward()
    expected = [p.grad for p in model.parameters()]

    def of(params: Any) -> Any:
        return nn.half_squared_error(nn.functional_call(model, params, x), target)

    value, gradient = value_and_grad(of)(model.vector())
    assert value == loss.data and gradient.tolist() == expected
    value, gradients = value_and_grad(of)(model.state_dict())
    assert value == loss.data and list(gradients) == list(model.state_dict())
    assert np.concatenate([g.ravel() for g in gradients.values()]).tolist() == expected
    check_grads(of, (model.vector(),), order=1)


@pytest.mark.parametrize("form", ["vector", "state_dict"])
def test_compiled_gradient(form: str) -> None:
    """A compiled gradient is that of the values."""
    rng = np.random.default_rng(4)
    model = Sequential(Linear(3, 4, rng=1), "tanh", Linear(4, 3, rng=2))

    def loss(params: Any, xs: Any, classes: Any) -> Any:
        return nn.cross_entropy(model.bind(params)(xs), classes)

    compiled = jit(value_and_grad(loss))
    for _ in range(4):
        xs, classes = rng.normal(size=(5, 3)), rng.integers(0, 3, size=5)
        model.zero_grad()
        expected = nn.cross_entropy(model(xs), classes)
        expected.backward()
        value, gradient = compiled(getattr(model, form)(), xs, classes)
        flat = gradient if form == "vector" else np.concatenate([g.ravel() for g in gradient.values()])
        assert value == pytest.approx(expected.data, rel=1e-13)
        assert_allclose(flat, [p.grad for p in model.parameters()], rtol=1e-10, atol=1e-14)
        SGD(model.parameters(), lr=0.5).step()
    assert compiled.stats["eager"] == 0 and compiled.stats["structures"] == 1
    with pytest.raises(IndexError):
        compiled(getattr(model, form)(), xs, np.array([0, 1, 2, 3, 0]))


def test_wrong_shapes() -> None:
    """They are refused, and nothing changes."""
    model = Linear(2, 1, rng=1)
    before = model.vector().tolist()
    state = model.state_dict()
    cases = [
        ({"weight": state["weight"]}, r"missing \['bias'\], unknown \[\]"),
        ({**state, "bais": state["bias"]}, r"missing \[\], unknown \['bais'\]"),
        ({**state, "weight": state["weight"].T}, r"weight has shape \(1, 2\), but \(2, 1\) is given"),
        (np.zeros(4), "3 parameters, but an array of shape"),
        (np.zeros((1, 3)), "3 parameters, but an array of shape"),
    ]
    for bad, message in cases:
        with pytest.raises(ValueError, match=message):
            model.load_state_dict(bad)
        with pytest.raises(ValueError, match=message):
            model.bind(bad)
    with pytest.raises(ValueError):
        model.load_state_dict({"weight": [[1.0, 2.0]], "bias": ["x"]})
    assert model.vector().tolist() == before


def test_value_in_two_arrays() -> None:
    """It is refused where the two would differ afterwards."""
    model = Module()
    shared = Value(1.0)
    model.a, model.b = [shared, Value(2.0)], [shared]  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="one Value is in both a and b"):
        model.vector()


def test_labels() -> None:
    model = MLP(1, [2, 1])
    model.label()
    assert model.layers[1].neurons[0].b.label == "layers.1.neurons[0, 2]"
    zoo = Zoo()
    zoo.label()
    assert zoo.one.label == "one" and zoo.ragged[1][0].label == "ragged.1[0]"


def test_copies_and_pickles() -> None:
    model = MLP(2, [3, 1], rng=1)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other([1.0, 2.0]).data == model([1.0, 2.0]).data
        assert not {id(p) for p in other.parameters()} & {id(p) for p in model.parameters()}


# ---- files


def test_save_and_load(tmp_path: Path) -> None:
    model, other = Zoo(), Zoo()
    model.load_state_dict(np.array([0.1, -0.0, math.inf, 5e-324, 1 / 3, *range(12)]))
    model.save(tmp_path / "zoo")
    other.load(tmp_path / "zoo")
    assert other.vector().tobytes() == model.vector().tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["zoo"]
    with np.load(tmp_path / "zoo", allow_pickle=False) as archive:
        assert archive["few"].tolist() == model.state_dict()["few"].tolist()


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 2000), st.integers(0, 255))
def test_damaged_files(tmp_path_factory: Any, junk: bytes, place: int, byte: int) -> None:
    """They are refused and run no code."""
    folder = tmp_path_factory.mktemp("files")
    model = Linear(2, 1, rng=1)
    model.save(folder / "good")
    good = (folder / "good").read_bytes()
    before = model.vector().tolist()
    for bad in (junk, good[: place % len(good)]):
        (folder / "bad").write_bytes(bad)
        with pytest.raises(ValueError, match=r"bad holds no saved arrays, or it is damaged"):
            model.load(folder / "bad")
    flipped = bytearray(good)
    flipped[place % len(good)] = byte
    (folder / "flipped").write_bytes(flipped)
    try:  # a flip of what says nothing, as a date, does no harm
        model.load(folder / "flipped")
    except ValueError:
        pass
    assert model.vector().tolist() == before


def test_file_with_pickled_objects(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "ran",))

    np.savez(tmp_path / "bomb.npz", weight=np.array([Bomb()], dtype=object), bias=np.zeros(1))
    with pytest.raises(ValueError, match="holds no saved arrays"):
        Linear(1, 1).load(tmp_path / "bomb.npz")
    assert not (tmp_path / "ran").exists()


def test_failed_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves the old file, and no other."""
    model = Linear(2, 1, rng=1)
    model.save(tmp_path / "m")
    old = (tmp_path / "m").read_bytes()

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left on the disk")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        model.save(tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == old and [p.name for p in tmp_path.iterdir()] == ["m"]
    with pytest.raises(FileNotFoundError):
        model.load(tmp_path / "none")


# ---- losses


def test_losses() -> None:
    assert nn.mse(3.0, 1.0) == 4.0 and nn.mse([[1.0, 2.0]], [[0.0, 4.0]]) == 2.5
    assert nn.half_squared_error(0.51237248, 1.0) == pytest.approx(0.5 * 0.48762752**2)
    assert nn.hinge([0.5, -2.0, 3.0], [1, 1, -1]) == pytest.approx((0.5 + 3.0 + 4.0) / 3)
    p = np.exp([1.0, 2.0, 4.0]) / np.sum(np.exp([1.0, 2.0, 4.0]))
    assert nn.cross_entropy([1.0, 2.0, 4.0], 1) == pytest.approx(-math.log(p[1]))
    assert nn.cross_entropy([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]], [1, 2]) == pytest.approx((-math.log(p[1]) + math.log(3)) / 2)
    q = 1 / (1 + math.exp(-0.7))
    assert nn.binary_cross_entropy([0.7], [0.25]) == pytest.approx(-0.25 * math.log(q) - 0.75 * math.log(1 - q))


LOSSES = [
    (nn.mse, [0.2, -0.3]),
    (nn.half_squared_error, [0.2, -0.3]),
    (nn.hinge, [1, -1]),
    (nn.binary_cross_entropy, [0.0, 0.9]),
]


@pytest.mark.parametrize("loss, target", LOSSES, ids=lambda x: getattr(x, "__name__", ""))
def test_derivatives_of_losses(loss: Any, target: list[float]) -> None:
    """To second order."""
    check_grads(lambda p: loss(p, target), ([0.4, 0.7],), order=2)
    check_grads(lambda p: loss(p, np.array(target)), (np.array([0.4, 0.7]),), order=2)


def test_derivatives_of_cross_entropy() -> None:
    """To second order."""
    check_grads(lambda p: nn.cross_entropy(p, [2, 0]), (np.array([[0.1, -0.4, 0.3], [1.0, 2.0, -1.0]]),), order=2)


def test_losses_far_out() -> None:
    for z in (-1e4, 1e4):
        logit = Value(z)
        loss = nn.binary_cross_entropy(logit, 1) + nn.cross_entropy([logit, 0.0], 0)
        loss.backward()
        assert loss.data == pytest.approx(max(-2 * z, 0.0)) and logit.grad == pytest.approx(-2.0 if z < 0 else 0.0)


def test_losses_of_wrong_shapes() -> None:
    for loss in (nn.mse, nn.half_squared_error, nn.hinge, nn.binary_cross_entropy):
        for predicted, target in (([1.0], [1.0, 1.0]), ([], []), ([[1.0]], [1.0])):
            with pytest.raises(ValueError, match="as many targets as predictions"):
                loss(predicted, target)
    with pytest.raises(ValueError, match="labels 1 and -1"):
        nn.hinge([0.5], [0])
    with pytest.raises(ValueError, match="targets from 0 to 1"):
        nn.binary_cross_entropy([0.5], [1.5])
    with pytest.raises(ValueError, match="a row of logits for each target"):
        nn.cross_entropy([[1.0, 2.0]], [0, 1])
    with pytest.raises(IndexError, match="no class -1 among 2"):
        nn.cross_entropy([1.0, 2.0], -1)
    with pytest.raises(TypeError, match="an integer, not float"):
        nn.cross_entropy([1.0, 2.0], 1.0)
