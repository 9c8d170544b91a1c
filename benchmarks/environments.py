"""Virtual environments for this package and its peers, and a process for each engine."""

from __future__ import annotations

import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import venv
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import monotonic

from engines import ENGINES

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scalar-autograd" / "benchmarks"
PACKAGES = {
    "peers": ["micrograd==0.1.0", "torch==2.13.0", "jax==0.10.2", "casadi==3.8.2", "numba==0.66.0", "scipy==1.17.1"],
    "hips": ["autograd[scipy]==1.9.1"],  # it has our import name
}
XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "XLA_FLAGS": XLA}
NOT_COPIED = shutil.ignore_patterns(".*", "build", "*.so", "*.egg-info", "__pycache__")  # what another build left


class Failed(Exception):
    """A process died, answered with an error, or passed a bound; the text says which."""


@cache
def environment(name: str) -> str:
    """The interpreter of an environment, made with pip where it does not hold what it should; once in a run."""
    content = " ".join(PACKAGES.get(name, [source_hash()]))
    folder = CACHE / name
    python, complete = folder / ("Scripts" if os.name == "nt" else "bin") / "python", folder / "complete"
    if not complete.exists() or complete.read_text() != content:
        print(f"installing {name} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "AUTOGRAD_"))}
        with tempfile.TemporaryDirectory() as copy:
            if name not in PACKAGES:
                shutil.copytree(ROOT, copy, ignore=NOT_COPIED, dirs_exist_ok=True)
            command = [str(python), "-m", "pip", "install", "-q", *PACKAGES.get(name, [copy]), "numpy"]
            if subprocess.run(command, env=clean, stdout=sys.stderr, check=False).returncode == 0:
                complete.write_text(content)  # else engines that cannot be imported are left out
    return str(python)


@cache
def source_hash() -> str:
    """Twelve digits that say which source was built."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "autograd").rglob("*"), ROOT / "setup.py"]):
        if path.suffix in (".py", ".pxd", ".h", ".c"):
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


class Process:
    """A worker.py of one engine, to be used in a `with`; `here`: this package as this interpreter imports it."""

    def __init__(self, engine: str, here: bool, seconds: float, gigabytes: float) -> None:
        spec = ENGINES[engine]
        here = here and spec.environment == "ours"
        settings = {key: value for key, value in os.environ.items() if here or not key.startswith("PYTHON")}
        settings |= {"JAX_PLATFORMS": "cpu", "AUTOGRAD_COMPILED": spec.compiled, **(ONE_THREAD if spec.processors == 1 else {})}
        self.seconds, self.gigabytes, self.errors = seconds, gigabytes, tempfile.TemporaryFile("w+")
        command = [sys.executable if here else environment(spec.environment), str(FOLDER / "worker.py"), engine]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.errors}
        self.process = subprocess.Popen(command, text=True, env=settings, **pipes)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        with suppress(BrokenPipeError), self.process, self.errors:  # closes the pipes and the file, and waits
            pass

    def ask(self, what: str, **request: object):
        """The answer to one request. Failed if the process dies, answers with an error, or passes a bound, which stops it."""
        with suppress(BrokenPipeError):
            print(json.dumps({"what": what, **request}), file=self.process.stdin, flush=True)
        start = monotonic()
        while not select.select([self.process.stdout], [], [], 0.1)[0]:
            spent, memory = monotonic() - start, resident(self.process.pid) / 1e9
            if spent > self.seconds or memory > self.gigabytes:
                self.process.kill()
                raise Failed(f"stopped after {spent:.0f} s with {memory:.1f} GB")
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            self.errors.seek(0)
            raise Failed(self.errors.read().strip().rpartition("\n")[2] or f"exit status {code}")
        answer = json.loads(line)
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer["answer"]


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now; 0 where the system does not tell."""
    with suppress(OSError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
