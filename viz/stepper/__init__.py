"""The page that steps through a computation; README.md says how it is made.

Imports derivation, model, style and backend.
"""
