# The types that make _lower.py fast when it is compiled.
cimport cython
from autograd.engine.backward cimport swept
from autograd.engine.node cimport WALKS, is_constant_inside, opcode, recorded_outside_trace
from autograd.engine.value cimport Value

@cython.locals(node=Value, variable=Value, o=int, i=int, count=int, used=int, room=int, inputs=int,
               op="int[::1]", a="int[::1]", b="int[::1]", c="int[::1]", pool="int[::1]", parents=tuple)
cpdef tuple lower_nodes(list nodes, list variables, list wanted, int[::1] opcodes, int sums, long long level)
@cython.locals(node=Value, needed=set)
cpdef list needed_in_trace(list nodes, list wanted)
@cython.locals(node=Value)
cdef int reference(object x, dict constants) except? -1
cdef int constant(dict constants, double x) except? -1
@cython.locals(i=Py_ssize_t, r=int)
cpdef resolve(int[::1] references, int inputs, int constants)
