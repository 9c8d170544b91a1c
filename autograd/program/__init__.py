"""The intermediate representation: programs, the passes that improve them, and the executors that run them.

Imports `autograd.ops` only; it knows no Value.
"""
