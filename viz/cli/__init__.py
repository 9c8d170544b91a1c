"""The command line: its options, and an expression that is parsed and computed, never evaluated by Python.

Imports drawing and model.
"""
