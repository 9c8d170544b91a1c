# The types that make backward.py fast when it is compiled, and its inner loops (_pure.py has them in Python).
cimport cython
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject, PyTypeObject
from autograd.engine.node cimport AGES, CONSTANT, CUT0, CUT1, OPCODE, SWEPT, WALKS
from autograd.engine.node cimport Node, NodeStack, ag_node, borrowed, doubles, flags, listed

cdef extern from "Python.h":
    PyTypeObject PyTuple_Type
    PyTypeObject *Py_TYPE(PyObject *) noexcept
    Py_ssize_t PyTuple_GET_SIZE(PyObject *) noexcept
    PyObject *PyTuple_GET_ITEM(PyObject *, Py_ssize_t) noexcept

cdef long long _level
cdef int _start
cdef bint _clean

cdef enum:  # what a walk has met
    STALE = 1    # adjoints of an earlier sweep
    OUTSIDE = 2  # operations older than the call

cdef inline long long count_level() noexcept:
    global _level
    _level += 1
    return _level

cdef inline int swept() noexcept:
    return SWEPT | (_level & (AGES - 1))

cdef inline bint tells_age(int mark) noexcept:
    return 0 <= mark < WALKS

cdef inline bint is_younger(int mark, long long level) noexcept:
    return tells_age(mark) and ((_level - mark) & (AGES - 1)) <= _level - level

cdef inline int keep(NodeStack saved, ag_node *node) except -1:
    cdef Py_ssize_t mark = node._mark if tells_age(node._mark) else swept()
    saved.append(node)
    return saved.append(<ag_node *>mark)

cdef inline void restore_marks(NodeStack saved) noexcept:
    cdef Py_ssize_t i
    for i in range(0, saved.used, 2):
        saved.items[i]._mark = <int><Py_ssize_t>saved.items[i + 1]

cdef inline void settle(NodeStack nodes, int rest) noexcept:
    cdef Py_ssize_t i
    for i in range(nodes.used):
        nodes.items[i]._mark = rest

cdef inline int visit(PyObject *x, PyTypeObject *type, NodeStack stack, NodeStack leaves, int start, NodeStack saved) except -1:
    """Put an operand that is new on the stack, or among the leaves; constants, which are floats, on neither."""
    cdef ag_node *node = <ag_node *>x
    if Py_TYPE(x) == type and node._mark < start:
        if node._code & OPCODE:
            return stack.append(node)
        if saved is not None:
            keep(saved, node)
        node._mark = start + 1
        node._pending = 0.0
        return leaves.append(node)
    return 0

cdef inline int visit_operands(
    ag_node *node, PyTypeObject *type, NodeStack stack, NodeStack leaves, int start, NodeStack saved
) except -1:
    cdef Py_ssize_t i
    if Py_TYPE(node._p0) == &PyTuple_Type:
        for i in range(PyTuple_GET_SIZE(node._p0) - 1, -1, -1):
            visit(PyTuple_GET_ITEM(node._p0, i), type, stack, leaves, start, saved)
    else:
        visit(node._p1, type, stack, leaves, start, saved)
        visit(node._p0, type, stack, leaves, start, saved)
    return 0

cdef inline int explore(Node root, NodeStack order, NodeStack leaves, int start, long long level, NodeStack saved) except -1:
    cdef NodeStack stack = NodeStack()
    cdef PyTypeObject *type = Py_TYPE(<PyObject *>root)
    cdef Py_ssize_t count = 0
    cdef bint reset = level == 0 and saved is None
    cdef int found = 0
    cdef ag_node *node
    visit(<PyObject *>root, type, stack, leaves, start, saved)
    while stack.used:
        node = stack.pop()
        if node._mark == start:
            node._mark = start + 1
            order.append(node)
        elif node._mark < start:
            if reset:
                node._grad = 0.0
            else:
                if level and not is_younger(node._mark, level):
                    found |= OUTSIDE
                    if tells_age(node._mark):
                        continue
                if saved is not None:
                    keep(saved, node)
                elif node._grad != 0.0:
                    found |= STALE
            node._mark = start
            stack.append(node)
            visit_operands(node, type, stack, leaves, start, saved)
            count += 1
            if count & 65535 == 0:
                PyErr_CheckSignals()
    return found

cdef inline bint from_outside(NodeStack leaves, long long level) noexcept:
    cdef Py_ssize_t i
    for i in range(leaves.used):
        if leaves.items[i]._level < level and not leaves.items[i]._code & CONSTANT:
            return True
    return False

cdef inline void reset_adjoints(NodeStack order) noexcept:
    cdef Py_ssize_t i
    for i in range(order.used):
        order.items[i]._grad = 0.0

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

cdef inline int propagate(Node root, double seed, NodeStack order, int reached, int rest) except -1:
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
        node._mark = rest
        count += 1
        if count & 65535 == 0:
            PyErr_CheckSignals()
    return 0

cdef inline void accumulate_into_grad(NodeStack leaves, int rest) noexcept:
    cdef Py_ssize_t i
    cdef ag_node *leaf
    for i in range(leaves.used):
        leaf = leaves.items[i]
        leaf._grad += leaf._pending
        leaf._mark = rest

cdef inline list pending(list variables, int start):
    cdef Node node
    return [borrowed(node)._pending if node._mark > start else 0.0 for node in variables]

cdef begin()
cdef refuse_nesting()
cpdef list topological_order(object root_or_roots)
cpdef tuple order_since(long long level, list roots)
@cython.locals(root=Node, order=NodeStack, leaves=NodeStack, saved=NodeStack, met=int)
cdef tuple order_locked(list roots, long long level)
@cython.locals(node=Node, marks=list)
cpdef long long made_since(list nodes) except -1
cpdef sweep(Node root, double seed)
@cython.locals(order=NodeStack, leaves=NodeStack)
cdef sweep_locked(Node root, double seed)
cpdef adjoints(Node root, long long level, list variables)
@cython.locals(order=NodeStack, leaves=NodeStack, start=int)
cdef call_adjoints(Node root, long long level, list variables)
@cython.locals(root=Node, met=int)
cdef int walk_call(list roots, long long level, NodeStack order, NodeStack leaves) except -1
cdef end(NodeStack order, NodeStack leaves)
