"""Checks of derivatives. May import ops, engine, calculus; imports nothing itself."""
