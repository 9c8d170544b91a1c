# The types that make forward.py fast when it is compiled, and its inner loops (_pure.py has them in Python).
cimport cython
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject, PyTypeObject
from autograd.engine.backward cimport (
    PyTuple_GET_ITEM, PyTuple_GET_SIZE, PyTuple_Type, Py_TYPE, end, refuse_nesting, reset_adjoints, walk_call
)
from autograd.engine.node cimport CUT0, CUT1, OPCODE, Node, NodeStack, ag_node, borrowed, doubles, flags

cdef inline int seed_tangents(list variables, list tangents, NodeStack leaves, int reached) except -1:
    cdef Py_ssize_t i
    cdef ag_node *node
    for i in range(len(variables)):
        node = borrowed(<Node>variables[i])
        leaves.append(node)
        node._mark = reached
        node._pending = tangents[i]
    return 0

cdef inline double tangent(ag_node *node) noexcept:
    return node._grad if node._code & OPCODE else node._pending

cdef inline void receive(ag_node *node, PyObject *x, PyTypeObject *type, double partial, int reached) noexcept:
    """Add to the tangent of a node what comes from an operand."""
    if Py_TYPE(x) == type and (<ag_node *>x)._mark == reached:
        if node._mark == reached:
            node._grad += partial * tangent(<ag_node *>x)
        else:
            node._grad = partial * tangent(<ag_node *>x)
            node._mark = reached

cdef inline void receive_from_many(ag_node *node, PyTypeObject *type, int reached) noexcept:
    cdef Py_ssize_t i, n = PyTuple_GET_SIZE(node._p0)
    cdef double *partials = doubles(node._p1)
    cdef char *cuts = flags(node._p1, n)
    for i in range(n):
        if cuts == NULL or not cuts[i]:
            receive(node, PyTuple_GET_ITEM(node._p0, i), type, partials[i], reached)

cdef inline int push_tangents(NodeStack order, int reached) except -1:
    cdef Py_ssize_t i
    cdef ag_node *node
    for i in range(order.used):
        node = order.items[i]
        if Py_TYPE(node._p0) == &PyTuple_Type:
            receive_from_many(node, Py_TYPE(<PyObject *>node), reached)
        else:
            if not node._code & CUT0:
                receive(node, node._p0, Py_TYPE(<PyObject *>node), node._d0, reached)
            if not node._code & CUT1:
                receive(node, node._p1, Py_TYPE(<PyObject *>node), node._d1, reached)
        if i & 65535 == 65535:
            PyErr_CheckSignals()
    return 0

cdef inline list tangents_of(list nodes, int reached):
    cdef Node node
    return [tangent(borrowed(node)) if node._mark == reached else 0.0 for node in nodes]

cpdef tangents(list roots, long long level, list variables, list directions)
@cython.locals(order=NodeStack, leaves=NodeStack, start=int)
cdef call_tangents(list roots, long long level, list variables, list directions)
