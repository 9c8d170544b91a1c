# The types that make value.py fast when it is compiled, and what it then has in place of _pure.py.
cimport cython
from cpython.float cimport PyFloat_AS_DOUBLE
from cpython.object cimport PyObject, PyTypeObject
from autograd.engine.backward cimport count_level, sweep
from autograd.engine.node cimport AGES, CONSTANT, CUT0, OPCODE, TRACED, VARIABLE, Node, borrowed, cuts_of, edges, hold, partials_of

cdef extern from "kernels.h":
    double ag_evaluate1(int op, double x, double *d0, int *cuts) nogil
    double ag_evaluate2(int op, double x, double y, double *d0, double *d1, int *cuts) nogil
    enum:
        NEG "AG_NEG", ABS "AG_ABS", ADD "AG_ADD", SUB "AG_SUB", MUL "AG_MUL", DIV "AG_DIV", POW "AG_POW"
        MOD "AG_MOD", FLOORDIV "AG_FLOORDIV", ROUND "AG_ROUND", FLOOR "AG_FLOOR", CEIL "AG_CEIL", TRUNC "AG_TRUNC"
        EQUAL "AG_EQUAL", NOT_EQUAL "AG_NOT_EQUAL", LESS "AG_LESS", LESS_EQUAL "AG_LESS_EQUAL"
        GREATER "AG_GREATER", GREATER_EQUAL "AG_GREATER_EQUAL", STOP "AG_STOP"

cdef extern from "memory.h":
    int ag_code(int op) noexcept
    int age "ag_age" () noexcept
    void ag_set_age(int age) noexcept
    object ag_new(PyTypeObject *type, int code, PyObject *a, PyObject *b)
    int ag_adopt(PyTypeObject *type) except -1
    object reduced "ag_reduced" (int op, object p, object q)
    void switch "ag_switch" (int modes, int flags) noexcept
    int set_method "ag_set_method" (object type, object name, object method) except -1

@cython.final
cdef class Value(Node):
    pass

cdef int modes
cdef int calls
cdef int traces

cdef inline int adopt(object cls) except -1:
    return ag_adopt(<PyTypeObject *>cls)

cdef inline long long begin_level() noexcept:
    cdef long long level = count_level()
    ag_set_age(level & (AGES - 1))
    return level

cdef inline Value new_node(int op, object a, object b):
    return <Value>ag_new(<PyTypeObject *>Value, ag_code(op), <PyObject *>a, <PyObject *>b)

cdef inline Value unary_node(int op, Value a):
    cdef Value node = new_node(op, a, None)
    cdef int bits = 0
    node._primal = ag_evaluate1(op, a._primal, &node._d0, &bits)
    node._code |= bits * CUT0
    return node

cdef inline double data_of(object x) noexcept:
    return (<Value>x)._primal if type(x) is Value else PyFloat_AS_DOUBLE(x)

cdef inline Value binary_node(int op, object a, object b):
    cdef Value node = new_node(op, a, b)
    cdef int bits = 0
    node._primal = ag_evaluate2(op, data_of(a), data_of(b), &node._d0, &node._d1, &bits)
    node._code |= bits * CUT0
    return node

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object number, int *overflow) except? -1

cdef inline bint is_exact(object number) except -1:
    cdef int overflow = 0
    cdef long long n = PyLong_AsLongLongAndOverflow(number, &overflow)
    return overflow == 0 and -9007199254740992 < n < 9007199254740992

cpdef long long next_level() except -1
cdef Value check_readable(Value node, str what)
@cython.locals(node=Value)
cpdef Value leaf(double data)
@cython.locals(node=Value)
cpdef object number(object x)
cpdef Value variable(double data, long long level)
cpdef list variables(list numbers, long long level)
cpdef Value constant(object x)
@cython.locals(node=Value)
cdef Value operand(object x, Value user)
@cython.locals(result=Value)
cdef Value cut(Value node)
cpdef Value unary(int op, Value a)
cpdef object binary(int op, object a, object b)
cpdef object reduction(int op, object p, object q=*)
@cython.locals(x=double, y=double)
cdef object compare(int op, Value node, object other)
cpdef Value record(int op, tuple operands, double data, tuple partials)
@cython.locals(node=Value)
cpdef Value restore(int op, tuple operands, double data, tuple partials)
cpdef set_state(Value node, double grad, object note)
cpdef tuple operands(Value node)
@cython.locals(inputs=tuple)
cdef Value apply_modes(Value node)
