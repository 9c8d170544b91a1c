"""Run the examples of a page and compare what they print with the page.

Blocks of ```python hold interpreter sessions (`>>>`), one session for all blocks of a page; blocks of ```console hold
commands (`$ python ...`) and their output. The pictures they save are
the figures of the page. `python docs/pages.py docs/tutorial.md` runs one page.
"""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<kind>[^\n`]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
IMAGE = re.compile(r"(!\[[^\]]*\]\()([\w-]+\.(?:svg|png))(\))")
FLAGS = doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    kind: str
    body: str
    line: int  # of the page, counted from 0, at which the body begins


class Run(NamedTuple):
    examples: int
    failures: str  # a report; "" if every output is as on the page


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, without those inside another block."""
    return [Block(m["kind"].strip(), m["body"], text[: m.start("body")].count("\n")) for m in FENCE.finditer(text)]


def run(page: Path, folder: Path) -> Run:
    """Run the blocks of a page in order, in `folder`, where they save their files."""
    parser, failures, count = doctest.DocTestParser(), "", 0
    names: dict[str, object] = {"__name__": "__main__"}
    with inside(folder):
        for block in blocks(page.read_text(encoding="utf-8")):
            if block.kind == "python":
                test = parser.get_doctest(block.body, names, page.name, str(page), block.line)
                runner, report = doctest.DocTestRunner(optionflags=FLAGS), []
                runner.run(test, out=report.append, clear_globs=False)
                names.update(test.globs)
                count += len(test.examples)
                failures += "".join(report)
            elif block.kind == "console":
                count += 1
                failures += commands(page, block)
    return Run(count, failures)


def commands(page: Path, block: Block) -> str:
    """Run a block of commands and report the outputs that differ.

    A backslash continues a command on the next line.
    """
    failures = ""
    for part in re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]:
        command, _, expected = part.replace("\\\n", "").partition("\n")
        first, *rest = shlex.split(command)
        if first != "python":
            return f"{page.name}, line {block.line}: only commands of python can be checked, not {first}\n"
        done = subprocess.run([sys.executable, *rest], capture_output=True, encoding="utf-8", check=False, timeout=120)
        if done.stdout.split() != expected.split() or done.returncode:
            failures += (
                f"{page.name}, line {block.line}: {command}\nexpected:\n{expected}\nprinted:\n{done.stdout}{done.stderr}\n"
            )
    return failures


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in `folder`, with plots that need no screen."""
    before = Path.cwd()
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ["PYTHONIOENCODING"] = "utf-8"
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def with_figures(text: str, folder: Path, prefix: str) -> str:
    """Link the figures that a page's blocks saved in `folder` to `prefix`."""
    return IMAGE.sub(lambda m: m[1] + (prefix + m[2] if (folder / m[2]).exists() else m[2]) + m[3], text)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        result = run(Path(sys.argv[1]).resolve(), Path(scratch))
    sys.exit(result.failures or print(f"{result.examples} examples, all up to date"))
