"""Checks of derivatives, and the search for the first bad number."""
