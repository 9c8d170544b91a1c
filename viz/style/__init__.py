"""How things look, and how text gets there: themes, fonts, labels, escapes, SVG.

Imports nothing else of viz or autograd.
"""
