"""Pictures as DOT: the views, their cards, frames and legends, and the drawing.

Imports model, style and backend.
"""
