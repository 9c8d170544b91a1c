"""The eager engine: Values record what they are made of, and sweep backward. README.md explains the sweep.

It may import autograd.ops, and modules of this folder. This file imports nothing.
"""
