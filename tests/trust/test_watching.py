"""The watcher sees what it says it sees."""

import os
import pickle
import socket
import subprocess
import sys

import pytest
from trust.watching import watched


def _connect() -> None:
    with socket.socket():
        pass


@pytest.mark.parametrize(
    ("deed", "seen"),
    [
        (lambda: open("/etc/hostname").close(), "open /etc/hostname"),
        (lambda: os.close(os.open("/", os.O_RDONLY)), "open /"),
        (_connect, "socket.__new__"),
        (lambda: subprocess.run([sys.executable, "-c", ""], check=True), "subprocess.Popen"),
        (lambda: os.system("true"), "os.system"),
        (lambda: pickle.loads(pickle.dumps(os.getcwd)), "pickle.find_class"),
        (lambda: eval("1 + 1"), "exec <string>"),
        (lambda: exec(compile("a = 1", "picture.png", "exec")), "exec picture.png"),
    ],
)
def test_what_it_must_see(deed, seen):
    with watched() as done:
        deed()
    assert any(line.startswith(seen) for line in done), done


def test_what_is_allowed(tmp_path):
    (tmp_path / "inside").write_text("a")
    (tmp_path / "leads-out").symlink_to("/etc/hostname")
    with watched(tmp_path) as done:
        (tmp_path / "inside").read_text()
        import wave  # noqa: F401
    assert done == []
    with watched(tmp_path) as done:
        (tmp_path / "leads-out").read_text()
    assert done == ["open " + str(tmp_path / "leads-out")]


def test_afterwards_it_sees_nothing():
    with watched() as done:
        pass
    open("/etc/hostname").close()
    assert done == []
