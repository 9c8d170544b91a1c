"""Run the code of a page: what its blocks print must be what stands under them, and the pictures they save are its figures.

Blocks of ```python hold examples as in the interpreter (`>>>`), all of a page in one session; blocks of ```console hold
commands (`$ python ...`) and their output. `python docs/pages.py docs/tutorial.md` runs one page and tells.
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
    line: int  # of the page, from 0, where the body begins


class Run(NamedTuple):
    examples: int
    failures: str  # what was found instead; "" if all is as it stands


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page that are not inside another one."""
    return [Block(m["kind"].strip(), m["body"], text[: m.start("body")].count("\n")) for m in FENCE.finditer(text)]


def run(page: Path, folder: Path) -> Run:
    """Run a page's blocks in order, in `folder`, which gets the files that they save."""
    parser, failures, count = doctest.DocTestParser(), "", 0
    names: dict[str, object] = {"__name__": "__main__"}
    with inside(folder):
        for block in blocks(page.read_text(encoding="utf-8")):
            if block.kind == "python":
                found = parser.get_doctest(block.body, names, page.name, str(page), block.line)
                runner, told = doctest.DocTestRunner(optionflags=FLAGS), []
                runner.run(found, out=told.append, clear_globs=False)
                names.update(found.globs)
                count += len(found.examples)
                failures += "".join(told)
            elif block.kind == "console":
                count += 1
                failures += commands(page, block)
    return Run(count, failures)


def commands(page: Path, block: Block) -> str:
    """What a block of commands printed, if not what it shows; a command may go on after a backslash."""
    failures = ""
    for shown in re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]:
        command, _, expected = shown.replace("\\\n", "").partition("\n")
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
    """The working directory is `folder`, and plots need no screen."""
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
    """The page's text with its figures looked for where its blocks saved them."""
    return IMAGE.sub(lambda m: m[1] + (prefix + m[2] if (folder / m[2]).exists() else m[2]) + m[3], text)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        result = run(Path(sys.argv[1]).resolve(), Path(scratch))
    sys.exit(result.failures or print(f"{result.examples} examples, all as they stand"))
