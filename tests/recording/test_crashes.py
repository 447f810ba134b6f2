"""Ended between any two touches of the disk: always readable, and resumed to the same bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX")
def test_a_recording_survives_an_end_at_every_touch_of_the_disk(tmp_path: Path) -> None:
    script = Path(__file__).with_name("crashing.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(script.parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] > 150
    assert found["frames"] == 6
    assert (found["unreadable"], found["different"]) == ([], [])
