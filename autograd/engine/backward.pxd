# The types that make backward.py fast when it is compiled, and its inner loops (_pure.py has them in Python).
cimport cython
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject, PyTypeObject
from autograd.engine.node cimport VARIABLE, Node, NodeStack, ag_node, borrowed, doubles, listed

cdef extern from "Python.h":
    PyTypeObject PyTuple_Type
    PyTypeObject *Py_TYPE(PyObject *) noexcept
    Py_ssize_t PyTuple_GET_SIZE(object) noexcept
    PyObject *PyTuple_GET_ITEM(PyObject *, Py_ssize_t) noexcept

cdef inline int visit(PyObject *x, PyTypeObject *type, NodeStack stack, NodeStack leaves, int start) except -1:
    """Put an operand that is new on the stack, or among the leaves; constants, which are floats, on neither."""
    if Py_TYPE(x) == type and (<ag_node *>x)._mark < start:
        if (<Node>x)._p0 is not None:
            return stack.append(<Node>x)
        (<ag_node *>x)._mark = start + 1
        (<ag_node *>x)._pending = 0.0
        return leaves.append(<Node>x)
    return 0

cdef inline int visit_operands(Node node, PyTypeObject *type, NodeStack stack, NodeStack leaves, int start) except -1:
    cdef Py_ssize_t i
    if Py_TYPE(<PyObject *>node._p0) == &PyTuple_Type:
        for i in range(PyTuple_GET_SIZE(node._p0) - 1, -1, -1):
            visit(PyTuple_GET_ITEM(<PyObject *>node._p0, i), type, stack, leaves, start)
    else:
        visit(<PyObject *>node._p1, type, stack, leaves, start)
        visit(<PyObject *>node._p0, type, stack, leaves, start)
    return 0

cdef inline bint explore(Node root, NodeStack order, NodeStack leaves, int start, bint reset) except -1:
    cdef NodeStack stack = NodeStack()
    cdef PyTypeObject *type = Py_TYPE(<PyObject *>root)
    cdef Py_ssize_t count = 0
    cdef bint stale = False
    cdef Node node
    visit(<PyObject *>root, type, stack, leaves, start)
    while stack.used:
        node = stack.pop()
        if node._mark == start:
            node._mark = start + 1
            order.append(node)
        elif node._mark < start:
            node._mark = start
            stack.append(node)
            if reset:
                node._grad = 0.0
            elif node._grad != 0.0:
                stale = True
            visit_operands(node, type, stack, leaves, start)
            count += 1
            if count & 65535 == 0:
                PyErr_CheckSignals()
    return stale

cdef inline bint owned_by_call(NodeStack order, NodeStack leaves, long long level, bint stale) noexcept:
    cdef Py_ssize_t i
    cdef ag_node *leaf
    for i in range(leaves.used):
        leaf = <ag_node *>leaves.items[i]
        if leaf._level < level or not leaf._code & VARIABLE:
            return False
    if stale:
        for i in range(order.used):
            (<ag_node *>order.items[i])._grad = 0.0
    return True

cdef inline void send(PyObject *x, PyTypeObject *type, double amount) noexcept:
    """Add to the adjoint of an operand."""
    if Py_TYPE(x) == type:
        if (<Node>x)._p0 is None:
            (<ag_node *>x)._pending += amount
        else:
            (<ag_node *>x)._grad += amount

cdef inline void send_to_operands(Node node, PyTypeObject *type, double adjoint) noexcept:
    cdef Py_ssize_t i
    cdef double *partials
    if Py_TYPE(<PyObject *>node._p0) == &PyTuple_Type:
        partials = doubles(node._p1)
        for i in range(PyTuple_GET_SIZE(node._p0)):
            send(PyTuple_GET_ITEM(<PyObject *>node._p0, i), type, partials[i] * adjoint)
    else:
        send(<PyObject *>node._p0, type, node._d0 * adjoint)
        send(<PyObject *>node._p1, type, node._d1 * adjoint)

cdef inline int propagate(Node root, double seed, NodeStack order) except -1:
    cdef PyTypeObject *type = Py_TYPE(<PyObject *>root)
    cdef Py_ssize_t count = 0
    cdef Node node
    if root._p0 is None:
        borrowed(root)._pending = seed
    else:
        root._grad = seed
    while order.used:
        node = order.pop()
        node._mark = 0
        if node._grad != 0.0:
            send_to_operands(node, type, node._grad)
        count += 1
        if count & 65535 == 0:
            PyErr_CheckSignals()
    return 0

cdef inline void accumulate_into_grad(NodeStack leaves) noexcept:
    cdef Py_ssize_t i
    cdef ag_node *leaf
    for i in range(leaves.used):
        leaf = <ag_node *>leaves.items[i]
        leaf._grad += leaf._pending
        leaf._mark = 0

cdef int _start
cdef bint _clean

cdef begin()
cdef refuse_nesting()
cpdef list topological_order(object root_or_roots)
@cython.locals(root=Node, node=Node, order=NodeStack, leaves=NodeStack, nodes=list)
cdef list collect(list roots)
cpdef bint sweep(Node root, double seed, long long level=*) except -1
@cython.locals(order=NodeStack, leaves=NodeStack, stale=bint)
cdef bint chain_rule(Node root, double seed, long long level) except -1
