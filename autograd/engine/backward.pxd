# The types that make backward.py fast when it is compiled, and its inner loops (_pure.py has them in Python).
cimport cython
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject, PyTypeObject
from autograd.engine.node cimport CUT0, CUT1, OPCODE, VARIABLE, Node, NodeStack, ag_node, borrowed, doubles, flags, listed

cdef extern from "Python.h":
    PyTypeObject PyTuple_Type
    PyTypeObject *Py_TYPE(PyObject *) noexcept
    Py_ssize_t PyTuple_GET_SIZE(PyObject *) noexcept
    PyObject *PyTuple_GET_ITEM(PyObject *, Py_ssize_t) noexcept

cdef inline int visit(PyObject *x, PyTypeObject *type, NodeStack stack, NodeStack leaves, int start) except -1:
    """Put an operand that is new on the stack, or among the leaves; constants, which are floats, on neither."""
    cdef ag_node *node = <ag_node *>x
    if Py_TYPE(x) == type and node._mark < start:
        if node._code & OPCODE:
            return stack.append(node)
        node._mark = start + 1
        node._pending = 0.0
        return leaves.append(node)
    return 0

cdef inline int visit_operands(ag_node *node, PyTypeObject *type, NodeStack stack, NodeStack leaves, int start) except -1:
    cdef Py_ssize_t i
    if Py_TYPE(node._p0) == &PyTuple_Type:
        for i in range(PyTuple_GET_SIZE(node._p0) - 1, -1, -1):
            visit(PyTuple_GET_ITEM(node._p0, i), type, stack, leaves, start)
    else:
        visit(node._p1, type, stack, leaves, start)
        visit(node._p0, type, stack, leaves, start)
    return 0

cdef inline bint explore(Node root, NodeStack order, NodeStack leaves, int start, bint reset) except -1:
    cdef NodeStack stack = NodeStack()
    cdef PyTypeObject *type = Py_TYPE(<PyObject *>root)
    cdef Py_ssize_t count = 0
    cdef bint stale = False
    cdef ag_node *node
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
    for i in range(leaves.used):
        if leaves.items[i]._level < level or not leaves.items[i]._code & VARIABLE:
            return False
    if stale:
        for i in range(order.used):
            order.items[i]._grad = 0.0
    return True

cdef inline void send(PyObject *x, PyTypeObject *type, double amount, int reached) noexcept:
    """Add to the adjoint of an operand."""
    cdef ag_node *node = <ag_node *>x
    if Py_TYPE(x) == type:
        if node._code & OPCODE:
            node._grad += amount
            node._mark = reached
        else:
            node._pending += amount

cdef inline void send_to_operands(ag_node *node, PyTypeObject *type, double adjoint, int reached) noexcept:
    if Py_TYPE(node._p0) == &PyTuple_Type:
        send_to_many(node, type, adjoint, reached)
        return
    if not node._code & CUT0:
        send(node._p0, type, node._d0 * adjoint, reached)
    if not node._code & CUT1:
        send(node._p1, type, node._d1 * adjoint, reached)

cdef inline void send_to_many(ag_node *node, PyTypeObject *type, double adjoint, int reached) noexcept:
    cdef Py_ssize_t i, n = PyTuple_GET_SIZE(node._p0)
    cdef double *partials = doubles(node._p1)
    cdef char *cuts = flags(node._p1, n)
    for i in range(n):
        if cuts == NULL or not cuts[i]:
            send(PyTuple_GET_ITEM(node._p0, i), type, partials[i] * adjoint, reached)

cdef inline int propagate(Node root, double seed, NodeStack order, int reached) except -1:
    cdef PyTypeObject *type = Py_TYPE(<PyObject *>root)
    cdef Py_ssize_t count = 0
    cdef ag_node *node = borrowed(root)
    if node._code & OPCODE:
        node._grad = seed
        node._mark = reached
    else:
        node._pending = seed
    while order.used:
        node = order.pop()
        if node._mark == reached:
            send_to_operands(node, type, node._grad, reached)
        node._mark = 0
        count += 1
        if count & 65535 == 0:
            PyErr_CheckSignals()
    return 0

cdef inline void accumulate_into_grad(NodeStack leaves) noexcept:
    cdef Py_ssize_t i
    cdef ag_node *leaf
    for i in range(leaves.used):
        leaf = leaves.items[i]
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
