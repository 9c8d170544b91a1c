"""Pictures of a computation: `draw(y)` shows values, operations, gradients and local derivatives."""

from viz.drawing import Drawing
from viz.errors import EngineError, EngineTimeoutError, NoEngineError
from viz.views import draw

__all__ = ["Drawing", "EngineError", "EngineTimeoutError", "NoEngineError", "draw"]
