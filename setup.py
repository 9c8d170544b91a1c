"""The compiled twin: prints the C kernels from the table, keeps value.py's `# compiled:` lines, and compiles both.

Without a C compiler the install goes on and says so; the interpreted twin then does the same work, slower.
AUTOGRAD_COMPILED=0 leaves the compiled twin out, AUTOGRAD_COMPILED=1 makes its failure the install's.
"""

import os
import re
import shutil
import sys
import sysconfig
import tempfile
import types
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "autograd"
CORE = "engine/value"  # of it, the lines marked
TYPED = sorted(
    {file.relative_to(PACKAGE).with_suffix("").as_posix() for file in PACKAGE.rglob("*.pxd")} - {CORE}
)  # as they are
WISH = os.environ.get("AUTOGRAD_COMPILED", "")
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
UNIX = sysconfig.get_config_var("CC") is not None
FLAGS = ["-O3", "-fno-math-errno", "-ffp-contract=off", "-fno-strict-aliasing", "-fwrapv"] if UNIX else ["/O2", "/fp:precise"]


def compiled_source(source: str) -> str:
    """value.py as Cython sees it; lines keep their numbers."""
    lines = ["" if line.rstrip().endswith("# interpreted") else line for line in source.split("\n")]
    return "\n".join(re.sub(r"^(\s*)# compiled: ", r"\1", line) for line in lines)


class Build(build_ext):
    """Generate the sources in the build folder, then compile; without a compiler, say so and go on."""

    def run(self) -> None:
        self.parallel = self.parallel or os.cpu_count()
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

    def _native(self, sources: Path) -> Extension:
        """The executor of programs; with several versions for x86-64 and glibc's vector library where these are at hand."""
        flags, macros, libraries = list(FLAGS), [], ["m"] if UNIX else []
        if UNIX:
            flags.append("-fno-trapping-math")
        if self._compiles(CLONES, []):
            macros.append(("AG_MULTIVERSION", "1"))
            if self._compiles(MVEC, ["mvec", "m"]):
                macros.append(("AG_MVEC", "1"))
                libraries = ["mvec", "m"]
        for name in ("native.c", "native.h", "blocks.h"):
            shutil.copyfile(PACKAGE / "program" / "native" / name, sources / "program" / "native" / name)
        return Extension(
            "autograd.program._native",
            [os.path.relpath(sources / "program" / "native" / "native.c")],
            include_dirs=[str(sources)],
            define_macros=macros,
            extra_compile_args=flags + os.environ.get("AUTOGRAD_CFLAGS", "").split(),
            extra_link_args=os.environ.get("AUTOGRAD_LDFLAGS", "").split(),
            libraries=libraries,
        )

    def _compiles(self, source: str, libraries: list[str]) -> bool:
        """Whether a small program can be compiled and linked here."""
        if not UNIX:
            return False
        from distutils.ccompiler import new_compiler
        from distutils.sysconfig import customize_compiler

        compiler = new_compiler()
        customize_compiler(compiler)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "probe.c")
            file.write_text(source)
            try:
                objects = compiler.compile([str(file)], output_dir=folder, extra_postargs=["-O2", "-fno-math-errno", "-w"])
                compiler.link_executable(objects, str(Path(folder, "probe")), libraries=libraries)
            except Exception:
                return False
        return True

    def _generate(self) -> None:
        from Cython.Build import cythonize

        package = types.ModuleType("autograd")  # the table alone, without what the package needs at run time
        package.__path__ = [str(PACKAGE)]
        sys.modules["autograd"] = package
        from autograd.ops.codegen_c import c_header
        from autograd.ops.codegen_reductions import c_loops
        from autograd.program.codegen_native import kernels

        folder = Path(self.build_temp).resolve() / "generated"
        sources = folder / "autograd"
        (sources / "program" / "native").mkdir(parents=True, exist_ok=True)
        for package_folder in {sources, *((sources / name).parent for name in (CORE, *TYPED))}:
            package_folder.mkdir(exist_ok=True)
            (package_folder / "__init__.py").touch()
        (sources / "kernels.h").write_text(c_header())
        (sources / "loops.h").write_text(c_loops())
        (sources / "program_kernels.h").write_text(kernels())
        for name in ("engine/value.pxd", "engine/node.h"):
            shutil.copyfile(PACKAGE / name, sources / name)
        source = sources / f"{CORE}.py"
        source.write_text(compiled_source((PACKAGE / f"{CORE}.py").read_text(encoding="utf-8")), encoding="utf-8")
        for name in TYPED:
            for suffix in (".py", ".pxd"):
                shutil.copyfile(PACKAGE / (name + suffix), sources / (name + suffix))
        extensions = [
            Extension(
                "autograd." + name.replace("/", "."),
                [os.path.relpath(sources / f"{name}.py")],
                include_dirs=[str(sources), str(sources / "engine")],
                extra_compile_args=FLAGS + os.environ.get("AUTOGRAD_CFLAGS", "").split(),
                extra_link_args=os.environ.get("AUTOGRAD_LDFLAGS", "").split(),
                libraries=["m"] if UNIX else [],
            )
            for name in (CORE, *TYPED)
        ]
        options = {"force": True, "include_path": [str(folder)], "quiet": True}
        checked = {
            "language_level": 3,
            "boundscheck": True,
            "cdivision": True,
            "annotation_typing": False,
            "allow_none_for_extension_args": False,
        }
        unchecked = checked | {"boundscheck": False, "wraparound": False, "show_performance_hints": False}
        self.extensions = cythonize(extensions[:1], compiler_directives=checked, **options)
        self.extensions += cythonize(extensions[1:], compiler_directives=unchecked, **options)
        self.extensions.append(self._native(sources))
        self.swig_opts = []
        for made in self.extensions:
            made._needs_stub = False
        self.check_extensions_list(self.extensions)


setup(
    ext_modules=[]
    if WISH == "0"
    else [Extension("autograd." + name.replace("/", "."), [f"autograd/{name}.py"]) for name in (CORE, *TYPED)],
    cmdclass={"build_ext": Build},
)
