"""What many tests share: where the sources and the packages are."""

from __future__ import annotations

from pathlib import Path

import autograd

ROOT = Path(__file__).resolve().parent.parent  # the sources
HOME = Path(autograd.__file__).parent.parent  # where the packages that are tested stand
