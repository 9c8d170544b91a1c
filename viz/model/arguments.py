"""Check what users give: errors name the argument, and what it must be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from autograd import Value


def check_value(function: str, argument: str, x: Any) -> None:
    """Raise TypeError unless `x` is a Value."""
    if not isinstance(x, Value):
        raise TypeError(f"{function}() needs a Value as {argument}, not {type(x).__name__}")


def check_choice(argument: str, x: Any, choices: Iterable[str]) -> None:
    """Raise ValueError unless `x` is one of the choices."""
    if x not in list(choices):  # which need not be hashable
        raise ValueError(f"unknown {argument} {x!r}; one of {', '.join(map(repr, choices))}")


def check_whole(argument: str, x: Any, or_none: bool = False) -> None:
    """Raise ValueError unless `x` is a positive whole number (or None)."""
    if or_none and x is None:
        return
    if isinstance(x, bool) or not isinstance(x, int) or x < 1:
        raise ValueError(f"{argument} must be a positive whole number{' or None' if or_none else ''}, not {x!r}")


def check_positive(argument: str, x: Any) -> None:
    """Raise ValueError unless `x` is a positive number."""
    if not x > 0:
        raise ValueError(f"{argument} must be positive, not {x!r}")


def check_path(path: str | os.PathLike[str], suffixes: Sequence[str], what: str = "") -> Path:
    """The path of a file to be written; its suffix and its folder are checked.

    Args:
        path: what the user gave.
        suffixes: those that the name may end in, in lower case.
        what: what is to be saved, for the message, as "a player".

    Raises:
        ValueError: another suffix.
        FileNotFoundError: the folder does not exist.
    """
    target = Path(path)
    if target.suffix.lower() not in suffixes:
        known = suffixes[0] if len(suffixes) == 1 else f"one of {' '.join(suffixes)}"
        raise ValueError(f"cannot save {f'{what} ' if what else ''}as {target.name!r}: the name must end in {known}")
    if not target.absolute().parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(target.parent)!r} to save {target.name!r} in")
    return target
