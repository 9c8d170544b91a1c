"""Arrays in a file: NumPy's .npz, written whole or not at all, read without running anything that is in it."""

from __future__ import annotations

import glob
import io
import os
import secrets
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

PART = ".part"  # ends the name of a file that is being written


def write_arrays(path: str | Path, arrays: Mapping[str, Any]) -> None:
    """Write the arrays under their names. The file is complete on the disk before it takes its name.

    OSError where that is impossible; what had the name before is then still there. TypeError for arrays of objects.
    """
    path = Path(path)
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f"{name} holds objects: only arrays of numbers and text can be saved")
    made = path.parent / f".{path.name}.{secrets.token_hex(4)}{PART}"
    try:
        with open(made, "xb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, array in arrays.items():
                    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                        np.lib.format.write_array(entry, np.asarray(array), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(made)
        raise
    _sync_folder(path.parent)


def remove_parts(path: str | Path) -> None:
    """Remove what a process that was killed while it wrote this file has left. Nobody may be writing it."""
    path = Path(path)
    for part in path.parent.glob(f".{glob.escape(path.name)}.*{PART}"):
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_arrays(path: str | Path) -> dict[str, Any]:
    """The arrays of a file by name. OSError where there is none, ValueError where it is damaged or something else."""
    content = io.BytesIO(Path(path).read_bytes())
    try:
        with np.load(content, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # a damaged archive fails in as many ways as there are bytes
        raise ValueError(f"{path} holds no saved arrays, or it is damaged: {error}") from None
