"""From a function to a program and back: jit, vmap, and what they are made of. README.md shows the way through.

It may import autograd.ops, engine, calculus and program, and modules of this folder. This file imports nothing.
"""
