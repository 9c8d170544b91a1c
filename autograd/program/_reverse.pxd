# The types that make _reverse.py fast when it is compiled.
cimport cython

cdef extern from "instructions.h":
    enum:
        FIXED "AG_FIXED", ADD "AG_OP_ADD", DOT "AG_OP_DOT", EQUAL "AG_OP_EQUAL", LESS "AG_OP_LESS", LINK "AG_OP_LINK"
        MUL "AG_OP_MUL", NEG "AG_OP_NEG", SUM "AG_OP_SUM", TAKE "AG_OP_TAKE", WHERE "AG_OP_WHERE", ZDOT "AG_OP_ZDOT"
        CONSTANT "AG_PARTIAL_CONSTANT", OPERAND "AG_PARTIAL_OPERAND"
    const unsigned char *ARITY "ag_arity"

@cython.final
cdef class Adjoints:
    cdef readonly int[:, ::1] code
    cdef readonly int[::1] pool
    cdef int[::1] p, q, r, following, head, tail
    cdef readonly int count, used, terms, base, one, minus_one, zero, whole, reached
    cdef int joined, joined_start, joined_count
    @cython.locals(i=int)
    cdef inline int emit(self, int op, int a, int b, int c) noexcept
    @cython.locals(t=int)
    cpdef int send(self, int slot, int p, int q, int r) noexcept
    @cython.locals(t=int, n=int, start=int, only_p=bint, only_q=bint, always=bint, terms="int[::1]")
    cpdef int adjoint(self, int slot) noexcept
    @cython.locals(p=int, q=int, r=int)
    cdef int product(self, int t) noexcept
    @cython.locals(t=int, start=int, k=int)
    cdef int listed(self, int slot, int n, int[::1] terms) noexcept
    @cython.locals(t=int, start=int, k=int, r=int, same=bint)
    cdef int any_reached(self, int slot, int n) noexcept
    cdef inline int both(self, int r, int reads) noexcept

@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, k=int, z=int, q=int, r=int, p=int, x=int,
               reads=int, one=int, zero=int)
cpdef pull_back(int[:, ::1] code, int[::1] pool, int first, int[::1] active, int[:, :, ::1] partials, int[:, :, ::1] reads_of,
                Adjoints adjoints)
@cython.locals(kind=int)
cdef int partial(int o, int k, int x, int y, int w, int z, int[:, :, ::1] partials, Adjoints adjoints) noexcept
cdef int source(int place, int x, int y, int w, int z) noexcept
@cython.locals(n=int, k=int)
cdef void pull_back_pooled(int o, int start, int count, int[::1] pool, int[::1] active, Adjoints adjoints, int q, int r) noexcept
cdef void pull_back_product(int reached, int p, int x, int[::1] active, Adjoints adjoints, int q, int r) noexcept
@cython.locals(zero=int, index=int, negative=int, k=int, x=int, is_taken=int)
cdef void pull_back_take(int[::1] pool, int start, int n, int[::1] active, Adjoints adjoints, int q, int r) noexcept
