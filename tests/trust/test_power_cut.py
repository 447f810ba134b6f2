"""What outlives a power cut: the order in which things are flushed, renamed and removed.

A kill can be tried, a power cut can't: what is in the system's memory alone is lost with it. So the calls are
listened to.
"""

import os
from pathlib import Path

import pytest
from small import drawn, header, state

from handlens.recording import Writer
from handlens.whole import write_whole


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """What was flushed, renamed (by its old name) and removed, in order."""
    made: list[tuple[str, Path]] = []
    flush, replace, remove = os.fsync, os.replace, os.unlink

    def flushed(descriptor: int) -> None:
        made.append(("flush", Path(os.readlink(f"/proc/self/fd/{descriptor}"))))
        flush(descriptor)

    def replaced(old: Path, new: Path) -> None:
        made.append(("rename", Path(old)))
        replace(old, new)

    def removed(path: Path) -> None:
        made.append(("remove", Path(path)))
        remove(path)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "replace", replaced)
    monkeypatch.setattr(os, "unlink", removed)
    return made


pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="it needs Linux's /proc")


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, calls: list[tuple[str, Path]]) -> None:
    write_whole(tmp_path / "file", b"new")
    temporary = calls[0][1]
    assert temporary.parent == tmp_path
    assert calls == [("flush", temporary), ("rename", temporary)]


def test_a_state_is_on_the_disk_before_the_older_one_goes(
    tmp_path: Path, calls: list[tuple[str, Path]]
) -> None:
    writer = Writer.create(tmp_path / "run", header(), drawn(0), state(0), None)
    for step in (1, 2):
        writer.state(step, state(step))
    writer.release()
    states = tmp_path / "run" / "state"
    done = [
        f"{what} the folder" if path == states else what
        for what, path in calls
        if states in (path, path.parent)
    ]
    assert done[-4:] == ["flush", "rename", "flush the folder", "remove"]


def test_the_log_is_on_the_disk_before_the_state_that_counts_its_bytes(
    tmp_path: Path, calls: list[tuple[str, Path]]
) -> None:
    writer = Writer.create(tmp_path / "run", header(), drawn(0), state(0), None)
    calls.clear()
    writer.state(1, state(1))
    writer.release()
    assert [(what, path.name) for what, path in calls[:2]] == [
        ("flush", "metrics.jsonl"),
        ("flush", "frames"),
    ]
    assert calls[2][1].parent == tmp_path / "run" / "state"
