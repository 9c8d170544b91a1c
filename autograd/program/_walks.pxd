# The types that make _walks.py fast when it is compiled.
cimport cython

cdef extern from "instructions.h":
    enum:
        FIXED "AG_FIXED", SUM "AG_OP_SUM", DOT "AG_OP_DOT", ZDOT "AG_OP_ZDOT"
        ADD "AG_OP_ADD", IDENTITY "AG_OP_IDENTITY", MUL "AG_OP_MUL", ZMUL "AG_OP_ZMUL"
    const unsigned char *ARITY "ag_arity"

# How many slots an instruction reads, and the slot that it reads as operand number k; see _walks.py.
cdef inline int operand_count(int op, int b) noexcept:
    if op < FIXED:
        return ARITY[op]
    return b + 1 if SUM <= op <= ZDOT else b

cdef inline int operand(int op, int a, int b, int c, int[::1] pool, int k) noexcept:
    if op < FIXED:
        return a if k == 0 else b if k == 1 else c
    return pool[a + k] if k < b else c

cdef inline void set_operand(int op, int start, int count, int[::1] a, int[::1] b, int[::1] c, int[::1] pool, int i, int k,
                             int slot) noexcept:
    if op >= FIXED and k < count:
        pool[start + k] = slot
    elif op >= FIXED or k == 2:
        c[i] = slot
    elif k == 0:
        a[i] = slot
    else:
        b[i] = slot

@cython.locals(k=int)
cpdef list operands(int op, int a, int b, int c, int[::1] pool)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, k=int, o=int, x=int, y=int, w=int)
cpdef mark_live(int[:, ::1] code, int[::1] pool, int first, int[::1] live)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, k=int, o=int, x=int, y=int, w=int)
cpdef mark_dependent(int[:, ::1] code, int[::1] pool, int first, int[::1] active)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, k=int, o=int, x=int, y=int, w=int)
cpdef count_uses(int[:, ::1] code, int[::1] pool, int[::1] uses)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, k=int, o=int, x=int, y=int, w=int,
               highest=int, top=int)
cpdef int find_levels(int[:, ::1] code, int[::1] pool, int first, int[::1] level) except -1
@cython.locals(i=int, j=int, k=int)
cpdef sort_stably(int[::1] order, int[::1] keys, int[::1] starts, int[::1] result)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", new_op="int[::1]", new_a="int[::1]", new_b="int[::1]",
               new_c="int[::1]", i=int, j=int, k=int, o=int, x=int, y=int, w=int, start=int, used=int)
cpdef int renumber(int[:, ::1] code, int[::1] pool, int[::1] order, int[::1] place, int[:, ::1] new_code,
                   int[::1] new_pool) except -1
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, fold=int, x=int, y=int, w=int, count=int)
cpdef int find_folds(int[:, ::1] code, int first, int[::1] folds, int[::1] known, int[::1] place, int[::1] folded) except -1
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, j=int, k=int, o=int, x=int, y=int, w=int,
               slot=int, key="long long", mask="long long")
cpdef share(int[:, ::1] code, int[::1] pool, int first, int[::1] copies, int[::1] same, int[::1] table)
@cython.locals(op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", i=int, j=int, z=int, k=int, n=int, o=int, x=int, y=int,
               w=int, s=int, sign=int, seen=int, count=int)
cpdef int make_plain(int[:, ::1] code, int[::1] pool, int first, int[::1] linear, int[::1] spread, int[::1] zeros,
                     int[::1] signed, int[::1] visible) except -1
@cython.locals(k=int)
cdef bint equal(int[::1] op, int[::1] a, int[::1] b, int[::1] c, int[::1] pool, int i, int j) noexcept
