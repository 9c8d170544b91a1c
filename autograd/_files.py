"""Write files whole or not at all; read arrays without running code."""

from __future__ import annotations

import glob
import hashlib
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
TOKEN = 8  # hexadecimal digits that tell apart writers of one file
LONGEST = 255 - TOKEN - len(PART) - 2  # bytes of a name to which all this can be added


def atomic_write(path: str | os.PathLike[str], content: bytes | memoryview) -> None:
    """Write a file that is complete on the disk before it takes its name.

    OSError where that is impossible; what had the name before is then still there.
    """
    target = Path(path)
    part = target.parent / f".{_stem(target)}.{secrets.token_hex(TOKEN // 2)}{PART}"
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
    _sync_folder(target.parent)


def _stem(target: Path) -> str:
    """What the names of a file's parts begin with."""
    name = os.fsencode(target.name)
    return target.name if len(name) <= LONGEST else hashlib.sha256(name).hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can."""
    if os.name == "posix":
        with suppress(OSError):  # the file is there; some file systems cannot do more
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def remove_parts(path: str | os.PathLike[str]) -> None:
    """Remove what a process that was killed while it wrote this file has left. Nobody may be writing it."""
    target = Path(path)
    for part in target.parent.glob(f".{glob.escape(_stem(target))}.{'?' * TOKEN}{PART}"):
        part.unlink(missing_ok=True)


def write_arrays(path: str | os.PathLike[str], arrays: Mapping[str, Any]) -> None:
    """Write arrays under their names as NumPy's .npz. TypeError for arrays of objects, OSError as `atomic_write`."""
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f"{name} holds objects: only arrays of numbers and text can be saved")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asarray(array), allow_pickle=False)
    atomic_write(path, content.getbuffer())


def read_arrays(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The arrays of a file by name. OSError where there is none, ValueError where it is damaged or something else."""
    content = io.BytesIO(Path(path).read_bytes())
    try:
        with np.load(content, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # a damaged archive fails in as many ways as there are bytes
        raise ValueError(f"{path} holds no saved arrays, or it is damaged: {error}") from None
