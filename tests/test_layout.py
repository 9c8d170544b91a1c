"""The house: who may import whom, the size of the core, the public names and their docs, and which twin runs."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import io
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tokenize
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from helpers import HOME, ROOT

import autograd
import viz
from autograd import Value
from autograd.ops.primitives import TABLE

# ---- imports point down

FLOORS = [
    ["ops.__init__", "engine.__init__", "calculus.__init__", "compiler.__init__", "checks.__init__"],
    [
        "ops.primitives",
        "ops.expr",
        "errors",
        "_compiled",
        "_files",
        "_validate",
        "checks.finite_differences",
        "ops.special",
        "ops.formulas",
    ],
    [
        "ops.docs_table",
        "ops.codegen_c",
        "ops.codegen_reductions",
        "ops.kernels",
        "engine._pure",
        "engine.context",
        "engine.trap",
        "engine.registry",
    ],
    ["engine.value", "engine.pytree", "engine.modes"],
    ["engine.functions", "engine.arrays", "engine.trace_ops", "engine.custom", "engine.pickling"],
    [
        "calculus.ad",
        "calculus.dependence",
        "calculus.sparsity",
        "calculus.coloring",
        "calculus.sparse",
        "calculus.compressed",
        "calculus.transforms",
        "calculus.scipy_objective",
        "calculus.implicit",
    ],
    ["checks.diagnose", "checks.compare", "checks.check_node", "checks.check_grads", "checks.docs_edges"],
    ["program.__init__", "program.instructions", "program.codegen_native"],
    ["program._passes", "program._reverse", "program._segments", "compiler._lower"],
    ["program.verify", "program.printing", "program.serialize", "program.program"],
    ["compiler.refusals", "compiler.trace", "compiler.lower", "program.passes", "program.reverse", "program.export_c"],
    ["program.schedule", "program.numpy_executor", "program.executor", "program.running", "program.threads"],
    ["compiler.signature", "compiler.interpret", "compiler.specialization", "compiler.call", "compiler.jit", "compiler.vmap"],
    ["__init__"],
]
HEIGHT = {name: height for height, name in enumerate(name for floor in FLOORS for name in floor)}
PACKAGE = ROOT / "autograd"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in ("nn", "optim"))


def name_of(path: Path) -> str:
    """The module's name in the package, as "program.ops"."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def imported(path: Path) -> set[str]:
    """The modules of this project that a file imports, anywhere in it, as "autograd.ops.expr"."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path.name}: relative import"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            native = [name for name in inside if name == "autograd.program._native"]
            inside = [name for name in inside if name not in native]  # C imports nothing of ours
            modules = [name for name in inside if (ROOT / f"{name.replace('.', '/')}.py").exists()]
            found |= set(modules) if len(modules) == len(inside) else {node.module, *modules}
    return {name for name in found if name.split(".")[0] in ("autograd", "viz")}


def test_every_module_has_its_floor() -> None:
    assert sorted(map(name_of, SOURCES)) == sorted(HEIGHT)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_of_autograd_point_down(path: Path) -> None:
    for name in imported(path):
        package, _, module = name.partition(".")
        assert package == "autograd", f"{path.name} imports {name}"
        assert module and HEIGHT[module] < HEIGHT[name_of(path)], f"{path.name} imports {name}"


@pytest.mark.parametrize("name", ["ops.primitives", "ops.expr", "errors"])
def test_the_ground_imports_nothing_of_ours(name: str) -> None:
    assert imported(ROOT / "autograd" / f"{name.replace('.', '/')}.py") == set()


ON_PUBLIC_NAMES = ["nn", "optim"]


@pytest.mark.parametrize("package", ON_PUBLIC_NAMES)
def test_networks_and_optimisers_are_written_on_public_names(package: str) -> None:
    for path in (ROOT / "autograd" / package).glob("*.py"):
        inside = {name for name in imported(path) if not name.startswith(("autograd.nn.", "autograd.optim."))}
        assert inside <= {"autograd", "autograd.nn", "autograd._files"}, path
        asked = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if _of_autograd(node)}
        assert all(not name.startswith("_") and hasattr(autograd, name) for name in asked), path


def _of_autograd(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "autograd"


def test_imports_of_nn_and_optim_form_no_cycle() -> None:
    files = [path for package in ON_PUBLIC_NAMES for path in (ROOT / "autograd" / package).glob("[!_]*.py")]
    graph = {f"autograd.{p.parent.name}.{p.stem}": {n for n in imported(p) if n.count(".") == 2} for p in files}
    assert list(TopologicalSorter(graph).static_order())
    assert not any("autograd.optim" in n for p in (ROOT / "autograd" / "nn").glob("*.py") for n in imported(p))


def test_importing_autograd_loads_no_networks_until_asked(tmp_path: Path) -> None:
    program = "import sys, autograd; print('autograd.nn' in sys.modules, autograd.optim.SGD, autograd.nn.MLP(1, [1], rng=0))"
    assert python(tmp_path, program).stdout.startswith("False <class 'autograd.optim.optimizers.SGD'> MLP of")


def test_imports_of_viz_form_no_cycle() -> None:
    paths = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in (ROOT / "viz").rglob("*.py")}
    graph = {name: {n for n in imported(path) if n.startswith("viz")} for name, path in paths.items()}
    assert list(TopologicalSorter(graph).static_order())


def test_importing_autograd_loads_no_viz_and_no_graphviz(tmp_path: Path) -> None:
    program = "import sys, autograd; print([name for name in sys.modules if name.split('.')[0] in ('viz', 'graphviz')])"
    assert python(tmp_path, program).stdout == "[]\n"


# ---- the core can be read in one sitting


def code_lines(source: str) -> int:
    """Lines that hold code: no blanks, comments or docstrings, nor lines that belong to one twin only."""
    skipped = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            skipped |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    layout = (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.string.startswith("# interpreted"):
            skipped.add(token.start[0])
        elif token.type not in layout:
            held |= set(range(token.start[0], token.end[0] + 1))
    return len(held - skipped)


def test_code_lines_are_counted_right() -> None:
    source = '"""Doc."""\n\nx = 1  # why\ny = (  # two\n    2\n)\nz = 3  # interpreted (only)\n# compiled: z = 4\n\n\n'
    assert code_lines(source + 'def f():\n    """Doc\n    of f."""\n    return """a\nb"""\n') == 7


def test_the_core_stays_small() -> None:
    sources = [(ROOT / "autograd" / name).read_text(encoding="utf-8") for name in ("ops/primitives.py", "engine/value.py")]
    assert sum(map(code_lines, sources)) <= 690


# ---- the two twins


def compiled_source(source: str) -> str:
    """setup.py's function of that name, without running setup.py."""
    tree = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    chosen = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "compiled_source"]
    names: dict[str, Any] = {"re": re}
    exec(compile(ast.Module(chosen, []), "setup.py", "exec"), names)
    result: str = names["compiled_source"](source)
    return result


def test_the_compiled_source_keeps_and_drops_the_marked_lines() -> None:
    source = "import a  # interpreted\n# compiled: import b\nwhile x:  # interpreted\n    # compiled: y = 1\n    z\n"
    assert compiled_source(source) == "\nimport b\n\n    y = 1\n    z\n"


def test_the_compiled_source_of_value_keeps_line_numbers_and_everything_unmarked() -> None:
    source = (ROOT / "autograd" / "engine" / "value.py").read_text(encoding="utf-8")
    before, after = source.split("\n"), compiled_source(source).split("\n")
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        if "# compiled: " in old:
            assert new == old.replace("# compiled: ", "")
        else:
            assert new == ("" if re.search(r"[^`]# interpreted\b(?!`)", old) else old)


def python(folder: Path, program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(HOME), "AUTOGRAD_COMPILED": str(int(autograd.compiled)), **environment}
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def test_which_twin_runs_is_what_was_asked_for() -> None:
    wish = os.environ.get("AUTOGRAD_COMPILED", "")
    assert wish == "" or autograd.compiled == (wish == "1")
    assert autograd.compiled != str(sys.modules["autograd.engine.value"].__file__).endswith(".py")


TELL = "import sys, autograd; print(autograd.compiled, sys.modules['autograd.engine.value'].__file__.endswith('.py'))"


def test_autograd_compiled_0_gives_the_interpreted_twin(tmp_path: Path) -> None:
    assert python(tmp_path, TELL, AUTOGRAD_COMPILED="0").stdout == "False True\n"


def test_autograd_compiled_1_gives_the_compiled_twin_or_says_how_to_get_it(tmp_path: Path) -> None:
    done = python(tmp_path, TELL, AUTOGRAD_COMPILED="1")
    if done.returncode == 0:
        assert done.stdout == "True False\n"
    else:
        assert not autograd.compiled
        assert "ImportError: AUTOGRAD_COMPILED=1" in done.stderr and "C compiler" in done.stderr


def test_autograd_compiled_otherwise_is_refused(tmp_path: Path) -> None:
    done = python(tmp_path, TELL, AUTOGRAD_COMPILED="yes")
    assert done.returncode != 0 and "ImportError: AUTOGRAD_COMPILED='yes' is not understood" in done.stderr


# ---- names and docs

FUNCTIONS = """
exp expm1 exp2 log log1p log2 log10 sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh hypot
erf erfc lgamma digamma sigmoid relu leaky_relu elu gelu silu softplus sign floor ceil trunc minimum maximum clip where fmod
sum prod sumprod mean logsumexp softmax log_softmax
""".split()
OTHERS = """
Value DomainError no_grad stop_gradient scope trap zero_grad primitive compiled
gradient grad value_and_grad jvp vjp hvp jacobian hessian
""".split()
OF_VALUE = """
data grad label op parents partials _prev _op backward detach
primitive group is_constant operation
""".split()


@pytest.mark.parametrize("name", FUNCTIONS + OTHERS)
def test_every_name_of_the_contract_is_public(name: str) -> None:
    assert hasattr(autograd, name) and name in autograd.__all__


def test_all_is_what_is_there_and_no_more() -> None:
    assert len(set(autograd.__all__)) == len(autograd.__all__)
    assert [name for name in autograd.__all__ if not hasattr(autograd, name)] == []
    modules = {name for name, x in vars(autograd).items() if isinstance(x, ModuleType)}
    spare = {name for name in vars(autograd) if not name.startswith("_")} - modules - set(autograd.__all__)
    assert spare == {"annotations"}


@pytest.mark.parametrize("name", OF_VALUE)
def test_every_attribute_of_the_contract_is_there(name: str) -> None:
    assert hasattr(Value, name)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if TABLE[name].arity and name != "where"])
def test_functions_are_methods_too(name: str) -> None:
    x, *others = [(low + high) / 2 + 0.1 for low, high in TABLE[name].sample]
    assert getattr(Value(x), name)(*others).data == getattr(autograd, name)(Value(x), *others).data


PUBLIC = [name for name in autograd.__all__ if callable(getattr(autograd, name))]
ERRORS = [name for name in PUBLIC if name.endswith("Error")]


@pytest.mark.parametrize("name", [name for name in PUBLIC if name not in FUNCTIONS + ERRORS])
def test_public_docs_say_what_comes_in_and_out_and_show_an_example(name: str) -> None:
    doc = inspect.getdoc(getattr(autograd, name)) or ""
    assert len(doc.split("\n")[0]) > 20 and ">>> " in doc


def test_docs_of_functions_name_them_and_show_an_example() -> None:
    docs = {name: inspect.getdoc(getattr(autograd, name)) or "" for name in FUNCTIONS}
    assert [name for name, doc in docs.items() if name not in doc] == []
    assert [name for name, doc in docs.items() if ">>> " not in doc] == []


@pytest.mark.parametrize("name", ERRORS)
def test_every_exception_says_when_it_is_raised_and_refines_a_built_in_one(name: str) -> None:
    error = getattr(autograd, name)
    assert error.__doc__ and {base.__name__ for base in error.__mro__[1:]} & {
        "TypeError",
        "ValueError",
        "RuntimeError",
        "AssertionError",
    }


@pytest.mark.parametrize("name", OF_VALUE)
def test_every_attribute_of_value_has_a_doc(name: str) -> None:
    assert len(getattr(Value, name).__doc__ or "") > 20


def _below(package: ModuleType) -> list[str]:
    start = f"{package.__name__}."
    found = [m.name.removeprefix(start) for m in pkgutil.walk_packages(package.__path__, start)]
    return [name for name in found if name != "__main__"]


def modules() -> list[str]:
    return [f"{package.__name__}{name}" for package in (autograd, viz) for name in ["", *(f".{m}" for m in _below(package))]]


@pytest.mark.parametrize("name", modules())
def test_every_module_says_its_job_in_its_first_line_and_its_examples_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    assert len((module.__doc__ or "").split("\n")[0]) > 20
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0


@pytest.mark.parametrize(
    "name", ["autograd.engine.value", "autograd.calculus.transforms", "autograd.engine.modes", "autograd.engine.custom"]
)
def test_examples_are_found_in_the_twin_that_runs(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).attempted > 0


def test_no_module_has_the_name_of_something_public() -> None:
    for package in (autograd, viz):
        exported = {name for name, x in vars(package).items() if not isinstance(x, ModuleType)}
        assert not exported & {module.name for module in pkgutil.iter_modules(package.__path__)}


# ---- on disk


def test_no_file_has_the_name_of_another_autograd_package() -> None:
    for path in (ROOT / "autograd").iterdir():
        assert path.name not in ("core.py", "tracer.py", "extend.py", "differential_operators.py", "numpy", "scipy")


@pytest.mark.parametrize("leftover", ["core.py", "tracer.py", "extend.py", "differential_operators.py", "numpy/", "scipy/"])
def test_leftovers_of_another_autograd_package_stop_the_import_with_the_command_that_repairs(
    leftover: str, tmp_path: Path
) -> None:
    package = tmp_path / "autograd"
    shutil.copytree(HOME / "autograd", package, ignore=shutil.ignore_patterns("__pycache__"))
    told = python(tmp_path, "import autograd; print(autograd.__file__)", PYTHONPATH=str(tmp_path))
    assert told.stdout.strip() == str(package / "__init__.py"), told.stderr
    (package / leftover).mkdir() if leftover.endswith("/") else (package / leftover).touch()
    done = python(tmp_path, "import autograd", PYTHONPATH=str(tmp_path))
    assert done.returncode != 0 and "ImportError" in done.stderr
    assert "pip uninstall -y autograd scalar-autograd && pip install scalar-autograd" in done.stderr


def test_no_file_of_the_packages_mentions_a_path_of_one_machine() -> None:
    foreign = re.compile(r"/(home|Users|root|tmp)/|\b[A-Z]:\\" + f"|{re.escape(str(ROOT))}/|{re.escape(str(Path.home()))}/")
    for package in ("autograd", "viz"):
        for path in (ROOT / package).rglob("*"):
            if path.suffix in (".py", ".pyi", ".pxd", ".h"):
                assert not foreign.search(path.read_text(encoding="utf-8")), path
