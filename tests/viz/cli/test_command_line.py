"""python -m viz: what it prints and writes, its exit status; and expressions, of which nothing is ever evaluated by Python."""

from __future__ import annotations

import ast
import builtins
import keyword
import math
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers import python
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.engine.functions import FUNCTIONS
from autograd.ops.primitives import TABLE
from viz.__main__ import main
from viz.cli.expression import ExpressionError, evaluate, is_name
from viz.cli.grammar import CALLABLE, MAX_LENGTH, WINDOW


def values(**numbers: float) -> dict[str, Value]:
    return {name: Value(number, name) for name, number in numbers.items()}


# ---- expressions that are right

RIGHT: list[tuple[str, float]] = [
    ("x", 2.0),
    ("-x", -2.0),
    ("+x", 2.0),
    ("  x + 1 ", 3.0),
    ("x\n+ 1\t* 3", 5.0),
    ("x - y * 2 / 4", 0.5),
    ("x ** y ** 0.5", 2.0**3.0**0.5),
    ("-x ** 2", -4.0),
    ("2 ** -x", 0.25),
    ("7 // x + 7 % y", 4.0),
    ("-7 // x", -4.0),
    ("(x + y) * (x - y)", -5.0),
    ("1_000 * 0x10 + .5e1", 16_005.0),
    ("tanh(x * y) + exp(0)", math.tanh(6.0) + 1.0),
    ("where(x < y, x, y)", 2.0),
    ("where(x >= y, x, y)", 3.0),
    ("where(1 < x <= 2 != y, 10, 20)", 10.0),
    ("where(x == 2, where(y == 3, 1, 2), 3)", 1.0),
    ("sum([x, y, 1])", 6.0),
    ("sum(x, y, 1)", 6.0),
    ("mean(x, y)", 2.5),
    ("prod([x, y])", 6.0),
    ("sumprod([x, 2], [y, 3])", 12.0),
    ("logsumexp([x, x])", 2.0 + math.log(2.0)),
    ("clip(x, 0, 1) + leaky_relu(-x) + leaky_relu(-x, 0.5)", 1.0 - 0.02 - 1.0),
    ("atan2(x, y) + hypot(x, y)", math.atan2(2, 3) + math.hypot(2, 3)),
    ("1 + 1", 2.0),
]


@pytest.mark.parametrize(("text", "expected"), RIGHT, ids=[text for text, _ in RIGHT])
def test_expressions(text: str, expected: float) -> None:
    assert evaluate(text, values(x=2.0, y=3.0)).data == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", [name for name in CALLABLE if TABLE[name].arity and name != "where"])
def test_every_function(name: str) -> None:
    points = [low + 0.3 * (high - low) for low, high in TABLE[name].sample]
    text = f"{name}({', '.join(['a', *map(repr, points[1:])])})"
    assert evaluate(text, values(a=points[0])).data == FUNCTIONS[name](Value(points[0]), *points[1:]).data


def test_gradients_of_names() -> None:
    names = values(x=0.5, w=-0.6, b=0.1)
    evaluate("tanh(x*w + b)", names).backward()
    assert [names[name].grad for name in "xwb"] == [-0.5766257897796699, 0.4805214914830583, 0.9610429829661166]


def test_numbers_are_constants() -> None:
    """Arithmetic of numbers alone makes no node."""
    x = Value(1.0, "x")
    y = evaluate("2 ** 3 * x", {"x": x})
    assert [(p.data, p.is_constant) for p in y.parents] == [(8.0, True), (1.0, False)]


def test_names_are_normalised() -> None:
    assert evaluate("ﬁ + ŷ", {"fi": Value(1.0), "ŷ": Value(2.0)}).data == 3.0


# ---- expressions that are wrong

WRONG: list[tuple[str, int, str]] = [
    ("", 1, "empty"),
    ("   ", 1, "empty"),
    ("x +", 3, "not an expression"),
    ("x y", 3, "not an expression"),
    ("2 * (x", 5, "never closed"),
    ("x = 1", 3, "not an expression"),
    ("x; y", 2, "character"),
    ("x # y", 3, "character"),
    ("x\x00", 2, "character"),
    ("x + \u202ey", 5, "character"),
    ("x + '1'", 5, "character"),
    ("x\\y", 2, "character"),
    ("x + zz", 5, "zz is not given: add zz=NUMBER"),
    ("é + 1", 1, "é is not given"),
    ("x*y + é * 漢", 7, "é is not given"),
    ("x.real", 1, "attributes"),
    ("1 + x.__class__", 5, "attributes"),
    ("x[0]", 1, "subscripts"),
    ("(lambda: 1)", 2, "lambdas"),
    ("x if x else 1", 1, "choices"),
    ("x and y", 1, "and, or"),
    ("x < y", 1, "comparisons outside"),
    ("sin(x < y)", 5, "comparisons outside"),
    ("(y := x)", 2, "assignments"),
    ("[x, y]", 1, "lists"),
    ("sin([x])", 5, "lists"),
    ("x @ y", 1, "operators"),
    ("x & y", 1, "operators"),
    ("x << 2", 1, "operators"),
    ("~x", 1, "operators"),
    ("not x", 1, "operators"),
    ("(x, y)", 1, "kind Tuple"),
    ("{x}", 1, "kind Set"),
    ("sum(t for t in x)", 4, "kind GeneratorExp"),
    ("sin(*x)", 5, "kind Starred"),
    ("eval(x)", 1, "no function eval()"),
    ("print(x)", 1, "no function print()"),
    ("sgmoid(x)", 1, "is it sigmoid()?"),
    ("softmax(x)", 1, "no function softmax()"),
    ("x(y)", 1, "no function x()"),
    ("sin(x)(y)", 1, "only functions can be called"),
    ("x.sin()", 1, "only functions can be called"),
    ("1 + exp", 5, "exp is a function"),
    ("sin()", 1, "takes 1 argument, not 0"),
    ("hypot(x)", 1, "takes 2 arguments, not 1"),
    ("clip()", 1, "takes 1 to 3 arguments, not 0"),
    ("leaky_relu(x, slope=2)", 15, "without names"),
    ("where(x, 1, 2)", 7, "takes a comparison"),
    ("where(x is y, 1, 2)", 7, "only the comparisons"),
    ("where(x in y, 1, 2)", 7, "only the comparisons"),
    ("sumprod(x, y)", 1, "takes two lists"),
    ("sumprod([x], [y, 1])", 1, "lists of one length"),
    ("mean()", 1, "nothing"),
    ("sum([x], y)", 5, "lists"),
    ("True + x", 1, "True is not a real number"),
    ("None", 1, "None is not a real number"),
    ("x + 2j", 5, "2j is not a real number"),
    ("x + ...", 5, "not a real number"),
    ("x + 1e999", 5, "too large"),
    ("x + " + "9" * 400, 5, "too large"),
    ("x + 9**9**9**9", 8, "not a finite number"),
    ("1 / 0 * x", 1, "not a finite number"),
    ("log(-1)", 1, "not a finite number"),
    ("(" * 250 + "x" + ")" * 250, 201, "nested"),
    ("x" * (MAX_LENGTH + 1), MAX_LENGTH + 1, "more than 2,000 characters"),
]


@pytest.mark.parametrize(("text", "column", "message"), WRONG, ids=[text[:20] for text, _, _ in WRONG])
def test_wrong_expressions(text: str, column: int, message: str) -> None:
    """The error points at the place."""
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, values(x=2.0, y=3.0))
    assert message in str(caught.value)
    assert caught.value.column == column
    check_caret(caught.value, text)


def check_caret(error: ExpressionError, text: str) -> None:
    """The message takes one line; then the text and, below the place, the caret."""
    message, shown, caret = str(error).split("\n")
    assert message.endswith(f"(column {error.column})")
    assert 1 <= error.column <= len(text) + 1
    place = len(caret) - 1 - 2
    assert caret.strip() == "^" and 0 <= place <= WINDOW // 2
    if error.column <= len(text):
        original = text[error.column - 1]
        assert shown[2 + place] == (original if original.isprintable() else "\N{REPLACEMENT CHARACTER}")


def test_long_powers_and_sums() -> None:
    x = values(x=1.5)
    assert evaluate("**".join(["x"] * 600), x).data > 1.0
    assert evaluate("+".join(["x"] * 900), x).data == 1350.0
    assert evaluate("-" * 1900 + "x", x).data == 1.5
    assert evaluate("sin(" * 150 + "x" + ")" * 150, x).data < 0.2


# ---- hostile text

PIECES = [
    *"xy0123456789.+-*/%()[]{}<>=!,:;@&|^~'\"\\#_ \t\n",
    *["**", "//", "==", "<=", " if ", " else ", "lambda ", " and ", " not ", " in ", " is ", " for ", "await ", "yield ", ":="],
    *[
        "sin(",
        "where(",
        "sum(",
        "sumprod(",
        "clip(",
        "eval(",
        "exec(",
        "print(",
        "open(",
        "__import__(",
        "getattr(",
        "breakpoint(",
    ],
    *[
        "__class__",
        "__builtins__",
        ".real",
        "os",
        "f'{x}'",
        "1e999",
        "0x",
        "1j",
        "True",
        "None",
        "...",
        "\x00",
        "\udc80",
        "ﬁ",
        "🎉",
        "\f",
    ],
]
hostile = st.one_of(
    st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=25).map("".join), st.text(max_size=60)
)
watching = False
seen: list[str] = []


def watch(event: str, arguments: Any) -> None:
    if watching and event.split(".")[0] in (
        "exec",
        "import",
        "open",
        "os",
        "subprocess",
        "socket",
        "shutil",
        "builtins",
        "ctypes",
    ):
        seen.append(event)


sys.addaudithook(watch)


def watched(text: str) -> Any:
    """What evaluate() does with the text, while Python reports all that is run, imported or opened."""
    global watching
    seen.clear()
    watching = True
    try:
        return evaluate(text, values(x=0.5, y=-2.0))
    except ExpressionError as error:
        return error
    finally:
        watching = False


def test_audit_hook_sees_what_it_should() -> None:
    global watching
    seen.clear()
    watching = True
    try:
        eval("1 + 1")
        with open(os.devnull):
            pass
    finally:
        watching = False
    assert "exec" in seen and "open" in seen


@settings(max_examples=500, deadline=None)
@given(hostile)
def test_hostile_text(text: str) -> None:
    """It is an error with a place, or has the right value."""
    watched("x + sin(y)")  # what is loaded on first use
    result = watched(text)
    assert seen == []
    if isinstance(result, ExpressionError):
        check_caret(result, text)
    else:
        assert isinstance(result, Value)
        right = eval_safely(text)
        assert right == pytest.approx(result.data, rel=1e-9, nan_ok=True)


def eval_safely(text: str) -> float:
    """The value by Python, of an expression that passed all checks: only then, and with nothing but our functions."""
    tree = ast.parse(text.strip().replace("\n", " ").replace("\t", " "), mode="eval")
    allowed = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Name, ast.Load, ast.Constant, ast.Call, ast.Compare, ast.List)
    allowed += (ast.operator, ast.unaryop, ast.cmpop)
    assert all(isinstance(node, allowed) for node in ast.walk(tree))
    spread = {name: (lambda *xs, f=FUNCTIONS[name]: f(list(xs[0] if isinstance(xs[0], list) else xs))) for name in CALLABLE
              if TABLE[name].arity is None and TABLE[name].lists == 1}  # fmt: skip
    tree = ast.fix_missing_locations(Floats().visit(tree))
    space = {name: FUNCTIONS[name] for name in CALLABLE} | spread | {"x": Value(0.5), "y": Value(-2.0), "__builtins__": {}}
    result = eval(compile(tree, "", "eval"), space)
    return float(result.data if isinstance(result, Value) else result)


class Floats(ast.NodeTransformer):
    """Makes every number a leaf, which calculates by the engine's rule."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.BinOp(
            ast.BinOp(ast.Name("x", ast.Load()), ast.Mult(), ast.Constant(0.0)), ast.Add(), ast.Constant(float(node.value))
        )


numbers = st.sampled_from(["x", "y", "2", "0.5", "3e0"])
expressions = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", " // ", "%", "**"]), inner).map(
            lambda t: f"({t[0]}{t[1]}{t[2]})"
        ),
        st.tuples(st.sampled_from(["sin", "tanh", "-", "exp", "sum", "mean", "relu"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, st.sampled_from(["<", ">=", "!="]), inner).map(lambda t: f"where({t[0]}{t[1]}{t[2]}, {t[2]}, {t[0]})"),
        st.tuples(inner, inner).map(lambda t: f"hypot({t[0]}, {t[1]})"),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(expressions)
def test_random_expressions(text: str) -> None:
    """They have the value that Python gives them."""
    result = watched(text)
    assert seen == []
    if isinstance(result, ExpressionError):
        assert "not a finite number" in str(result)
    else:
        assert eval_safely(text) == pytest.approx(result.data, rel=1e-9, nan_ok=True)


@settings(deadline=None)
@given(hostile)
def test_names(name: str) -> None:
    if is_name(name):
        assert name.isidentifier() and not keyword.iskeyword(name) and name not in CALLABLE
        assert evaluate(name, {name: Value(3.0)}).data == 3.0


def test_builtins_are_not_looked_up() -> None:
    for name in dir(builtins):
        if is_name(name):
            with pytest.raises(ExpressionError, match="not given"):
                evaluate(name, {})


# ---- the command

TANH = ["tanh(x*w + b)", "x=0.5", "w=-0.6", "b=0.1"]


def test_value_and_gradients(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(TANH) == 0
    assert capsys.readouterr().out.split("\n") == [
        "value = -0.19737532022490398",
        "d/dx = -0.5766257897796699",
        "d/dw = 0.4805214914830583",
        "d/db = 0.9610429829661166",
        "",
    ]


@pytest.mark.parametrize("text", ["-x", "-x*2", "--x", "-o*0 + x", "-h*0 - x"])
def test_leading_minus(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    if text.startswith("--"):
        text = f"({text})"
    assert main([text, "x=2", "o=1", "h=1"]) == 0
    assert capsys.readouterr().out.startswith("value = ")


def test_explain_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TANH, "--explain", "w"]) == 0
    out = capsys.readouterr().out
    assert "dy/dw = 0.480521, by one path" in out and "∂(x * w)/∂w = x = 0.5" in out


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html", ".dot"])
def test_suffixes(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"graph{suffix}"
    assert main([*TANH, "-o", str(path), "--view", "classic", "--theme", "dark"]) == 0
    start = {".svg": b"<?xml", ".png": b"\x89PNG", ".html": b"<!DOCTYPE", ".dot": b"digraph"}[suffix]
    assert path.read_bytes().lstrip(b"// \n").startswith(start)
    assert f"wrote {path}" in capsys.readouterr().out


def test_player_beside_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, picture = tmp_path / "steps.html", tmp_path / "graph.dot"
    assert main([*TANH, "--player", str(page), "-o", str(picture), "--theme", "dark"]) == 0
    assert 'data-theme="dark"' in page.read_text(encoding="utf-8") and picture.exists()
    assert capsys.readouterr().out.endswith(f"wrote {picture}\nwrote {page}\n")


def test_unwritable_file_gives_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TANH, "-o", str(tmp_path / "missing" / "graph.svg")]) == 1
    assert capsys.readouterr().err.startswith("python -m viz: error: there is no folder")


def test_missing_engine_gives_1(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIZ_DOT", str(tmp_path / "no-such-dot"))
    assert main([*TANH, "-o", str(tmp_path / "graph.svg")]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("python -m viz: error: ") and "value = " in captured.out


USAGE: list[tuple[list[str], str]] = [
    ([], "EXPR"),
    ([*TANH, "x=1"], "x is given twice"),
    (["x", "x=one"], "'one' is not a number"),
    (["x", "x"], "not of the form name=number"),
    (["x", "1x=1"], "not of the form name=number"),
    (["x", "lambda=1"], "not of the form name=number"),
    (["exp(x)", "exp=1"], "exp is a function"),
    ([*TANH, "-o", "graph.gif"], "must end in one of"),
    ([*TANH, "-o", "graph"], "must end in one of"),
    ([*TANH, "--player", "steps.svg"], "must end in .html"),
    ([*TANH, "--view", "sideways"], "invalid choice"),
    ([*TANH, "--theme", "pink"], "invalid choice"),
    ([*TANH, "--explain", "q"], "there is no such name; given are x, w, b"),
    ([*TANH, "--colour"], "unrecognized"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE, ids=[message for _, message in USAGE])
def test_wrong_command_gives_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    captured = capsys.readouterr()
    assert caught.value.code == 2 and message in captured.err and captured.out == ""


def test_wrong_expression_gives_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["x + q*2", "x=1"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "python -m viz: error: q is not given: add q=NUMBER (column 5)\n  x + q*2\n      ^\n"
    assert captured.out == ""


@settings(max_examples=100, deadline=None)
@given(hostile)
def test_any_expression_gives_0_or_2(text: str) -> None:
    if text in ("-o", "-h", "-") or text.startswith("--"):
        return
    assert main([text, "x=0.5", "y=-2"]) in (0, 2)


@pytest.mark.slow
def test_as_a_program(tmp_path: Path) -> None:
    done = python("-m", "viz", *TANH, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("value = -0.19737532022490398")
    done = python("-m", "viz", "foo(x)", "x=1", folder=tmp_path)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    done = python("-m", "viz", *TANH, "--explain", "w", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and "?tanh(v2)/?v2" in done.stdout


def test_examples_of_help(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shlex

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    text = capsys.readouterr().out
    examples = [line.strip() for line in text.split("\n") if line.startswith("  python -m viz ")]
    assert caught.value.code == 0 and len(examples) >= 4 and "exit status" in text
    assert all(name in text for name in CALLABLE)
    for example in examples:
        assert main(shlex.split(example)[3:]) == 0
