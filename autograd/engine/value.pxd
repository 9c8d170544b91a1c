# The types that make value.py fast when it is compiled, and what it then has in place of _pure.py.
cimport cython
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject, PyTypeObject
from libc.math cimport floor, signbit
from libc.stdlib cimport free, realloc

cdef extern from "Python.h":
    PyTypeObject PyTuple_Type
    PyTypeObject *Py_TYPE(PyObject *) noexcept
    Py_ssize_t PyTuple_GET_SIZE(object) noexcept
    PyObject *PyTuple_GET_ITEM(PyObject *, Py_ssize_t) noexcept
    Py_ssize_t PyBytes_GET_SIZE(object) noexcept

cdef extern from "kernels.h":
    double ag_evaluate1(int op, double x, double *d0) nogil
    double ag_evaluate2(int op, double x, double y, double *d0, double *d1) nogil
    enum:
        NEG "AG_NEG", ABS "AG_ABS", ADD "AG_ADD", SUB "AG_SUB", MUL "AG_MUL", DIV "AG_DIV", POW "AG_POW"
        MOD "AG_MOD", FLOORDIV "AG_FLOORDIV", ROUND "AG_ROUND", FLOOR "AG_FLOOR", CEIL "AG_CEIL", TRUNC "AG_TRUNC"
        EQUAL "AG_EQUAL", NOT_EQUAL "AG_NOT_EQUAL", LESS "AG_LESS", LESS_EQUAL "AG_LESS_EQUAL"
        GREATER "AG_GREATER", GREATER_EQUAL "AG_GREATER_EQUAL", STOP "AG_STOP"

cdef extern from "node.h":
    object ag_new(PyTypeObject *type, int code, PyObject *a, PyObject *b)
    int ag_adopt(PyTypeObject *type, const int *modes) except -1
    object packed "ag_pack" (tuple numbers)
    double *ag_doubles(object packed) noexcept
    object reduced "ag_reduced" (int op, object p, object q)
    void mark_births "ag_mark_births" (int traces) noexcept
    double grad_at_birth "ag_grad_at_birth" () noexcept
    int set_method "ag_set_method" (object type, object name, object method) except -1

@cython.final
cdef class Value:
    cdef int _code, _mark  # what a sweep reads comes first, in one line of the cache
    cdef double _grad
    cdef object _p0, _p1
    cdef double _d0, _d1
    cdef double _number
    cdef object _note

cdef int modes
cdef int calls
cdef int traces

cdef inline Value new_leaf():
    return <Value>ag_new(<PyTypeObject *>Value, 0, NULL, NULL)

cdef inline Value new_unary(int op, Value a):
    return <Value>ag_new(<PyTypeObject *>Value, op, <PyObject *>a, NULL)

cdef inline Value new_binary(int op, object a, object b):
    return <Value>ag_new(<PyTypeObject *>Value, op, <PyObject *>a, <PyObject *>b)

cdef inline int adopt(object cls) except -1:
    return ag_adopt(<PyTypeObject *>cls, &modes)

cdef inline void fill(Value node, int op, double x) noexcept:
    node._number = ag_evaluate1(op, x, &node._d0)

cdef inline void fill_both(Value node, int op, double x, double y) noexcept:
    node._number = ag_evaluate2(op, x, y, &node._d0, &node._d1)

cdef inline tuple unpacked(object packed):
    cdef Py_ssize_t i
    return tuple([ag_doubles(packed)[i] for i in range(PyBytes_GET_SIZE(packed) // <Py_ssize_t>sizeof(double))])

cdef inline int check_interrupt() except -1:
    return PyErr_CheckSignals()

# A stack of nodes that something else keeps alive: the root of the graph.
@cython.final
cdef class Pile:
    cdef PyObject **items
    cdef Py_ssize_t used, room

    cdef inline int append(self, Value node) except -1:
        if self.used == self.room:
            grow(self)
        self.items[self.used] = <PyObject *>node
        self.used += 1
        return 0

    cdef inline Value pop(self):
        self.used -= 1
        return <Value>self.items[self.used]

cdef inline int grow(Pile pile) except -1:
    cdef Py_ssize_t room = 2 * pile.room + 256
    cdef void *items = realloc(pile.items, room * sizeof(PyObject *))
    if items == NULL:
        raise MemoryError()
    pile.items = <PyObject **>items
    pile.room = room
    return 0

cdef inline void clear(Pile pile) noexcept:
    free(pile.items)

cdef inline list listed(Pile pile):
    cdef Py_ssize_t i
    return [<Value>pile.items[i] for i in range(pile.used)]

cdef inline int meet_leaf(Value leaf, Pile leaves, int waiting) except -1:
    if leaf._mark < waiting:
        leaf._mark = waiting + 1
        leaves.append(leaf)
    return 0

cdef inline int meet(PyObject *x, Pile stack, Pile leaves, int waiting) except -1:
    if Py_TYPE(x) == <PyTypeObject *>Value and (<Value>x)._mark < waiting:
        if (<Value>x)._code == 0:
            return meet_leaf(<Value>x, leaves, waiting)
        return stack.append(<Value>x)
    return 0

cdef inline int meet_parents(Value node, Pile stack, Pile leaves, int waiting) except -1:
    cdef Py_ssize_t i
    if Py_TYPE(<PyObject *>node._p0) == &PyTuple_Type:
        for i in range(PyTuple_GET_SIZE(node._p0) - 1, -1, -1):
            meet(PyTuple_GET_ITEM(<PyObject *>node._p0, i), stack, leaves, waiting)
    else:
        meet(<PyObject *>node._p1, stack, leaves, waiting)
        meet(<PyObject *>node._p0, stack, leaves, waiting)
    return 0

cdef inline void send(PyObject *x, double amount) noexcept:
    if Py_TYPE(x) == <PyTypeObject *>Value:
        if (<Value>x)._code == 0:
            (<Value>x)._d0 += amount
        else:
            (<Value>x)._grad += amount

cdef inline void send_to_parents(Value node, double grad):
    cdef Py_ssize_t i
    cdef double *partials
    if Py_TYPE(<PyObject *>node._p0) == &PyTuple_Type:
        partials = ag_doubles(node._p1)
        for i in range(PyTuple_GET_SIZE(node._p0)):
            send(PyTuple_GET_ITEM(<PyObject *>node._p0, i), partials[i] * grad)
    else:
        send(<PyObject *>node._p0, node._d0 * grad)
        send(<PyObject *>node._p1, node._d1 * grad)

cdef inline bint owned(Pile order, Pile leaves, double owner, bint stale) noexcept:
    cdef Py_ssize_t i
    cdef double kind
    for i in range(leaves.used):
        kind = (<Value>leaves.items[i])._d1
        if kind < owner or kind != floor(kind):
            return False
    if stale:
        for i in range(order.used):
            (<Value>order.items[i])._grad = 0.0
    return True

cdef inline void start_afresh(Pile leaves) noexcept:
    cdef Py_ssize_t i
    for i in range(leaves.used):
        (<Value>leaves.items[i])._d0 = 0.0

cdef inline void commit(Pile leaves) noexcept:
    cdef Py_ssize_t i
    cdef Value leaf
    for i in range(leaves.used):
        leaf = <Value>leaves.items[i]
        leaf._grad += leaf._d0
        leaf._mark = 0

cdef int _open
cdef bint _clean

@cython.locals(node=Value)
cpdef Value leaf(double data)
@cython.locals(node=Value)
cpdef object number(object x)
cpdef list variables(list numbers, double kind)
@cython.locals(node=Value)
cpdef list gradients(list nodes)
cpdef double owner(Value node) except? -1
@cython.locals(node=Value)
cpdef Value variable(double data, double kind)
cdef Value constant(object x)
cpdef bint foreign(Value node) except -1
@cython.locals(node=Value)
cpdef Value unary(int op, Value a)
@cython.locals(node=Value, left=Value, right=Value, x=double, y=double)
cpdef object binary(int op, object a, object b)
cpdef object reduction(int op, object p, object q=*)
@cython.locals(x=double)
cdef object compare(int op, Value node, object other)
@cython.locals(node=Value)
cpdef Value record(int op, tuple operands, double data, tuple partials)
@cython.locals(node=Value)
cpdef Value restore(int op, double data, double grad, object note, double kind, tuple held, tuple partials)
cpdef tuple operands(Value node)
@cython.locals(held=tuple, x=double)
cdef Value finish(Value node)
@cython.locals(kind=double)
cdef Value shallow(Value node)
@cython.locals(node=Value, stack=Pile, count=Py_ssize_t, stale=bint)
cdef bint explore(Value root, Pile order, Pile leaves, bint afresh) except -1
cpdef list topological(object roots)
@cython.locals(root=Value, node=Value, order=Pile, leaves=Pile, nodes=list)
cdef list collect(list roots)
cpdef bint sweep(Value root, double seed, double owner=*) except -1
@cython.locals(node=Value, order=Pile, leaves=Pile, count=Py_ssize_t, stale=bint)
cdef bint chain_rule(Value root, double seed, double owner) except -1
