# The types that make _segments.py fast when it is compiled.
cimport cython

cdef extern from "instructions.h":
    enum:
        FIXED "AG_FIXED", DOT "AG_OP_DOT"
        OPERATION "AG_OPERATION", LENGTH "AG_LENGTH", RESULT "AG_RESULT", KIND "AG_KIND", PLACE "AG_PLACE", COUNT "AG_COUNT"
        INITIAL_KIND "AG_INITIAL_KIND", INITIAL_PLACE "AG_INITIAL_PLACE", POOL "AG_POOL", TERMS "AG_TERMS", P "AG_P"
        P_LANE "AG_P_LANE", P_TERM "AG_P_TERM", Q "AG_Q", ROW "AG_ROW", SAME "AG_SAME", LISTED "AG_LISTED", TILE "AG_TILE"
    const unsigned char *ARITY "ag_arity"
cdef int SHORT_ROW, LONG_ROW, WORTH

@cython.locals(op="int[::1]", used=int, r=int, start=int, end=int, o=int, stop=int, pieces=int)
cpdef int find_segments(int[:, ::1] code, int[::1] pool, int first, int[:, ::1] runs, int[::1] cuts,
                        int[:, ::1] segments) except -1
@cython.locals(i=int, k=int, step=int)
cdef int row_end(int[:, ::1] code, int arity, int start, int end) noexcept
@cython.locals(i=int, stop=int)
cdef int mixed_end(int[:, ::1] code, int arity, int start, int end) noexcept
cdef void start_segment(int[:, ::1] code, int first, int start, int stop, int[:, ::1] segments, int s) noexcept
@cython.locals(k=int)
cdef void fixed_segment(int[:, ::1] code, int arity, int first, int start, int stop, int[:, ::1] segments, int s) noexcept
@cython.locals(rows=bint, same=bint, i=int, step=int, kind=int)
cdef void place_operand(int[:, ::1] code, int k, int start, int stop, int[:, ::1] segments, int s, int field) noexcept
@cython.locals(half=int, p=int, q=int, k=int, pieces=int)
cdef int cut(int[:, ::1] code, int[::1] pool, int i, int[::1] cuts) noexcept
@cython.locals(half=int, i=int, p=int, p1=int, p0=int, j=int, k=int, t=int, step=int)
cdef int lanes_end(int[:, ::1] code, int[::1] pool, int start, int end, int[::1] cuts, int pieces) noexcept
@cython.locals(half=int, k=int, j=int, shift=int, place=int)
cdef void tile_segments(int[:, ::1] code, int[::1] pool, int first, int start, int stop, int[::1] cuts, int pieces,
                        int[:, ::1] segments, int s) noexcept
@cython.locals(pieces=int, after=int)
cdef int untiled_end(int[:, ::1] code, int[::1] pool, int start, int stop, int end, int[::1] cuts) noexcept
cdef void pooled_segment(int[:, ::1] code, int first, int start, int stop, int[:, ::1] segments, int s) noexcept
