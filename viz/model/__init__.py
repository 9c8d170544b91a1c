"""What a picture shows, as plain data: nodes, graphs, folds, groups, networks, paths.

Imports no other folder of viz; `engine.py` alone imports autograd.
"""
