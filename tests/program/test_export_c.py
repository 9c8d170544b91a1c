"""Programs as C: compiled with every warning an error, and run beside Python."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from expressions import Expression, expressions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import EXACT_OPS, OPCODES, TO_DIFFERENTIATE, as_run, close, points, programs, results, same, traced, unguarded

import autograd as ag
from autograd import Program, jit
from autograd.errors import ProgramError
from autograd.ops.kernels import printed
from autograd.ops.primitives import TABLE
from autograd.program.export_function import PART
from autograd.program.instructions import CALL
from autograd.program.reverse import gradient

COMPILER = shutil.which("gcc") or shutil.which("cc")
FLAGS = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"]
needs_compiler = pytest.mark.skipif(COMPILER is None and not os.environ.get("CI"), reason="there is no C compiler here")
examples = settings(max_examples=25, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))


class Library:
    """C functions, compiled and loaded."""

    def __init__(self, source: str, folder: Path) -> None:
        assert COMPILER is not None
        number = len(list(folder.iterdir()))
        file, made = folder / f"c{number}.c", folder / f"c{number}.so"
        file.write_text(source, encoding="ascii")
        done = subprocess.run([COMPILER, *FLAGS, "-o", made, file, "-lm"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:2000]
        self.loaded = ctypes.CDLL(str(made))

    def value(self, name: str, program: Program, point: Sequence[float]) -> tuple[int, Any]:
        """What the function returns, and its outputs."""
        given, out = (ctypes.c_double * max(1, len(point)))(*point), (ctypes.c_double * len(program.outputs))()
        result = getattr(self.loaded, name)(given, out)
        return result, np.array(out)

    def gradient(self, name: str, program: Program, point: Sequence[float]) -> tuple[int, Any]:
        """What the function returns, its outputs, and then the Jacobian's rows."""
        outputs = len(program.outputs)
        given, out = (ctypes.c_double * max(1, len(point)))(*point), (ctypes.c_double * outputs)()
        jacobian = (ctypes.c_double * max(1, outputs * len(point)))()
        result = getattr(self.loaded, f"{name}_gradient")(given, out, jacobian)
        return result, np.array([*out, *list(jacobian)[: outputs * len(point)]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("c")


# ---- against Python


@pytest.mark.slow
@needs_compiler
@examples
@given(e=expressions())
def test_random_expressions(folder: Path, e: Expression) -> None:
    point = list(e.inputs)
    program = traced(e, point)
    library = Library(program.to_c("expression"), folder)
    assert library.value("expression", program, point)[0] == 0
    close(library.value("expression", program, point)[1], [e(point)], 1e-12)
    result, found = library.gradient("expression", program, point)
    assert result == 0
    close(found, [e(point), *ag.grad(e)(point)], 1e-11)


EDGES = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e300, -1e300, 1e-300, 2.5, -20.0, 40.0]


@pytest.mark.slow
@needs_compiler
def test_every_row_at_the_edges(folder: Path) -> None:
    """All rows in one program: operation k of x0, x1, x2 is output k."""
    rows = [row for row in TABLE.values() if row.arity]
    code = [OPCODES[row.name] for row in rows], *([k if k < (row.arity or 0) else 0 for row in rows] for k in range(3))
    program = Program(3, [], code, [], range(3, 3 + len(rows))).check()
    library = Library(program.to_c("every", gradient=True), folder)
    functions = [printed(row.name, "012"[: row.arity]) for row in rows]
    for point in np.stack(np.meshgrid(EDGES, EDGES, EDGES)).reshape(3, -1).T.tolist():
        result, found = library.gradient("every", program, point)
        known = [(*f(*point[: row.arity]), 0.0, 0.0)[:4] for row, f in zip(rows, functions, strict=True)]
        expected = np.array(known)
        found = np.column_stack([found[: len(rows)], found[len(rows) :].reshape(-1, 3)])
        defined = [row.name != "zeta" or (point[0] > 1.0 and point[1] > 0.0) for row in rows]
        assert result == 0
        close(found[defined], expected[defined], 1e-13)


@pytest.mark.slow
@needs_compiler
@examples
@given(st.data())
def test_random_programs(folder: Path, data: st.DataObject) -> None:
    """Of operations that IEEE 754 fixes: to the last bit."""
    program = data.draw(programs(EXACT_OPS))
    point = data.draw(points(program))
    result, found = Library(program.to_c("program"), folder).value("program", program, point)
    v = results(program, point)
    outputs, guards = v[: len(program.outputs)], v[len(program.outputs) :]
    broken = np.nonzero((guards != 0.0) != program.outcomes)[0]
    assert result == 1 + broken[0] if len(broken) else result in (0, -1)
    assert result != 0 or same(found, outputs)


@pytest.mark.slow
@needs_compiler
@examples
@given(st.data())
def test_gradients_of_random_programs(folder: Path, data: st.DataObject) -> None:
    """At cuts, infinities and nans too: to the last bit what the executors give."""
    program = unguarded(data.draw(programs(TO_DIFFERENTIATE)))
    program = program.replaced(outputs=program.outputs[:1])
    library = Library(program.to_c("program"), folder)
    for _ in range(5):
        point = data.draw(points(program))
        result, found = library.gradient("program", program, point)
        assert result == 0
        assert same(found, as_run(gradient(program, 0, range(program.inputs)), point))


# ---- guards, indices, Jacobians, size


def branching(v: Any) -> Any:
    x, y = v
    if x > y:
        return [x * y, ag.exp(y)] if not y < 0.0 else [y, x]
    return [x, y]


@needs_compiler
def test_broken_guard(folder: Path) -> None:
    program = traced(branching, [3.0, 2.0])
    library = Library(program.to_c("branching", gradient=True), folder)
    for entry in (library.value, library.gradient):
        assert [entry("branching", program, point)[0] for point in ([3.0, 2.0], [1.0, 2.0], [-3.0, -2.0])] == [0, 1, 1]
        assert entry("branching", program, [3.0, -2.0])[0] == 2
        assert entry("branching", program, [np.nan, 2.0])[0] == 1
        untouched = entry("branching", program, [1.0, 2.0])[1]
        assert not untouched.any()


@needs_compiler
def test_several_outputs(folder: Path) -> None:
    program = traced(branching, [3.0, 2.0])
    _, found = Library(program.to_c("g", gradient=True), folder).gradient("g", program, [5.0, 2.0])
    close(found, [10.0, np.exp(2.0), 2.0, 5.0, 0.0, np.exp(2.0)], 1e-15)


@needs_compiler
def test_index_out_of_range(folder: Path) -> None:
    program = traced(lambda v: ag.take([v[0] * 2.0, v[0] ** 2, 7.0], v[1]), [3.0, 1.0])
    library = Library(program.to_c("picked"), folder)
    for index, expected in ((0, [6.0, 2.0, 0.0]), (1, [9.0, 6.0, 0.0]), (-1, [7.0, 0.0, 0.0]), (-3, [6.0, 2.0, 0.0])):
        assert library.value("picked", program, [3.0, index])[1] == expected[0]
        result, found = library.gradient("picked", program, [3.0, index])
        assert result == 0 and found.tolist() == expected
    for index in (3, -4, 0.5, np.nan, np.inf, -np.inf, 1e300):
        assert library.value("picked", program, [3.0, index])[0] == -1
        assert library.gradient("picked", program, [3.0, index])[0] == -1


def long(v: Sequence[Any]) -> Any:
    """Some thousand operations in which early results are used late."""
    xs = list(v)
    for i in range(1500):
        a, b = xs[-1 - i % 7], xs[(i * 37) % len(xs)]
        xs.append([ag.tanh(a * b), a - b, ag.sin(a) + b, a * 0.5, ag.maximum(a, b)][i % 5])
    kept = ag.sum(xs) / len(xs)
    if kept > 1e9:
        return xs[0]
    return kept + ag.logsumexp(xs[-300:]) + ag.take(xs[:50], v[2])


@pytest.mark.slow
@needs_compiler
def test_long_programs(folder: Path) -> None:
    point = [0.3, -0.7, 2.0, 1.1]
    program = traced(long, point)
    assert len(program) > 10 * PART
    source = program.to_c("longer")
    bodies = re.split(r"^}$", source, flags=re.MULTILINE)
    assert max(body.count("\n") for body in bodies) < 4 * PART
    library = Library(source, folder)
    result, found = library.gradient("longer", program, point)
    assert result == 0
    close(found, [long(point), *ag.grad(long)(point)], 1e-12)
    assert library.value("longer", program, point)[1] == found[0]
    assert library.value("longer", program, [0.3, -0.7, 99.0, 1.1])[0] == -1


@needs_compiler
def test_without_inputs_or_instructions(folder: Path) -> None:
    constant = Program(0, [2.5, -0.0], ([], [], [], []), [], [0, 1]).check()
    library = Library(constant.to_c("constant"), folder)
    assert same(library.value("constant", constant, [])[1], [2.5, -0.0])
    nothing = Program(2, [], ([], [], [], []), [], []).check()
    assert Library(nothing.to_c("nothing", gradient=True), folder).gradient("nothing", nothing, [1.0, 2.0])[0] == 0
    swapped = Program(2, [], ([], [], [], []), [], [1, 0]).check()
    found = Library(swapped.to_c("swapped", gradient=True), folder).gradient("swapped", swapped, [1.0, 2.0])[1]
    assert found.tolist() == [2.0, 1.0, 0.0, 1.0, 1.0, 0.0]


@needs_compiler
def test_program_of_a_derivative(folder: Path) -> None:
    program = jit(ag.value_and_grad(lambda x: x * ag.acos(x))).program(0.5)
    source = program.to_c("both")
    assert "both_gradient" not in source and "There is no gradient" in source
    result, found = Library(source, folder).value("both", program, [0.25])
    assert result == 0
    close(found, ag.value_and_grad(lambda x: x * ag.acos(x))(0.25), 1e-15)


@needs_compiler
def test_the_gradient_of_a_derivative(folder: Path) -> None:
    """It is written where it is asked for: here the second derivative."""
    slope = ag.grad(lambda x: x * ag.acos(x) + ag.relu(x))
    program = jit(slope).program(0.5)
    result, found = Library(program.to_c("slope", gradient=True), folder).gradient("slope", program, [0.25])
    assert result == 0
    close(found, [slope(0.25), ag.grad(slope)(0.25)], 1e-14)


def test_no_gradient_that_nobody_asked_for() -> None:
    one, two = traced(lambda v: v[0] * v[1], [1.0, 2.0]), traced(lambda v: [v[0] * v[1], v[0]], [1.0, 2.0])
    written = [["f_gradient" in p.to_c("f", gradient=g) for g in (None, True, False)] for p in (one, two)]
    assert written == [[True, True, False], [False, True, False]]


def test_only_what_is_used_is_written() -> None:
    source = traced(lambda v: ag.silu(v[0]) * ag.relu(v[1]), [1.0, 2.0]).to_c("f")
    names = set(re.findall(r"^static \w+ \w+ (\w+)\(", source, flags=re.MULTILINE))
    assert names == {"ag_silu", "ag_silu_0", "ag_sigmoid", "ag_abs", "ag_relu", "ag_relu_0", "ag_zmul"}
    assert all(len(re.findall(rf"\b{name}\(", source)) > 1 for name in names)
    assert source.isascii()


# ---- names


@pytest.mark.parametrize("name", ["f", "F2", "my_function", "longdouble", "x" * 100])
def test_good_names(name: str) -> None:
    assert f"int {name}(const double *in, double *out)" in traced(lambda v: v[0], [1.0]).to_c(name)


BAD = ["", "2f", "a-b", "a b", "f()", "f;", "é", "_f", "int", "while", "main", "inline", "restrict", "sin", "sinf", "fabsl"]


@pytest.mark.parametrize("name", [*BAD, "malloc", "ag_sum", "f\n", "*/"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"to_c\(\)"):
        traced(lambda v: v[0], [1.0]).to_c(name)


def test_wrong_name() -> None:
    with pytest.raises(ValueError, match="identifier"):
        traced(lambda v: v[0], [1.0]).to_c(None)  # type: ignore[arg-type]


def test_python_callback() -> None:
    program = Program(1, [], ([CALL], [0], [1], [0]), [0], [1], functions=[max]).check()
    with pytest.raises(ProgramError, match="cannot be written as C"):
        program.to_c("f")


def test_a_damaged_program_is_refused() -> None:
    with pytest.raises(ProgramError, match="output 0"):
        Program(1, [], ([], [], [], []), [], [5]).to_c("f")
