"""Pictures of a computation: values, operations, gradients and local derivatives."""

from viz.backend.errors import EngineError, EngineTimeoutError, NoEngineError
from viz.derivation.deltas import Deltas, deltas
from viz.derivation.explain import Explanation, explain
from viz.drawing.draw import draw
from viz.drawing.drawing import Drawing
from viz.drawing.notebook import register as _register
from viz.stepper.player import Player, player
from viz.training.watch import Watch, watch

_register()

__all__ = [
    "Deltas",
    "Drawing",
    "EngineError",
    "EngineTimeoutError",
    "Explanation",
    "NoEngineError",
    "Player",
    "Watch",
    "deltas",
    "draw",
    "explain",
    "player",
    "watch",
]
