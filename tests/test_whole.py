"""A file is written whole, or what was there stays."""

import errno
import os
from pathlib import Path

import pytest

from handlens.whole import replaces, write_whole


def test_the_new_file_takes_the_old_ones_place(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"old", b"new"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_names_the_file_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file or directory") as raised:
        write_whole(tmp_path / "no" / "file", b"")
    assert raised.value.filename == str(tmp_path / "no" / "file")


def test_what_is_no_ordinary_file_stays(tmp_path: Path) -> None:
    """A rename would put a file in the place of /dev/null, for the whole machine."""
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    with pytest.raises(OSError, match="no ordinary file") as raised:
        write_whole(pipe, b"")
    assert (raised.value.errno, raised.value.filename) == (errno.EINVAL, str(pipe))
    with pytest.raises(IsADirectoryError) as raised:
        write_whole(folder, b"")
    assert raised.value.filename == str(folder)
    assert pipe.is_fifo()
    assert sorted(tmp_path.iterdir()) == [folder, pipe]


def test_a_disk_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as raised:
        write_whole(path, b"new")
    assert raised.value.filename == str(path)
    assert [path.read_bytes(), *tmp_path.iterdir()] == [b"old", path]


@pytest.mark.parametrize(
    ("content", "ours"),
    [
        (None, False),
        (b"", False),
        (b'<!doctype html>\n<html data-packed lang="en">\n<head>', True),
        (b'{\n  "dataset": "mnist",\n  "versions": {\n    "handlens": "0.1"', True),
    ],
)
def test_what_handlens_wrote_is_replaced(tmp_path: Path, content: bytes | None, ours: bool) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    assert replaces(path) is ours


@pytest.mark.parametrize(
    "content",
    [
        b"my thesis",
        b'<!doctype html>\n<html lang="en">',
        b'{"dependencies": {"handlens": "0.1"}}',
        bytes(100_000) + b"<html data-packed " + bytes(100_000),
    ],
)
def test_what_somebody_else_wrote_is_not(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(FileExistsError, match="handlens didn't write it; choose another place") as raised:
        replaces(path)
    assert raised.value.filename == str(path)
