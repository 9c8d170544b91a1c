"""Pictures of a training while it runs: the loss, and the graph at a step.

Imports drawing, model, style and backend.
"""
