"""The page that steps through a computation: events, scenes, steps, words, SVG, HTML; README.md has the way of the data.

Imports derivation, model, style and backend.
"""
