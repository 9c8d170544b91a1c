# The calls that make _functions.py fast when it is compiled.
from autograd.engine.value cimport Value, binary, reduction, unary
