"""The layout: which folder may import which, and names that a file cannot have."""

from __future__ import annotations

import ast
import importlib
import re
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest
from helpers import ROOT, output

# Folder -> what it may import. Everything may import autograd.errors and the private modules beside it (GROUND).
MAY_IMPORT = {
    "autograd.ops": "",
    "autograd.engine": "autograd.ops",
    "autograd.program": "autograd.ops",
    "autograd.calculus": "autograd.ops autograd.engine",
    "autograd.checks": "autograd.ops autograd.engine autograd.calculus",
    "autograd.compiler": "autograd.ops autograd.engine autograd.calculus autograd.program",
    "autograd": "autograd.engine autograd.program autograd.calculus autograd.checks autograd.compiler",
    "autograd.nn": "autograd",
    "autograd.optim": "autograd autograd.nn",
    "viz.style": "",
    "viz.backend": "",
    "viz.model": "autograd autograd.ops autograd.engine",
    "viz.derivation": "autograd viz.style viz.model",
    "viz.drawing": "autograd viz.style viz.backend viz.model",
    "viz.stepper": "autograd viz.style viz.backend viz.model viz.derivation",
    "viz.training": "autograd viz.style viz.backend viz.model viz.drawing",
    "viz.cli": "autograd viz.model viz.drawing",
    "viz": "viz.backend viz.derivation viz.drawing viz.stepper viz.training",
    "viz.__main__": "viz viz.cli",
}
PACKAGES = ("autograd", "viz")
PUBLIC = ("autograd", "viz", "autograd.nn", "autograd.optim")  # their __init__ exports names
GROUND = ["autograd.errors", *sorted(f"autograd.{path.stem}" for path in (ROOT / "autograd").glob("_[!_]*.py"))]
FLOORS, ARROWS = 8, 45  # of a package, at most
OTHER_PACKAGE = "core.py tracer.py extend.py differential_operators.py builtins.py util.py test_util.py wrap_util.py".split()
OTHER_FOLDERS = ["misc", "numpy", "scipy"]


def dotted(path: Path) -> str:
    """The module that a file is: "autograd.ops.expr", "autograd.ops" for its __init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def imports(module: str) -> set[str]:
    """The modules of this project that a module imports, anywhere in it; with those that its .pxd imports."""
    path = MODULES[module]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module} has a relative import"
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in MODULES else node.module for name in inside}
    if path.with_suffix(".pxd").exists():
        names |= set(re.findall(r"^from (\S+) cimport", path.with_suffix(".pxd").read_text(encoding="utf-8"), re.MULTILINE))
    return {name for name in names if name.split(".")[0] in PACKAGES} - {module}


def room(module: str) -> str:
    """The folder of a module, or the module itself where it stands beside the folders."""
    return ".".join(module.split(".")[:2])


IMPORTS = {module: imports(module) for module in MODULES}
ROOMS: dict[str, set[str]] = {}
for name, imported in IMPORTS.items():
    ROOMS.setdefault(room(name), set()).update({room(other) for other in imported} - {room(name)})


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_down(module: str) -> None:
    allowed = {*MAY_IMPORT.get(room(module), "").split(), *GROUND, room(module)}
    assert {other for other in IMPORTS[module] if room(other) not in allowed} == set()


@pytest.mark.parametrize("graph", [IMPORTS, ROOMS], ids=["modules", "folders"])
def test_imports_are_acyclic(graph: dict[str, set[str]]) -> None:
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


@pytest.mark.parametrize("package", PACKAGES)
def test_floors_and_arrows_stay_few(package: str) -> None:
    """A newcomer chooses among a few doors, so folders, not only modules, are counted."""
    graph = {name: {x for x in others if x.startswith(package)} for name, others in ROOMS.items() if name.startswith(package)}
    sorter, floors = TopologicalSorter(graph), 0
    sorter.prepare()
    while sorter.is_active():
        sorter.done(*sorter.get_ready())
        floors += 1
    arrows = sum(map(len, graph.values()))
    print(f"{package}: {len(graph)} folders and modules beside them, {floors} floors, {arrows} arrows")
    assert floors <= FLOORS and arrows <= ARROWS


def test_rules_name_what_exists() -> None:
    assert set(MAY_IMPORT) | set(GROUND) == set(ROOMS)
    assert {other for others in MAY_IMPORT.values() for other in others.split()} <= set(ROOMS)


@pytest.mark.parametrize("module", [name for name, path in MODULES.items() if path.stem == "__init__" and name not in PUBLIC])
def test_folders_import_nothing(module: str) -> None:
    """So importing one module of a folder loads no other, and the folder binds no name that a module has."""
    assert IMPORTS[module] == set()


@pytest.mark.parametrize("package", PUBLIC)
def test_no_module_has_the_name_of_something_public(package: str) -> None:
    """Or `autograd.jit` would be a module on one day and a function on the other."""
    exported = {name for name, x in vars(importlib.import_module(package)).items() if not isinstance(x, ModuleType)}
    assert not exported & {path.stem for path in MODULES[package].parent.glob("*.py")}


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(("autograd.nn", "autograd.optim"))])
def test_networks_use_public_names_only(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    used = {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "autograd"}
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("autograd", "autograd.nn")
        for alias in node.names
    }
    public = {name for package in PUBLIC for name in (*importlib.import_module(package).__all__, "nn", "optim")}
    assert {name for name in used | imported if name not in public and f"autograd.{name}" not in GROUND} == set()


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("viz") and name != "viz.model.engine"])
def test_pictures_use_private_names_through_one_module(module: str) -> None:
    """Which says what they are and why."""
    assert {other for other in IMPORTS[module] if other.startswith("autograd.")} == set()


def test_autograd_loads_networks_when_asked(tmp_path: Path) -> None:
    program = "import sys, autograd; print('autograd.nn' in sys.modules, autograd.optim.SGD, autograd.nn.MLP(1, [1], rng=0))"
    assert output(program, tmp_path).startswith("False <class 'autograd.optim.optimizers.SGD'> MLP of")


def test_autograd_loads_no_pictures(tmp_path: Path) -> None:
    program = "import sys, autograd; print([name for name in sys.modules if name.split('.')[0] in ('viz', 'graphviz')])"
    assert output(program, tmp_path) == "[]"


def test_no_file_has_the_name_of_another_package() -> None:
    """The package `autograd` on PyPI is another one: files of both in one folder would be mixed up in silence."""
    paths = list((ROOT / "autograd").rglob("*"))
    assert [path for path in paths if path.name in OTHER_PACKAGE or (path.name in OTHER_FOLDERS and path.is_dir())] == []
