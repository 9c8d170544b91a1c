# The types that make _kinds.py fast when it is compiled.
cimport cython

@cython.locals(kinds=set)
cpdef set kinds_of(object items)
