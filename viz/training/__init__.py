"""Pictures of a training while it runs: the curve of the loss, and the graph at the last step.

Imports drawing, model, style and backend.
"""
