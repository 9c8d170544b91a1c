"""The README and the pages of docs/ run as they stand, and what is printed from the table is fresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers import ROOT, load

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(page for f in ("docs", "benchmarks") for page in (ROOT / f).rglob("*.md")),
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


pages = load(ROOT / "docs" / "pages.py")
print_tables = load(ROOT / "docs" / "print_tables.py")


@pytest.mark.slow
@each_page
def test_page(page: Path, tmp_path: Path) -> None:
    """Every example runs, every link and figure is there."""
    text = page.read_text(encoding="utf-8")
    result = pages.run(page, tmp_path)
    assert result.failures == ""
    blocks = [block for block in pages.blocks(text) if block.kind in ("python", "console")]
    assert result.examples >= len(blocks)
    prose = re.sub(r"(`+).+?\1", "", pages.FENCE.sub("", text), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", prose):
        if "://" not in target:
            assert (page.parent / target).exists() or (tmp_path / target).exists(), f"{page.name} links to {target}"


@each_page
def test_no_python_goes_unrun(page: Path) -> None:
    """Examples are found by their prompt, so a block without one would be skipped in silence."""
    for block in pages.blocks(page.read_text(encoding="utf-8")):
        if block.kind == "python":
            assert block.body.startswith(">>> "), f"{page.name}, line {block.line}"


def test_languages_of_the_tutorial() -> None:
    """The prose may differ, and does; what runs may not."""
    texts = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("tutorial.md", "tutorial.zh.md")]
    english, chinese = ([block[:2] for block in pages.blocks(text)] for text in texts)
    assert english == chinese and len(english) > 20
    english, chinese = (pages.IMAGE.findall(text) for text in texts)
    assert [name for _, name, _ in english] == [name for _, name, _ in chinese]
    english, chinese = (re.findall(r"\$\$.*?\$\$", text) for text in texts)
    assert english == chinese and len(english) == 4
    english, chinese = (re.findall(r"^##+ (\d+)\.", text, re.MULTILINE) for text in texts)
    assert english == chinese == [str(number) for number in range(1, 11)]


STALE = """
```python
>>> 1 + 1
3
```

```console
$ python -c "print(1)"
2
```
"""


def test_stale_output_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(STALE)
    told = pages.run(page, tmp_path / "made").failures
    assert "line 3, in page.md" in told and "Expected:\n    3\nGot:\n    2\n" in told
    assert "expected:\n2\n" in told and "printed:\n1\n" in told
    page.write_text(STALE.replace("3", "2").replace("print(1)", "print(2)"))
    assert pages.run(page, tmp_path / "made") == (2, "")


def test_blocks_share_a_session(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\n>>> x = 2\n```\n\n````text\n```python\n>>> x\n3\n```\n````\n\n```python\n>>> x\n2\n```\n")
    assert pages.run(page, tmp_path / "made") == (2, "")


def test_table_of_functions_is_fresh() -> None:
    page = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")
    assert print_tables.refresh(page) == page, "run: python docs/print_tables.py"


def test_type_stub_is_fresh() -> None:
    stub = (ROOT / "autograd" / "__init__.pyi").read_text(encoding="utf-8")
    assert print_tables.stub() == stub, "run: python docs/print_tables.py"
