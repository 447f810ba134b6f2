"""kill -9 at random moments: never an unreadable recording, and always the same bytes after the resume."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 30


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and fork are POSIX")
def test_a_kill_at_any_moment(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    script = Path(__file__).with_name("killing.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(KILLS), str(seed)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] >= KILLS
    assert found["unborn"] < found["kills"], found
    wrong = {key: found[key] for key in ("unreadable", "different") if found[key]}
    assert not wrong, f"with seed {seed}: {wrong}"
