"""Files are written whole or not at all, under any name that the file system takes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograd._files import atomic_write, remove_parts


@pytest.mark.parametrize("name", ["a", "n" * 255, "[a].*"])
def test_write_replaces_what_was_there(name: str, tmp_path: Path) -> None:
    atomic_write(tmp_path / name, b"old")
    atomic_write(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new" and os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_failed_write_keeps_the_old_content_and_leaves_no_other_file(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic_write(tmp_path / "a", b"old")

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, at, full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


def test_remove_parts_spares_other_files(tmp_path: Path) -> None:
    for name in (".a.01234567.part", ".a.b.01234567.part", "a"):
        (tmp_path / name).touch()
    remove_parts(tmp_path / "a")
    assert sorted(os.listdir(tmp_path)) == [".a.b.01234567.part", "a"]
