"""What can go wrong on the way to a picture; every error names the remedies."""

from __future__ import annotations


class EngineError(RuntimeError):
    """A picture could not be laid out; the message says why and what helps."""


class NoEngineError(EngineError):
    """There is no layout engine for this format."""


class EngineTimeoutError(EngineError, TimeoutError):
    """The layout took longer than allowed."""
