# The types that make _passes.py fast when it is compiled.
cimport cython

@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, k=int, fixed=int, sums=int, dots=int)
cpdef mark_live(int[:, ::1] code, int[::1] pool, int first, int[::1] arity, int[::1] kinds, int[::1] live)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, k=int, fixed=int, sums=int, dots=int)
cpdef count_uses(int[:, ::1] code, int[::1] pool, int[::1] arity, int[::1] kinds, int[::1] uses)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", new_op="int[::1]", new_a="int[::1]", new_b="int[::1]",
               new_c="int[::1]", i=int, j=int, o=int, k=int, fixed=int, sums=int, dots=int, used=int)
cpdef int renumber(int[:, ::1] code, int[::1] pool, int[::1] arity, int[::1] kinds, int[::1] order, int[::1] place,
                   int[:, ::1] made, int[::1] made_pool) except -1
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, way=int, x=int, y=int, w=int, count=int)
cpdef int find_folds(int[:, ::1] code, int first, int[::1] arity, int[::1] ways, int[::1] known, int[::1] place,
                     int[::1] folded) except -1
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, j=int, o=int, k=int, x=int, y=int, w=int,
               fixed=int, sums=int, dots=int, add=int, mul=int, key="long long", mask="long long")
cpdef share(int[:, ::1] code, int[::1] pool, int first, int[::1] arity, int[::1] kinds, int[::1] alias, int[::1] same,
            int[::1] table)
@cython.locals(k=int)
cdef bint equal(int[::1] op, int[::1] a, int[::1] b, int[::1] c, int[::1] pool, int fixed, int i, int j) noexcept
cdef bint uses_product(int[::1] op, int[::1] b, int first, int[::1] uses, int mul, int j) noexcept
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, j=int, k=int, side=int, start=int, t=int,
               product=bint, joins=bint, fixed=int, sums=int, dots=int, add=int, mul=int, used=int)
cpdef int gather_sums(int[:, ::1] code, int[::1] pool, int first, int[::1] kinds, int[::1] uses, int one, int[::1] below,
                      int[::1] made_pool) except -1
@cython.locals(j=int, k=int, sums=int, add=int, mul=int, start=int, init=int, count=int, products=int)
cdef int list_terms(int[::1] op, int[::1] a, int[::1] b, int[::1] c, int[::1] pool, int first, int[::1] kinds, int[::1] uses,
                    int one, int[::1] below, int[::1] made_pool, int used, int i) noexcept
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, k=int, fixed=int, sums=int, dots=int,
               high=int, top=int)
cpdef int find_levels(int[:, ::1] code, int[::1] pool, int first, int[::1] arity, int[::1] kinds, int[::1] level) except -1
@cython.locals(i=int, j=int, k=int)
cpdef sort_stably(int[::1] order, int[::1] keys, int[::1] starts, int[::1] result)
