# The types that make _sweeps.py fast when it is compiled.
cimport cython

cdef extern from "instructions.h":
    enum:
        FIXED "AG_FIXED", ADD "AG_OP_ADD", CALL "AG_OP_CALL", DOT "AG_OP_DOT", EQUAL "AG_OP_EQUAL", LESS "AG_OP_LESS", LINK "AG_OP_LINK"
        MUL "AG_OP_MUL", NEG "AG_OP_NEG", SUM "AG_OP_SUM", TAKE "AG_OP_TAKE", WHERE "AG_OP_WHERE", ZDOT "AG_OP_ZDOT"
        CONSTANT "AG_PARTIAL_CONSTANT", OPERAND "AG_PARTIAL_OPERAND"
    const unsigned char *ARITY "ag_arity"

@cython.final
cdef class Sweep:
    cdef readonly int[:, ::1] code
    cdef readonly int[::1] pool, linear, reach
    cdef int[::1] p, q, r, following, head, tail
    cdef readonly int count, used, terms, base, one, minus_one, zero, whole, reached
    cdef int joined, joined_start, joined_count
    cdef readonly bint forward, unknown
    @cython.locals(i=int)
    cdef inline int emit(self, int op, int a, int b, int c) noexcept
    @cython.locals(t=int)
    cpdef int send(self, int slot, int p, int q, int r) noexcept
    @cython.locals(q=int)
    cpdef int settle(self, int slot) noexcept
    @cython.locals(begin=int, end=int)
    cdef inline int along(self, int x, int z, int p, int reads) noexcept
    @cython.locals(begin=int, end=int, q=int)
    cdef int through(self, int x, int z, int gate) noexcept
    @cython.locals(t=int, n=int, start=int, only_p=bint, only_q=bint, always=bint, terms="int[::1]")
    cdef int total(self, int slot) noexcept
    @cython.locals(p=int, q=int, r=int)
    cdef int product(self, int t) noexcept
    @cython.locals(t=int, start=int, k=int)
    cdef int listed(self, int slot, int n, int[::1] terms) noexcept
    @cython.locals(t=int, start=int, k=int, r=int, same=bint)
    cdef int any_reached(self, int slot, int n) noexcept
    cdef inline int both(self, int r, int reads) noexcept

@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, z=int)
cpdef pull_back(int[:, ::1] code, int[::1] pool, int first, int[::1] active, int[:, :, ::1] partials, int[:, :, ::1] reads_of,
                Sweep sweep)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, z=int)
cpdef push_forward(int[:, ::1] code, int[::1] pool, int first, int[::1] active, int[:, :, ::1] partials, int[:, :, ::1] reads_of,
                   Sweep sweep)
@cython.locals(k=int, operand=int, reads=int)
cdef void step(int o, int x, int y, int w, int z, int[::1] pool, int[::1] active, int[:, :, ::1] partials,
              int[:, :, ::1] reads_of, Sweep sweep) noexcept
@cython.locals(zero=int, q=int, r=int, other_q=int, other_r=int, chosen=int)
cdef void choose(int condition, int x, int y, int z, int[::1] active, Sweep sweep) noexcept
@cython.locals(kind=int)
cdef int partial(int o, int k, int x, int y, int w, int z, int[:, :, ::1] partials, Sweep sweep) noexcept
cdef int source(int place, int x, int y, int w, int z) noexcept
@cython.locals(n=int, k=int)
cdef void step_pooled(int o, int start, int count, int z, int[::1] pool, int[::1] active, Sweep sweep) noexcept
cdef void step_product(int reached, int p, int x, int z, int[::1] active, Sweep sweep) noexcept
@cython.locals(index=int, negative=int, k=int, x=int)
cdef void step_take(int[::1] pool, int start, int n, int z, int[::1] active, Sweep sweep) noexcept
