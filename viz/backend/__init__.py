"""What is around viz: the layout engine as a subprocess, and the notebook.

Imports nothing else of viz or autograd.
"""
