"""The compiled twin: prints the C kernels from the table, keeps value.py's `# compiled:` lines, and compiles both.

Without a C compiler the install goes on and says so; the interpreted twin then does the same work, slower.
AUTOGRAD_COMPILED=0 leaves the compiled twin out, AUTOGRAD_COMPILED=1 makes its failure the install's.
"""

import os
import re
import shutil
import sys
import sysconfig
import types
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
WISH = os.environ.get("AUTOGRAD_COMPILED", "")
UNIX = sysconfig.get_config_var("CC") is not None
FLAGS = ["-O3", "-fno-math-errno", "-ffp-contract=off", "-fno-strict-aliasing", "-fwrapv"] if UNIX else ["/O2", "/fp:precise"]


def compiled_source(source: str) -> str:
    """value.py as Cython sees it; lines keep their numbers."""
    lines = ["" if line.rstrip().endswith("# interpreted") else line for line in source.split("\n")]
    return "\n".join(re.sub(r"^(\s*)# compiled: ", r"\1", line) for line in lines)


class Build(build_ext):
    """Generate the sources in the build folder, then compile; without a compiler, say so and go on."""

    def run(self) -> None:
        try:
            self._generate()
            super().run()
        except Exception as error:
            if WISH == "1":
                raise
            self._skip(error)

    def _skip(self, error: Exception) -> None:
        print(f"note: the compiled twin was not built ({type(error).__name__}: {error});", file=sys.stderr)
        print(
            "note: the interpreted one does the same, slower. A C compiler and a new install mend this.",
            file=sys.stderr,
        )
        for extension in self.extensions:  # what an earlier build left would not fit these sources
            Path(self.build_lib, self.get_ext_filename(extension.name)).unlink(missing_ok=True)
        self.extensions = []

    def get_outputs(self) -> list:
        return [path for path in super().get_outputs() if os.path.exists(path)]

    def _generate(self) -> None:
        from Cython.Build import cythonize

        package = types.ModuleType("autograd")  # the table alone, without what the package needs at run time
        package.__path__ = [str(HERE / "autograd")]
        sys.modules["autograd"] = package
        from autograd.header import c_header
        from autograd.loops import c_loops

        folder = Path(self.build_temp).resolve() / "generated"
        sources = folder / "autograd"
        sources.mkdir(parents=True, exist_ok=True)
        (sources / "__init__.py").touch()
        (sources / "kernels.h").write_text(c_header())
        (sources / "loops.h").write_text(c_loops())
        for name in ("value.pxd", "node.h"):
            shutil.copyfile(HERE / "autograd" / name, sources / name)
        source = sources / "value.py"
        source.write_text(compiled_source((HERE / "autograd" / "value.py").read_text(encoding="utf-8")), encoding="utf-8")
        extension = Extension(
            "autograd.value",
            [os.path.relpath(source)],
            include_dirs=[str(sources)],
            extra_compile_args=FLAGS + os.environ.get("AUTOGRAD_CFLAGS", "").split(),
            extra_link_args=os.environ.get("AUTOGRAD_LDFLAGS", "").split(),
            libraries=["m"] if UNIX else [],
        )
        self.extensions = cythonize(
            [extension],
            force=True,
            include_path=[str(folder)],
            quiet=True,
            compiler_directives={
                "language_level": 3,
                "boundscheck": True,
                "cdivision": True,
                "annotation_typing": False,
                "allow_none_for_extension_args": False,
            },
        )
        self.swig_opts = []
        for made in self.extensions:
            made._needs_stub = False
        self.check_extensions_list(self.extensions)


setup(
    ext_modules=[] if WISH == "0" else [Extension("autograd.value", ["autograd/value.py"])],
    cmdclass={"build_ext": Build},
)
