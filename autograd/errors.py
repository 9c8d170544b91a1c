"""Exceptions, each refining a built-in one."""

from __future__ import annotations


class DomainError(ArithmeticError, ValueError):
    """Under `trap()`: an operation on finite numbers whose result is nan or infinite."""


class LostGradientError(TypeError):
    """A Value was asked for a plain number, which would silently drop its gradient."""


class SweepError(RuntimeError):
    """A backward sweep was started from inside another one of the same thread."""


class TraceError(TypeError):
    """A traced function did what a program could not repeat."""


class ProgramError(ValueError):
    """A program is damaged, or does not fit what it is asked to do."""
