"""The layout engine: finding it, running it, writing its files."""
