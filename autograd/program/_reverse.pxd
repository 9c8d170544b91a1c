# The types that make _reverse.py fast when it is compiled.
cimport cython

cdef extern from "instructions.h":
    enum:
        FIXED "AG_FIXED", ADD "AG_OP_ADD", EQUAL "AG_OP_EQUAL", LESS "AG_OP_LESS", LINK "AG_OP_LINK", NEG "AG_OP_NEG"
        SUM "AG_OP_SUM", TAKE "AG_OP_TAKE", WHERE "AG_OP_WHERE", ZDOT "AG_OP_ZDOT", ZMUL "AG_OP_ZMUL"
        CONSTANT "AG_PARTIAL_CONSTANT", OPERAND "AG_PARTIAL_OPERAND"
    const unsigned char *ARITY "ag_arity"

@cython.final
cdef class Adjoints:
    cdef readonly int[:, ::1] code
    cdef readonly int[::1] pool
    cdef int[::1] p, q, following, head, tail
    cdef readonly int count, used, terms, base, one, minus_one, zero, whole
    @cython.locals(i=int)
    cdef inline int emit(self, int op, int a, int b, int c) noexcept
    @cython.locals(t=int)
    cpdef int send(self, int slot, int p, int q) noexcept
    @cython.locals(t=int, p=int, q=int, start=int, n=int, k=int, only_p=bint, only_q=bint, is_sum=bint, terms="int[::1]")
    cpdef int adjoint(self, int slot) noexcept

@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, k=int, n=int, z=int, q=int, p=int, x=int,
               one=int, zero=int)
cpdef pull_back(int[:, ::1] code, int[::1] pool, int first, int[::1] active, int[:, :, ::1] partials, Adjoints adjoints)
@cython.locals(kind=int)
cdef int partial(int o, int k, int x, int y, int w, int z, int[:, :, ::1] partials, Adjoints adjoints) noexcept
cdef int source(int place, int x, int y, int w, int z) noexcept
@cython.locals(zero=int, index=int, negative=int, k=int, x=int, is_taken=int)
cdef int pull_back_take(int[::1] pool, int start, int n, int[::1] active, Adjoints adjoints, int q) noexcept
