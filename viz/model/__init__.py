"""What pictures show, as plain data: graphs, folds, groups, networks, paths.

Imports no other folder of viz; `engine.py` alone imports autograd.
"""
