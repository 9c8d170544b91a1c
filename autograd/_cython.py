"""Stand-in for Cython's module `cython` where a source that can be compiled runs as plain Python."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
compiled = False  # the compiler puts True in its place


def cclass(cls: T) -> T:
    """Mark a class to be compiled to a C struct."""
    return cls


def no_gc(cls: T) -> T:
    """Keep the compiled class from the garbage collector."""
    return cls
