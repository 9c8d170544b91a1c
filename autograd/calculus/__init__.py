"""Derivatives of functions: transforms, sparsity, implicit functions."""
