# The types that make node.py fast when it is compiled.
cimport cython
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.object cimport PyObject
from libc.stdlib cimport free, realloc

cdef extern from "node.h":
    ctypedef struct ag_node:  # the same memory as a Node, with the fields of leaves
        int _code "code"
        int _mark "mark"
        double _grad "grad"
        double _d0 "d0"
        double _d1 "d1"
        double _pending "pending"
        long long _level "level"

cdef enum:
    OPCODE = 0xFFFFFF
    CONSTANT = 1 << 24  # of a leaf: it stands for a plain number that was an operand
    VARIABLE = 1 << 25  # of a leaf: the call or trace of its level differentiates with respect to it
    TRACED = 1 << 26    # of an operation: recorded while a trace was under way

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

cdef inline double *doubles(object packed) noexcept:
    return <double *>PyBytes_AS_STRING(packed)

@cython.final
cdef class NodeStack:
    cdef PyObject **items
    cdef Py_ssize_t used, room

    cdef inline int append(self, Node node) except -1:
        if self.used == self.room:
            grow(self)
        self.items[self.used] = <PyObject *>node
        self.used += 1
        return 0

    cdef inline Node pop(self):
        self.used -= 1
        return <Node>self.items[self.used]

cdef inline int grow(NodeStack stack) except -1:
    cdef Py_ssize_t room = 2 * stack.room + 256
    cdef void *items = realloc(stack.items, room * sizeof(PyObject *))
    if items == NULL:
        raise MemoryError()
    stack.items = <PyObject **>items
    stack.room = room
    return 0

cdef inline void clear(NodeStack stack) noexcept:
    free(stack.items)

cdef inline list listed(NodeStack stack):
    cdef Py_ssize_t i
    return [<Node>stack.items[i] for i in range(stack.used)]

cpdef int opcode(Node node) except -1
cpdef long long level(Node leaf) except -1
cpdef bint is_constant_inside(Node leaf, long long level) except -1
cpdef bint recorded_outside_trace(Node node) except -1
@cython.locals(node=Node)
cpdef list gradients(list nodes)
