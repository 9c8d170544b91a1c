"""The command line: its options, and expressions that Python never evaluates.

Imports drawing and model.
"""
