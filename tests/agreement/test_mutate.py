"""The tool that breaks lines notices what tests notice, and reports what they do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import load

tool = load(Path(__file__).with_name("mutate.py"))

SOURCE = """
def largest(xs):
    result = xs[0]
    spare = result
    for x in xs:
        if x > result:
            result = x
    return result


def other(x):
    return x + 1
"""
TEST = "from m import largest\n\ndef test_largest():\n    assert largest([1, 3, 2]) == 3 and largest([2, 1]) == 2\n"


def test_every_part_that_is_named_is_changed_and_no_other() -> None:
    changes = [mutant.change for mutant in tool.mutants(SOURCE, ["largest"])]
    assert sorted(changes) == [
        "0  ->  1",
        "Gt  ->  GtE",
        "result = x  ->  pass",
        "result = xs[0]  ->  pass",
        "spare = result  ->  pass",
        "x > result  ->  not x > result",
    ]
    assert [m.change for m in tool.mutants(SOURCE, ["other"])] == ["Add  ->  Sub", "1  ->  2"]


@pytest.mark.slow
def test_survivors_are_the_changes_without_effect(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(SOURCE)
    (tmp_path / "test_m.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\nmarkers = slow\n")
    target = tool.Target("m.py", ("largest",), ("test_m.py",))
    assert tool.passes(tmp_path, target.tests)
    found = [mutant.change for mutant, survives in tool.survivors(tmp_path, target) if survives]
    assert sorted(found) == ["0  ->  1", "Gt  ->  GtE", "spare = result  ->  pass"]
    assert (tmp_path / "m.py").read_text() == SOURCE


def test_the_parts_that_are_to_be_broken_exist() -> None:
    for target in [target for group in tool.TARGETS.values() for target in group]:
        source = (tool.ROOT / target.file).read_text(encoding="utf-8")
        for name in target.names:
            assert any(tool.mutants(source, [name])), (target.file, name)
        assert all((tool.ROOT / test).exists() for test in target.tests)
