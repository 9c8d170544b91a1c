"""Other engines' environments and processes: each package in a virtual environment of its own, each engine in a process.

Environments are kept in the user's cache folder, named by package and version, and made when they are missing.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from time import monotonic

FOLDER = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scalar-autograd" / "field"


class Failed(Exception):
    """The process died, answered with an error, or was stopped at a bound; the text says which."""


def python_of(package: str) -> str:
    """The interpreter of the environment of `name==version` or `name[extra]==version`, made with pip if it is not there."""
    folder = CACHE / package.replace("==", "-").replace("[", "-").replace("]", "")
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "complete").exists():
        print(f"installing {package} into {folder}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        command = [str(python), "-m", "pip", "install", "-q", package, "numpy"]
        subprocess.run(command, check=True, env=without_paths(), stdout=sys.stderr)
        (folder / "complete").touch()
    return str(python)


def without_paths() -> dict[str, str]:
    """The environment, without what would let another interpreter import this package."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


class Worker:
    """A process that answers requests, a line of JSON each; to be used in a `with`."""

    def __init__(self, python: str, script: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [python, str(FOLDER / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
        )
        self.peak = 0

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        with self.process, self.errors:  # closes the pipes and the file, and waits
            pass

    def ask(self, what: str, seconds: float = 3600.0, gigabytes: float = 1000.0, **request: object):
        """The answer to one request. Failed where the process dies, tells an error, or passes a bound, which stops it."""
        try:
            print(json.dumps({"what": what, **request}), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise Failed(self._death()) from None
        start = monotonic()
        while not select.select([self.process.stdout], [], [], 0.1)[0]:
            self.peak = max(self.peak, resident(self.process.pid))
            for passed, bound in (
                (monotonic() - start > seconds, f"{seconds:g} s"),
                (self.peak > gigabytes * 1e9, f"{gigabytes:g} GB"),
            ):
                if passed:
                    self.process.kill()
                    raise Failed(f"stopped at {bound}, after {monotonic() - start:.0f} s with {self.peak / 1e9:.1f} GB")
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self._death())
        answer = json.loads(line)
        if isinstance(answer, dict) and "failed" in answer:
            raise Failed(answer["failed"])
        return answer

    def _death(self) -> str:
        code = self.process.wait()
        self.errors.seek(0)
        said = self.errors.read().strip().rpartition("\n")[2]
        return f"killed by {signal.Signals(-code).name}" if code < 0 else said or f"exit status {code}"


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
