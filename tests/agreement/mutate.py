"""Break each line of the chain rule in turn, and report the broken ones that no test notices.

    python tests/agreement/mutate.py sweep              # or: cuts, messages, programs; all of them without a name

Works on a copy of the sources, as pure Python. A mutant that survives is a missing test, or the same program written otherwise.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 3.0  # times what the tests take without a change; a mutant that runs for ever is noticed
MEMORY = 8 << 30  # bytes that a mutant may ask for


class Target(NamedTuple):
    """Parts of a file (functions, classes, names that are assigned, keywords), and the tests that should notice a change."""

    file: str
    names: tuple[str, ...]
    tests: tuple[str, ...]


SWEEP_TESTS = (
    "tests/engine/test_backward.py",
    "tests/calculus/test_zero_and_infinity.py",
    "tests/calculus/test_nesting.py",
    "tests/calculus/test_transforms.py",
    "tests/agreement/test_edges.py",
)
CALL_TESTS = ("tests/engine/test_forward.py", "tests/engine/test_backward.py", "tests/calculus/test_nested_cost.py")
CUT_TESTS = ("tests/ops", "tests/calculus/test_zero_and_infinity.py", "tests/agreement/test_zero_rule.py")
PICTURE_TESTS = ("tests/viz/model", "tests/viz/derivation", "tests/viz/drawing", "tests/viz/stepper/test_player.py")
PROGRAM_TESTS = ("tests/program/test_program.py", "tests/program", "tests/compiler")
TARGETS: dict[str, list[Target]] = {
    "sweep": [
        Target(
            "autograd/engine/_pure.py",
            ("explore", "visit_leaf", "propagate", "send_to_many", "accumulate_into_grad"),
            SWEEP_TESTS,
        ),
        Target(
            "autograd/engine/backward.py", ("begin", "refuse_nesting", "order_locked", "sweep", "sweep_locked"), SWEEP_TESTS
        ),
        Target(
            "autograd/engine/_pure.py",
            ("is_younger", "from_outside", "swept", "restore_marks", "settle", "pending", "push_tangents", "tangents_of"),
            CALL_TESTS,
        ),
        Target("autograd/engine/backward.py", ("made_since", "call_adjoints", "walk_call", "end"), CALL_TESTS),
        Target("autograd/engine/forward.py", ("call_tangents",), CALL_TESTS),
    ],
    "cuts": [
        Target("autograd/ops/primitives.py", ("cut", "POSITIVE_ALONE", "LESS", "GREATER", "_where_read"), CUT_TESTS),
        Target("autograd/ops/kernels.py", ("_python",), CUT_TESTS),
        Target("autograd/engine/_pure.py", ("some_cut", "unpacked", "cut_flags", "unary_node", "binary_node"), CUT_TESTS),
        Target("autograd/engine/node.py", ("hold", "partials_of", "cuts_of", "has_cuts", "edges"), CUT_TESTS),
    ],
    "messages": [
        Target("viz/model/node.py", ("edges",), PICTURE_TESTS),
        Target("viz/model/graph.py", ("reached", "message"), PICTURE_TESTS),
        Target("viz/stepper/timeline.py", ("_sweep",), ("tests/viz/stepper/test_player.py",)),
    ],
    "programs": [
        Target("autograd/program/_sweeps.py", ("Sweep", "pull_back", "push_forward", "step", "choose"), PROGRAM_TESTS)
    ],
}


class Mutant(NamedTuple):
    """A file with one thing changed."""

    line: int
    change: str
    source: str


# ---- mutants


def mutants(source: str, names: Sequence[str]) -> Iterator[Mutant]:
    """Every change of the named parts."""
    tree = ast.parse(source)
    for part in _parts(tree, names):
        for place in _code(part):
            for field, value in ast.iter_fields(place):
                for k, old in enumerate(value) if isinstance(value, list) else [(None, value)]:
                    for new in _changes(place, field, old):
                        line = getattr(old, "lineno", getattr(place, "lineno", 0))
                        change = f"{_shown(old)}  ->  {_shown(new)}"
                        yield Mutant(line, change, _with(tree, place, field, k, new))


def _parts(tree: ast.Module, names: Sequence[str]) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            known = [node.name]
        elif isinstance(node, ast.Assign):
            known = [x.id for target in node.targets for x in ast.walk(target) if isinstance(x, ast.Name)]
        else:
            known = [node.arg] if isinstance(node, ast.keyword) else []
        if set(known) & set(names):
            yield node


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, but for types and checks of lengths."""
    yield node
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and getattr(child, "arg", "") != "strict":
                    yield from _code(child)


def _with(tree: ast.Module, place: ast.AST, field: str, k: int | None, new: ast.AST) -> str:
    """The source with another node in this place, which is restored."""
    value = getattr(place, field)
    old = value if k is None else value[k]
    if k is None:
        setattr(place, field, new)
    else:
        value[k] = new
    try:
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    finally:
        if k is None:
            setattr(place, field, old)
        else:
            value[k] = old


COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
COMPARISONS |= {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr}
SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Continue, ast.Break)


def _changes(place: ast.AST, field: str, old: object) -> Iterator[ast.AST]:
    """What may be put in this place instead."""
    if isinstance(old, SIMPLE) and not (isinstance(old, ast.Expr) and isinstance(old.value, ast.Constant)):
        yield ast.Pass()
    if field == "test" or (field == "ifs" and isinstance(place, ast.comprehension)):
        yield ast.UnaryOp(ast.Not(), copy.deepcopy(old))  # type: ignore[arg-type]
    if isinstance(place, ast.Lambda) and field == "body":
        yield ast.Constant(0.0)
        yield ast.Constant(1.0)
    if isinstance(place, ast.BoolOp) and field == "values":
        yield ast.Constant(isinstance(place.op, ast.And))
    if isinstance(old, ast.Constant) and type(old.value) in (int, float):
        yield ast.Constant(old.value + 1)
    if isinstance(old, ast.Constant) and type(old.value) is bool:
        yield ast.Constant(not old.value)
    for table in (COMPARISONS, ARITHMETIC):
        if type(old) in table:
            yield table[type(old)]()  # type: ignore[index]


def _shown(node: object) -> str:
    text = ast.unparse(node) if isinstance(node, (ast.expr, ast.stmt)) else type(node).__name__
    return text.split("\n")[0][:90]


# ---- whether tests notice


def copied(root: Path, folder: Path) -> Path:
    """The sources, without what was compiled."""
    skipped = shutil.ignore_patterns(".git", "build", "*.so", "*.pyd", "__pycache__", "node_modules")
    return Path(shutil.copytree(root, folder / "copy", ignore=skipped))


def passes(folder: Path, tests: Sequence[str], seconds: float | None = None) -> bool:
    """Whether the quick tests pass in this copy, in that time."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "AUTOGRAD_COMPILED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    code = f"import sys, pytest\ntry:\n    import resource\n    resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))\n"
    code += "except ImportError:\n    pass\nsys.exit(pytest.main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "-x", "-q", "-m", "not slow", *dict.fromkeys(tests)]
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def survivors(folder: Path, target: Target, every: int = 1) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant of the target in this copy, and whether the tests pass with it."""
    start = time.monotonic()
    if not passes(folder, target.tests):
        sys.exit(f"the tests fail without a change: {' '.join(target.tests)}")
    seconds = PATIENCE * (time.monotonic() - start)
    file = folder / target.file
    original = file.read_text(encoding="utf-8")
    different = {mutant.source: mutant for mutant in mutants(original, target.names)}
    different.pop(ast.unparse(ast.parse(original)) + "\n", None)
    try:
        for mutant in list(different.values())[::every]:
            file.write_text(mutant.source, encoding="utf-8")
            yield mutant, passes(folder, target.tests, seconds)
    finally:
        file.write_text(original, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", choices=[[], *TARGETS], help="what to break; everything by default")
    parser.add_argument("--names", nargs="*", help="only these functions")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th change")
    options = parser.parse_args()
    missed = count = 0
    with tempfile.TemporaryDirectory() as folder:
        home = copied(ROOT, Path(folder))
        for target in [target for group in options.groups or TARGETS for target in TARGETS[group]]:
            target = target._replace(names=tuple(options.names or target.names))
            for mutant, survives in survivors(home, target, options.every):
                count, missed = count + 1, missed + survives
                if survives:
                    print(f"{target.file}:{mutant.line}: {mutant.change}", flush=True)
            print(f"{target.file}: {count} mutants so far, {missed} of them noticed by no test", flush=True)
    print(f"{count} mutants, {missed} of them noticed by no test")


if __name__ == "__main__":
    main()
