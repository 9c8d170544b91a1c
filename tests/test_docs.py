"""The README and the pages of docs/ run as they stand, and what is printed from the table is fresh."""

import doctest
from pathlib import Path

import pytest

from autograd import table

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8", optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_of_a_page_leads_somewhere(page):
    import re

    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_s_table_is_printed_from_the_rows():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert table.refresh(readme) == readme, "run: python -m autograd.table README.md autograd/__init__.pyi"


def test_the_type_stub_is_printed_from_the_rows():
    stub = (ROOT / "autograd" / "__init__.pyi").read_text(encoding="utf-8")
    assert table.stub() == stub, "run: python -m autograd.table README.md autograd/__init__.pyi"
