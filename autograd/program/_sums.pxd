# The types that make _sums.py fast when it is compiled.
cimport cython

cdef extern from "instructions.h":
    enum:
        FIXED "AG_FIXED", ADD "AG_OP_ADD", DOT "AG_OP_DOT", MUL "AG_OP_MUL", SUM "AG_OP_SUM"

@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, j=int, k=int, side=int, start=int, t=int,
               product=bint, joins=bint, used=int)
cpdef int gather_sums(int[:, ::1] code, int[::1] pool, int first, int[::1] uses, int one, int minus_zero, int[::1] below,
                      int[::1] new_pool) except -1
cdef bint is_single_product(int[::1] op, int first, int[::1] uses, int j) noexcept
@cython.locals(j=int, k=int, start=int, initial=int, count=int, products=int)
cdef int list_terms(int[::1] op, int[::1] a, int[::1] b, int[::1] c, int[::1] pool, int first, int[::1] uses, int one,
                    int minus_zero, int[::1] below, int[::1] new_pool, int used, int i) noexcept
