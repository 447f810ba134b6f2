"""Whether somebody writes a recording, seen by whoever may read it."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from small import drawn, header, state

from handlens.recording import Writer, folder, load
from handlens.recording.files import pack, sha256
from handlens.recording.folder import LOCK, held
from handlens.recording.schema import Data

posix = pytest.mark.skipif(sys.platform == "win32", reason="users and modes are POSIX")

OTHER = 65534  # nobody
LOOK = f"""
import os, sys, tempfile
from pathlib import Path
from handlens.errors import RecordingError
from handlens.recording import Writer, load
with tempfile.TemporaryDirectory() as cache:
    load(sys.argv[1], Path(cache)).outputs()  # loads what another user may not be able to read
if os.getuid() == 0:
    os.setgroups([]), os.setgid({OTHER}), os.setuid({OTHER})
run = load(sys.argv[1])
print(run.status, run.verify(), run.outputs().shape)
try:
    Writer.reopen(run.folder)
except RecordingError as error:
    print(str(error).rpartition(": ")[2])
"""


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A recording's place that every user of the computer may look at."""
    with TemporaryDirectory() as parent:
        os.chmod(parent, 0o755)
        yield Path(parent) / "run"


def look(run: Path) -> list[str]:
    """What another user finds, who may write nothing there, line by line; without root's rights, oneself."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(run)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@posix
def test_another_user_sees_all_but_writes_nothing(everybodys: Path) -> None:
    samples = pack({"inputs": np.zeros((5, 1, 28, 28), np.float32), "labels": np.zeros(5, np.int64)})
    given = header(data=Data(name="mine", samples=sha256(samples)))
    writer = Writer.create(everybodys, given, drawn(0), state(0), samples)
    before = sorted(everybodys.rglob("*"))
    modes = {everybodys: 0o555, everybodys / LOCK: 0o444}
    for path, mode in modes.items():
        path.chmod(mode)
    try:
        assert look(everybodys) == ["running [] (5, 10)", "Permission denied"]
        writer.release()
        assert look(everybodys) == ["interrupted [] (5, 10)", "Permission denied"]
        assert sorted(everybodys.rglob("*")) == before
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
