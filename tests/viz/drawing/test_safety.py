"""Whatever users write as a label or scope comes out as plain text: no markup, no links, no scripts, no files read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import graphviz  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, scope, sigmoid
from viz import draw
from viz.backend.run import run_engine
from viz.model.numbers import number
from viz.style.escape import clean, tooltip

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
ALLOWED = {"svg", "g", "title", "a", "text", "path", "polygon", "polyline", "ellipse"}
PIECES = [
    *"ab \n\t\r\\\"'<>&;[]{}()|/*#%:=-,.`~$@!?^_",
    *[
        "\\N",
        "\\G",
        "\\L",
        "\\n",
        "\\l",
        "\\\\",
        "&lt;",
        "&#92;N",
        "&amp;",
        "<b>",
        "</b>",
        "<BR/>",
        "<",
        ">",
        "]]>",
        "<!--",
        "-->",
    ],
    *["\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\u200f", "\u202e", "\u2028", "\ud800", "\ufeff", "\ufffe", "\uffff"],
    *["漢字", "🎉", "ŷ", "é", "σ", "∇", "//", "/*", '" URL="javascript:alert(1)', "x\\", "digraph", "->", "${x}", "%s", "{0}"],
]
hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=24).map("".join)
ATTACKS = [
    "x\\",
    " URL=<javascript:alert(1)>]; n666 [label=PWNED]; // ",
    "<b>bold</b>",
    "<lambda> <map>",
    '<<TABLE><TR><TD><IMG SRC="/etc/passwd"/></TD></TR></TABLE>>',
    '<<TABLE HREF="javascript:alert(1)"><TR><TD>x</TD></TR></TABLE>>',
    "C:\\new\\left\\N\\G",
    "&#92;N &lt;x&gt; &nosuch;",
    "</text></svg><script>alert(1)</script>",
    "x\ndigraph evil {}",
    "]",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
    "x" * 100_000,
    "\n" * 100_000,
]


def nodes(svg: str) -> Iterator[tuple[str, list[str], str]]:
    """Id, lines of text and tooltip of every node of a picture, which holds nothing but shapes and text."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ALLOWED
        for name in element.attrib:
            assert "href" not in name.lower() and not name.lower().startswith("on") and name != "style"
        assert "javascript" not in "".join(v for k, v in element.attrib.items() if k != f"{XLINK}title")
    for group in root.iter(f"{SVG}g"):
        if group.get("class") == "node":
            link = group.find(f".//{SVG}a")
            texts = ["".join(text.itertext()) for text in group.iter(f"{SVG}text")]
            yield group.findtext(f"{SVG}title", ""), texts, "" if link is None else link.get(f"{XLINK}title", "")


def shown(text: str) -> list[str]:
    """The lines that a card shows of a text; blank ones may be left out."""
    return [line.replace("\xa0", " ").strip() for line in text.split("\n") if line.strip()]


def squeezed(text: str) -> str:
    """XML turns line ends within attributes into blanks."""
    return " ".join(text.split())


@pytest.mark.slow
@settings(deadline=None, max_examples=120)
@given(st.lists(hostile, min_size=1, max_size=6), hostile)
def test_labels_and_scopes_are_text(labels: list[str], name: str) -> None:
    leaves = [Value(i + 2.5, label) for i, label in enumerate(labels)]
    with scope(name):
        result = leaves[0] * leaves[-1]
        for leaf in leaves:
            result = result * leaf
        result.label = labels[0]
    for groups in (False, True):
        drawing = draw(result, groups=groups)
        drawn = {node: (lines, about) for node, lines, about in nodes(drawing.pipe("svg", encoding="utf-8"))}
        assert set(drawn) == {f"n{i}" for i in range(len(drawn))}
        cards = [drawn[box] for box in drawn if drawn[box][0][-4::2] == ["data", "grad"]]
        for leaf in leaves:
            wanted = shown(clean(leaf.label))
            assert any(shown("\n".join(lines[:-4])) == wanted for lines, _ in cards), (leaf.label, cards)
            about = f"{clean(leaf.label, 400)}\ndata {leaf.data!r}\ngrad 0.0"
            assert any(squeezed(text) == squeezed(about) for _, text in cards), (leaf.label, cards)


@settings(deadline=None, max_examples=40)
@given(hostile, hostile)
def test_classic_view_and_page(label: str, name: str) -> None:
    with scope(name):
        x = Value(3.0, label)
        y = x * x
        y.label = label
    y.backward()
    drawing = draw(y, view="classic")
    drawn = list(nodes(drawing.pipe("svg", encoding="utf-8")))
    assert [node for node, _, _ in drawn if not node.startswith("op_")] == ["n0", "n1"]
    assert all(
        shown("\n".join(lines))[: len(shown(clean(label)))] == shown(clean(label)) for node, lines, _ in drawn if node == "n0"
    )
    page = drawing.page()
    assert "<script" not in page.lower() and "href" not in re.sub(r">[^<]*<", "><", page.replace(clean(label), ""))
    assert page.count("<title>") == 1 + page.count("<g ") - page.count('<g id="a_')


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_known_attacks(attack: str) -> None:
    with scope("->"):  # a tooltip may begin and end like markup
        x, y = Value(1.0, attack), Value(2.0, "x\\")
    with scope(attack):
        z = x * y
    z.label = attack
    drawn = {node: (lines, about) for node, lines, about in nodes(draw(z).pipe("svg", encoding="utf-8"))}
    assert sorted(drawn) == ["n0", "n1", "n2"]
    assert squeezed(drawn["n0"][1]) == squeezed(f"{clean(attack, 400)}\ndata 1.0\ngrad 0.0\nin ->"[:399]) or len(attack) > 300
    assert draw(z, groups=True).pipe("png").startswith(b"\x89PNG")


def network(names: list[str]) -> Value:
    """Two units and a loss in nested scopes, with these names wherever a name can be given."""
    name = iter(names * 3)
    with scope(next(name)), scope(next(name)):
        x = Value(0.5, next(name))
        net = Value(0.1, next(name)) * x + Value(-0.2, next(name)) * Value(0.3, next(name)) + Value(0.7, next(name))
        hidden = sigmoid(net)
        net.label, hidden.label = next(name), next(name)
    with scope(next(name)):
        output = sigmoid(Value(0.1, next(name)) * hidden + Value(0.4, next(name)) * x)
    loss = (Value(0.6, next(name)) - output) ** 2
    output.label, loss.label = next(name), next(name)
    loss.backward()
    return loss


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(st.lists(hostile, min_size=6, max_size=6), st.sampled_from(["LR", "BT"]))
def test_neurons_and_groups(names: list[str], direction: str) -> None:
    loss = network(names)
    drawn = list(nodes(draw(loss, "neurons", direction).pipe("svg", encoding="utf-8")))
    assert all(re.fullmatch(r"(n|frame|label|from|to)\d+", name) for name, _, _ in drawn)
    lines = {line.strip() for _, found, _ in drawn for line in shown("\n".join(found))}
    output = loss.parents[0].parents[1]
    assert set(shown(clean(output.label))) <= lines, (output.label, lines)
    for arguments in ({"depth": 1}, {"expand": [names[0]]}, {}):
        about = list(nodes(draw(loss, "groups", **arguments).pipe("svg", encoding="utf-8")))  # type: ignore[arg-type]
        assert all(re.fullmatch(r"g\d+", name) for name, _, _ in about) and about
    list(nodes(draw(loss, around=loss, radius=1).pipe("svg", encoding="utf-8")))


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_known_attacks_on_networks(attack: str) -> None:
    loss = network([attack] * 6)
    for view in ("neurons", "groups"):
        drawn = [name for name, _, _ in nodes(draw(loss, view).pipe("svg", encoding="utf-8"))]
        assert drawn and all(re.fullmatch(r"(g|n|frame|label|from|to)\d+", name) for name in drawn)


@pytest.mark.parametrize("text", ["<b>", "<<TABLE></TABLE>>", "<lambda>"])
def test_tooltips_are_text(text: str) -> None:
    graph = graphviz.Digraph(node_attr={"label": "x"})
    graph.node("n0", tooltip=tooltip(text))
    assert [(lines, about) for _, lines, about in nodes(run_engine(graph.source).decode())] == [(["x"], text)]


@settings(deadline=None, max_examples=100)
@given(hostile)
def test_cleaned_text(text: str) -> None:
    cleaned = clean(text, 10)
    assert len(cleaned) <= 10
    element = ElementTree.Element("t")
    element.text = cleaned
    assert (ElementTree.fromstring(ElementTree.tostring(element, "utf-8")).text or "") == cleaned


@pytest.mark.parametrize("name", ["-v.svg", "-oother.svg", "a;b$(c).svg", "two words.svg", "\u202ename.svg"])
def test_file_names(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert draw(Value(1.0)).save(name) == Path(name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert draw(Value(1.0)).render(name) == f"{name}.svg"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (-123456.0, "-123456"), (1234567.0, "1.235e6"), (0.0287306, "0.02873"),
        (-7.0804e-5, "-7.08e-5"), (1e-300, "1e-300"), (1e22, "1e22"), (float("nan"), "nan"), (float("-inf"), "-inf"),
        (0.99999, "1"), (123.456, "123.5"),
    ],
)  # fmt: skip
def test_numbers(x: float, text: str) -> None:
    assert number(x) == text
