"""The eager engine: Values record what they are made of, and sweep backward."""
