"""Derivatives of functions. May import ops and engine; imports nothing itself."""
