"""Whether somebody writes a recording, seen by whoever may read it."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from small import drawn, header, state

from handlens.recording import Writer, folder, load
from handlens.recording.folder import LOCK, held

posix = pytest.mark.skipif(sys.platform == "win32", reason="users and modes are POSIX")

OTHER = 65534  # nobody
LOOK = """
import os, sys
from handlens.recording import load
if os.getuid() == 0:
    os.setgroups([]), os.setgid(%d), os.setuid(%d)
run = load(sys.argv[1])
print(run.status, run.verify(), run.weights()["conv1.bias"].shape)
""" % (OTHER, OTHER)  # noqa: UP031


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A recording's place that every user of the computer may look at."""
    with TemporaryDirectory() as parent:
        os.chmod(parent, 0o755)
        yield Path(parent) / "run"


def look(run: Path) -> str:
    """What another user finds, who may write nothing there; without root's rights, oneself."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(run)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@posix
def test_another_user_sees_that_it_is_being_written(everybodys: Path) -> None:
    writer = Writer.create(everybodys, header(), drawn(0), state(0), None)
    for path in (everybodys, everybodys / LOCK):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert look(everybodys) == "running [] (2,)"
        writer.release()
        assert look(everybodys) == "interrupted [] (2,)"
    finally:
        everybodys.chmod(0o755)
        writer.release()


@posix
def test_looking_takes_nothing_from_whoever_looks_too(writer: Writer) -> None:
    writer.release()
    with (writer.folder / LOCK).open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)  # somebody else looks at this very moment
        assert not held(writer.folder)


@posix
def test_what_cannot_be_looked_at_is_as_it_says(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.release()
    assert load(writer.folder).status == "interrupted"

    def refused(path: object, flags: int) -> int:
        raise PermissionError

    monkeypatch.setattr(folder.os, "open", refused)
    assert held(writer.folder)


@posix
def test_a_lock_that_is_a_link_or_a_pipe_is_not_waited_for(writer: Writer, tmp_path: Path) -> None:
    writer.release()
    lock = writer.folder / LOCK
    lock.unlink()
    assert not held(writer.folder)  # nobody ever began
    os.mkfifo(lock)
    assert not held(writer.folder)
    lock.unlink()
    (tmp_path / "elsewhere").write_text("")
    lock.symlink_to(tmp_path / "elsewhere")
    assert held(writer.folder)
