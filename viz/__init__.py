"""Pictures of a computation: `draw(y)` shows values, operations, gradients and local derivatives."""

from viz.delta_table import Deltas
from viz.drawing import Drawing
from viz.error_terms import deltas
from viz.errors import EngineError, EngineTimeoutError, NoEngineError
from viz.explanation import Explanation, explain
from viz.notebook import register as _register
from viz.playing import Player, player
from viz.views import draw
from viz.watching import Watch, watch

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
