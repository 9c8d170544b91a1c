"""From a function to a program and back: signatures, tracing, lowering, specialisations, jit and vmap.

Imports `autograd.ops`, `engine`, `calculus` and `program`.
"""
