"""The intermediate representation: programs, passes over them, and executors. README.md shows the way through.

It may import autograd.ops, and modules of this folder; it knows no Value. This file imports nothing.
"""
