# The types that make _segments.py fast when it is compiled.
cimport cython

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
