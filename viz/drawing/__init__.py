"""Pictures as DOT: the views, their cards, frames and legends, and the object that holds a drawing.

Imports model, style and backend.
"""
