# The types that make node.py fast when it is compiled.
cimport cython
from cpython.object cimport PyObject
from libc.stdlib cimport free, realloc

cdef extern from "node.h":
    ctypedef struct ag_node:  # the same memory as a Node, with the fields of leaves
        int _code "code"
        int _mark "mark"
        double _grad "grad"
        PyObject *_p0 "p0"
        PyObject *_p1 "p1"
        double _d0 "d0"
        double _d1 "d1"
        double _pending "pending"
        long long _level "level"
    double *doubles "ag_doubles" (PyObject *packed) noexcept
    char *flags "ag_flags" (PyObject *packed, Py_ssize_t n) noexcept  # NULL where nothing is cut
    object packed "ag_pack" (tuple numbers)

cdef enum:
    OPCODE = 0xFFFFFF
    CONSTANT = 1 << 24  # of a leaf: it stands for a plain number that was an operand
    VARIABLE = 1 << 25  # of a leaf: the call or trace of its level differentiates with respect to it
    TRACED = 1 << 26    # of an operation: recorded while a trace was under way
    CUT0 = 1 << 27      # of an operation on one or two operands: the first is cut
    CUT1 = 1 << 28      # ... the second is cut
    CUT_SOME = 1 << 29  # of an operation on many operands: some are cut

cdef enum:  # of marks
    AGES = 1 << 29   # they count modulo this
    SWEPT = 1 << 29  # added to the age of a node where a sweep has passed
    WALKS = 1 << 30  # from here on they are of walks

@cython.no_gc  # for the subclass, which reads this file
cdef class Node:
    cdef int _code, _mark
    cdef double _grad
    cdef object _p0, _p1
    cdef double _d0, _d1
    cdef double _primal
    cdef object _note

cdef inline ag_node *borrowed(Node node) noexcept:
    return <ag_node *><PyObject *>node

cdef inline bint some_cut(object packed, Py_ssize_t n) noexcept:
    return flags(<PyObject *>packed, n) != NULL

cdef inline tuple unpacked(object packed, Py_ssize_t n):
    cdef Py_ssize_t i
    cdef double *numbers = doubles(<PyObject *>packed)
    return tuple([numbers[i] for i in range(n)])

cdef inline tuple cut_flags(object packed, Py_ssize_t n):
    cdef Py_ssize_t i
    cdef char *found = flags(<PyObject *>packed, n)
    return tuple([found[i] != 0 for i in range(n)])

@cython.final
cdef class NodeStack:
    cdef ag_node **items  # borrowed, as all operands in the loops: a count that goes up and down would cost more than the rest
    cdef Py_ssize_t used, room

    cdef inline int append(self, ag_node *node) except -1:
        if self.used == self.room:
            grow(self)
        self.items[self.used] = node
        self.used += 1
        return 0

    cdef inline ag_node *pop(self) noexcept:
        self.used -= 1
        return self.items[self.used]

cdef inline int grow(NodeStack stack) except -1:
    cdef Py_ssize_t room = 2 * stack.room + 256
    cdef void *items = realloc(stack.items, room * sizeof(ag_node *))
    if items == NULL:
        raise MemoryError()
    stack.items = <ag_node **>items
    stack.room = room
    return 0

cdef inline void clear(NodeStack stack) noexcept:
    free(stack.items)

cdef inline list listed(NodeStack stack):
    cdef Py_ssize_t i
    return [<Node><PyObject *>stack.items[i] for i in range(stack.used)]

cpdef int opcode(Node node) except -1
cpdef long long level(Node leaf) except -1
cpdef bint is_constant_inside(Node leaf, long long level) except -1
cpdef bint recorded_outside_trace(Node node) except -1
cpdef hold(Node node, int op, tuple operands, tuple partials)
cpdef tuple partials_of(Node node)
cpdef bint has_cuts(Node node) except -1
cpdef tuple cuts_of(Node node)
@cython.locals(numbers=tuple)
cpdef tuple edges(Node node)
