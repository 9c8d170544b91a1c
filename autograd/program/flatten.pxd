# The types that make flatten.py fast when it is compiled.
cimport cython
from autograd.value cimport Value

@cython.locals(node=Value, operation=int, op=int, first=int, second=int, third=int, base=int, count=int, inputs=int, kind=double)
cpdef tuple flatten(list nodes, dict slots, list numbers, int sums, double inside)
@cython.locals(node=Value, needed=set)
cpdef list within(list nodes, list wanted)
cdef int reference(object x, dict slots, dict constants) except? -1000000000
cdef int constant_slot(dict constants, double x) except? -1000000000
