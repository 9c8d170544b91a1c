"""Formulas printed from the table do what the rules say, as Python and as C, on samples and at edges."""

from __future__ import annotations

import ctypes
import math
import operator
import random
import shutil
import subprocess
import warnings
from collections.abc import Callable
from itertools import product
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import same
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.engine.elementwise import record_row
from autograd.engine.functions import FUNCTIONS
from autograd.ops.codegen_c import c_header
from autograd.ops.expr import DOMAIN, symbol
from autograd.ops.formulas import ELEMENTARY, NAMES, OPS, formulas, operand_names
from autograd.ops.kernels import CUTS, FLOATS, printed, reduced
from autograd.ops.primitives import TABLE, Row
from autograd.ops.printers import PYTHON

SEED = 1
COMPILER = shutil.which("gcc") or shutil.which("cc")
ROWS = [pytest.param(row, id=row.name) for row in TABLE.values() if row.arity]
SMALL = [pytest.param(row, id=row.name) for row in TABLE.values() if row.arity in (1, 2)]
EDGES = [0.0, -0.0, 1.0, -1.0, inf, -inf, nan, 1e308, -1e308, 5e-324, -5e-324, 1e-300, 0.5, -0.5, 2.0, -2.5, 3.0, 40.0, -1e3]
LIBRARIES = {"lgamma": 1e-13}  # Python's own lgamma is not the C library's


def samples(row: Row) -> list[tuple[float, ...]]:
    draw = random.Random(f"{SEED} {row.name}")
    return [tuple(draw.uniform(*interval) for interval in row.sample) for _ in range(10)]


def close(a: float, b: float, bound: float) -> bool:
    """The same, or within `bound` of the larger one's size."""
    return same(a, b) or (a != b and math.isfinite(a) and math.isfinite(b) and abs(a - b) <= bound * max(abs(a), abs(b)))


# ---- Python


def test_opcodes_follow_the_table() -> None:
    assert NAMES == list(TABLE)
    assert [OPS[name] for name in NAMES] == list(range(1, len(TABLE) + 1))


@pytest.mark.parametrize("row", ROWS)
def test_printed_python(row: Row) -> None:
    names = operand_names(row)
    every = "".join(map(str, range(len(names))))
    functions = {name: getattr(FLOATS, name) for name in [*ELEMENTARY, *TABLE] if name != "where"}
    sources = [PYTHON.write(formula) for formula in formulas(row)]
    for operands in samples(row):
        z = row.value(FLOATS, *operands)
        rules = [z, *(rule(FLOATS, *operands, z) for rule in row.partials)]
        known = {**functions, **dict(zip(names, operands, strict=True)), "z": z, "nan": nan, "inf": inf}
        written = [eval(source, known) for source in sources]
        for found in (written, printed(row.name, every)(*operands)):
            assert all(close(a, b, 0.0) for a, b in zip(found, rules, strict=True)), (operands, found, rules)
        assert printed(row.name)(*operands) == z


@pytest.mark.parametrize("row", ROWS)
def test_printed_value_without_partials(row: Row) -> None:
    every = "".join(map(str, range(row.arity or 0)))
    for operands in product(EDGES, repeat=row.arity or 0) if row.arity != 3 else product(EDGES[:7], repeat=3):
        alone, together = printed(row.name)(*operands), printed(row.name, every)(*operands)
        assert all(type(x) is float for x in (alone, *together)), operands
        assert close(alone, together[0], 4e-16), (operands, alone, together)


LEAVES = st.one_of(st.sampled_from(["x", "y"]), st.floats(-3, 3).filter(bool))
BINARY = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def operations(inner: Any) -> Any:
    return st.tuples(st.sampled_from(["neg", "fabs"]), inner) | st.tuples(st.sampled_from([*BINARY]), inner, inner)


@settings(deadline=None, max_examples=200)
@given(st.recursive(LEAVES, operations, max_leaves=12))
def test_brackets(tree: Any) -> None:
    """A random formula, printed and read again, has the same bits as calculated at once."""
    numbers = {"x": 0.7, "y": -1.3}

    def calculate(t: Any, leaf: Callable[[Any], Any], magnitude: Callable[[Any], Any]) -> Any:
        if not isinstance(t, tuple):
            return leaf(t)
        parts = [calculate(part, leaf, magnitude) for part in t[1:]]
        return {"neg": operator.neg, "fabs": magnitude, **BINARY}[t[0]](*parts)

    source = PYTHON.write(calculate(tree, symbol, DOMAIN.fabs))
    try:
        expected = calculate(tree, lambda x: numbers.get(x, x), abs)
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            eval(source, {"fabs": abs, **numbers})
    else:
        assert close(eval(source, {"fabs": abs, **numbers}), expected, 0.0), source


# ---- C


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The header's functions, compiled strictly and callable."""
    if COMPILER is None:
        pytest.skip("no C compiler at hand")
    folder: Path = tmp_path_factory.mktemp("header")
    lines = [c_header()]
    for row in TABLE.values():
        if row.arity in (1, 2):
            letters = operand_names(row)
            for suffix, given_ in [("", letters), *((f"_{i}", [*letters, "z"]) for i in range(row.arity))]:
                declared = ", ".join(f"double {x}" for x in given_)
                call = f"{row.name}{suffix}({', '.join(given_)})"
                lines.append(f"double test_{row.name}{suffix}({declared}) {{ return ag_{call}; }}\n")
    lines.append("double evaluate1(int op, double x, double *d, int *cuts) { return ag_evaluate1(op, x, d, cuts); }\n")
    call = "ag_evaluate2(op, x, y, d, d + 1, cuts)"
    lines.append(f"double evaluate2(int op, double x, double y, double *d, int *cuts) {{ return {call}; }}\n")
    source, built = folder / "header.c", folder / "header.so"
    source.write_text("".join(lines))
    flags = ["-std=c99", "-Wall", "-Werror", "-Wno-unused-function", "-O1", "-ffp-contract=off", "-fPIC", "-shared"]
    done = subprocess.run([COMPILER, *flags, str(source), "-o", str(built), "-lm"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(built))


def c_function(library: ctypes.CDLL, name: str, operands: int) -> Callable[..., float]:
    function = library[name]
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double] * operands
    return function


def points(row: Row) -> list[tuple[float, ...]]:
    everywhere = [*samples(row), *product(EDGES, repeat=row.arity or 0)]
    return [p for p in everywhere if row.name != "zeta" or (p[0] > 1.0 and p[1] > 0.0)]


@pytest.mark.parametrize("row", SMALL)
def test_c_agrees_with_python(row: Row, library: ctypes.CDLL) -> None:
    arity = row.arity or 0
    bound = LIBRARIES.get(row.name, 2e-15)
    value = c_function(library, f"test_{row.name}", arity)
    partials = [c_function(library, f"test_{row.name}_{i}", arity + 1) for i in range(arity)]
    for operands in points(row):
        z, *expected = printed(row.name, "01"[:arity])(*operands)
        assert close(value(*operands), z, bound), (operands, value(*operands), z)
        for partial, rule in zip(partials, expected, strict=True):
            assert close(partial(*operands, z), rule, bound), (operands, partial(*operands, z), rule)


@pytest.mark.parametrize("row", SMALL)
def test_c_switch_over_opcodes(row: Row, library: ctypes.CDLL) -> None:
    arity = row.arity or 0
    evaluate = library[f"evaluate{arity}"]
    evaluate.restype = ctypes.c_double
    pointers = [ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int)]
    evaluate.argtypes = [ctypes.c_int, *[ctypes.c_double] * arity, *pointers]
    found = (ctypes.c_double * arity)()
    for operands in points(row):
        cuts = ctypes.c_int()
        z = evaluate(OPS[row.name], *operands, found, ctypes.byref(cuts))
        expected = printed(row.name, "01"[:arity])(*operands)
        assert all(close(a, b, LIBRARIES.get(row.name, 2e-15)) for a, b in zip([z, *found], expected, strict=True))
        assert cuts.value == cut_bits(row, operands), operands


def cut_bits(row: Row, operands: tuple[float, ...]) -> int:
    """Bit i says that operand i is cut."""
    return sum(1 << i for i, condition in enumerate(row.cut) if condition and condition(FLOATS, *operands))


@pytest.mark.parametrize("row", ROWS)
def test_cuts_as_printed_and_in_nodes(row: Row) -> None:
    function = CUTS[OPS[row.name]]
    assert (function is None) == (not row.cut)
    for operands in [*samples(row), *product(EDGES if row.arity != 3 else EDGES[:7], repeat=row.arity or 0)]:
        bits = cut_bits(row, operands)
        assert not function or function(*operands) == bits, operands
        node = record_row(row, list(map(Value, operands)))
        assert node.cuts == tuple(bool(bits >> i & 1) for i in range(len(operands))), operands


def test_the_fastest_operators_cut_nothing() -> None:
    """Their code, in memory.h and in _pure.py, sets no bits."""
    assert not any(TABLE[name].cut for name in ("add", "sub", "mul", "div"))


# ---- reductions

LONGS = [pytest.param(row, id=row.name) for row in TABLE.values() if row.arity is None and row.partials]


def lists(row: Row) -> list[list[list[float]]]:
    """Operands: lists of many lengths, and of edges."""
    draw = random.Random(f"{SEED} {row.name}")
    sizes = [1, 2, 3, 16, 63, 64, 65, 127, 128, 129, 1000]
    found = [[[draw.uniform(-3.0, 3.0) for _ in range(n)] for _ in range(row.lists)] for n in sizes]
    return found + [[draw.choices(EDGES, k=n) for _ in range(row.lists)] for n in (1, 2, 3, 4) for _ in range(100)]


@pytest.mark.parametrize("row", LONGS)
def test_reduction_node(row: Row) -> None:
    """It holds what the rule says, to the last bit."""
    for data in lists(row):
        z, partials = reduced(row, data)
        values = [[Value(x) for x in xs] for xs in data]
        node = FUNCTIONS[row.name](*values)
        assert [repr(x) for x in (node.data, *node.partials)] == [repr(x) for x in (z, *partials)], data
        assert all(a is b for a, b in zip(node.parents, [x for xs in values for x in xs], strict=True))
        assert repr(FUNCTIONS[row.name](*data)) == repr(z)
        mixed = FUNCTIONS[row.name](*[[x if i % 2 else x.data for i, x in enumerate(xs, k)] for k, xs in enumerate(values)])
        assert repr(mixed if type(mixed) is float else mixed.data) == repr(z)


def test_infinite_terms_give_no_warning() -> None:
    assert FUNCTIONS["sumprod"]([inf, 1.0], [2.0, -inf]) != FUNCTIONS["sumprod"]([inf, 1.0], [2.0, -inf])  # nan


@pytest.mark.parametrize("row", LONGS)
def test_reduction_of_other_numbers(row: Row) -> None:
    x = Value(2.0)
    for others in ([1, 2.0], [True, 0.5], (np.float32(1.5), 3)):
        node = FUNCTIONS[row.name](*[[x, *others]] * row.lists)
        again = FUNCTIONS[row.name](*[np.array([x, *map(float, others)], dtype=object)] * row.lists)
        assert (node.data, node.partials) == (again.data, again.partials)
        assert node.data == reduced(row, [[2.0, *map(float, others)]] * row.lists)[0]


# ---- NumPy's loops over Values, which look at the processor's flags

UFUNCS = [row for row in SMALL if isinstance(getattr(np, row.values[0].numpy, None), np.ufunc)]
NUMBERS = [x for x in EDGES if x == 0.0 or 1e-9 < abs(x) < 1e9]  # beyond, formulas overflow on the way


def warnings_of(ufunc: Any, *operands: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ufunc(*operands)
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize("row", UFUNCS)
def test_numpy_warns_of_no_partial(row: Row) -> None:
    """A ufunc of Values gives no warning where that of floats gives none."""
    ufunc = getattr(np, row.numpy)
    for operands in product(NUMBERS, repeat=row.arity or 0):
        if not warnings_of(ufunc, *[np.array([x]) for x in operands]):
            assert not warnings_of(ufunc, *[np.array([Value(x)]) for x in operands]), operands
