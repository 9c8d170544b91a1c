"""Errors of the layout engine; each message names the remedies."""

from __future__ import annotations


class EngineError(RuntimeError):
    """A picture could not be laid out; the message says why and what helps."""


class NoEngineError(EngineError):
    """No installed layout engine writes this format."""


class EngineTimeoutError(EngineError, TimeoutError):
    """The layout took longer than allowed."""
