# The types that make _reverse.py fast when it is compiled.
cimport cython

@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, k=int, fixed=int, sums=int, dots=int,
               found=int)
cpdef depend(int[:, ::1] code, int[::1] pool, int first, int[::1] arity, int[::1] kinds, int[::1] active)

@cython.final
cdef class Adjoints:
    cdef int[:, ::1] made
    cdef int[::1] pool, p, q, following, head, tail
    cdef readonly int count, used, terms, base
    @cython.locals(i=int)
    cdef inline int emit(self, int op, int a, int b, int c) noexcept
    @cython.locals(t=int)
    cpdef int send(self, int slot, int p, int q) noexcept
    @cython.locals(t=int, p=int, q=int, start=int, n=int, k=int, plain=bint, ends=bint, terms="int[::1]")
    cpdef int adjoint(self, int slot, int[::1] kinds, int one) noexcept

@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, k=int, n=int, z=int, q=int, p=int, x=int,
               fixed=int, sums=int, dots=int, choice=int, link=int, take=int)
cpdef pull_back(int[:, ::1] code, int[::1] pool, int first, int[::1] arity, int[::1] kinds, int[::1] active,
                int[:, :, ::1] parts, int one, Adjoints adjoints)
@cython.locals(kind=int)
cdef int partial(int o, int k, int x, int y, int w, int z, int[:, :, ::1] parts, int one, Adjoints adjoints) noexcept
cdef int operand(int source, int x, int y, int w, int z) noexcept
@cython.locals(add=int, choice=int, less=int, same=int, zero=int, index=int, k=int, x=int, found=int)
cdef int take_back(int[::1] pool, int start, int n, int[::1] kinds, int[::1] active, int one, Adjoints adjoints, int q) noexcept
