"""The chain rule written down: formulas, explanations, the table of deltas.

Imports model and style.
"""
