"""The player without a browser: its events are the engine's, its scenes hold every value, its page is text and ours alone."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import itertools
import json
import math
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from helpers import output
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, relu, scope, sigmoid, sumprod, tanh
from viz import EngineError, Player, player
from viz.backend.run import environment
from viz.derivation.names import name_nodes
from viz.model.graph import Graph
from viz.stepper.scenes import MAX_SCENES, make_scenes
from viz.stepper.steps import make_story
from viz.stepper.timeline import make_timeline


def graph(seed: int, size: int = 25) -> Value:
    """A random graph in scopes: shared values, constants, sums, units that are off, a nan now and then."""
    dice = random.Random(seed)
    pool = [Value(dice.uniform(-2, 2), f"x{i}") for i in range(3)]
    makers: list[Any] = [
        lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a * 0.5 + 2.0, lambda a, b: relu(a),
        lambda a, b: tanh(a), lambda a, b: a * a, lambda a, b: sumprod([a, b, a], [b, a, 3.0]), lambda a, b: a + b + a + b,
        lambda a, b: autograd.log(a), lambda a, b: autograd.where(a > b, a, b),
    ]  # fmt: skip
    for _ in range(size):
        with scope(dice.choice("abc")), scope(dice.choice("de")):
            pool.append(dice.choice(makers)(*dice.sample(pool[-6:], 2)))
        if dice.random() < 0.3:
            pool[-1].label = dice.choice(["h", "v1", "", "ŷ"])
    return sum(pool[-3:], Value(0.0))


def network(sizes: tuple[int, ...] = (3, 4, 2)) -> Value:
    dice = random.Random(3)
    x = [Value(dice.uniform(-1, 1), f"x{i}") for i in range(sizes[0])]
    for k, (a, b) in enumerate(pairwise(sizes), 1):
        with scope(f"layer {k}"):
            x = [sigmoid(sumprod([Value(dice.uniform(-1, 1)) for _ in range(a)], x)) for _ in range(b)]
    loss = sum((v * v for v in x), Value(0.0))
    loss.label = "loss"
    return loss


def same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def data(made: Player) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', made.html)
    found: dict[str, Any] = json.loads(text)
    return found


# ---- the events


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_totals_are_the_gradients(seed: int) -> None:
    """To the last bit."""
    root = graph(seed)
    line = make_timeline(Graph([root]))
    assert all(node.grad == 0.0 for node in line.nodes)  # nothing was changed
    root.backward()
    for node, grad in zip(line.nodes, line.grads, strict=True):
        assert node.is_constant or same(node.grad, grad), (seed, node)
    last: dict[int, float] = {}
    for event in line.sent:
        assert same(event.message, event.local * event.upstream)
        assert same(event.total, last.get(event.tail, 0.0) + event.message)
        last[event.tail] = event.total
    assert all(same(line.grads[i], total) for i, total in last.items())


def test_what_is_cut_sends_nothing() -> None:
    """The player says so; a gradient of 0 is sent as any other."""
    x, y = Value(0.0, "x"), Value(2.0, "y")
    off = relu(-1.0 - autograd.sqrt(x))
    off.label = "off"
    root = off + 0.0 * y
    line = make_timeline(Graph([root]))
    index = {node.label: i for i, node in enumerate(line.nodes)}
    assert (line.grads[index["x"]], line.grads[index["off"]], line.grads[index["y"]]) == (0.0, 1.0, 0.0)
    assert index["y"] in {event.tail for event in line.sent} and index["x"] not in {event.tail for event in line.sent}
    assert len(line.idle) == 3 and index["off"] in line.idle
    steps = [step for step in data(player(root))["scenes"][0]["steps"] if step["kind"] == "idle"]
    words = [step["title"] + " " + " ".join(step["lines"]) for step in steps]
    assert any("off sends nothing back" in text and "does not depend on its operand here" in text for text in words)
    assert any("No gradient has come to" in text for text in words)
    assert "wire cut" in player(root).html


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_order_of_events(seed: int) -> None:
    """From operands to results, and back."""
    root = graph(seed)
    line = make_timeline(Graph([root]))
    index = {id(node): i for i, node in enumerate(line.nodes)}
    for i, node in enumerate(line.nodes):
        assert all(line.appears[index[id(parent)]] < line.appears[i] for parent in node.parents)
    times = [event.time for event in line.sent] + list(line.idle.values())
    assert len(set(times)) == len(times) and min(times, default=line.end) > line.seed > max(line.appears)
    complete = {event.tail: event.time for event in line.sent}
    assert all(complete.get(event.head, 0) < event.time for event in line.sent)


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_scenes(seed: int) -> None:
    """Each holds every value once and ends with the engine's gradients."""
    root = graph(seed)
    line = make_timeline(Graph([root]))
    found = make_scenes(line.graph, list(name_nodes(line.nodes).values()), 300)
    assert len(found) <= MAX_SCENES + 2
    for scene in found:
        assert sorted(m for part in scene.parts for m in part.members) == list(range(len(line.nodes)))
        assert all(0 <= part.opens < len(found) for part in scene.parts if part.opens is not None)
        assert all(0 <= closes < len(found) for _, closes in scene.frames)
        story = make_story(scene, line)
        assert [step.time for step in story.steps] == sorted(step.time for step in story.steps)
        assert [step.kind for step in story.steps].count("seed") == 1
        for i, terms in story.terms.items():
            main = scene.parts[i].main
            assert main is not None and same(terms[-1].total, line.grads[main])
            assert [term.step for term in terms] == sorted({term.step for term in terms})
        backward = sum(len(step.events) for step in story.steps if step.kind in ("back", "inside"))
        where = scene.part_of_node()
        inner = sum(where[e.tail] == where[e.head] and scene.parts[where[e.tail]].main is not None for e in line.sent)
        assert backward + inner == len(line.sent)  # what happens within one card is folded away, nothing else


def test_scopes_unfold_and_fold() -> None:
    """Into their values, and back."""
    root = network()
    line = make_timeline(Graph([root]))
    found = make_scenes(line.graph, list(name_nodes(line.nodes).values()), 300)
    [closed] = [i for i, scene in enumerate(found) if scene.name == "scopes"]
    opens = {part.name: part.opens for part in found[closed].parts}
    for name in ("layer 1", "layer 2"):
        assert opens[name] is not None
        opened = found[opens[name]]
        assert opened.frames == (((name,), closed),)
        inside = {m for part in opened.parts if part.path == (name,) and part.main is not None for m in part.members}
        assert {i for i, node in enumerate(line.nodes) if name in node.group} <= inside


def test_nested_scopes() -> None:
    """They unfold one inside the other."""
    x = Value(0.5, "x")
    with scope("outer"):
        with scope("inner"):
            y = tanh(x * 2.0) * x
        with scope("other"):
            z = tanh(y + x)
        u = z * y
    with scope("end"):
        root = u * u
    found = data(player(root, max_nodes=5))["scenes"]  # more values than that: scopes only
    names = [scene["about"] for scene in found]
    assert all("folded by scopes" in name for name in names)
    framed = [len(scene["frames"]) for scene in found]
    assert max(framed) >= 1 and framed[0] == 0


def test_large_graph_without_scopes() -> None:
    """It is folded by levels."""
    x = Value(1.0)
    for _ in range(400):
        x = tanh(x) + 0.1
    [scene] = data(player(x))["scenes"]
    assert "folded by levels" in scene["about"] and len(scene["parts"]) < 20


# ---- the page


def test_content_security_policy() -> None:
    """It allows the page's own script and style alone."""
    text = player(network()).html
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    for name, content in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy


class Reader(html.parser.HTMLParser):
    """What elements and attributes a page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))


NASTY = st.text(st.sampled_from("<>&\"'\\/ab]=;:-_`$\n\x00\x07\u2028\u202e\ud800漢🙂"), max_size=30) | st.sampled_from([
    "</script><script>alert(1)</script>", "<!--", "]]>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "${x}", "$data",
    "' onclick='alert(1)", '" onload="alert(1)', "</title>", "</style>", "&lt;b&gt;", "\\u003c/script>", "__proto__",
])  # fmt: skip


@pytest.mark.slow
@settings(deadline=None)
@given(NASTY, NASTY, NASTY)
def test_labels_and_scopes_are_text(a: str, b: str, c: str) -> None:
    def build(labels: tuple[str, str, str]) -> str:
        x = Value(0.5, labels[0])
        with scope(labels[2] or "s"):
            y = tanh(x * x) + x
        y.label = labels[1]
        return player(y, theme="light").html

    shown, plain = Reader(build((a, b, c))), Reader(build(("a", "b", "c")))
    if a and b:  # an unnamed value is drawn otherwise
        assert shown.tags == plain.tags
    handlers = {
        name for _, names in shown.tags for name in names if name.startswith("on") or name in ("href", "src", "xlink:href")
    }
    assert handlers == set()
    assert [tag for tag, _ in shown.tags].count("script") == 2


PROGRAM = f"""
import hashlib, sys
sys.path.append({str(Path(__file__).parent)!r})
from test_player import network, graph
from viz import player
pages = [player(network()), player(graph(5)), player(graph(6), "LR", "dark")]
print(hashlib.sha256("".join(page.html for page in pages).encode()).hexdigest())
"""


@pytest.mark.slow
def test_same_bytes_in_every_process(tmp_path: Path) -> None:
    """The same graph gives the same bytes in every process."""
    assert len({output(PROGRAM, tmp_path, PYTHONHASHSEED=seed) for seed in ("0", "1", "77")}) == 1


def test_save(tmp_path: Path) -> None:
    made = player(network())
    path = made.save(tmp_path / "page.html")
    assert path.read_text(encoding="utf-8") == made.html
    with pytest.raises(ValueError, match=r"must end in \.html"):
        made.save(tmp_path / "page.svg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        made.save(tmp_path / "nowhere" / "page.html")
    assert [item.name for item in tmp_path.iterdir()] == ["page.html"]


def test_notebook_display() -> None:
    made = player(network(), height=500)
    bundle = made._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"} and bundle["text/plain"].startswith("<viz.Player of 'loss', ")
    tag = Reader(bundle["text/html"]).tags
    assert tag == [("iframe", ("srcdoc", "sandbox", "title", "style"))]
    assert 'sandbox="allow-scripts"' in bundle["text/html"] and "height:500px" in bundle["text/html"]
    assert set(made._repr_mimebundle_(exclude=["text/html"])) == {"text/plain"}
    assert set(made._repr_mimebundle_(include=["text/html"])) == {"text/html"}
    assert made._repr_html_() == bundle["text/html"]


def test_values_are_those_of_the_call() -> None:
    """Whatever happens later."""
    root = network()
    made = player(root)
    before = made.html
    root.backward()
    assert made.html == before == player(root).html  # nor does it read or change a gradient


def test_lone_leaf() -> None:
    [scene] = data(player(Value(2.0, "x")))["scenes"]
    assert [step["kind"] for step in scene["steps"]] == ["start", "seed", "end"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"root": 3.0}, TypeError, "needs a Value as root, not float"),
        ({"direction": "up"}, ValueError, "unknown direction 'up'; one of 'BT'"),
        ({"theme": "blue"}, ValueError, "unknown theme 'blue'; one of 'auto'"),
        ({"max_nodes": 0}, ValueError, "max_nodes must be a positive whole number, not 0"),
        ({"height": 1.5}, ValueError, "height must be a positive whole number, not 1.5"),
        ({"timeout": 0}, ValueError, "timeout must be positive, not 0"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        player(**{"root": Value(1.0), **arguments})


def test_error_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the remedies."""
    assert environment()
    monkeypatch.setenv("VIZ_DOT", str(Path("no") / "such" / "dot"))
    with pytest.raises(EngineError):
        player(network())


def test_words_of_steps() -> None:
    """With formulas and numbers."""
    x, y = Value(-1.25, "x"), Value(0.5, "y")
    z = relu(x) + autograd.logsumexp([x, y]) - x * y
    z.label = "a name that is too long for a derivative"
    steps = {step["title"]: step["lines"] for step in data(player(z))["scenes"][0]["steps"]}
    assert steps["v1 = relu(x)"] == ["= relu(-1.25)", "= 0"]
    assert steps["v2 = logsumexp(x, y)"] == [
        "= logsumexp(-1.25, 0.5)",
        f"= {math.log(math.exp(-1.25) + math.exp(0.5)):.6g}",
    ]
    assert steps["v4 = x * y"] == ["= (-1.25) * 0.5", "= -0.625"]
    assert steps["y.grad += ∂v4/∂y × ∂result/∂v4"] == [
        "+= (-1.25) × (-1) = 1.25",
        "local derivative of x * y with respect to y: x = -1.25",
    ]


@pytest.mark.parametrize("weights", [*itertools.permutations([math.nan, 5.0, 1.0])])
def test_nan_is_shown_on_groups(weights: tuple[float, ...]) -> None:
    """Whichever of the gradients it is, on the card and in the words."""
    leaves = [Value(1.0, f"x{i}") for i in range(len(weights))]
    with scope("g"):
        inner = [autograd.sin(x * 1.0) * 2.0 for x in leaves]
    scenes = data(player(autograd.sum([h * weight for h, weight in zip(inner, weights, strict=True)])))["scenes"]
    card = next(part for scene in scenes for part in scene["parts"] if part["name"] == "g")
    assert card["grads"][0][1] == "nan"
    step = next(step for scene in scenes for step in scene["steps"] if step["title"] == "Inside g")
    assert step["lines"][1:] == [
        "Afterwards 4 of 12 gradients are nan.", "Among the others |grad| is at most 10, in the middle 5.",
    ]  # fmt: skip
