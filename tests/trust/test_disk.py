"""A disk that is really full: one error, nothing harmed, and a training goes on where there is room again."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts are Linux's here"),
]

SCRIPT = Path(__file__).with_name("full_disk.py")
ALONE = ("unshare", "--user", "--map-root-user", "--mount")
"""In a space of its own a process may mount what it likes, where the system lets it have one."""


def may_mount() -> bool:
    """Whether a file system can be mounted without the machine's leave."""
    if shutil.which("unshare") is None:
        return False
    with TemporaryDirectory() as folder:
        tried = [*ALONE, "mount", "-t", "tmpfs", "handlens", folder]
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@cache
def came(way: str) -> list[dict[str, Any]]:
    """What came of each command where the disk was full."""
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [*(ALONE if way == "tmpfs" else ()), sys.executable, str(SCRIPT), way, folder],
            env={**os.environ, "PYTHONPATH": str(SCRIPT.parents[1])},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(params=["limit", "tmpfs"])
def commands(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """What came of each command."""
    if request.param == "tmpfs" and not may_mount():
        pytest.skip("no file system can be mounted here")
    return came(request.param)


REASON = {"File too large", "No space left on device"}


def test_each_command_says_it_in_one_line_and_harms_nothing(commands: list[dict[str, Any]]) -> None:
    said = [each["command"] for each in commands]
    assert set(said) == {"train", "teach", "export", "report", "evaluate", "data"}
    for each in commands:
        assert each["status"] == 1, each
        assert each["complaint"].count("\n") == 1, each
        assert each["complaint"].startswith("handlens: /"), each
        assert any(reason in each["complaint"] for reason in REASON), each
        assert (each["harmed"], each["left"]) == ([], []), each


def test_a_training_is_readable_says_how_to_go_on_and_goes_on(commands: list[dict[str, Any]]) -> None:
    trained = [each for each in commands if each["command"] == "train"]
    unborn, *begun = trained
    assert not unborn["born"]
    assert len(begun) > 0
    for each in begun:
        assert each["born"]
        assert "What was recorded before is safe; make room and go on with --out" in each["complaint"]
        assert each["complaint"].endswith("--resume\n")
        assert (each["status_told"], each["problems"]) == ("interrupted", [])
        assert 0 < each["updates"] < 400
        assert (each["resumed"]["status"], each["resumed"]["complaint"]) == (0, "")
        assert each["same"], "not the bytes of a training that had room"
        assert each["unfinished"] == []
