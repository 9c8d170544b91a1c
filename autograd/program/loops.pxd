# The types that make loops.py fast when it is compiled.
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
    @cython.locals(t=int, p=int, q=int, start=int, n=int, k=int, plain=bint)
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
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, o=int, k=int, fixed=int, sums=int, dots=int,
               high=int, top=int)
cpdef int find_levels(int[:, ::1] code, int[::1] pool, int first, int[::1] arity, int[::1] kinds, int[::1] level) except -1
@cython.locals(i=int, j=int, k=int)
cpdef sort_stably(int[::1] order, int[::1] keys, int[::1] starts, int[::1] result)
@cython.locals(op="int[::1]", fixed=int, sums=int, dots=int, used=int, r=int, start=int, end=int, o=int, stop=int, pieces=int)
cpdef int find_segments(int[:, ::1] program, int[::1] pool, int first, int[::1] kinds, int[::1] arity, int[:, ::1] runs,
                        int[::1] cuts, int[:, ::1] segments) except -1
@cython.locals(i=int, k=int, step=int)
cdef int row_end(int[:, ::1] program, int arity, int start, int end) noexcept
@cython.locals(i=int, stop=int)
cdef int mixed_end(int[:, ::1] program, int arity, int start, int end) noexcept
@cython.locals(n=int, k=int)
cdef int fixed_segment(int[:, ::1] program, int arity, int first, int start, int stop, int[:, ::1] segments, int s) noexcept
@cython.locals(rows=bint, same=bint, i=int, step=int, kind=int)
cdef int place_operand(int[:, ::1] program, int k, int n, int start, int stop, int[:, ::1] segments, int s, int at) noexcept
@cython.locals(half=int, p=int, q=int, k=int, pieces=int)
cdef int cut(int[:, ::1] program, int[::1] pool, int i, int[::1] cuts) noexcept
@cython.locals(half=int, i=int, p=int, p1=int, p0=int, j=int, k=int, t=int, step=int)
cdef int lanes_end(int[:, ::1] program, int[::1] pool, int start, int end, int[::1] cuts, int pieces) noexcept
@cython.locals(half=int, k=int, j=int, p=int)
cdef int tile_segments(int[:, ::1] program, int[::1] pool, int first, int start, int stop, int[::1] cuts, int pieces,
                       int[:, ::1] segments, int s) noexcept
@cython.locals(pieces=int, after=int)
cdef int untiled_end(int[:, ::1] program, int[::1] pool, int start, int stop, int end, int[::1] cuts) noexcept
cdef int pooled_segment(int[:, ::1] program, int first, int start, int stop, int[:, ::1] segments, int s) noexcept
