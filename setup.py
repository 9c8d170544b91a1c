"""Compile the modules that have a .pxd beside them, and the executor of programs.

Their headers are printed from the table of operations into the build folder. Without a C compiler the install goes on and
says so: the pure-Python implementation then does the same work, slower.
AUTOGRAD_COMPILED=0 compiles nothing, AUTOGRAD_COMPILED=1 makes a failure to compile the install's.
"""

import os
import sys
import sysconfig
import tempfile
import types
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PACKAGE = Path("autograd")
WISH = os.environ.get("AUTOGRAD_COMPILED", "")
UNIX = sysconfig.get_config_var("CC") is not None
GNU = ["-O3", "-g0", "-fno-math-errno", "-ffp-contract=off", "-fno-strict-aliasing", "-fwrapv"]
FLAGS = GNU if UNIX else ["/O2", "/fp:precise"]
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "allow_none_for_extension_args": False,
    "auto_pickle": False,
    "cdivision": True,
    "boundscheck": False,
    "wraparound": False,
    "show_performance_hints": False,
}
CLONES = """
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"))) static void f(double *o) { *o = 1.0; }
int main(void) { double x; f(&x); return (int)x; }
"""
MVEC = """
#include <math.h>
#if !defined(__x86_64__) || !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 35)
#error "no vector library"
#endif
double erf(double) __attribute__((simd("notinbranch")));
int main(int n, char **v) { double x[8]; for (int i = 0; i < 8; i++) x[i] = erf(n + i); return (int)x[n & 7]; }
"""


def extension(source: Path, name: str) -> Extension:
    return Extension(
        ".".join((*source.parent.parts, name)),
        [source.as_posix()],
        extra_compile_args=FLAGS + os.environ.get("AUTOGRAD_CFLAGS", "").split(),
        extra_link_args=os.environ.get("AUTOGRAD_LDFLAGS", "").split(),
        libraries=["m"] if UNIX else [],
    )


TYPED = [extension(types.with_suffix(".py"), types.stem) for types in sorted(PACKAGE.rglob("*.pxd"))]
NATIVE = extension(PACKAGE / "program" / "native" / "native.c", "_native")
NATIVE.name = "autograd.program._native"


class Build(build_ext):
    """Print the headers, translate the typed modules to C, compile; without a compiler say so and go on."""

    def build_extensions(self) -> None:
        self.parallel = self.parallel or os.cpu_count()
        try:
            self._print_headers()
            self._translate()
            self._tune_native()
            super().build_extensions()
        except Exception as error:
            if WISH == "1":
                raise
            print(f"note: the compiled implementation was not built ({type(error).__name__}: {error});", file=sys.stderr)
            print("note: pure Python does the same, slower. A C compiler and a new install mend this.", file=sys.stderr)
            for built in self.extensions:  # what an earlier build left would not fit these sources
                Path(self.get_ext_fullpath(built.name)).unlink(missing_ok=True)
            self.extensions = []

    def _print_headers(self) -> None:
        sys.modules["autograd"] = types.ModuleType("autograd")  # spares its imports, which a build need not have
        sys.modules["autograd"].__path__ = [str(PACKAGE)]
        from autograd.ops.codegen_c import c_header
        from autograd.ops.codegen_reductions import c_loops
        from autograd.program.codegen_native import c_instructions, c_kernels

        headers = {"kernels.h": c_header(), "loops.h": c_loops()}
        headers |= {"instructions.h": c_instructions(), "program_kernels.h": c_kernels()}
        folder = Path(self.build_temp, "headers")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in headers.items():
            if not (folder / name).exists() or (folder / name).read_text() != text:
                (folder / name).write_text(text)
        NATIVE.depends = [str(file) for place in (folder, PACKAGE / "program" / "native") for file in place.glob("*.h")]
        for built in self.extensions:
            built.include_dirs += [str(folder), str(PACKAGE / "engine")]

    def _translate(self) -> None:
        from Cython.Build import cythonize

        folder = os.path.join(self.build_temp, "c")
        translated = cythonize(TYPED, build_dir=folder, force=True, quiet=True, compiler_directives=DIRECTIVES)
        for built, result in zip(TYPED, translated, strict=True):
            built.sources = result.sources

    def _tune_native(self) -> None:
        """Versions of the executor for several x86-64 processors, and glibc's vector library, where they are at hand."""
        if not UNIX:
            return
        NATIVE.extra_compile_args.insert(0, "-fno-trapping-math")
        if self._compiles(CLONES, []):
            NATIVE.define_macros.append(("AG_MULTIVERSION", "1"))
            if self._compiles(MVEC, ["mvec", "m"]):
                NATIVE.define_macros.append(("AG_MVEC", "1"))
                NATIVE.libraries = ["mvec", "m"]

    def _compiles(self, source: str, libraries: list[str]) -> bool:
        """Whether a small program can be compiled and linked here."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "probe.c")
            file.write_text(source)
            try:
                objects = self.compiler.compile([str(file)], folder, extra_postargs=["-O2", "-fno-math-errno", "-w"])
                self.compiler.link_executable(objects, str(Path(folder, "probe")), libraries=libraries)
            except Exception:
                return False
        return True


setup(ext_modules=[] if WISH == "0" else [*TYPED, NATIVE], cmdclass={"build_ext": Build})
