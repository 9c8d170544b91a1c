"""The chain rule written down: rules as formulas, explanations as text, Markdown and LaTeX, the table of back-propagation.

Imports model and style.
"""
