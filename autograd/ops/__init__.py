"""What an operation is: the table of rows (primitives.py), and the code that is printed from it.

It may import nothing of the package but autograd.errors. This file imports nothing.
"""
