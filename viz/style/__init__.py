"""How things look, and how text gets there safely: themes, fonts, labels, escapes, SVG.

Imports nothing else of viz or autograd.
"""
